"""Addresses of the meeting point for organisers and the desk."""

from django.urls import path

from events.meeting_point.views import desk, desk_booking, hours, visits

app_name = "manage_meeting_point"
urlpatterns = [
    path("", desk.index, name="index"),
    path("<int:pk>/", desk.day, name="day"),
    path("<int:pk>/walk-in/", desk.walk_in, name="walk_in"),
    path("<int:pk>/appointments/<int:appointment_id>/", desk_booking.appointment, name="appointment"),
    path("<int:pk>/appointments/<int:appointment_id>/came/", desk.arrived, name="arrived"),
    path("<int:pk>/appointments/<int:appointment_id>/missed/", desk.missed, name="missed"),
    path("<int:pk>/appointments/<int:appointment_id>/not-missed/", desk.not_missed, name="not_missed"),
    path("<int:pk>/appointments/<int:appointment_id>/move/", desk_booking.move, name="move"),
    path("<int:pk>/book/", desk_booking.times, name="times"),
    path("<int:pk>/book/<str:slot>/", desk_booking.book, name="book"),
    path("<int:pk>/visits/", visits.visits, name="visits"),
    path("<int:pk>/visits.csv", visits.visits_csv, name="visits_csv"),
    path("<int:pk>/visits/<int:visit_id>/", visits.visit, name="visit"),
    path("<int:pk>/visits/<int:visit_id>/strike/", visits.strike, name="strike"),
    path("<int:pk>/figures/", visits.monthly, name="figures"),
    path("<int:pk>/figures.csv", visits.monthly_csv, name="figures_csv"),
    path("<int:pk>/hours/", hours.overview, name="hours"),
    path("<int:pk>/hours/week/", hours.weekly, name="weekly"),
    path("<int:pk>/hours/exceptions/add/", hours.exception, name="exception_add"),
    path("<int:pk>/hours/exceptions/<int:exception_id>/", hours.exception, name="exception"),
    path("<int:pk>/hours/exceptions/<int:exception_id>/remove/", hours.remove_exception, name="exception_remove"),
    path("<int:pk>/hours/holidays/", hours.holidays, name="holidays"),
    path("<int:pk>/settings/", hours.settings, name="settings"),
]
