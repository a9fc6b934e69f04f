"""Organisers' addresses of an event's figures."""

from django.urls import path

from events.figures import views

app_name = "manage_figures"
urlpatterns = [
    path("", views.index, name="index"),
    path("figures.pdf", views.report_pdf, name="report_pdf"),
    path("public/", views.preview, name="preview"),
    path("publish/", views.publish, name="publish"),
    path("withdraw/", views.withdraw, name="withdraw"),
]
