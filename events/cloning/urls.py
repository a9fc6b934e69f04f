"""The organisers' address that copies an event, below /manage/events/<slug>/clone/."""

from django.urls import path

from events.cloning import views

app_name = "manage_clone"
urlpatterns = [path("", views.clone, name="clone")]
