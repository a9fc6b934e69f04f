"""Organisers' addresses of campaigns and outbox."""

from django.urls import path

from notifications import views

app_name = "manage_notifications"
urlpatterns = [
    path("campaigns/", views.campaign_list, name="campaign_list"),
    path("campaigns/new/", views.campaign_new, name="campaign_new"),
    path("campaigns/<int:pk>/", views.campaign_detail, name="campaign_detail"),
    path("campaigns/<int:pk>/edit/", views.campaign_edit, name="campaign_edit"),
    path("campaigns/<int:pk>/send/", views.campaign_send, name="campaign_send"),
    path("campaigns/<int:pk>/pause/", views.campaign_pause, name="campaign_pause"),
    path("campaigns/<int:pk>/resume/", views.campaign_resume, name="campaign_resume"),
    path("campaigns/<int:pk>/cancel/", views.campaign_cancel, name="campaign_cancel"),
    path("campaigns/<int:pk>/preview/<int:organisation_id>/", views.campaign_preview, name="campaign_preview"),
    path(
        "campaigns/<int:pk>/preview/<int:organisation_id>/html/",
        views.campaign_preview_html,
        name="campaign_preview_html",
    ),
    path("campaigns/<int:pk>/preview/<int:organisation_id>/test/", views.campaign_test, name="campaign_test"),
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/<uuid:key>/", views.delivery, name="delivery"),
    path("outbox/<uuid:key>/send-again/", views.send_again, name="send_again"),
    path("outbox/<uuid:key>/arrived/", views.mark_arrived, name="mark_arrived"),
]
