"""Organisers' addresses: the review's dates and the parties."""

from django.urls import path

from agreements.discussing import manage_views as views

app_name = "manage_discussing"
urlpatterns = [
    path("extend/", views.extend, name="extend"),
    path("parties/", views.parties, name="parties"),
    path("parties/<int:pk>/remove/", views.remove_party, name="remove_party"),
]
