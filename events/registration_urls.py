"""Addresses behind the secret link of a registration."""

from django.urls import path

from events import needs_views, seats_views, self_service_views, waiting_views
from events import registration_views as views
from events.attendance import views as attendance
from events.checkin import paper_views
from events.questions import answer_views

app_name = "registrations"
urlpatterns = [
    path("<str:token>/", views.detail, name="detail"),
    path("<str:token>/add/", views.add_attendee, name="add_attendee"),
    path("<str:token>/attendees/<int:attendee_id>/edit/", views.edit_attendee, name="edit_attendee"),
    path("<str:token>/attendees/<int:attendee_id>/cancel/", views.cancel_attendee, name="cancel_attendee"),
    path("<str:token>/attendees/<int:attendee_id>/replace/", views.replace_attendee, name="replace_attendee"),
    path("<str:token>/attendees/<int:attendee_id>/confirm/", views.confirm_attendee, name="confirm_attendee"),
    path("<str:token>/attendees/<int:attendee_id>/send-link/", views.send_attendee_link, name="send_attendee_link"),
    path("<str:token>/attendees/<int:attendee_id>/needs/", needs_views.by_contact, name="attendee_needs"),
    path("<str:token>/confirm/", views.confirm_all, name="confirm_all"),
    path("<str:token>/contact/", views.edit_contact, name="edit_contact"),
    path("<str:token>/changes/<int:pk>/withdraw/", views.withdraw_change, name="withdraw_change"),
    path("<str:token>/cancel/", views.cancel, name="cancel"),
    path("<str:token>/sessions/", seats_views.sessions, name="sessions"),
    path("<str:token>/sessions/change/", seats_views.change, name="session_change"),
    path("<str:token>/waiting/<int:pk>/", waiting_views.entry, name="waiting"),
    path("<str:token>/questions/", answer_views.by_contact, name="questions"),
    path("<str:token>/pass.pdf", paper_views.registration_passes, name="passes"),
    path("<str:token>/certificate.pdf", attendance.certificates_of_registration, name="certificates"),
    path("<str:token>/data/", self_service_views.data, name="data"),
    path("<str:token>/data.json", self_service_views.data_file, name="data_file"),
    path("<str:token>/erase/", self_service_views.erase, name="erase"),
]
