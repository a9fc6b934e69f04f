"""Organisers' addresses of an event's posts, below /manage/events/<slug>/posts/."""

from django.urls import path

from notifications.channels import views

app_name = "manage_posts"
urlpatterns = [
    path("", views.post_list, name="list"),
    path("posts.csv", views.posts_csv, name="csv"),
    path("new/", views.new, name="new"),
    path("<uuid:key>/", views.detail, name="detail"),
    path("<uuid:key>/edit/", views.edit, name="edit"),
    path("<uuid:key>/schedule/", views.schedule, name="schedule"),
    path("<uuid:key>/take-back/", views.take_back, name="take_back"),
    path("<uuid:key>/cancel/", views.cancel, name="cancel"),
    path("<uuid:key>/again/", views.send_again, name="again"),
    path("<uuid:key>/published/", views.mark_published, name="published"),
    path("<uuid:key>/record/", views.record, name="record"),
    path("<uuid:key>/reopen/", views.reopen, name="reopen"),
]
