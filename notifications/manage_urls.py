"""Organisers' addresses of campaigns, outbox and posts."""

from django.urls import include, path

from notifications.channels import views as channel_views

app_name = "manage_notifications"
urlpatterns = [
    path("campaigns/", include("notifications.campaigns.urls")),
    path("outbox/", include("notifications.cockpit.urls")),
    path("posts/", channel_views.index, name="post_index"),
]
