"""Public addresses of the meeting point."""

from django.urls import path

from events.meeting_point.views import public

urlpatterns = [
    path("", public.page, name="meeting_point"),
    path("hours.json", public.hours_file, name="meeting_point_hours"),
]
