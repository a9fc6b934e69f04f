"""What was answered, read back: for forms, letters, pages, the download; and what becomes of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from events import personal_data
from events.models import Attendee, Registration
from events.questions.models import Answer, Question
from events.services import ON_ERASED
from events.services.people import ON_REPLACED

Audience = Question.Audience


def of(registration: Registration, people: Sequence[Attendee] = ()) -> dict[int | None, dict[int, Any]]:
    """Answers by person (None: the registration's own) and question, as forms know them. Three queries."""
    owners = Q(registration=registration) | Q(attendee__in=[one.pk for one in people])
    found: dict[int | None, dict[int, Any]] = defaultdict(dict)
    for answer in Answer.objects.filter(owners).select_related("question").prefetch_related("chosen"):
        found[answer.attendee_id][answer.question_id] = answer.value()
    return found


def may_answer_for(attendee: Attendee, questions: Iterable[Question]) -> list[Question]:
    """What the contact answers for a person: nothing sensitive for those who have a mailbox of their own."""
    each = [question for question in questions if question.audience == Audience.ATTENDEE]
    return [one for one in each if not (one.sensitive and attendee.speaks_for_themselves)]


def still_open(questions: Iterable[Question], given: dict[int, Any]) -> int:
    """How many of these are asked and not answered."""
    settled: dict[int, Any] = {}
    count = 0
    for question in questions:
        if not question.is_called_for(settled):
            continue
        if question.pk in given:
            settled[question.pk] = given[question.pk]
        else:
            count += 1
    return count


def open_for(registration: Registration) -> int:
    """How many questions the contact, with all that they may answer for others, has not answered. At most five queries."""
    questions = list(registration.event.questions.asked())
    if not questions:
        return 0
    people = list(registration.attendees.standing().select_related("registration").order_by("pk"))
    answers = of(registration, people)
    once = [question for question in questions if question.audience == Audience.REGISTRATION]
    count = still_open(once, answers[None])
    return count + sum(still_open(may_answer_for(one, questions), answers[one.pk]) for one in people)


def open_for_person(attendee: Attendee) -> int:
    """How many questions one person has not answered for themselves."""
    questions = [one for one in attendee.event.questions.asked() if one.audience == Audience.ATTENDEE]
    return still_open(questions, of(attendee.registration, [attendee])[attendee.pk]) if questions else 0


# -- what becomes of answers -------------------------------------------------------------------------------------------


def _erase(people: Collection[int], registration: int | None) -> None:
    owners = Q(attendee__in=people) | Q(registration=registration) if registration else Q(attendee__in=people)
    Answer.objects.filter(owners).delete()


def _leave(leaving: Attendee, _coming: Attendee) -> None:
    """What somebody answered of themselves is not the other's."""
    Answer.objects.filter(attendee=leaving).delete()


def _sections(registration: Registration, attendee: Attendee | None) -> Iterable[personal_data.Section]:
    """For the contact all but what others told of themselves in confidence; for a person what is theirs."""
    if attendee:
        answers = Answer.objects.filter(attendee=attendee)
    else:
        answers = Answer.objects.filter(Q(registration=registration) | Q(attendee__registration=registration))
    rows = answers.select_related("question", "attendee__registration").prefetch_related("chosen")
    for answer in rows.order_by("question__position", "question", "pk"):
        who = answer.attendee
        if attendee is None and who and answer.question.sensitive and who.speaks_for_themselves:
            continue
        yield personal_data.Section(
            "answer",
            _("An answer"),
            (
                personal_data.Entry("question", _("Question"), answer.question.text),
                personal_data.Entry("answer", _("Answer"), answer.said(), _kept(answer)),
                personal_data.Entry("full_name", _("Full name"), str(who) if who else ""),
                personal_data.Entry("answered_at", _("Answered at"), answer.answered_at),
            ),
            registration.event,
        )


def _kept(answer: Answer) -> str:
    """The class of data that an answer belongs to."""
    if answer.question.sensitive:
        return "sensitive_answers"
    return "answers" if answer.text or answer.day else "counted_answers"


ON_ERASED.append(_erase)
ON_REPLACED.append(_leave)
personal_data.CONTRIBUTORS.append(_sections)
