"""The meeting point's public page."""

from django.urls import path

from events import views

urlpatterns = [path("", views.meeting_point, name="meeting_point")]
