"""Whom an item of the agenda concerns: everybody who is registered, or those who chose it.

Whoever keeps choices (session places) enters a function into `CHOOSERS`; this room asks all of them once for a whole
event, so that a release of 300 items costs as many queries as one of three.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from events.agenda.values import Item
from events.models import Attendee, Event, Registration

#: For an event: key of an item -> attendees (their keys in the database) who hold a place in it. A fixed number of queries.
Chooser = Callable[[Event], Mapping[UUID, Collection[int]]]
CHOOSERS: list[Chooser] = []


@dataclass(frozen=True, slots=True)
class Addressee:
    """One mail address, and who reads it. `registration`: its key, None for somebody who only speaks."""

    address: str
    name: str
    language: str
    registration: int | None


@dataclass(frozen=True, slots=True)
class Audience:
    """Who comes to an event. `attending`: attendee -> the address that hears of their items."""

    everybody: Mapping[str, Addressee]
    attending: Mapping[int, Addressee]
    choices: Mapping[UUID, frozenset[int]]

    @property
    def registered(self) -> int:
        """How many people come."""
        return len(self.attending)

    def people_of(self, item: Item) -> Collection[Addressee]:
        """Whom this item concerns, each address once. No query."""
        if item.places is None:
            return self.everybody.values()
        found = (self.attending[key] for key in self.choices.get(item.key, ()) if key in self.attending)
        return {addressee.address: addressee for addressee in found}.values()


def audience_of(event: Event) -> Audience:
    """Who comes, from confirmed registrations. Two queries and those of the choosers.

    An attendee without an address of their own is told through the contact.
    """
    everybody: dict[str, Addressee] = {}
    contacts: dict[int, Addressee] = {}
    registrations = event.registrations.filter(state=Registration.State.CONFIRMED).order_by("pk")
    for pk, address, name, language in registrations.values_list("pk", "contact_email", "contact_name", "language"):
        contacts[pk] = Addressee(address, name, language, pk)
        everybody.setdefault(address, contacts[pk])
    attending: dict[int, Addressee] = {}
    attendees = Attendee.objects.filter(event=event, registration__in=registrations.values("pk")).confirmed()
    for pk, registration, address, name in attendees.order_by("pk").values_list(
        "pk", "registration", "email", "full_name"
    ):
        contact = contacts[registration]
        if address:
            own = everybody.setdefault(address, Addressee(address, name, contact.language, registration))
            attending[pk] = own
        else:
            attending[pk] = contact
    return Audience(everybody, attending, choices_of(event))


def choices_of(event: Event) -> dict[UUID, frozenset[int]]:
    """Who holds a place in which item: keys of attendees by the key of the item. The queries of the choosers."""
    found: dict[UUID, set[int]] = defaultdict(set)
    for chooser in CHOOSERS:
        for key, attendees in chooser(event).items():
            found[key].update(attendees)
    return {key: frozenset(attendees) for key, attendees in found.items()}
