"""Organisers' addresses of an event's tagged addresses."""

from django.urls import path

from events.attribution import views

app_name = "manage_sources"
urlpatterns = [
    path("", views.addresses, name="addresses"),
    path("<int:pk>/qr.svg", views.qr_svg, name="qr_svg"),
    path("<int:pk>/qr.png", views.qr_png, name="qr_png"),
    path("<int:pk>/withdraw/", views.withdraw, name="withdraw"),
]
