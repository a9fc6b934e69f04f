"""Organisers' addresses of campaigns and outbox."""

from django.urls import include, path

app_name = "manage_notifications"
urlpatterns = [
    path("campaigns/", include("notifications.campaigns.urls")),
    path("outbox/", include("notifications.cockpit.urls")),
]
