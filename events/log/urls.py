"""Organisers' addresses of an event's change log, below /manage/events/<slug>/log/."""

from django.urls import path

from events.log import views

app_name = "manage_log"
urlpatterns = [
    path("", views.index, name="index"),
    path("log.csv", views.sheet, name="sheet"),
]
