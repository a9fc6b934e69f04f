"""Public addresses of the meeting point, and those behind an appointment's link."""

from django.urls import include, path

from events.meeting_point.views import booking, own, public

appointments = [
    path("book/", booking.start, name="start"),
    path("lost-link/", booking.lost_link, name="lost_link"),
    path("lost-link/send/", booking.request_link, name="request_link"),
    path("<int:pk>/book/", booking.times, name="slots"),
    path("<int:pk>/book/<str:slot>/", booking.person, name="person"),
    path("appointments/<str:token>/", own.detail, name="detail"),
    path("appointments/<str:token>/move/", own.move, name="move"),
    path("appointments/<str:token>/cancel/", own.cancel, name="cancel"),
    path("appointments/<str:token>/calendar.ics", own.calendar, name="calendar"),
    path("appointments/<str:token>/data/", own.data, name="data"),
    path("appointments/<str:token>/data.json", own.data_file, name="data_file"),
    path("appointments/<str:token>/erase/", own.erase, name="erase"),
]
urlpatterns = [
    path("", public.page, name="meeting_point"),
    path("hours.json", public.hours_file, name="meeting_point_hours"),
    path("", include((appointments, "appointments"))),
]
