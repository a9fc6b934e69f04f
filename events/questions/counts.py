"""What was answered to each question, counted for organisers: table and plot, and everything as a sheet."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from events.models import Attendee, Event, Registration
from events.questions.models import Answer, AnswerQuerySet, Question
from organisations.plots import bars
from organisations.tables import csv_lines

Kind = Question.Kind
#: So many free texts of a question stand on the page; the sheet has all.
TEXTS = 50


@dataclass(frozen=True, slots=True)
class Result:
    """One question. `rows`: (answer, how often); `plot` beside them; `texts`: what was written, the latest first."""

    question: Question
    answered: int
    silent: int
    rows: tuple[tuple[str, int], ...]
    plot: SafeString
    texts: tuple[str, ...]
    summary: str


def results(event: Event, *, may_see_sensitive: bool) -> list[Result]:
    """Every question with its answers from those that stand. A fixed number of queries."""
    questions = list(event.questions.order_by("position", "pk").prefetch_related("options"))
    answers: dict[int, list[Answer]] = defaultdict(list)
    for answer in (
        _standing(event).prefetch_related("chosen").select_related("question").order_by("-answered_at", "-pk")
    ):
        answers[answer.question_id].append(answer)
    owners = {
        Question.Audience.REGISTRATION.value: event.registrations.active().count(),
        Question.Audience.ATTENDEE.value: event.attendees.standing().count(),
    }
    return [
        _result(question, answers[question.pk], owners[question.audience])
        for question in questions
        if may_see_sensitive or not question.sensitive
    ]


def sheet(event: Event, audience: str, *, may_see_sensitive: bool) -> bytes:
    """One line for each registration, or for each person, and a column for each question; formula cells defused."""
    questions = [
        one
        for one in event.questions.filter(audience=audience).order_by("position", "pk")
        if may_see_sensitive or not one.sensitive
    ]
    said: dict[tuple[int, int], str] = {}
    for answer in _standing(event).prefetch_related("chosen").select_related("question"):
        owner = answer.registration_id or answer.attendee_id or 0
        if answer.question.audience == audience:
            said[owner, answer.question_id] = answer.said()
    head = [_("Reference"), _("Who registers"), *([_("Full name")] if audience == Question.Audience.ATTENDEE else [])]
    rows = (
        [*cells, *(said.get((pk, question.pk), "") for question in questions)] for pk, cells in _owners(event, audience)
    )
    return b"".join(csv_lines([*head, *(question.text for question in questions)], rows))


# -- inside ------------------------------------------------------------------------------------------------------------


def _standing(event: Event) -> AnswerQuerySet:
    of_registrations = Answer.objects.filter(registration__in=event.registrations.active().values("pk"))
    return of_registrations | Answer.objects.filter(attendee__in=event.attendees.standing().values("pk"))


def _owners(event: Event, audience: str) -> Iterable[tuple[int, list[str]]]:
    if audience == Question.Audience.REGISTRATION:
        registrations: Iterable[Registration] = event.registrations.active().order_by("created_at", "pk")
        return [(one.pk, [one.reference, one.registrant]) for one in registrations]
    people: Iterable[Attendee] = event.attendees.standing().select_related("registration")
    ordered = sorted(people, key=lambda one: (one.place_number or 10**9, one.pk))
    return [(one.pk, [one.registration.reference, one.registration.registrant, str(one)]) for one in ordered]


def _result(question: Question, answers: list[Answer], owners: int) -> Result:
    rows: tuple[tuple[str, int], ...] = ()
    texts: tuple[str, ...] = ()
    summary = ""
    if question.has_options:
        times = Counter(option.pk for answer in answers for option in answer.chosen.all())
        rows = tuple((option.text, times[option.pk]) for option in question.options.all()
                     if times[option.pk] or option.retired_at is None)  # fmt: skip
    elif question.kind == Kind.YES_NO:
        yes = sum(bool(answer.yes) for answer in answers)
        rows = ((_("yes"), yes), (_("no"), len(answers) - yes))
    elif question.kind == Kind.NUMBER:
        summary = _summary(question, [answer.number for answer in answers if answer.number is not None])
        texts = tuple(answer.said() for answer in answers[:TEXTS])
    else:
        texts = tuple(answer.said() for answer in answers[:TEXTS])
    plot = bars(rows, whole=len(answers)) if rows else SafeString("")
    return Result(question, len(answers), max(0, owners - len(answers)), rows, plot, texts, summary)


def _summary(question: Question, numbers: list[Decimal]) -> str:
    if not numbers:
        return ""
    total = sum(numbers, Decimal(0))
    words = {
        "total": number_format(total.normalize() + 0), "mean": number_format((total / len(numbers)).quantize(Decimal("0.1"))),
        "low": number_format(min(numbers).normalize() + 0), "high": number_format(max(numbers).normalize() + 0),
        "unit": question.unit,
    }  # fmt: skip
    return _("Sum %(total)s %(unit)s · mean %(mean)s · from %(low)s to %(high)s") % words
