"""Public addresses of notifications: a contract, they stand in mails that were sent."""

from django.urls import path

from notifications.recipients import views

app_name = "notifications"
urlpatterns = [
    path("messages/<str:token>/", views.message, name="message"),
    path("messages/<str:token>/html/", views.message_html, name="message_html"),
    path("messages/<str:token>/why/", views.message_why, name="message_why"),
    path("preferences/<str:token>/", views.preferences, name="preferences"),
    path("preferences/<str:token>/undo/", views.preferences_undo, name="preferences_undo"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
