"""Addresses on passes: printed, so they never change."""

from django.urls import path

from events.checkin import offline_views, views

app_name = "passes"
urlpatterns = [
    path("worker.js", offline_views.passes_worker, name="passes_worker"),
    path("<str:code>/", views.opened_pass, name="opened"),
]
