"""The public registration form, and the link that was lost."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from events import limits, services
from events.attribution.codes import PARAMETER
from events.forms import FORMS, ApplicantForm, AttendeeFormSet, BaseAttendeeFormSet, LinkRequestForm, RegistrationForm
from events.forms.guard import stamp
from events.models import MAX_ATTENDEES, Attendee, Event, Invitation, Question, Registration, WaitingEntry, most_people
from events.questions.forms import Questionnaire, state_of
from events.secret_links import too_often_message
from organisations.compiled import Compiled
from organisations.kept_pages import kept_form
from organisations.links import hash_token

#: Where the address says as what somebody registers; without it, as an organisation.
AS = "as"
#: The prefix of the questions to somebody who registers for themselves.
OWN = "own"


@never_cache
@login_not_required
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """The registration form of one category; a personal link is an organisation's, and fills it in."""
    is_post = request.method == "POST"
    event = get_object_or_404(Event.objects.public(), slug=slug) if is_post else _WITH_PLACES.get_or_404(slug)
    now = timezone.now()
    if not event.is_open(now):
        return render(
            request,
            "events/register_closed.html",
            {"event": event, "opens_later": event.opens_later(now)},
            status=410 if event.is_over(now) else 200,
        )
    invitation = _invitation(event, request.GET.get("invitation", ""))
    if event.invitation_only and not invitation:
        return _by_invitation(request, event, status=403 if is_post else 200)
    category = _category(request, invitation)
    asked = list(event.questions.asked().filter(moment=Question.Moment.REGISTERING))
    if not is_post:
        return _empty_form(request, event, category, invitation, asked)
    if invitation:
        services.record_opening(invitation=invitation)  # a person sent the form: also without our script
    form = FORMS[category](request.POST, initial=_initial(event, invitation))
    rows = _rows(category, _with_another_row(request))
    if "another" in request.POST:
        form = FORMS[category](initial={name: request.POST[name] for name in form.fields if name in request.POST})
        questionnaire = _questionnaire(asked, rows, typed=request.POST)
    else:
        questionnaire = _questionnaire(asked, rows, request.POST)
        filled = [row.has_changed() for row in rows.forms] if rows else [True]
        good = form.is_valid() and (rows is None or rows.is_valid())
        if questionnaire.is_valid(filled) and good:  # every part says its errors at once
            waits = request.POST.get("waits", "")
            response = _register(
                event, form, rows, invitation, request.GET.get(PARAMETER, ""),
                waits if waits in WaitingEntry.Takes else "", questionnaire, filled,
            )  # fmt: skip
            if response:
                return response
    context = _context(request, event, form, rows, questionnaire, event.places_free(), invitation)
    return render(request, "events/register.html", context)


def _with_places(slug: RawSQL) -> QuerySet[Event]:
    """A public event with the number of its places that are held, in one query."""
    return Event.objects.public().filter(slug=slug).annotate(taken=Attendee.objects.seated().per_event())


_WITH_PLACES = Compiled(_with_places)


def _empty_form(
    request: HttpRequest, event: Event, category: str, invitation: Invitation | None, asked: Sequence[Question]
) -> HttpResponse:
    """The form before anybody has written in it: kept, unless it is one organisation's or shows who waits."""
    free, list_open = max(0, event.capacity - vars(event)["taken"]), event.takes_waiting(timezone.now())
    if not free and not list_open and not event.moderated:
        return render(request, "events/register_full.html", {"event": event})

    def context(own: Mapping[str, str]) -> dict[str, Any]:
        initial = {name: own[name] for name in ("submission_id", "shown") if name in own}
        form = FORMS[category](initial=_initial(event, invitation) | initial)
        rows = _rows(category)
        found = _context(request, event, form, rows, _questionnaire(asked, rows), free, invitation)
        return found | {"free_words": own.get("free_words", found["free_words"])}

    if invitation or not free:
        return render(request, "events/register.html", context({}))
    own = {
        "submission_id": lambda: str(uuid.uuid4()),
        "shown": stamp,
        "free_words": lambda: free_words(free),  # else each registration would make the page anew
    }
    made_of = (event.columns(), category, state_of(asked))
    return kept_form(request, "events/register.html", made_of=made_of, own=own, context=context)


def _context(
    request: HttpRequest,
    event: Event,
    form: ApplicantForm,
    rows: BaseAttendeeFormSet | None,
    questionnaire: Questionnaire,
    free: int,
    invitation: Invitation | None,
) -> dict[str, Any]:
    """What the page with the form shows."""
    category = form.category
    context: dict[str, Any] = {"event": event, "form": form, "rows": rows, "free": free, "free_words": free_words(free)}
    context |= {"invitation": invitation, "category": category, "categories": _others(request)}
    context |= {"max_attendees": most_people(event, category), "questionnaire": questionnaire}
    context |= {"people": list(zip(rows or [None], questionnaire.of_people, strict=True))}
    if not event.moderated and (not free or form.is_full) and event.takes_waiting(timezone.now()):
        context |= {"offers_waiting": True, "in_queue": event.attendees.waiting().count()}
    return context


def free_words(free: int) -> str:
    """How many places are free; empty where none is."""
    return ngettext("%(free)s place is free.", "%(free)s places are free.", free) % {"free": free} if free else ""


def _initial(event: Event, invitation: Invitation | None) -> dict[str, Any]:
    return {**RegistrationForm.initial_for(invitation), "event_revision": event.revision}


def _rows(category: str, posted: Any = None) -> BaseAttendeeFormSet | None:
    """Only an organisation writes who comes: a person, or the press, comes and may add others afterwards."""
    if category != Registration.Category.ORGANISATION:
        return None
    return cast(BaseAttendeeFormSet, AttendeeFormSet(posted, prefix="attendees"))


def _questionnaire(
    asked: Sequence[Question], rows: BaseAttendeeFormSet | None, data: QueryDict | None = None, typed: Any = None
) -> Questionnaire:
    """The event's own questions beside each row of people, or to the one who registers for themselves."""
    return Questionnaire(asked, data, [str(row.prefix) for row in rows.forms] if rows else [OWN], typed=typed)


def _category(request: HttpRequest, invitation: Invitation | None) -> str:
    """As what somebody registers, by the address of the form; anything unknown is an organisation."""
    wanted = request.GET.get(AS, "")
    return wanted if wanted in FORMS and not invitation else Registration.Category.ORGANISATION.value


def _others(request: HttpRequest) -> list[tuple[str, str, str]]:
    """Each category with its name and the query that leads to its form; whatever else stood in the address stays."""
    labels = {"organisation": _("An organisation"), "person": _("A private person"), "press": _("The press")}
    found = []
    for category in FORMS:
        query = request.GET.copy()
        query[AS] = category
        found.append((category, labels[category], query.urlencode()))
    return found


@csrf_exempt  # it carries no session and only dates an opening: a forged one says what the link's owner could say
@require_POST
@login_not_required
def opened(request: HttpRequest, slug: str) -> HttpResponse:
    """A person has a personal link open: its script says so at their first act (mail scanners open links, too).

    The first time is kept, for the invitation alone: no address, no browser. The answer never tells whether a token is
    known.
    """
    event = Event.objects.public().filter(slug=slug).first()
    invitation = _invitation(event, request.POST.get("invitation", "")) if event else None
    if invitation:
        services.record_opening(invitation=invitation)
    return HttpResponse(status=204)


def _register(
    event: Event,
    form: ApplicantForm,
    rows: BaseAttendeeFormSet | None,
    invitation: Invitation | None,
    source: str,
    waits: str,
    questionnaire: Questionnaire,
    filled: list[bool],
) -> HttpResponse | None:
    """The redirect after a registration, or None with the reason written into the form."""
    if not form.is_of(event):
        return None
    if not questionnaire.is_of_now():
        form.add_error(None, _("The questions have changed since you opened this form. Look at them below and send it "
                               "once more."))  # fmt: skip
        return None
    try:
        guests = rows.guests() if rows else [form.guest()]
        limits.take_registration(
            contact=form.cleaned_data["contact_email"], guests=[guest.email for guest in guests], now=timezone.now()
        )
        registration = services.register(
            event=event,
            applicant=form.applicant(translation.get_language() or settings.LANGUAGE_CODE),
            guests=guests,
            submission_id=form.cleaned_data["submission_id"],
            privacy_notice_version=form.cleaned_data["notice_version"],
            invitation=invitation,
            source=source,
            waits=waits,
            answers=questionnaire.answers(filled),
        )
    except services.EventFull as full:
        form.is_full = True
        form.add_error(None, full_message(full, has_list=event.takes_waiting(timezone.now())))
        return None
    except limits.TooOften as often:
        form.add_error(None, too_often_message(often))
        return None
    except services.AlreadyRegistered as already:
        form.add_error(None, _already_message(already, form))
        return None
    except services.TooManyAttendees as too_many:
        form.add_error(None, cap_message(too_many))
        return None
    except services.InvitationNeeded:
        form.add_error(None, _("This invitation does not hold any more. Write to us if you wish to come all the same."))
        return None
    except services.RegistrationClosed:
        form.add_error(None, _("Registration has closed meanwhile."))
        return None
    return redirect(f"{registration.get_absolute_url()}?new=1")


def cap_message(too_many: services.TooManyAttendees) -> str:
    """How many people one registration may bring."""
    return ngettext(
        "One registration brings at most %(most)s person to this event.",
        "One registration brings at most %(most)s people to this event.",
        too_many.most,
    ) % {"most": too_many.most}


def full_message(full: services.EventFull, *, has_list: bool = False) -> str:
    """What to do when the places do not suffice."""
    if has_list and not full.free:
        return _("All places are taken. Nothing was saved yet; you can join the waiting list below.")
    if has_list:
        return ngettext(
            "Only %(free)s place is left. Leave fewer people in the list and send it again, or join the waiting list below.",
            "Only %(free)s places are left. Leave fewer people in the list and send it again, or join the waiting list below.",
            full.free,
        ) % {"free": full.free}
    if not full.free:
        return _("All places are taken. Nothing was saved; write to us if you wish to come all the same.")
    return ngettext(
        "Only %(free)s place is left. Leave fewer people in the list and send it again.",
        "Only %(free)s places are left. Leave fewer people in the list and send it again.",
        full.free,
    ) % {"free": full.free}


def _already_message(already: services.AlreadyRegistered, form: ApplicantForm) -> str:
    """What to do when somebody registers a second time; whose registration it is says nobody but their own mailbox."""
    earlier, address = already.registration, form.cleaned_data["contact_email"]
    if earlier.contact_email == address:
        services.request_link(event=earlier.event, email=address)
        return _("With this address somebody is registered already. We have sent the link to it once more: there you can "
                 "add people, change or cancel.")  # fmt: skip
    return _("%(name)s is registered already. Whoever registered it can add people through the link in their "
             "confirmation. If you come for another office, write it behind the name; or write to us.") % {
                 "name": earlier.registrant}  # fmt: skip


def _with_another_row(request: HttpRequest) -> Any:
    """The posted rows; "another person" adds one, also without JavaScript."""
    posted = request.POST.copy()
    if "another" in posted:
        rows = posted.get("attendees-TOTAL_FORMS", "1")
        count = int(rows) if rows.isdecimal() and len(rows) < 4 else 0
        posted["attendees-TOTAL_FORMS"] = str(min(count + 1, MAX_ATTENDEES))
    return posted


def _invitation(event: Event, token: str) -> Invitation | None:
    """The invitation behind a personal link; an unknown or altered token simply fills nothing in."""
    if not token:
        return None
    return (
        event.invitations.select_related("organisation").filter(token_hash=hash_token(token), revoked_at=None).first()
    )


def _by_invitation(
    request: HttpRequest, event: Event, form: LinkRequestForm | None = None, status: int = 200
) -> HttpResponse:
    """Says plainly that the event is by invitation, and how an invited organisation gets its link again."""
    context = {"event": event, "form": form or LinkRequestForm(), "has_token": bool(request.GET.get("invitation"))}
    return render(request, "events/moderation/by_invitation.html", context, status=status)


@require_POST
@login_not_required
def request_invitation(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the personal link again: the same answer for known and unknown addresses, also when asked too often."""
    event = get_object_or_404(Event.objects.public(), slug=slug)
    form = LinkRequestForm(request.POST)
    if not form.is_valid():
        return _by_invitation(request, event, form, status=422)
    email = form.cleaned_data["email"].lower()
    try:
        limits.ASKING_FOR_LINKS.take(f"invitation:{event.pk}:{email}", now=timezone.now())
    except limits.TooOften:
        pass  # it went out several times just now
    else:
        services.request_invitation(event=event, email=email)
    return render(request, "events/moderation/invitation_requested.html", {"event": event})


@require_POST
@login_not_required
def request_link(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the links of an address again: the same answer for known and unknown addresses, also when asked too often."""
    event = get_object_or_404(Event.objects.public(), slug=slug)
    form = LinkRequestForm(request.POST)
    if form.is_valid():
        email = form.cleaned_data["email"].lower()
        try:
            limits.ASKING_FOR_LINKS.take(f"{event.pk}:{email}", now=timezone.now())
        except limits.TooOften:
            pass  # they went out several times just now
        else:
            services.request_link(event=event, email=email)
        return render(request, "events/link_requested.html", {"event": event})
    return render(request, "events/lost_link.html", {"event": event, "form": form}, status=422)


@require_safe
@login_not_required
def lost_link(request: HttpRequest, slug: str) -> HttpResponse:
    """The form that asks for the management link again."""
    event = get_object_or_404(Event.objects.public(), slug=slug)
    return render(request, "events/lost_link.html", {"event": event, "form": LinkRequestForm()})
