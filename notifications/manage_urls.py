"""Organisers' addresses of campaigns and outbox."""

from django.urls import include, path

from notifications import views

app_name = "manage_notifications"
urlpatterns = [
    path("campaigns/", include("notifications.campaigns.urls")),
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/<uuid:key>/", views.delivery, name="delivery"),
    path("outbox/<uuid:key>/send-again/", views.send_again, name="send_again"),
    path("outbox/<uuid:key>/arrived/", views.mark_arrived, name="mark_arrived"),
]
