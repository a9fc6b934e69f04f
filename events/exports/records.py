"""Rows of the other lists of an event: places of agenda items, queues, the register, invitations, changes asked for."""

from collections import Counter
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from events.attendance import rows as register_rows
from events.attendance.models import AttendanceRegister, Status
from events.exports.cells import Cell
from events.exports.selection import Selection
from events.models import Event, Registration, SessionPlace, WaitingEntry


def agenda_places(event: Event, _selection: Selection) -> Iterator[Sequence[Cell]]:
    """Who holds a place in which item, by time and number. One query."""
    held = SessionPlace.objects.held().filter(session__event=event).select_related("session", "attendee__registration")
    for one in held.order_by("session__starts_at", "session", "number"):
        yield one.session.title, one.number, str(one.attendee), one.attendee.registration.registrant


def waiting(event: Event, _selection: Selection) -> Iterator[Sequence[Cell]]:
    """Every group in a queue, in its order. Two queries."""
    queue = WaitingEntry.objects.waiting().filter(event=event).select_related("session", "registration")
    turns: Counter[int | None] = Counter()
    for one in queue.prefetch_related("people__attendee"):
        turns[one.session_id] += 1
        people = [str(person.attendee) for person in one.people.all() if person.state == person.State.WAITING]
        yield (
            one.title if one.session_id else _("the event"), turns[one.session_id], one.registration.registrant,
            len(people), ", ".join(people), one.get_takes_display(), one.created_at, one.priority_reason,
            one.registration.contact_email, one.registration.reference,
        )  # fmt: skip


def register(event: Event, _selection: Selection) -> Iterator[Sequence[Cell]]:
    """The last edition of the register, or how it stands while it is not closed. Three queries."""
    last = _last(event)
    for group in (register_rows.closed(last) if last else register_rows.now_of(event)).groups:
        registration = group.registration
        for line in group.lines:
            yield (
                registration.registrant, registration.get_organisation_kind_display(), str(line.attendee),
                line.attendee.office, line.words, line.arrived_at if line.status == Status.PRESENT else None,
                str(line.represented_by) if line.represented_by else "", last.edition if last else None,
            )  # fmt: skip


def register_length(event: Event) -> int:
    """How many rows the register has: a closed edition keeps its own, whoever gave a place back since."""
    last = _last(event)
    return len(register_rows.closed(last).lines) if last else event.attendees.confirmed().count()


def invitations(event: Event, _selection: Selection) -> Iterator[Sequence[Cell]]:
    """Every organisation invited, by name, and what came of it. Two queries."""
    standing = list(event.registrations.active().order_by("created_at", "pk"))
    by_link = {one.invitation_id: one for one in standing if one.invitation_id}
    registered = {one.organisation_id: one for one in standing if one.organisation_id}
    for one in event.invitations.select_related("organisation").order_by("organisation__name", "pk"):
        whose, came_of_it = one.organisation, by_link.get(one.pk) or registered.get(one.organisation_id)
        yield (
            whose.name, whose.get_kind_display(), whose.municipality, whose.email, one.invited_at, one.opened_at,
            _state_of(came_of_it), came_of_it.reference if came_of_it else "", one.revoked_at,
        )  # fmt: skip


def changes(event: Event, _selection: Selection) -> Iterator[Sequence[Cell]]:
    """Every change asked for after the freeze, by time. One query."""
    for one in event.change_requests.select_related("registration", "attendee", "decided_by").order_by(
        "asked_at", "pk"
    ):
        yield (
            one.registration.registrant, one.get_kind_display(), str(one.attendee) if one.attendee else "", one.full_name,
            one.office, one.email, one.get_state_display(), one.asked_at, one.decided_at,
            str(one.decided_by) if one.decided_by else "", one.reason, one.registration.reference,
        )  # fmt: skip


# -- inside ------------------------------------------------------------------------------------------------------------


def _last(event: Event) -> AttendanceRegister | None:
    found: AttendanceRegister | None = event.registers.order_by("-edition").first()
    return found


def _state_of(registration: Registration | None) -> str:
    return str(registration.get_state_display()) if registration else ""
