"""Organisers' addresses of the approval."""

from django.urls import path

from agreements.approving import manage_views as views

urlpatterns = [
    path("finalise/", views.finalise, name="finalise"),
    path("send/", views.send, name="send_for_approval"),
    path("parties/add/", views.add_party, name="add_party"),
    path("parties/<int:party_id>/remove/", views.remove_party, name="remove_party"),
    path("mandates/<int:mandate_id>/end/", views.end_mandate, name="end_mandate"),
]
