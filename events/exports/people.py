"""Rows of registrations and of the people they bring."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from events.exports.cells import Cell
from events.exports.selection import Selection
from events.models import Answer, Attendee, Event, Question, QuestionOption, Registration, Scan, SessionPlace
from organisations.models import Organisation

#: Rows fetched at once.
CHUNK = 2_000
#: Those who hold a place by its number, then the others.
BY_PLACE = (F("place_number").asc(nulls_last=True), "pk")
_OF_REGISTRATION = (
    "pk", "key", "category", "state", "organisation_name", "organisation_kind", "medium", "organisation__municipality",
    "contact_name", "contact_office", "contact_email", "contact_phone", "language", "created_at", "walked_in_at",
    "cancelled_at", "source", "erased_at", "people", "places",
)  # fmt: skip
_OF_PERSON = (
    "pk", "place_number", "full_name", "office", "email", "state", "registration__category", "registration__key",
    "registration__organisation_name", "registration__medium", "registration__organisation_kind",
    "registration__organisation__municipality", "registration__contact_email", "coming_confirmed_at",
    "photo_consent_version",
)  # fmt: skip


def reference(key: UUID) -> str:
    """Twin of `Registration.reference`, of a row that was not made."""
    return key.hex[:8].upper()


def registrations(event: Event, selection: Selection) -> Iterator[Sequence[Cell]]:
    """One for each registration, by its time. At most seven queries."""
    kinds, categories, states = _labels(Organisation.Kind), _labels(Registration.Category), _labels(Registration.State)
    present = event.attendees.present().order_by().values_list("registration")
    came = dict(present.annotate(Count("pk")))
    questions = asked(event, Question.Audience.REGISTRATION)
    said = answers(questions)
    rows = selection.registrations(event).annotate(
        people=Count("attendees", filter=~Q(attendees__state="cancelled")),
        places=Count("attendees", filter=Q(attendees__place_number__isnull=False)),
    )
    one: Any
    for one in rows.order_by("created_at", "pk").values_list(*_OF_REGISTRATION, named=True).iterator(CHUNK):
        name = _("data erased") if one.erased_at else one.contact_name
        yield (
            reference(one.key), categories[one.category], one.organisation_name or one.medium or name,
            kinds.get(one.organisation_kind, ""), one.organisation__municipality, states[one.state], name,
            one.contact_office, one.contact_email, one.contact_phone, one.language, one.people, one.places,
            came.get(one.pk, 0), one.created_at, _("yes") if one.walked_in_at else "", one.cancelled_at, one.source,
            *(said.get((one.pk, question.pk), "") for question in questions),
        )  # fmt: skip


def attendees(event: Event, selection: Selection) -> Iterator[Sequence[Cell]]:
    """One for each person, by place. At most eight queries."""
    kinds, categories, states = _labels(Organisation.Kind), _labels(Registration.Category), _labels(Attendee.State)
    arrivals = Scan.objects.arrivals().filter(event=event).values_list("attendee", "happened_at", "desk")
    arrived = {person: (at, desk) for person, at, desk in arrivals}
    items = _items(event)
    questions = asked(event, Question.Audience.ATTENDEE)
    said = answers(questions)
    people = selection.people(event).order_by(*BY_PLACE)
    one: Any
    for one in people.values_list(*_OF_PERSON, named=True).iterator(CHUNK):
        at, desk = arrived.get(one.pk, (None, ""))
        yield (
            one.place_number, one.full_name or _("data erased"), one.office, one.email,
            one.registration__organisation_name or one.registration__medium,
            kinds.get(one.registration__organisation_kind, ""), one.registration__organisation__municipality,
            categories[one.registration__category], states[one.state], _("yes") if one.coming_confirmed_at else "", at, desk,
            ", ".join(items.get(one.pk, ())), one.registration__contact_email, _("yes") if one.photo_consent_version else "",
            reference(one.registration__key), *(said.get((one.pk, question.pk), "") for question in questions),
        )  # fmt: skip


def asked(event: Event, audience: str) -> list[Question]:
    """The questions whose answers stand in a list, by position: sensitive ones never do."""
    return list(event.questions.filter(audience=audience, sensitive=False).order_by("position", "pk"))


def answers(questions: Sequence[Question]) -> dict[tuple[int, int], str]:
    """(row of the registration or person, question) -> what was answered, as `Answer.said` says it.

    Five queries, none where nothing is asked. Words and choices are nearly all of them: they come without a row being
    made of each, which takes most of a second for 5,000 people.
    """
    known = {one.pk: one for one in questions}
    written = {one.pk for one in questions if one.kind in (Question.Kind.SHORT, Question.Kind.LONG)}
    chosen = {one.pk for one in questions if one.has_options}
    said = {(owner, question): text for owner, question, text in _values(written, "text")}
    options = {one.pk: one.text for one in QuestionOption.objects.filter(question__in=chosen)}
    for owner, question, option in _values(chosen, "chosen", "chosen__position", "chosen"):
        if option:
            said[owner, question] = "; ".join(filter(None, (said.get((owner, question)), options[option])))
    for one in Answer.objects.filter(question__in=known.keys() - written - chosen):
        one.question = known[one.question_id]
        said[one.registration_id or one.attendee_id or 0, one.question_id] = one.said()
    return said


# -- inside ------------------------------------------------------------------------------------------------------------


def _labels(choices: Any) -> dict[str, str]:
    return {value: str(label) for value, label in choices.choices}


def _items(event: Event) -> dict[int, list[str]]:
    """Person -> titles of the items in which they hold a place, by time."""
    titles = {one.pk: one.title for one in event.sessions.only("title_it", "title_en")}
    held = SessionPlace.objects.held().filter(session__event=event).order_by("session__starts_at", "session")
    items: dict[int, list[str]] = defaultdict(list)
    for person, session in held.values_list("attendee", "session"):
        items[person].append(titles[session])
    return items


def _values(questions: set[int], column: str, *order: str) -> Iterator[tuple[int, int, Any]]:
    """Owner, question and one column of the answers to these questions."""
    rows = Answer.objects.filter(question__in=questions).order_by(*order)
    for registration, attendee, question, value in rows.values_list("registration", "attendee", "question", column):
        yield registration or attendee or 0, question, value
