"""Questions that are answered later, behind a link: the contact for all they may, a person for themselves."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from events import services
from events.models import Attendee, Registration
from events.questions import given
from events.questions.forms import SHOWN, AnswersForm, state_of
from events.questions.models import Question
from events.questions.services import answer
from events.secret_links import attendee_link, registration_link

#: One form of the page: who answers (None: the registration), and the form.
Block = tuple[Attendee | None, AnswersForm]


@registration_link
def by_contact(request: HttpRequest, registration: Registration) -> HttpResponse:
    """The questions of the registration, and of each person as far as the contact may answer for them."""
    questions = list(registration.event.questions.asked())
    people = list(registration.attendees.standing().select_related("registration").order_by("place_number", "pk"))
    answers = given.of(registration, people)
    data = request.POST or None
    once = [question for question in questions if question.audience == Question.Audience.REGISTRATION]
    blocks: list[Block] = [(None, AnswersForm(once, data, prefix="once", given=answers[None]))] if once else []
    for one in people:
        asked = given.may_answer_for(one, questions)
        if asked:
            blocks.append((one, AnswersForm(asked, data, prefix=f"p{one.pk}", given=answers[one.pk])))
    return _page(request, registration, registration, questions, blocks)


@attendee_link
def own(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """One person's questions, answered by that person."""
    questions = [one for one in attendee.event.questions.asked() if one.audience == Question.Audience.ATTENDEE]
    answers = given.of(attendee.registration, [attendee])[attendee.pk]
    blocks: list[Block] = []
    if questions and attendee.is_standing:
        form = AnswersForm(questions, request.POST or None, prefix=f"p{attendee.pk}", given=answers)
        blocks.append((attendee, form))
    return _page(request, attendee.registration, attendee, questions, blocks)


def _page(
    request: HttpRequest,
    registration: Registration,
    back: Registration | Attendee,
    questions: list[Question],
    blocks: list[Block],
) -> HttpResponse:
    event, now = registration.event, timezone.now()
    state = state_of(questions)
    context: dict[str, Any] = {
        "event": event, "back": back, "blocks": blocks, "state": state, "stale": False,
        "can_answer": registration.is_active and event.is_upcoming(now) and now < event.starts_at,
        "by_contact": isinstance(back, Registration),
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "events/questions/answer.html", context)
    if request.POST.get(SHOWN) != state:
        context["stale"] = True
        return render(request, "events/questions/answer.html", context, status=409)
    verdicts = [form.is_valid() for _who, form in blocks]  # all of them, so that each says what is wrong
    if not all(verdicts):
        return render(request, "events/questions/answer.html", context, status=422)
    try:
        for who, form in blocks:
            asked = [question.pk for question in form.questions]
            answer(registration=registration, attendee=who, given=form.answers, asked=asked)
    except services.RegistrationClosed:
        messages.error(request, _("This can no longer be changed."))
    else:
        messages.success(request, _("Noted. Thank you."))
    return redirect(back)
