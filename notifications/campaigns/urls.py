"""Organisers' addresses of campaigns, within `manage_notifications`."""

from django.urls import path

from notifications.campaigns import views

urlpatterns = [
    path("", views.campaign_list, name="campaign_list"),
    path("new/", views.campaign_new, name="campaign_new"),
    path("live/", views.campaign_live, name="campaign_live"),
    path("live/<uuid:key>/", views.campaign_live_html, name="campaign_live_html"),
    path("<int:pk>/", views.campaign_detail, name="campaign_detail"),
    path("<int:pk>/edit/", views.campaign_edit, name="campaign_edit"),
    path("<int:pk>/check/", views.campaign_check, name="campaign_check"),
    path("<int:pk>/send/", views.campaign_send, name="campaign_send"),
    path("<int:pk>/approve/", views.campaign_approve, name="campaign_approve"),
    path("<int:pk>/withdraw/", views.campaign_withdraw, name="campaign_withdraw"),
    path("<int:pk>/start/", views.campaign_start, name="campaign_start"),
    path("<int:pk>/pause/", views.campaign_pause, name="campaign_pause"),
    path("<int:pk>/resume/", views.campaign_resume, name="campaign_resume"),
    path("<int:pk>/cancel/", views.campaign_cancel, name="campaign_cancel"),
    path("<int:pk>/again/", views.campaign_again, name="campaign_again"),
    path("<int:pk>/copy/", views.campaign_copy, name="campaign_copy"),
    path("<int:pk>/keep/", views.campaign_keep, name="campaign_keep"),
    path("<int:pk>/report/", views.campaign_report, name="campaign_report"),
    path("<int:pk>/ledger/", views.campaign_ledger, name="campaign_ledger"),
    path("<int:pk>/ledger.csv", views.campaign_ledger_csv, name="campaign_ledger_csv"),
    path("<int:pk>/preview/<str:who>/", views.campaign_preview, name="campaign_preview"),
    path("<int:pk>/preview/<str:who>/html/", views.campaign_preview_html, name="campaign_preview_html"),
    path("<int:pk>/preview/<str:who>/test/", views.campaign_test, name="campaign_test"),
]
