"""Organisers' addresses of an event's questions."""

from django.urls import path

from events.questions import views

app_name = "manage_questions"
urlpatterns = [
    path("", views.index, name="index"),
    path("add/", views.edit, name="add"),
    path("copy/", views.copy, name="copy"),
    path("preview/", views.preview, name="preview"),
    path("answers/", views.answers, name="answers"),
    path("answers.csv", views.answers_csv, name="answers_csv"),
    path("<int:pk>/", views.edit, name="edit"),
    path("<int:pk>/move/", views.move, name="move"),
    path("<int:pk>/retire/", views.retire, name="retire"),
    path("<int:pk>/remove/", views.remove, name="remove"),
]
