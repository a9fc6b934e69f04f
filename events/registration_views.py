"""The contact's page behind the secret link: see, add, correct, replace, confirm, cancel. Every change is a POST of its own."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from events import limits, services, waiting_words
from events.forms import AttendeeForm, ContactForm
from events.models import Attendee, Certificate, ChangeRequest, Event, Registration, most_people
from events.questions import given
from events.register_views import cap_message, full_message
from events.secret_links import registration_link, too_often_message


@require_safe
@registration_link
def detail(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Everything about the registration, with a button for each change."""
    return _page(request, registration)


def _page(request: HttpRequest, registration: Registration, status: int = 200, **forms: object) -> HttpResponse:
    now = timezone.now()
    event = registration.event
    attendees = registration.attendees.standing().order_by("place_number", "pk")
    is_live = registration.state in services.LIVE and event.is_upcoming(now)
    is_pending = registration.state == Registration.State.PENDING and event.is_upcoming(now)
    may_add = (
        (is_live or is_pending) and event.is_open(now) and len(attendees) < most_people(event, registration.category)
    )
    has_room = may_add and event.places_free() > 0
    context = {
        "registration": registration,
        "event": event,
        "attendees": attendees,
        "is_live": is_live,
        "is_frozen": is_live and event.is_frozen(now),
        "change_requests": registration.change_requests.select_related("attendee").order_by("-asked_at", "-pk")[:20],
        "is_pending": is_pending,
        "can_add": may_add and (is_pending or has_room or event.takes_waiting(now)),
        "has_room": has_room,
        "has_certificates": Certificate.objects.holding().filter(attendee__in=attendees).exists(),
        "waits": waiting_words.own_entries(registration, now),
        "has_choices": any(attendee.is_confirmed for attendee in attendees) and _has_choices(event),
        "unconfirmed": sum(attendee.is_confirmed and not attendee.coming_confirmed_at for attendee in attendees),
        "is_new": "new" in request.GET,
        **_questions(registration, now),
        "attendee_form": AttendeeForm(prefix="new"),
        **forms,
    }
    return render(request, "events/registration.html", context, status=status)


def _questions(registration: Registration, now: datetime) -> dict[str, object]:
    """How many questions are open, and whether there are any, as long as they can be answered."""
    event = registration.event
    if not registration.is_active or not event.is_upcoming(now) or now >= event.starts_at:
        return {}
    has_questions = event.questions.filter(retired_at=None).exists()
    return {"has_questions": has_questions, "open_questions": given.open_for(registration) if has_questions else 0}


def _has_choices(event: Event) -> bool:
    """Whether items of the public agenda have places of their own. One query."""
    return event.sessions.filter(open_places__isnull=False).exists()


def asked_message() -> str:
    """What became of a change after the freeze."""
    return _("Your change is a request now: an organiser looks at it, and we write to you.")


def _refusals(request: HttpRequest, change: Callable[[], object]) -> bool:
    """Make a change; where it is refused, or is a request now, say so. Whether it was made."""
    try:
        outcome = change()
    except limits.TooOften as often:
        messages.error(request, too_often_message(often))
    except services.EventFull as full:
        messages.error(request, full_message(full))
    except services.TooManyAttendees as too_many:
        messages.error(request, cap_message(too_many))
    except services.AlreadyComing:
        messages.error(request, _("This person is in the list already."))
    except services.AlreadyRegistered:
        messages.error(request, _("This address has another registration for this event."))
    except services.RegistrationClosed:
        messages.error(request, _("This registration can no longer be changed."))
    else:
        if not isinstance(outcome, ChangeRequest):
            return True
        messages.info(request, asked_message())
    return False


def _name_to_others(registration: Registration, address: str) -> None:
    """A mail goes to somebody whom the contact names. Raises TooOften."""
    if address != registration.contact_email:
        limits.NAMED_BY_OTHERS.take(address, now=timezone.now())


#: What became of somebody who was added, left out.
_ADDED = {
    Attendee.State.CONFIRMED: gettext_lazy("%(name)s has a place."),
    Attendee.State.WAITING: gettext_lazy("%(name)s is on the waiting list."),
    Attendee.State.PENDING: gettext_lazy("%(name)s is added."),
}
_LEFT_OUT = {
    Attendee.State.CONFIRMED: gettext_lazy("%(name)s no longer holds a place."),
    Attendee.State.PENDING: gettext_lazy("%(name)s does not come any more."),
}


@require_POST
@registration_link
def add_attendee(request: HttpRequest, registration: Registration) -> HttpResponse:
    form = AttendeeForm(request.POST, prefix="new")
    if not form.is_valid():
        return _page(request, registration, status=422, attendee_form=form)
    guest = form.guest()

    def add() -> object:
        _name_to_others(registration, guest.email)
        outcome = services.add_attendee(registration=registration, guest=guest, waits="waits" in request.POST)
        added.append(outcome)
        return outcome

    added: list[object] = []
    if _refusals(request, add):
        one = added[0]
        state = one.state if isinstance(one, Attendee) else Attendee.State.WAITING
        messages.success(request, _ADDED[Attendee.State(state)] % {"name": guest.full_name})
    return redirect(registration)


@registration_link
def edit_attendee(request: HttpRequest, registration: Registration, attendee_id: int) -> HttpResponse:
    attendee = get_object_or_404(registration.attendees.standing(), pk=attendee_id)
    initial = {"full_name": attendee.full_name, "email": attendee.email, "office": attendee.office}
    form = AttendeeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        guest = form.guest()

        def edit() -> object:
            if guest.email != attendee.email:
                _name_to_others(registration, guest.email)
            return services.edit_attendee(attendee=attendee, guest=guest)

        if _refusals(request, edit):
            messages.success(request, _("The data were corrected."))
        return redirect(registration)
    context = {"registration": registration, "attendee": attendee, "form": form}
    return render(request, "events/attendee_edit.html", context, status=422 if form.errors else 200)


@registration_link
def replace_attendee(request: HttpRequest, registration: Registration, attendee_id: int) -> HttpResponse:
    """Another person in the same place: both are told, and the link of the one who left dies."""
    attendee = get_object_or_404(registration.attendees, pk=attendee_id)
    form = AttendeeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        guest = form.guest()

        def replace() -> object:
            _name_to_others(registration, guest.email)
            return services.replace_attendee(attendee=attendee, guest=guest)

        if _refusals(request, replace):
            words = _("%(new)s comes in the place of %(old)s.") % {"new": guest.full_name, "old": attendee}
            messages.success(request, words)
        return redirect(registration)
    context = {"registration": registration, "attendee": attendee, "form": form}
    return render(request, "events/attendee_replace.html", context, status=422 if form.errors else 200)


@registration_link
def cancel_attendee(request: HttpRequest, registration: Registration, attendee_id: int) -> HttpResponse:
    """A question first (GET), the change by POST."""
    attendee = get_object_or_404(registration.attendees.all(), pk=attendee_id)
    if request.method != "POST":
        context = {"registration": registration, "attendee": attendee}
        return render(request, "events/attendee_cancel.html", context)
    if _refusals(request, lambda: services.cancel_attendee(attendee=attendee)):
        words = _LEFT_OUT.get(Attendee.State(attendee.state), gettext_lazy("%(name)s waits no longer."))
        messages.success(request, words % {"name": attendee})
    return redirect(registration)


@require_POST
@registration_link
def confirm_attendee(request: HttpRequest, registration: Registration, attendee_id: int) -> HttpResponse:
    """One of them really comes."""
    attendee = get_object_or_404(registration.attendees.confirmed(), pk=attendee_id)
    if _refusals(request, lambda: services.confirm_coming(registration=registration, attendee=attendee)):
        messages.success(request, _("Noted: %(name)s comes.") % {"name": attendee})
    return redirect(registration)


@require_POST
@registration_link
def confirm_all(request: HttpRequest, registration: Registration) -> HttpResponse:
    """All of them really come."""
    if _refusals(request, lambda: services.confirm_coming(registration=registration)):
        people = registration.attendees.confirmed().count()
        words = ngettext("Noted: %(count)s person comes.", "Noted: all %(count)s people come.", people)
        messages.success(request, words % {"count": people})
    return redirect(registration)


@require_POST
@registration_link
def send_attendee_link(request: HttpRequest, registration: Registration, attendee_id: int) -> HttpResponse:
    """A person's own link once more, to that person."""
    attendee = get_object_or_404(registration.attendees.standing().exclude(email=""), pk=attendee_id)
    if attendee.email != registration.contact_email and _refusals(request, lambda: _send(registration, attendee)):
        words = _("The link of %(name)s is on its way to %(email)s.") % {"name": attendee, "email": attendee.email}
        messages.success(request, words)
    return redirect(registration)


def _send(registration: Registration, attendee: Attendee) -> None:
    _name_to_others(registration, attendee.email)
    services.send_link(attendee=attendee)


@registration_link
def edit_contact(request: HttpRequest, registration: Registration) -> HttpResponse:
    initial = {"name": registration.contact_name, "email": registration.contact_email,
               "office": registration.contact_office, "phone": registration.contact_phone}  # fmt: skip
    form = ContactForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        new_address = form.cleaned_data["email"] != registration.contact_email
        change = lambda: services.edit_contact(registration=registration, **form.cleaned_data)  # noqa: E731
        if not _refusals(request, change):
            return redirect(registration)
        if new_address:
            return render(request, "events/contact_moved.html", {"registration": registration})
        messages.success(request, _("The data were corrected."))
        return redirect(registration)
    context = {"registration": registration, "form": form}
    return render(request, "events/contact_edit.html", context, status=422 if form.errors else 200)


@registration_link
def cancel(request: HttpRequest, registration: Registration) -> HttpResponse:
    """A question first (GET), the change by POST."""
    if request.method != "POST":
        return render(request, "events/registration_cancel.html", {"registration": registration})
    if _refusals(request, lambda: services.cancel_registration(registration=registration)):
        messages.success(
            request,
            _("The registration was cancelled and all its places are free again.")
            if registration.state == Registration.State.CONFIRMED
            else _("The registration was cancelled."),
        )
    return redirect(registration)


@require_POST
@registration_link
def withdraw_change(request: HttpRequest, registration: Registration, pk: int) -> HttpResponse:
    """A request that is not wanted any more."""
    change = services.withdraw_change(request=get_object_or_404(registration.change_requests, pk=pk))
    if change.state == ChangeRequest.State.WITHDRAWN:
        messages.success(request, _("The request is withdrawn."))
    else:
        messages.error(request, _("The request was decided meanwhile."))
    return redirect(registration)
