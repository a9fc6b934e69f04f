"""All that is stored about a registration or about one person, for themselves to read and take along (articles 15, 20 GDPR).

Rooms above and modules beside add what they keep by entering a function into `CONTRIBUTORS`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events.models import Attendee, Event, Registration, SessionPlace, SpecialNeeds, WaitingPerson
from events.served import served_at
from organisations.kept import DECLARED, Kept


@dataclass(frozen=True, slots=True)
class Entry:
    """One value: its name for programs, its name for people."""

    key: str
    label: str
    value: Any
    #: The class of data it belongs to (`organisations.kept`); empty for what names nobody.
    kept: str = ""

    @property
    def said(self) -> str:
        """The value as people read it."""
        if isinstance(self.value, datetime):
            return date_format(timezone.localtime(self.value), "j F Y, H:i")
        return "" if self.value is None else str(self.value)


@dataclass(frozen=True, slots=True)
class Why:
    """Why values are held and until when: the declaration, the values' names, and the day on which they leave, if it is known."""

    kept: Kept
    labels: tuple[str, ...]
    keys: tuple[str, ...]
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Section:
    """What belongs together: the registration, one person, one message. `counts_from`: what its periods run from."""

    about: str
    title: str
    entries: tuple[Entry, ...]
    counts_from: Event | datetime | None = None

    @property
    def why(self) -> tuple[Why, ...]:
        """Purpose, ground and end of all that is filled, each declaration once."""
        found: dict[str, list[Entry]] = {}
        for entry in self.filled:
            if entry.kept:
                found.setdefault(entry.kept, []).append(entry)
        return tuple(
            Why(
                DECLARED[key],
                tuple(str(entry.label) for entry in entries),
                tuple(entry.key for entry in entries),
                self._until(DECLARED[key]),
            )
            for key, entries in found.items()
        )

    def _until(self, kept: Kept) -> datetime | None:
        if kept.period.is_open or self.counts_from is None:
            return None
        if isinstance(self.counts_from, Event):
            return served_at(self.counts_from, kept.period)
        return kept.period.since(self.counts_from)

    @property
    def filled(self) -> tuple[Entry, ...]:
        """Those that hold something."""
        return tuple(entry for entry in self.entries if entry.said)


#: For a registration, or one of its people alone: sections of what somebody else keeps.
Contributor = Callable[[Registration, Attendee | None], Iterable[Section]]


def _requests(registration: Registration, attendee: Attendee | None) -> Iterable[Section]:
    """What was asked to be changed after the freeze: for the contact all of it, for a person what is about them."""
    asked = registration.change_requests.order_by("asked_at", "pk")
    for one in asked.filter(attendee=attendee) if attendee else asked:
        entries = (
            Entry("kind", _("Change"), str(one.get_kind_display())),
            Entry("full_name", _("Full name"), one.full_name, "requests"),
            Entry("email", _("E-mail"), one.email, "requests"),
            Entry("office", _("Office or role"), one.office, "requests"),
            Entry("state", _("State"), str(one.get_state_display())),
            Entry("reason", _("Reason"), one.reason, "requests"),
            Entry("asked_at", _("Asked at"), one.asked_at),
        )
        yield Section("request", _("A request for a change"), entries, registration.event)


def _choices(registration: Registration, attendee: Attendee | None) -> Iterable[Section]:
    """Places in items of the agenda, and waiting lists: for the contact of everybody, for a person their own."""
    mine = {"attendee": attendee} if attendee else {"attendee__registration": registration}
    for place in SessionPlace.objects.filter(**mine).select_related("session", "attendee").order_by("pk"):
        entries = (
            Entry("item", _("Agenda item"), place.session.title),
            Entry("full_name", _("Full name"), str(place.attendee)),
            Entry("place", _("Place"), place.number),
            Entry("state", _("State"), str(place.get_state_display())),
            Entry("created_at", _("Chosen at"), place.created_at),
            Entry("released_at", _("Given back at"), place.released_at),
        )
        yield Section("agenda_place", _("A place in an agenda item"), entries)
    waits = WaitingPerson.objects.filter(**mine).select_related("entry__session", "entry__event", "attendee")
    for wait in waits.order_by("pk"):
        waited = (
            Entry("waits_for", _("Waits for"), wait.entry.title),
            Entry("full_name", _("Full name"), str(wait.attendee)),
            Entry("state", _("State"), str(wait.get_state_display())),
            Entry("created_at", _("Waiting since"), wait.entry.created_at),
            Entry("ended_at", _("Waited until"), wait.entry.ended_at),
        )
        yield Section("waiting", _("A waiting list"), waited)


CONTRIBUTORS: list[Contributor] = [_requests, _choices]


def of_registration(registration: Registration) -> list[Section]:
    """For the contact: the registration and its people; the needs of those alone who have no mailbox of their own."""
    people = registration.attendees.filter(erased_at=None).order_by("pk")
    needs = {row.attendee_id: row for row in SpecialNeeds.objects.filter(attendee__in=people)}
    sections = [_registration(registration)]
    for attendee in people:
        attendee.registration = registration
        told = None if attendee.speaks_for_themselves else needs.get(attendee.pk)
        sections.append(_person(attendee, told))
    return sections + _contributed(registration, None)


def of_attendee(attendee: Attendee) -> list[Section]:
    """For one person: what is theirs, and who registered them."""
    registration = attendee.registration
    by = Section("registered_by", _("Who registered you"), (
        Entry("organisation", _("Organisation"), registration.organisation_name or registration.medium),
        Entry("contact_name", _("Contact"), registration.contact_name),
    ))  # fmt: skip
    told = SpecialNeeds.objects.filter(attendee=attendee).first()
    return [_person(attendee, told), by, *_contributed(registration, attendee)]


def as_json(sections: Iterable[Section], *, event: str, now: datetime) -> dict[str, Any]:
    """The same for programs."""
    return {"event": event, **made_at(sections, now)}


def made_at(sections: Iterable[Section], now: datetime) -> dict[str, Any]:
    """Sections for programs: moments in UTC (RFC 3339), names of fields in English whatever the language."""
    found = [
        {
            "about": section.about,
            "title": section.title,
            **{entry.key: _plain(entry.value) for entry in section.entries},
            "why": [_why(why) for why in section.why],
        }
        for section in sections
    ]
    return {"made_at": _plain(now), "data": found}


def _why(why: Why) -> dict[str, Any]:
    """One declaration for programs: the ground by its number in the regulation, the end as a moment or in words."""
    return {
        "of": list(why.keys), "purpose": str(why.kept.purpose), "basis": why.kept.basis.value,
        "leaves": why.kept.period.words, "leaves_at": _plain(why.until), "then": why.kept.ending.value,
        "seen_by": str(why.kept.seen_by),
    }  # fmt: skip


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="seconds") if isinstance(value, datetime) else value


def _registration(registration: Registration) -> Section:
    values: tuple[tuple[Any, ...], ...] = (
        ("reference", _("Reference"), registration.reference),
        ("category", _("Registered as"), registration.get_category_display()),
        ("organisation", _("Organisation"), registration.organisation_name),
        ("organisation_kind", _("Kind of organisation"), registration.get_organisation_kind_display()),
        (
            "in_directory",
            _("Organisation in the directory"),
            registration.organisation and registration.organisation.name,
        ),
        ("medium", _("Medium"), registration.medium, "attendance"),
        ("contact_name", _("Contact's full name"), registration.contact_name, "contacts"),
        ("contact_email", _("Contact's e-mail"), registration.contact_email, "contacts"),
        ("contact_office", _("Contact's office or role"), registration.contact_office, "contacts"),
        ("contact_phone", _("Telephone"), registration.contact_phone, "contacts"),
        ("language", _("Language"), registration.get_language_display()),
        ("state", _("State"), registration.get_state_display()),
        ("source", _("Came by"), registration.source),
        ("by_invitation", _("By personal invitation"), _("yes") if registration.invitation_id else ""),
        ("privacy_notice_version", _("Privacy notice shown"), registration.privacy_notice_version),
        ("created_at", _("Registered at"), registration.created_at),
        ("cancelled_at", _("Cancelled at"), registration.cancelled_at),
    )
    return Section("registration", _("The registration"), tuple(Entry(*value) for value in values), registration.event)


def _person(attendee: Attendee, needs: SpecialNeeds | None) -> Section:
    values: list[tuple[Any, ...]] = [
        ("full_name", _("Full name"), attendee.full_name, "attendance"),
        ("email", _("E-mail"), attendee.email, "people"),
        ("office", _("Office or role"), attendee.office, "attendance"),
        ("state", _("State"), attendee.get_state_display()),
        ("place", _("Place"), attendee.place_number),
        ("created_at", _("Registered at"), attendee.created_at),
        ("coming_confirmed_at", _("Confirmed to come"), attendee.coming_confirmed_at),
        ("cancelled_at", _("Cancelled at"), attendee.cancelled_at),
        ("photo_consent_at", _("Agreed to photographs"), attendee.photo_consent_at, "photographs"),
        ("photo_consent_version", _("Wording agreed to"), attendee.photo_consent_version, "photographs"),
    ]
    if needs:
        values += [
            ("access_needs", _("Access needs"), needs.access, "access_needs"),
            ("dietary_needs", _("Dietary needs"), needs.dietary, "dietary_needs"),
            ("needs_told_at", _("Told at"), needs.told_at),
        ]
    return Section("person", str(attendee), tuple(Entry(*value) for value in values), attendee.registration.event)


def _contributed(registration: Registration, attendee: Attendee | None) -> list[Section]:
    return [section for contribute in CONTRIBUTORS for section in contribute(registration, attendee)]
