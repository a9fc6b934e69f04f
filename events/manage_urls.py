"""Organisers' addresses of events."""

from django.urls import path

from events import agenda_views, waiting_views
from events import manage_views as views

app_name = "manage_events"
urlpatterns = [
    path("", views.event_list, name="list"),
    path("new/", views.new, name="new"),
    path("<slug:slug>/", views.detail, name="detail"),
    path("<slug:slug>/edit/", views.edit, name="edit"),
    path("<slug:slug>/publish/", views.publish, name="publish"),
    path("<slug:slug>/close/", views.close, name="close"),
    path("<slug:slug>/cancel/", views.cancel, name="cancel"),
    path("<slug:slug>/agenda/add/", agenda_views.session_edit, name="session_add"),
    path("<slug:slug>/agenda/<int:pk>/", agenda_views.session_edit, name="session_edit"),
    path("<slug:slug>/agenda/<int:pk>/cancel/", agenda_views.session_cancel, name="session_cancel"),
    path("<slug:slug>/agenda/<int:pk>/remove/", agenda_views.session_remove, name="session_remove"),
    path("<slug:slug>/registrations.csv", views.registrations_csv, name="registrations_csv"),
    path("<slug:slug>/places/", waiting_views.places, name="places"),
    path("<slug:slug>/places.csv", waiting_views.places_csv, name="places_csv"),
    path("<slug:slug>/places/<int:pk>/front/", waiting_views.move_to_front, name="waiting_front"),
]
