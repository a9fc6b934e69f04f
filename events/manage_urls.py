"""Addresses."""

from django.urls import URLPattern

app_name = "manage_events"
urlpatterns: list[URLPattern] = []
