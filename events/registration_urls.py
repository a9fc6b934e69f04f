"""Addresses behind the secret link of a registration."""

from django.urls import path

from events import registration_views as views

app_name = "registrations"
urlpatterns = [
    path("<str:token>/", views.detail, name="detail"),
    path("<str:token>/add/", views.add_attendee, name="add_attendee"),
    path("<str:token>/attendees/<int:attendee_id>/edit/", views.edit_attendee, name="edit_attendee"),
    path("<str:token>/attendees/<int:attendee_id>/cancel/", views.cancel_attendee, name="cancel_attendee"),
    path("<str:token>/contact/", views.edit_contact, name="edit_contact"),
    path("<str:token>/cancel/", views.cancel, name="cancel"),
]
