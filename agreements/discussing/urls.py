"""Parties' addresses of the discussion, below a review."""

from django.urls import path

from agreements.discussing import views

app_name = "discussing"
urlpatterns = [
    path("articles/<int:revision_id>/comment/", views.begin, name="begin"),
    path("threads/<int:pk>/", views.thread, name="thread"),
    path("threads/<int:pk>/resolve/", views.resolve, name="resolve"),
    path("threads/<int:pk>/reopen/", views.reopen, name="reopen"),
    path("comments/<int:pk>/correct/", views.correct, name="correct"),
]
