"""Addresses of an event's lists, below the organisers' page of the event."""

from django.urls import path

from events.exports import views

app_name = "manage_exports"
urlpatterns = [
    path("", views.index, name="index"),
    path("all.<str:kind>", views.whole, name="whole"),
    path("<slug:key>/", views.preview, name="preview"),
    path("<slug:key>.<str:kind>", views.download, name="download"),
]
