"""Where providers report."""

from django.urls import path

from notifications.providers import views

app_name = "providers"
urlpatterns = [path("<slug:name>/", views.report, name="provider_report")]
