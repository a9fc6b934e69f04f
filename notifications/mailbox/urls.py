"""Addresses of the local mailbox; they exist in the trial mode alone."""

from django.urls import path

from notifications.mailbox import views

app_name = "mailbox"
urlpatterns = [
    path("", views.mail_list, name="list"),
    path("<int:pk>/", views.mail_detail, name="mail"),
    path("<int:pk>/html/", views.mail_html, name="html"),
    path("<int:pk>/invite.ics", views.mail_calendar, name="calendar"),
    path("<int:pk>/mail.eml", views.mail_raw, name="raw"),
]
