"""Organisers' addresses of segments and contact lists, below /manage/audiences/."""

from django.urls import path

from notifications.audiences import list_views, views

app_name = "manage_audiences"
urlpatterns = [
    path("", views.index, name="index"),
    path("segments/new/", views.segment_new, name="segment_new"),
    path("segments/<int:pk>/", views.segment_detail, name="segment_detail"),
    path("segments/<int:pk>/rename/", views.segment_rename, name="segment_rename"),
    path("segments/<int:pk>/add/<str:kind>/", views.source_add, name="source_add"),
    path("segments/<int:pk>/remove/<str:key>/", views.source_remove, name="source_remove"),
    path("segments/<int:pk>/delete/", views.segment_delete, name="segment_delete"),
    path("lists/new/", list_views.list_new, name="list_new"),
    path("lists/<int:pk>/", list_views.list_detail, name="list_detail"),
    path("lists/<int:pk>/add/", list_views.list_add, name="list_add"),
    path("lists/<int:pk>/rename/", list_views.list_rename, name="list_rename"),
    path("lists/<int:pk>/segment/", list_views.list_segment, name="list_segment"),
    path("lists/<int:pk>/delete/", list_views.list_delete, name="list_delete"),
    path("uploads/<int:pk>/", list_views.upload_detail, name="upload_detail"),
    path("uploads/<int:pk>/apply/", list_views.upload_apply, name="upload_apply"),
    path("uploads/<int:pk>/discard/", list_views.upload_discard, name="upload_discard"),
    path("uploads/<int:pk>/undo/", list_views.upload_undo, name="upload_undo"),
    path("uploads/<int:pk>/left-out.csv", list_views.upload_left_out, name="upload_left_out"),
]
