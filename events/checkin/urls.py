"""Addresses of the desk of one event."""

from django.urls import path

from events.checkin import offline_views, paper_views, views

app_name = "checkin"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("find/", views.find, name="find"),
    path("admit/<uuid:key>/", views.admit, name="admit"),
    path("name/", views.name_desk, name="name_desk"),
    path("newcomer/", views.newcomer, name="newcomer"),
    path("present/", views.present, name="present"),
    path("present/<uuid:key>/take-back/", views.take_back, name="take_back"),
    path("contested/", views.contested, name="contested"),
    path("contested/<int:pk>/", views.contested, name="reconcile"),
    path("contested/<int:pk>/seat/", views.seat, name="seat"),
    path("live/", views.live, name="live"),
    path("badges.pdf", paper_views.badges, name="badges"),
    path("sign-in.pdf", paper_views.sign_in, name="sign_in"),
    path("scans/", offline_views.report, name="report"),
    path("snapshot.json", offline_views.snapshot_json, name="snapshot"),
    path("rehearsal/", offline_views.rehearsal, name="rehearsal"),
    path("rehearsal/passed/", offline_views.rehearsed, name="rehearsed"),
    path("worker.js", offline_views.worker, name="worker"),
]
