"""Addresses of amendments for the parties, below an agreement's review."""

from django.urls import path

from agreements.amending import propose_views, views

app_name = "amending"
urlpatterns = [
    path("amendments/", views.amendment_list, name="list"),
    path("amendments/v<int:number>/propose/<str:kind>/", propose_views.propose, name="propose"),
    path("amendments/<int:amendment_id>/", views.detail, name="detail"),
    path("amendments/<int:amendment_id>/withdraw/", views.withdraw, name="withdraw"),
    path("amendments/v<int:number>/table/", views.change_table, name="changes"),
    path("amendments/v<int:number>/table.pdf", views.change_table_pdf, name="changes_pdf"),
    path("redline/", views.compare, name="redline"),
    path("redline.pdf", views.compare_pdf, name="redline_pdf"),
    path("provenance/", views.provenance, name="provenance"),
]
