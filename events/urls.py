"""Public addresses of events."""

from django.urls import path

from events import register_views, views

app_name = "events"
urlpatterns = [
    path("", views.event_list, name="list"),
    path("<slug:slug>/", views.detail, name="detail"),
    path("<slug:slug>/register/", register_views.register, name="register"),
    path("<slug:slug>/register/opened/", register_views.opened, name="opened"),
    path("<slug:slug>/invitation/send/", register_views.request_invitation, name="request_invitation"),
    path("<slug:slug>/lost-link/", register_views.lost_link, name="lost_link"),
    path("<slug:slug>/lost-link/send/", register_views.request_link, name="request_link"),
    path("<slug:slug>/calendar.ics", views.event_calendar, name="calendar"),
]
