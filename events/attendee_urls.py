"""Addresses behind one person's own link."""

from django.urls import path

from events import attendee_views as views
from events import needs_views, seats_views, self_service_views
from events.attendance import views as attendance
from events.checkin import paper_views
from events.questions import answer_views

app_name = "attendees"
urlpatterns = [
    path("<str:token>/", views.detail, name="detail"),
    path("<str:token>/edit/", views.edit, name="own_edit"),
    path("<str:token>/confirm/", views.confirm, name="own_confirm"),
    path("<str:token>/cancel/", views.cancel, name="own_cancel"),
    path("<str:token>/needs/", needs_views.own, name="own_needs"),
    path("<str:token>/sessions/", seats_views.own_sessions, name="own_sessions"),
    path("<str:token>/sessions/change/", seats_views.own_change, name="own_session_change"),
    path("<str:token>/questions/", answer_views.own, name="own_questions"),
    path("<str:token>/pass.pdf", paper_views.own_pass, name="own_pass"),
    path("<str:token>/certificate.pdf", attendance.own_certificate, name="own_certificate"),
    path("<str:token>/data/", self_service_views.own_data, name="own_data"),
    path("<str:token>/data.json", self_service_views.own_data_file, name="own_data_file"),
    path("<str:token>/erase/", self_service_views.own_erase, name="own_erase"),
]
