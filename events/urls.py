"""Public addresses of events."""

from django.urls import path

from events import views

app_name = "events"
urlpatterns = [
    path("", views.event_list, name="list"),
    path("<slug:slug>/", views.detail, name="detail"),
    path("<slug:slug>/register/", views.register, name="register"),
    path("<slug:slug>/register/opened/", views.opened, name="opened"),
    path("<slug:slug>/lost-link/", views.lost_link, name="lost_link"),
    path("<slug:slug>/lost-link/send/", views.request_link, name="request_link"),
    path("<slug:slug>/calendar.ics", views.event_calendar, name="calendar"),
]
