"""Letters about the waiting lists: joined, promoted, left. All to the registration's contact."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from events import waiting_words
from events.models import WaitingEntry
from notifications.kinds.facts import calendar_of, event_facts, live
from notifications.letters import CannotWrite, Letter, absolute
from notifications.models import Delivery


def waiting_joined(delivery: Delivery) -> Letter:
    """The position, the reason, and how to leave."""
    entry = _entry(delivery)
    place = waiting_words.place_in_queue(entry, timezone.now())
    if place is None:
        raise CannotWrite("nobody waits any more")
    return Letter(
        subject=_("On the waiting list: %(what)s") % {"what": _what(entry)},
        paragraphs=[
            _(
                "your people are on the waiting list. If places become free they are yours at once, and we write to you."
            ),
            place,
        ],
        facts=[*event_facts(entry.event), (_("Who waits"), _names(entry, WaitingEntry.State.WAITING))],
        link=_leave_link(entry, _("Leave the waiting list")),
    )


def waiting_promoted(delivery: Delivery) -> Letter:
    """Confirmed at once: who has a place, the calendar part, and one link to decline."""
    entry = _entry(delivery)
    live(entry.event)
    names = _names(entry, WaitingEntry.State.PROMOTED)
    if not names:
        raise CannotWrite("what was given was declined meanwhile")
    return Letter(
        subject=_("A place has become free: %(what)s") % {"what": _what(entry)},
        paragraphs=[_("you were on the waiting list; these people now have a place. It is confirmed: you need do nothing.")],
        facts=[*event_facts(entry.event), (_("Who has a place"), names)],
        link=_leave_link(entry, _("We cannot come: give it to the next")),
        calendar=calendar_of(delivery, entry.event),
    )  # fmt: skip


def waiting_left(delivery: Delivery) -> Letter:
    """What was left or declined."""
    entry = _entry(delivery)
    return Letter(
        subject=_("No longer on the waiting list: %(what)s") % {"what": _what(entry)},
        paragraphs=[_("you have left the waiting list, and what you were given through it is free for the next.")],
        facts=event_facts(entry.event),
        link=(_("The event's page"), absolute(entry.event.get_absolute_url())),
        calendar=calendar_of(delivery, entry.event),
    )


# -- inside ------------------------------------------------------------------------------------------------------------


def _entry(delivery: Delivery) -> WaitingEntry:
    entries = WaitingEntry.objects.select_related("event", "session", "registration")
    entry = entries.filter(pk=delivery.payload.get("entry")).first()
    if entry is None:
        raise CannotWrite("the entry is gone")
    return entry


def _what(entry: WaitingEntry) -> str:
    return str(entry.session.title if entry.session else entry.event.title)


def _names(entry: WaitingEntry, state: str) -> str:
    return "\n".join(entry.people.filter(state=state).order_by("pk").values_list("attendee__full_name", flat=True))


def _leave_link(entry: WaitingEntry, words: str) -> tuple[str, str]:
    return words, absolute(reverse("registrations:waiting_leave", args=[entry.registration.token, entry.pk]))
