"""Addresses of the approval, below an agreement's review."""

from django.urls import path

from agreements.approving import views

urlpatterns = [
    path("", views.approval, name="approval"),
    path("schema.pdf", views.schema_file, name="approval_schema"),
    path("acts/<int:act_id>/file/", views.act_file, name="approval_act_file"),
    path("mandates/<int:mandate_id>/file/", views.mandate_file, name="approval_mandate_file"),
    path("<int:party_id>/mandate/", views.mandate, name="approval_mandate"),
    path("<int:party_id>/act/", views.act, name="approval_act"),
    path("<int:party_id>/act/<int:act_id>/", views.act, name="approval_correct"),
    path("<int:party_id>/changes/", views.changes, name="approval_changes"),
    path("<int:party_id>/refuse/", views.refuse, name="approval_refuse"),
    path("<int:party_id>/declare/", views.declare, name="approval_declare"),
]
