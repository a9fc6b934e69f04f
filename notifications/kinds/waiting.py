"""Letters about the waiting lists: joined, given a place, left, waited in vain."""

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events import agenda as agendas
from events import waiting_words
from events.agenda.changes import read
from events.models import Attendee, Event, WaitingEntry, WaitingPerson
from notifications.calendars import feeds
from notifications.kinds.facts import calendar_of, event_facts, live
from notifications.kinds.registrations import own_link, registration_of
from notifications.letters import CannotWrite, Letter, Overtaken, absolute
from notifications.models import Delivery

Person = WaitingPerson.State


def waiting_joined(delivery: Delivery) -> Letter:
    """To the contact: the position, why, and how to leave."""
    entry = _entry(delivery)
    place = waiting_words.place_in_queue(entry, timezone.now())
    if place is None:
        raise Overtaken("nobody of the group waits any more")
    return Letter(
        subject=_("On the waiting list: %(what)s") % {"what": entry.title},
        paragraphs=[
            _("all places are taken; you are on the waiting list. As soon as there is a place for you it is yours, and we "
              "write to you: you need do nothing."),
            place,
        ],
        facts=[*_facts(entry), (_("Who waits"), _names(entry, Person.WAITING))],
        link=_entry_link(entry, _("Your position, or leave the waiting list")),
        closing=[_("After the start nobody gets a place any more; then we write to you, too.")],
    )  # fmt: skip


def waiting_promoted(delivery: Delivery) -> Letter:
    """To the contact: confirmed at once; who has a place, the calendar part, and one link to decline."""
    entry = _entry(delivery)
    live(entry.event)
    holding = entry.holding().filter(pk__in=delivery.payload.get("people", []))
    if not holding:
        raise Overtaken("the place was given back")
    return Letter(
        subject=_("There is a place for you: %(what)s") % {"what": entry.title},
        paragraphs=[
            _(
                "you were on the waiting list, and now there is a place. It is confirmed: you need do nothing to keep it."
            )
        ],
        facts=[*_facts(entry), (_("Who has a place now"), "\n".join(map(str, holding)))],
        link=_entry_link(entry, _("We cannot come: give it to the next")),
        closing=[
            *([] if entry.session_id else feeds.invitation_to_subscribe(delivery.address)),
            _("If you cannot come, please say so: the next on the list get the place at once."),
        ],
        calendar=calendar_of(delivery, entry.event),
    )


def session_place_given(delivery: Delivery) -> Letter:
    """To a person with a mailbox of their own: their place in an item of the agenda."""
    entry = _entry(delivery)
    live(entry.event)
    registration = registration_of(delivery)
    held = Attendee.objects.filter(registration=registration, email=delivery.address, seats__state="held")
    if not held.filter(seats__session=entry.session_id).exists():
        raise Overtaken("the place was given back")
    return Letter(
        subject=_("There is a place for you: %(what)s") % {"what": entry.title},
        paragraphs=[
            _(
                "you were on the waiting list, and now there is a place. It is confirmed: you need do nothing to keep it."
            ),
            _("Places that you held at the same time were given back."),
        ],
        facts=_facts(entry),
        link=own_link(delivery, registration),
        closing=[_("If you cannot come, please say so: the next on the list get the place at once.")],
    )


def waiting_left(delivery: Delivery) -> Letter:
    """To the contact: who waits no longer."""
    entry = _entry(delivery)
    return Letter(
        subject=_("No longer on the waiting list: %(what)s") % {"what": entry.title},
        paragraphs=[
            _("as you wished, these people wait no longer. Everything else of your registration stays as it is.")
        ],
        facts=[
            *_facts(entry),
            (_("Who waits no longer"), _names(entry, Person.LEFT, delivery.payload.get("people", []))),
        ],
        link=_manage_link(entry),
    )


def waiting_expired(delivery: Delivery) -> Letter:
    """To the contact: it begins, and there was no place."""
    entry = _entry(delivery)
    return Letter(
        subject=_("No place became free: %(what)s") % {"what": entry.title},
        paragraphs=[_("you were on the waiting list until the start. We are sorry: no place became free for you.")],
        facts=_facts(entry),
        link=(_("The event's page"), absolute(entry.event.get_absolute_url())),
    )


# -- inside ------------------------------------------------------------------------------------------------------------


def _entry(delivery: Delivery) -> WaitingEntry:
    registration_of(delivery)  # refuses whom nobody may write to any more
    entries = WaitingEntry.objects.select_related("event", "session", "registration__event")
    entry = entries.filter(pk=delivery.payload.get("entry")).first()
    if entry is None:
        raise CannotWrite("the entry is gone")
    return entry


def _facts(entry: WaitingEntry) -> list[tuple[str, str]]:
    """The event, and the item of its agenda with its time and room."""
    if not entry.session:
        return event_facts(entry.event)
    item = agendas.current(entry.event).item(entry.session.key)
    facts = [(_("Agenda item"), entry.session.title)]
    if item:
        starts_at, ends_at = timezone.localtime(item.starts_at), timezone.localtime(item.ends_at)
        facts.append((_("When"), f"{date_format(starts_at, 'l j F Y')}, {starts_at:%H:%M}–{ends_at:%H:%M}"))
        if item.room:
            facts.append((_("Room"), read(item.room.name)))
    return [*facts, (_("Event"), entry.event.title), (_("Where"), _where(entry.event))]


def _where(event: Event) -> str:
    return f"{event.venue}, {event.address}"


def _names(entry: WaitingEntry, state: str, people: list[int] | None = None) -> str:
    found = entry.people.filter(state=state).exclude(attendee__full_name="")
    if people is not None:
        found = found.filter(attendee__in=people)
    return "\n".join(found.order_by("pk").values_list("attendee__full_name", flat=True))


def _entry_link(entry: WaitingEntry, words: str) -> tuple[str, str]:
    return words, absolute(reverse("registrations:waiting", args=[entry.registration.token, entry.pk]))


def _manage_link(entry: WaitingEntry) -> tuple[str, str]:
    return _("See, change or cancel the registration"), absolute(entry.registration.get_absolute_url())
