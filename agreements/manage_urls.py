"""Organisers' addresses of agreements."""

from django.urls import include, path

from agreements import manage_views as views

app_name = "manage_agreements"
urlpatterns = [
    path("", views.agreement_list, name="list"),
    path("new/", views.new, name="new"),
    path("<slug:slug>/", views.detail, name="detail"),
    path("<slug:slug>/approval/", include("agreements.approving.manage_urls")),
    path("<slug:slug>/articles/add/", views.article_add, name="article_add"),
    path("<slug:slug>/articles/<int:revision_id>/", views.article_edit, name="article_edit"),
    path("<slug:slug>/articles/<int:revision_id>/remove/", views.article_remove, name="article_remove"),
    path("<slug:slug>/articles/<int:revision_id>/<str:direction>/", views.article_move, name="article_move"),
    path("<slug:slug>/share/", views.share, name="share"),
    path("<slug:slug>/close/", views.close_observations, name="close_observations"),
    path("<slug:slug>/version/", views.prepare_version, name="prepare_version"),
    path("<slug:slug>/freeze/", views.freeze, name="freeze"),
    path("<slug:slug>/open-signing/", views.open_signing, name="open_signing"),
    path("<slug:slug>/publish/", views.publish, name="publish"),
    path("<slug:slug>/withdraw/", views.withdraw, name="withdraw"),
    path("<slug:slug>/audit/", views.audit_trail, name="audit"),
]
