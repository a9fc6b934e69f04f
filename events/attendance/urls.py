"""Organisers' addresses of an event's attendance register."""

from django.urls import path

from events.attendance import views

app_name = "manage_attendance"
urlpatterns = [
    path("", views.register, name="register"),
    path("people/<int:pk>/", views.mark, name="mark"),
    path("close/", views.close, name="close"),
    path("register.pdf", views.register_pdf, name="open_pdf"),
    path("<int:edition>/register.pdf", views.register_pdf, name="edition_pdf"),
]
