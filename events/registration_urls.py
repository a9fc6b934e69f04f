"""Addresses behind the secret link of a registration."""

from django.urls import path

from events import registration_views as views
from events import seats_views, waiting_views

app_name = "registrations"
urlpatterns = [
    path("<str:token>/", views.detail, name="detail"),
    path("<str:token>/add/", views.add_attendee, name="add_attendee"),
    path("<str:token>/attendees/<int:attendee_id>/edit/", views.edit_attendee, name="edit_attendee"),
    path("<str:token>/attendees/<int:attendee_id>/cancel/", views.cancel_attendee, name="cancel_attendee"),
    path("<str:token>/contact/", views.edit_contact, name="edit_contact"),
    path("<str:token>/cancel/", views.cancel, name="cancel"),
    path("<str:token>/calendar.ics", views.calendar, name="calendar"),
    path("<str:token>/sessions/", seats_views.sessions, name="sessions"),
    path("<str:token>/sessions/choose/", seats_views.choose, name="session_choose"),
    path("<str:token>/sessions/swap/", seats_views.swap, name="session_swap"),
    path("<str:token>/sessions/give-back/", seats_views.give_back, name="session_give_back"),
    path("<str:token>/sessions/wait/", seats_views.wait, name="session_wait"),
    path("<str:token>/waiting/<int:pk>/", waiting_views.leave, name="waiting_leave"),
]
