"""The subscription feed of all public events."""

from django.urls import path

from events import views

urlpatterns = [path("", views.feed, name="calendar_feed")]
