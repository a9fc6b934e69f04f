"""Organisers' addresses of an event's dates, below /manage/events/<slug>/timeline/."""

from django.urls import path

from events.timeline import views

app_name = "manage_timeline"
urlpatterns = [
    path("", views.index, name="index"),
    path("timeline.ics", views.file, name="file"),
    path("as-of/", views.preview, name="preview"),
]
