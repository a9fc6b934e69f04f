"""Addresses of the meeting point for organisers and the desk."""

from django.urls import path

from events.meeting_point.views import desk, hours

app_name = "manage_meeting_point"
urlpatterns = [
    path("", desk.index, name="index"),
    path("<int:pk>/hours/", hours.overview, name="hours"),
    path("<int:pk>/hours/week/", hours.weekly, name="weekly"),
    path("<int:pk>/hours/exceptions/add/", hours.exception, name="exception_add"),
    path("<int:pk>/hours/exceptions/<int:exception_id>/", hours.exception, name="exception"),
    path("<int:pk>/hours/exceptions/<int:exception_id>/remove/", hours.remove_exception, name="exception_remove"),
    path("<int:pk>/hours/holidays/", hours.holidays, name="holidays"),
    path("<int:pk>/settings/", hours.settings, name="settings"),
]
