"""Organisers' addresses of the outbox, below /manage/outbox/."""

from django.urls import path

from notifications.cockpit import messages, refusals, views

urlpatterns = [
    path("", views.cockpit, name="outbox"),
    path("hold/", views.hold, name="hold"),
    path("release/", views.release, name="release"),
    path("settle/", views.settle, name="settle"),
    path("refusals/", refusals.refusals, name="refusals"),
    path("refusals/<int:pk>/lift/", refusals.lift, name="refusal_lift"),
    path("limits/<str:lane>/<str:group>/", views.limits, name="limits"),
    path("limits/<str:lane>/<str:group>/try-now/", views.try_now, name="try_now"),
    path("messages/", messages.message_list, name="message_list"),
    path("messages/decide/", messages.decide, name="decide"),
    path("<uuid:key>/", messages.delivery, name="delivery"),
    path("<uuid:key>/raw/", messages.delivery_raw, name="delivery_raw"),
    path("<uuid:key>/send-again/", messages.send_again, name="send_again"),
    path("<uuid:key>/arrived/", messages.mark_arrived, name="mark_arrived"),
]
