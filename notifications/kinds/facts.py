"""What letters about events have in common: what, when, where, and the calendar part."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events import calendars as event_calendars
from events.models import Event
from notifications.letters import CannotWrite
from notifications.models import Delivery
from organisations.text import one_line


def when(event: Event) -> str:
    """Date and time in full, as people read them."""
    starts_at, ends_at = timezone.localtime(event.starts_at), timezone.localtime(event.ends_at)
    day = date_format(starts_at, "l j F Y")
    return _("%(day)s, from %(start)s to %(end)s") % {
        "day": day, "start": f"{starts_at:%H:%M}", "end": f"{ends_at:%H:%M}",
    }  # fmt: skip


def event_facts(event: Event) -> list[tuple[str, str]]:
    """What, when, where."""
    return [
        (_("Event"), event.title),
        (_("When"), when(event)),
        (_("Where"), f"{event.venue}, {event.address}"),
    ]


def event_of(delivery: Delivery) -> Event:
    event = Event.objects.filter(pk=delivery.payload.get("event")).first()
    if event is None:
        raise CannotWrite("the event is gone")
    return event


def calendar_of(delivery: Delivery, event: Event) -> bytes | None:
    if not delivery.calendar_method or delivery.calendar_sequence is None or delivery.calendar_stamp is None:
        return None
    return event_calendars.scheduling_part(
        event,
        method=delivery.calendar_method,
        sequence=delivery.calendar_sequence,
        stamp=delivery.calendar_stamp,
        addressee=event_calendars.Addressee(one_line(delivery.name), delivery.address),
        language=delivery.language,
    )


def live(event: Event) -> Event:
    """An event that is still to be reminded of. Raises CannotWrite: nobody is reminded of what was called off."""
    if event.state != Event.State.PUBLISHED:
        raise CannotWrite("the event is not public any more")
    return event
