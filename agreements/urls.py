"""Public and parties' addresses of agreements."""

from django.urls import include, path

from agreements import views

app_name = "agreements"
urlpatterns = [
    path("", views.agreement_list, name="list"),
    path("<slug:slug>/", views.detail, name="detail"),
    path("<slug:slug>/document.pdf", views.document_file, name="document"),
    path("<slug:slug>/review/", views.review, name="review"),
    path("<slug:slug>/review/approval/", include("agreements.approving.urls")),
    path("<slug:slug>/review/articles/<int:revision_id>/comment/", views.comment, name="comment"),
    path("<slug:slug>/review/position/", views.record_position, name="record_position"),
    path("<slug:slug>/review/adhere/", views.adhere, name="adhere"),
    path("<slug:slug>/review/upload/", views.upload, name="upload"),
    path("<slug:slug>/review/files/<int:file_id>/", views.signed_file, name="signed_file"),
]
