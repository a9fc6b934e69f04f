"""Questions written, ordered, retired, copied; answers kept. The only writers of these tables."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from events.log.recording import both, differences, record, snapshot
from events.models import Attendee, Event, Registration
from events.questions.models import NO, YES, Answer, Question, QuestionOption
from events.services.locking import lock
from events.services.refusals import RegistrationClosed, WrongState
from organisations.models import User

#: Key of a question -> value as `Answer.value` gives it; None or nothing where it is not answered.
Given = Mapping[int, Any]
#: What may still be changed of a question that somebody has answered: nothing that gives an answer another meaning.
CHANGED_LATER = frozenset({"help_it", "help_en", "required", "moment", "text_en", "purpose_en", "unit_en"})


class HasAnswers(Exception):
    """The question was answered: it is retired, not removed, and its meaning stays. `count` says by how many."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class IsDependedOn(Exception):
    """Another question is asked only after an answer to this one, or this one would come before what it waits for."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a registration form brings: answers of the registration, and of its people in the order of its guests."""

    of_registration: Given = field(default_factory=dict)
    of_people: Sequence[Given] = ()

    @property
    def say_something(self) -> bool:
        """Whether anybody answered anything."""
        return bool(self.of_registration) or any(self.of_people)


@transaction.atomic
def save_question(
    *, event: Event, by: User, options: Sequence[tuple[str, str]] = (), question: Question | None = None, **fields: Any
) -> Question:
    """Add a question at the end, or correct one. `options`: texts in Italian and English.

    Options that somebody chose and that are not there any more are retired. Raises WrongState, HasAnswers where the
    change would give an answer another meaning, IsDependedOn.
    """
    event = _editable(event)
    if question is None:
        last = event.questions.aggregate(last=Max("position"))["last"]
        question = Question(event=event, position=0 if last is None else last + 1)
    else:
        question = event.questions.select_for_update(of=("self",)).get(pk=question.pk)
        _keep_the_meaning(question, fields)
        question.edition += 1
    before = _as_logged(question, fields)
    for name, value in fields.items():
        setattr(question, name, value)
    _check_condition(question)
    question.save()
    _write_options(question, options if question.has_options else ())
    if before is None:
        _log("added", event, question, by)
    elif changes := differences(before, _as_logged(question, fields) or {}):
        _log("changed", event, question, by, changes=changes)
    return question


@transaction.atomic
def move_question(*, question: Question, steps: int, by: User) -> None:
    """One up (-1) or down (1) among those that are asked. Nothing happens at the edge.

    Raises WrongState, IsDependedOn where a question would come before the one it waits for.
    """
    event = _editable(question.event)
    rows = list(event.questions.filter(retired_at=None).order_by("position", "pk").select_for_update(of=("self",)))
    here = next((place for place, row in enumerate(rows) if row.pk == question.pk), None)
    there = None if here is None else here + (1 if steps > 0 else -1)
    if here is None or there is None or not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    places = {row.pk: place for place, row in enumerate(rows)}
    if any(row.depends_on_id in places and places[row.depends_on_id] > places[row.pk] for row in rows):
        raise IsDependedOn
    for place, row in enumerate(rows):
        row.position = place
    Question.objects.bulk_update(rows, ["position"])
    _log("moved", event, question, by)


@transaction.atomic
def retire_question(*, question: Question, by: User, now: datetime | None = None) -> None:
    """Ask it no more; answers stay readable. Twice changes nothing. Raises WrongState, IsDependedOn."""
    event = _editable(question.event)
    question = event.questions.select_for_update(of=("self",)).get(pk=question.pk)
    if question.retired_at:
        return
    if question.dependents.filter(retired_at=None).exists():
        raise IsDependedOn
    question.retired_at, question.edition = now or timezone.now(), question.edition + 1
    question.save(update_fields=["retired_at", "edition"])
    _log("retired", event, question, by)


@transaction.atomic
def remove_question(*, question: Question, by: User) -> None:
    """Delete a question that nobody answered. Raises WrongState, HasAnswers, IsDependedOn."""
    event = _editable(question.event)
    question = event.questions.select_for_update(of=("self",)).get(pk=question.pk)
    if count := question.answers.count():
        raise HasAnswers(count)
    if question.dependents.exists():
        raise IsDependedOn
    _log("removed", event, question, by)
    question.delete()


@transaction.atomic
def copy_questions(*, event: Event, source: Event, by: User) -> int:
    """The questions that another event asks, after those there are; how many. Those of the same words stay alone.

    Raises WrongState.
    """
    event = _editable(event)
    known = set(event.questions.filter(retired_at=None).values_list("text_it", flat=True))
    place = (event.questions.aggregate(last=Max("position"))["last"] or 0) + 1
    made: dict[int, Question] = {}
    options: dict[str, str] = {}
    for original in source.questions.asked():
        if original.text_it in known:
            continue
        wanted = [options.get(str(value), value) for value in original.depends_values
                  if str(value) in options or value in (YES, NO)]  # fmt: skip
        if original.depends_on_id and not (original.depends_on_id in made and wanted):
            continue  # what it waits for is not copied, or is an answer that is no longer offered
        copy = Question.objects.get(pk=original.pk)
        copy.pk, copy._state.adding, copy.event, copy.position, copy.edition = None, True, event, place + len(made), 0
        copy.depends_on = made.get(original.depends_on_id or 0)
        copy.depends_values = wanted
        copy.save()
        for option in original.options.all():
            if option.retired_at is None:
                twin = copy.options.create(text_it=option.text_it, text_en=option.text_en, position=option.position)
                options[str(option.pk)] = str(twin.pk)
        made[original.pk] = copy
    if made:
        record(event, "question.copied", by=by, count=len(made), slug=source.slug)
    return len(made)


def keep(registration: Registration, people: Sequence[Attendee], answers: Answers, now: datetime) -> None:
    """Write the answers of a new registration, in the caller's transaction. What was not asked is passed over."""
    questions = {question.pk: question for question in registration.event.questions.asked()}
    if not questions:
        return
    owners: list[tuple[dict[str, Any], Given]] = [({"registration": registration}, answers.of_registration)]
    owners += [({"attendee": one}, given) for one, given in zip(people, answers.of_people, strict=False)]
    for owner, given in owners:
        _write(owner, questions, given, now)


@transaction.atomic
def answer(
    *,
    registration: Registration,
    given: Given,
    attendee: Attendee | None = None,
    asked: Collection[int],
    now: datetime | None = None,
) -> None:
    """Keep what a registration, or one of its people, answers; what was taken back is deleted.

    `asked`: keys of the questions that were shown; all others stay as they are. Until the event begins, for whoever
    stands: also who is still to be approved, or waits. Raises RegistrationClosed.
    """
    now = now or timezone.now()
    registration = Registration.objects.select_for_update(of=("self",)).select_related("event").get(pk=registration.pk)
    event = registration.event
    if not registration.is_active or not event.is_upcoming(now) or now >= event.starts_at:
        raise RegistrationClosed
    owner: dict[str, Any] = {"registration": registration}
    if attendee:
        attendee = registration.attendees.standing().filter(pk=attendee.pk).first()
        if attendee is None:
            raise RegistrationClosed
        owner = {"attendee": attendee}
    questions = {question.pk: question for question in event.questions.asked() if question.pk in asked}
    Answer.objects.filter(**owner, question__in=questions).delete()
    _write(owner, questions, given, now)


# -- inside ---------------------------------------------------------------------------------------------------------


def _editable(event: Event) -> Event:
    event = lock(event)
    if not event.is_editable:
        raise WrongState
    return event


def _log(verb: str, event: Event, question: Question, by: User, **values: Any) -> None:
    record(event, f"question.{verb}", by=by, subject=question.pk, title=both(question, "text"), **values)


def _as_logged(question: Question, fields: Iterable[str]) -> dict[str, Any] | None:
    """The values that are to be written, and the options; None for a question that is new."""
    if question.pk is None:
        return None
    options = question.options.filter(retired_at=None).order_by("position", "pk")
    return snapshot(question, fields) | {"options": list(options.values_list("text_it", flat=True))}


def _keep_the_meaning(question: Question, fields: Mapping[str, Any]) -> None:
    """Raises HasAnswers, IsDependedOn."""
    changed = {name for name, value in fields.items() if getattr(question, name) != value}
    if "depends_on" in fields and fields["depends_on"] == question.depends_on:
        changed.discard("depends_on")
    if changed - CHANGED_LATER and (count := question.answers.count()):
        raise HasAnswers(count)
    if changed & {"kind", "audience"} and question.dependents.filter(retired_at=None).exists():
        raise IsDependedOn


def _check_condition(question: Question) -> None:
    """What it waits for comes before it, is asked of the same, and can be answered so. Raises IsDependedOn."""
    other = question.depends_on
    if other is None:
        question.depends_values = []
        return
    same = other.event_id == question.event_id and other.audience == question.audience and other.is_asked
    before = other.pk != question.pk and (other.position, other.pk) < (question.position, question.pk or 2**62)
    in_time = other.moment == Question.Moment.REGISTERING or question.moment == Question.Moment.LATER
    if not (same and before and in_time and other.kind in Question.DECIDING and question.depends_values):
        raise IsDependedOn


def _write_options(question: Question, options: Sequence[tuple[str, str]]) -> None:
    """As they are written; what somebody chose, or a condition names, is retired instead of removed."""
    known = {option.text_it: option for option in question.options.all()}
    for place, (text_it, text_en) in enumerate(options):
        option = known.pop(text_it, None) or QuestionOption(question=question, text_it=text_it)
        option.text_en, option.position, option.retired_at = text_en, place, None
        option.save()
    named = {str(value) for values in question.dependents.values_list("depends_values", flat=True) for value in values}
    for option in known.values():
        if option.answers.exists() or str(option.pk) in named:
            if option.retired_at is None:
                option.retired_at = timezone.now()
                option.save(update_fields=["retired_at"])
        else:
            option.delete()


def _write(owner: Mapping[str, Any], questions: Mapping[int, Question], given: Given, now: datetime) -> None:
    """Answers of one owner, to questions of their audience whose condition holds."""
    audience = Question.Audience.ATTENDEE if "attendee" in owner else Question.Audience.REGISTRATION
    settled = _called_for(questions.values(), given, audience)
    rows = [Answer(**owner, question=questions[key], answered_at=now, **_column(questions[key], value))
            for key, value in settled.items()]  # fmt: skip
    Answer.objects.bulk_create(rows)
    chosen = []
    for row in rows:
        value = settled[row.question_id]
        if isinstance(value, list):
            offered = {option.pk for option in questions[row.question_id].options.all()}
            chosen += [Answer.chosen.through(answer_id=row.pk, questionoption_id=pk) for pk in value if pk in offered]
    Answer.chosen.through.objects.bulk_create(chosen)


def _called_for(questions: Iterable[Question], given: Given, audience: str) -> dict[int, Any]:
    """The answers that say something, to questions that are asked after the others' answers."""
    settled: dict[int, Any] = {}
    for question in questions:
        value = given.get(question.pk)
        if question.audience == audience and value not in (None, "", []) and question.is_called_for(settled):
            settled[question.pk] = value
    return settled


def _column(question: Question, value: Any) -> dict[str, Any]:
    match question.kind:
        case Question.Kind.NUMBER:
            return {"number": value}
        case Question.Kind.DATE:
            return {"day": value}
        case Question.Kind.YES_NO:
            return {"yes": value}
        case Question.Kind.CHOICE | Question.Kind.CHOICES:
            return {}
        case _:
            return {"text": value}
