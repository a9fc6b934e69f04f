"""Addresses."""

from django.urls import URLPattern

app_name = "manage_agreements"
urlpatterns: list[URLPattern] = []
