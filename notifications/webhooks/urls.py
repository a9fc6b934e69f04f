"""Organisers' addresses of other programs, below /manage/webhooks/."""

from django.urls import path

from notifications.webhooks import views

app_name = "manage_webhooks"
urlpatterns = [
    path("", views.webhook_list, name="list"),
    path("new/", views.new, name="new"),
    path("<uuid:key>/", views.detail, name="detail"),
    path("<uuid:key>/edit/", views.edit, name="edit"),
    path("<uuid:key>/secret/", views.secret, name="secret"),
    path("<uuid:key>/renew/", views.renew, name="renew"),
    path("<uuid:key>/pause/", views.pause, name="pause"),
    path("<uuid:key>/resume/", views.resume, name="resume"),
    path("<uuid:key>/remove/", views.remove, name="remove"),
    path("<uuid:key>/test/", views.send_test, name="test"),
    path("<uuid:key>/again/", views.send_failed_again, name="again"),
    path("<uuid:key>/messages/<uuid:message_key>/", views.message, name="message"),
    path("<uuid:key>/messages/<uuid:message_key>/again/", views.send_again, name="message_again"),
]
