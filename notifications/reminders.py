"""Reminders: the day before at 09:00 by the wall clock of Europe/Rome, once per address, never late-comers."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from events.models import Attendee, Event
from notifications import calendars, outbox
from notifications.outbox import Message

ROME = ZoneInfo("Europe/Rome")
HOUR = time(9, 0)


def due_at(event: Event) -> datetime:
    """When the reminder of an event is due: also over a change of the clocks it is 09:00 on the wall."""
    day_before = event.starts_at.astimezone(ROME).date() - timedelta(days=1)
    return datetime.combine(day_before, HOUR, ROME)


def plan_due(now: datetime | None = None) -> int:
    """Enqueue the reminders that are due and whose event has not begun; the number of messages asked for.

    "Due" is a range, and the idempotency key carries event, due date and address: a clock that ran twice, or was down
    at nine, makes no difference.
    """
    now = now or timezone.now()
    events = Event.objects.with_reminder_window(now, now + timedelta(days=2))
    return sum(_plan(event, now) for event in events if due_at(event) <= now)


@transaction.atomic
def _plan(event: Event, now: datetime) -> int:
    """Messages to everybody who held a place before the reminder was due; only those not told yet."""
    due = due_at(event)
    key = f"reminder:{event.pk}:{due.date().isoformat()}"
    told = outbox.addresses_with_key(key)
    messages: dict[str, Message] = {}
    attendees = Attendee.objects.filter(event=event).confirmed_before(due).select_related("registration")
    for attendee in attendees.order_by("place_number"):
        registration = attendee.registration
        address = attendee.email or registration.contact_email
        if address in told or address in messages:
            continue
        messages[address] = Message(
            kind="reminder",
            key=key,
            address=address,
            name=attendee.full_name if attendee.email else registration.contact_name,
            language=registration.language,
            payload={"event": event.pk, "registration": registration.pk},
            calendar=calendars.stamp(event, address, "REQUEST"),
            expires_at=event.starts_at,
        )
    return outbox.enqueue(messages.values()) if messages else 0
