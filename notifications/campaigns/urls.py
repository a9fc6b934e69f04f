"""Organisers' addresses of campaigns, within `manage_notifications`."""

from django.urls import path

from notifications.campaigns.views import afterwards, pages, verbs, writing

urlpatterns = [
    path("", writing.campaign_list, name="campaign_list"),
    path("new/", writing.campaign_new, name="campaign_new"),
    path("live/", writing.campaign_live, name="campaign_live"),
    path("<int:pk>/live/", writing.campaign_live, name="campaign_live_of"),
    path("live/<uuid:key>/", writing.campaign_live_html, name="campaign_live_html"),
    path("templates/<int:pk>/rename/", writing.template_rename, name="template_rename"),
    path("templates/<int:pk>/delete/", writing.template_delete, name="template_delete"),
    path("<int:pk>/", pages.campaign_detail, name="campaign_detail"),
    path("<int:pk>/edit/", writing.campaign_edit, name="campaign_edit"),
    path("<int:pk>/check/", pages.campaign_check, name="campaign_check"),
    path("<int:pk>/send/", verbs.campaign_send, name="campaign_send"),
    path("<int:pk>/approve/", verbs.campaign_approve, name="campaign_approve"),
    path("<int:pk>/withdraw/", verbs.campaign_withdraw, name="campaign_withdraw"),
    path("<int:pk>/start/", verbs.campaign_start, name="campaign_start"),
    path("<int:pk>/pause/", verbs.campaign_pause, name="campaign_pause"),
    path("<int:pk>/resume/", verbs.campaign_resume, name="campaign_resume"),
    path("<int:pk>/cancel/", verbs.campaign_cancel, name="campaign_cancel"),
    path("<int:pk>/again/", verbs.campaign_again, name="campaign_again"),
    path("<int:pk>/copy/", writing.campaign_copy, name="campaign_copy"),
    path("<int:pk>/keep/", writing.campaign_keep, name="campaign_keep"),
    path("<int:pk>/report/", afterwards.campaign_report, name="campaign_report"),
    path("<int:pk>/ledger/", afterwards.campaign_ledger, name="campaign_ledger"),
    path("<int:pk>/ledger.csv", afterwards.campaign_ledger_csv, name="campaign_ledger_csv"),
    path("<int:pk>/preview/<str:who>/", pages.campaign_preview, name="campaign_preview"),
    path("<int:pk>/preview/<str:who>/html/", pages.campaign_preview_html, name="campaign_preview_html"),
    path("<int:pk>/preview/<str:who>/test/", pages.campaign_test, name="campaign_test"),
]
