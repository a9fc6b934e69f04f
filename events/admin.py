"""Reading and repair of events. States and places change through the services alone."""

from django.contrib import admin
from django.http import HttpRequest

from events.models import (
    AgendaRelease,
    Attendee,
    Event,
    Invitation,
    LogEntry,
    MeetingPoint,
    OpeningHours,
    Registration,
    Session,
)


class SessionInline(admin.TabularInline[Session, Event]):
    model = Session
    extra = 0


@admin.register(Event)
class EventAdmin(admin.ModelAdmin[Event]):
    list_display = ("title_it", "kind", "state", "starts_at", "capacity")
    list_filter = ("state", "kind")
    readonly_fields = ("state", "starts_at", "ends_at", "venue", "address", "capacity", "revision", "cancelled_at")
    inlines = (SessionInline,)

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False


@admin.register(AgendaRelease)
class AgendaReleaseAdmin(admin.ModelAdmin[AgendaRelease]):
    """To be read only: the database refuses anything else."""

    list_display = ("event", "number", "released_at", "by")
    list_filter = ("event",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AgendaRelease | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AgendaRelease | None = None) -> bool:
        return False


@admin.register(LogEntry)
class LogEntryAdmin(admin.ModelAdmin[LogEntry]):
    """To be read only, that of removed drafts too: the database refuses anything else."""

    list_display = ("at", "actor", "by", "action", "event_uid", "values")
    list_filter = ("actor", "action")
    list_select_related = ("by",)
    search_fields = ("event_uid",)
    ordering = ("-pk",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:
        return False


class AttendeeInline(admin.TabularInline[Attendee, Registration]):
    model = Attendee
    extra = 0
    can_delete = False
    fields = readonly_fields = ("full_name", "email", "office", "state", "place_number")


@admin.register(Registration)
class RegistrationAdmin(admin.ModelAdmin[Registration]):
    list_display = ("registrant", "category", "event", "contact_email", "state", "created_at")
    list_filter = ("category", "state", "event")
    search_fields = ("organisation_name", "medium", "contact_email", "contact_name")
    readonly_fields = ("event", "category", "state", "contact_email", "invitation", "privacy_notice_version", "created_at",
                       "cancelled_at")  # fmt: skip
    inlines = (AttendeeInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Registration | None = None) -> bool:
        return False


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin[Invitation]):
    list_display = ("organisation", "event", "invited_at")
    readonly_fields = ("organisation", "event", "invited_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class OpeningHoursInline(admin.TabularInline[OpeningHours, MeetingPoint]):
    model = OpeningHours
    extra = 0
    can_delete = False
    fields = readonly_fields = ("weekday", "opens_at", "closes_at")  # the organisers' page looks at appointments first

    def has_add_permission(self, request: HttpRequest, obj: MeetingPoint | None = None) -> bool:
        return False


@admin.register(MeetingPoint)
class MeetingPointAdmin(admin.ModelAdmin[MeetingPoint]):
    list_display = ("name_it", "address", "phone")
    inlines = (OpeningHoursInline,)
