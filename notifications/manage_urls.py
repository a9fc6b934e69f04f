"""Addresses."""

from django.urls import URLPattern

app_name = "manage_notifications"
urlpatterns: list[URLPattern] = []
