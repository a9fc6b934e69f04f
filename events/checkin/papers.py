"""The papers of the day: passes, badges, sheets to sign. Each is a page that `events.papers` makes a PDF of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from events import papers
from events.checkin.codes import readable
from events.checkin.words import represents
from events.models import Attendee, AttendeeQuerySet, Event

#: Badges on a sheet of A4: two beside each other, four rows, 95 × 66 mm each.
PER_SHEET = 8


@dataclass(frozen=True, slots=True)
class Pass:
    """What stands on one person's pass. `address`: what the square holds."""

    attendee: Attendee
    code: str
    address: str
    picture: str
    organisation: str


def pass_of(attendee: Attendee) -> Pass:
    """Expects the registration loaded."""
    with translation.override(settings.LANGUAGE_CODE):  # one address in both languages: it is printed
        address = f"{settings.SITE_URL}{reverse('passes:opened', args=[attendee.pass_code])}"
    return Pass(attendee, readable(attendee.pass_code), address, papers.picture_of(address), represents(attendee))


def passes(event: Event, people: Iterable[Attendee]) -> str:
    """A pass for each of these people, each on a page of its own."""
    return _page("pdf/passes.html", event, passes=[pass_of(one) for one in people])


def badges(event: Event, people: AttendeeQuerySet) -> str:
    """Eight badges a sheet, by surname as far as a name tells it."""
    found = sorted(people.select_related("registration"), key=by_surname)
    sheets = [[(one, represents(one)) for one in sheet] for sheet in batched_by(found, PER_SHEET)]
    return _page("pdf/badges.html", event, sheets=sheets)


def sign_in(event: Event, people: AttendeeQuerySet) -> str:
    """Everybody expected, with a line to sign on, and empty lines for who comes without registration."""
    found = sorted(people.select_related("registration"), key=by_surname)
    return _page("pdf/sign_in.html", event, rows=[(one, represents(one)) for one in found], empty=range(12))


def by_surname(attendee: Attendee) -> tuple[str, str]:
    """The order of a list on paper: what comes after the first word of a name, then the whole name."""
    _first, _space, rest = attendee.full_name.partition(" ")
    return (rest or attendee.full_name).casefold(), attendee.full_name.casefold()


def batched_by(rows: Sequence[Attendee], number: int) -> list[Sequence[Attendee]]:
    """In groups of so many, the last one shorter."""
    return [rows[start : start + number] for start in range(0, len(rows), number)]


def _page(template: str, event: Event, **context: Any) -> str:
    return render_to_string(template, {"event": event, "association_name": settings.ASSOCIATION_NAME, **context})
