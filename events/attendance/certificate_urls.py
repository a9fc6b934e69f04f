"""The verification of certificates: its addresses are printed, so they never change."""

from django.urls import path

from events.attendance import views

app_name = "certificates"
urlpatterns = [
    path("", views.verify, name="verify_certificate"),
    path("<str:code>/", views.verify, name="shown"),
]
