"""The public registration form, and the link that was lost."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from events import limits, services
from events.forms import AttendeeFormSet, BaseAttendeeFormSet, LinkRequestForm, RegistrationForm
from events.models import MAX_ATTENDEES, Event, Invitation, WaitingEntry
from organisations.links import hash_token


@never_cache
@login_not_required
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """The registration form; a personal link fills in the organisation."""
    event = get_object_or_404(Event.objects.public(), slug=slug)
    now = timezone.now()
    if not event.is_open(now):
        return render(
            request, "events/register_closed.html", {"event": event}, status=410 if event.is_over(now) else 200
        )
    invitation = _invitation(event, request.GET.get("invitation", ""))
    if request.method == "POST" and invitation:
        services.record_opening(invitation=invitation)  # a person sent the form: also without our script
    waits = request.POST.get("waits", "") if request.POST.get("waits") in WaitingEntry.Takes.values else ""
    form = RegistrationForm(request.POST or None, initial=RegistrationForm.initial_for(invitation))
    rows: Any = AttendeeFormSet(_with_another_row(request), prefix="attendees")
    if request.method == "POST" and "another" not in request.POST and form.is_valid() and rows.is_valid():
        response = _register(event, form, rows, invitation, waits)
        if response:
            return response
    free = event.places_free()
    if request.method != "POST" and not free and "waiting" not in request.GET:
        return render(request, "events/register_full.html", {"event": event})
    offers_waiting = not free or form.is_full
    if "another" in request.POST:
        form = RegistrationForm(initial={name: request.POST.get(name, "") for name in form.fields})
    context = {"event": event, "form": form, "rows": rows, "free": free, "max_attendees": MAX_ATTENDEES}
    return render(
        request, "events/register.html", {**context, "invitation": invitation, "offers_waiting": offers_waiting}
    )


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
    event: Event, form: RegistrationForm, rows: BaseAttendeeFormSet, invitation: Invitation | None, waits: str
) -> HttpResponse | None:
    """The redirect after a registration, or None with the reason written into the form."""
    try:
        guests = rows.guests()
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
            waits=waits,
        )
    except services.EventFull as full:
        form.is_full = True
        form.add_error(None, full_message(full))
        return None
    except limits.TooOften as often:
        form.add_error(None, too_often_message(often))
        return None
    except services.RegistrationClosed:
        form.add_error(None, _("Registration has closed meanwhile."))
        return None
    return redirect(f"{registration.get_absolute_url()}?new=1")


def full_message(full: services.EventFull) -> str:
    """What to do when the places do not suffice."""
    if not full.free:
        return _("All places are taken. Nothing was saved; you may join the waiting list below.")
    return ngettext(
        "Only %(free)s place is left. Leave fewer people in the list and send it again.",
        "Only %(free)s places are left. Leave fewer people in the list and send it again.",
        full.free,
    ) % {"free": full.free}


def too_often_message(often: limits.TooOften) -> str:
    """What to do when a form was sent more often than a person needs."""
    return _("This was sent very often from this address. Try again after %(time)s, or write to us.") % {
        "time": date_format(timezone.localtime(often.again_at), "j F, H:i")
    }


def _with_another_row(request: HttpRequest) -> Any:
    """The posted rows; "another person" adds one, also without JavaScript."""
    if request.method != "POST":
        return None
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
    return event.invitations.select_related("organisation").filter(token_hash=hash_token(token)).first()


@require_POST
@login_not_required
def request_link(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the management link again: the same answer for known and unknown addresses."""
    event = get_object_or_404(Event.objects.public(), slug=slug)
    form = LinkRequestForm(request.POST)
    if form.is_valid():
        services.request_link(event=event, email=form.cleaned_data["email"])
        return render(request, "events/link_requested.html", {"event": event})
    return render(request, "events/lost_link.html", {"event": event, "form": form}, status=422)


@require_safe
@login_not_required
def lost_link(request: HttpRequest, slug: str) -> HttpResponse:
    """The form that asks for the management link again."""
    event = get_object_or_404(Event.objects.public(), slug=slug)
    return render(request, "events/lost_link.html", {"event": event, "form": LinkRequestForm()})
