"""Addresses of the organisers' page about what is held."""

from django.urls import path

from notifications.kept import views

app_name = "manage_kept"
urlpatterns = [
    path("", views.index, name="index"),
    path("run/", views.run, name="run"),
    path("<slug:slug>/", views.event, name="event"),
]
