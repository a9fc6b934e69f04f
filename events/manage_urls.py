"""Organisers' addresses of events."""

from django.urls import path

from events import (
    agenda_views,
    moderation_views,
    needs_views,
    parts_views,
    places_views,
    release_views,
    removal_views,
    sharing_views,
)
from events import manage_views as views
from events.exports import views as exported

app_name = "manage_events"
urlpatterns = [
    path("", views.event_list, name="list"),
    path("new/", views.new, name="new"),
    path("<slug:slug>/", views.detail, name="detail"),
    path("<slug:slug>/edit/", views.edit, name="edit"),
    path("<slug:slug>/publish/", views.publish, name="publish"),
    path("<slug:slug>/close/", views.close, name="close"),
    path("<slug:slug>/cancel/", views.cancel, name="cancel"),
    path("<slug:slug>/remove/", removal_views.remove, name="remove"),
    path("<slug:slug>/needs/", needs_views.of_event, name="needs"),
    path("<slug:slug>/agenda/", agenda_views.index, name="agenda"),
    path("<slug:slug>/agenda/add/", agenda_views.session_edit, name="session_add"),
    path("<slug:slug>/agenda/<int:pk>/", agenda_views.session_edit, name="session_edit"),
    path("<slug:slug>/agenda/<int:pk>/times/", agenda_views.session_times, name="session_times"),
    path("<slug:slug>/agenda/<int:pk>/move/", agenda_views.session_move, name="session_move"),
    path("<slug:slug>/agenda/<int:pk>/shift/", agenda_views.session_shift, name="session_shift"),
    path("<slug:slug>/agenda/<int:pk>/duplicate/", agenda_views.session_duplicate, name="session_duplicate"),
    path("<slug:slug>/agenda/<int:pk>/cancel/", agenda_views.session_cancel, name="session_cancel"),
    path("<slug:slug>/agenda/<int:pk>/remove/", agenda_views.session_remove, name="session_remove"),
    path("<slug:slug>/agenda/follow/", agenda_views.follow_event, name="agenda_follow"),
    path("<slug:slug>/agenda/release/", release_views.release, name="agenda_release"),
    path("<slug:slug>/agenda/releases/", release_views.releases, name="releases"),
    path("<slug:slug>/agenda/discard/", release_views.discard, name="agenda_discard"),
    *(
        path(f"<slug:slug>/agenda/{what}/{rest}", view, {"what": what}, name=f"{what}{name}")
        for what in parts_views.KINDS
        for rest, view, name in (
            ("", parts_views.part_list, ""),
            ("add/", parts_views.part_edit, "_add"),
            ("<int:pk>/", parts_views.part_edit, "_edit"),
            ("<int:pk>/move/", parts_views.part_move, "_move"),
            ("<int:pk>/remove/", parts_views.part_remove, "_remove"),
        )
    ),
    path("<slug:slug>/registrations/", moderation_views.registrations, name="registrations"),
    path("<slug:slug>/registrations/approve/", moderation_views.approve, name="registrations_approve"),
    path("<slug:slug>/registrations/refuse/", moderation_views.refuse, name="registrations_refuse"),
    path("<slug:slug>/changes/", moderation_views.changes, name="changes"),
    path("<slug:slug>/changes/<int:pk>/approve/", moderation_views.approve_change, name="change_approve"),
    path("<slug:slug>/changes/<int:pk>/refuse/", moderation_views.refuse_change, name="change_refuse"),
    path("<slug:slug>/invitations/", moderation_views.invitations, name="invitations"),
    path("<slug:slug>/invitations/add/", moderation_views.invite, name="invite"),
    path("<slug:slug>/invitations/<int:pk>/revoke/", moderation_views.revoke_invitation, name="invitation_revoke"),
    path("<slug:slug>/invitations/<int:pk>/restore/", moderation_views.restore_invitation, name="invitation_restore"),
    path("<slug:slug>/places/", places_views.places, name="places"),
    # addresses of before the lists had a page of their own
    path("<slug:slug>/places.csv", exported.by_default, {"key": "agenda_places"}, name="places_csv"),
    path("<slug:slug>/waiting/<int:pk>/front/", places_views.move_to_front, name="waiting_front"),
    path("<slug:slug>/sharing/", sharing_views.sharing, name="sharing"),
    path("<slug:slug>/registrations.csv", exported.by_default, {"key": "attendees"}, name="registrations_csv"),
]
