"""One person's own page behind their own link: see, correct, confirm, give back. Nothing of anybody else's."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events import agenda as agendas
from events import services
from events.checkin import papers
from events.forms import OwnNameForm
from events.models import Attendee, ChangeRequest, Question
from events.questions import given
from events.secret_links import attendee_link


@require_safe
@attendee_link
def detail(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """Their place, their data, the agenda."""
    event = attendee.event
    context = {
        "attendee": attendee,
        "registration": attendee.registration,
        "event": event,
        "is_live": attendee.is_confirmed and event.is_upcoming(timezone.now()),
        "pass": papers.pass_of(attendee),
        "sessions": agendas.current(event).items,
        **_questions(attendee),
        "has_choices": attendee.is_confirmed and event.sessions.filter(open_places__isnull=False).exists(),
        "chosen": set(attendee.seats.held().values_list("session__key", flat=True)),
    }
    return render(request, "events/attendee.html", context)


def _questions(attendee: Attendee) -> dict[str, object]:
    """How many questions this person has not answered, as long as they can be."""
    event, now = attendee.event, timezone.now()
    if not attendee.is_standing or not event.is_upcoming(now) or now >= event.starts_at:
        return {}
    asked = event.questions.filter(retired_at=None, audience=Question.Audience.ATTENDEE).exists()
    return {"has_questions": asked, "open_questions": given.open_for_person(attendee) if asked else 0}


def _changed(request: HttpRequest, change: Callable[[], object]) -> bool:
    try:
        outcome = change()
    except services.RegistrationClosed:
        messages.error(request, _("This registration can no longer be changed."))
        return False
    if isinstance(outcome, ChangeRequest):
        messages.info(request, _("Your change is a request now: an organiser looks at it."))
        return False
    return True


@attendee_link
def edit(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """Their own name and office; the address is the contact's to change, because the link goes there."""
    form = OwnNameForm(request.POST or None, initial={"full_name": attendee.full_name, "office": attendee.office})
    if request.method == "POST" and form.is_valid():
        guest = form.guest(attendee.email)
        if _changed(request, lambda: services.edit_attendee(attendee=attendee, guest=guest)):
            messages.success(request, _("The data were corrected."))
        return redirect(attendee)
    context = {"attendee": attendee, "form": form}
    return render(request, "events/attendee_edit_own.html", context, status=422 if form.errors else 200)


@require_POST
@attendee_link
def confirm(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """They really come."""
    registration = attendee.registration
    if _changed(request, lambda: services.confirm_coming(registration=registration, attendee=attendee)):
        messages.success(request, _("Thank you. We look forward to seeing you."))
    return redirect(attendee)


@attendee_link
def cancel(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """A question first (GET), the change by POST."""
    if request.method != "POST":
        return render(request, "events/attendee_cancel_own.html", {"attendee": attendee})
    if _changed(request, lambda: services.cancel_attendee(attendee=attendee)):
        messages.success(request, _("Your place was given back. Thank you for telling us."))
    return redirect(attendee)
