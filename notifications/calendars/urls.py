"""Addresses of calendars: a person's own feed, and the organisers' page of who has which."""

from django.urls import path

from notifications.calendars import views

app_name = "calendars"
urlpatterns = [
    path("me/calendar/<str:token>.ics", views.personal, name="personal"),
    path("me/calendar/<str:token>/", views.personal_page, name="personal_page"),
    path("me/calendar/<str:token>/renew/", views.personal_renew, name="personal_renew"),
    path("registrations/<str:token>/calendar.ics", views.registration, name="registration"),
    path("registrations/<str:token>/calendar-address/", views.personal_ask, name="personal_ask"),
    path("manage/events/<slug:slug>/calendars/", views.event, name="event"),
]
