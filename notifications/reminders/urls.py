"""Organisers' addresses of an event's reminder rules, below /manage/events/<slug>/reminders/."""

from django.urls import path

from notifications.reminders import views

app_name = "manage_reminders"
urlpatterns = [
    path("", views.rule_list, name="list"),
    path("new/", views.rule_new, name="new"),
    path("<int:pk>/edit/", views.rule_edit, name="edit"),
    path("<int:pk>/on/", views.rule_switch_on, name="switch_on"),
    path("<int:pk>/off/", views.rule_switch_off, name="switch_off"),
    path("<int:pk>/delete/", views.rule_delete, name="delete"),
    path("<int:pk>/preview/", views.rule_preview, name="preview"),
    path("<int:pk>/preview/html/", views.rule_preview_html, name="preview_html"),
]
