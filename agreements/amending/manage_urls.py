"""Organisers' addresses of amendments."""

from django.urls import path

from agreements.amending import manage_views as views

app_name = "manage_amending"
urlpatterns = [path("<int:amendment_id>/", views.decide, name="decide")]
