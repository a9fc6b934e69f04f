"""The management page behind the secret link: see, add, correct, cancel. Every change is a POST of its own."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events import limits, services
from events.forms import AttendeeForm, ContactForm
from events.models import MAX_ATTENDEES, Registration
from events.register_views import full_message, too_often_message
from organisations.links import hash_token

P = ParamSpec("P")
RegistrationView = Callable[Concatenate[HttpRequest, Registration, P], HttpResponse]


def by_link(view: RegistrationView[P]) -> Callable[..., HttpResponse]:
    """Open a page by its secret token: never stored by caches, never indexed, never told to other sites."""

    @never_cache
    @login_not_required
    @wraps(view)
    def opened(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        registrations = Registration.objects.select_related("event", "organisation")
        registration = registrations.filter(token_hash=hash_token(token)).first()
        if registration is None:
            return render(request, "events/link_unknown.html", status=404)
        if request.method == "POST":
            try:
                limits.CHANGING.take(str(registration.pk), now=timezone.now())
            except limits.TooOften as often:
                messages.error(request, too_often_message(often))
                return redirect(registration)
        response = view(request, registration, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer" if request.method == "GET" else "same-origin"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return opened


@require_safe
@by_link
def detail(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Everything about the registration, with a button for each change."""
    return _page(request, registration)


def _page(request: HttpRequest, registration: Registration, status: int = 200, **forms: object) -> HttpResponse:
    now = timezone.now()
    event = registration.event
    attendees = registration.attendees.confirmed().order_by("place_number")
    is_live = registration.state == Registration.State.CONFIRMED and event.is_upcoming(now)
    context = {
        "registration": registration,
        "event": event,
        "attendees": attendees,
        "is_live": is_live,
        "can_add": is_live and event.is_open(now) and len(attendees) < MAX_ATTENDEES and event.places_free() > 0,
        "is_new": "new" in request.GET,
        "attendee_form": AttendeeForm(prefix="new"),
        **forms,
    }
    return render(request, "events/registration.html", context, status=status)


@require_POST
@by_link
def add_attendee(request: HttpRequest, registration: Registration) -> HttpResponse:
    form = AttendeeForm(request.POST, prefix="new")
    if not form.is_valid():
        return _page(request, registration, status=422, attendee_form=form)
    guest = form.guest()
    try:
        if guest.email != registration.contact_email:
            limits.NAMED_BY_OTHERS.take(guest.email, now=timezone.now())
        services.add_attendee(registration=registration, guest=guest)
    except limits.TooOften as often:
        messages.error(request, too_often_message(often))
    except services.EventFull as full:
        messages.error(request, full_message(full))
    except services.TooManyAttendees:
        messages.error(request, _("One registration brings at most ten people."))
    except services.RegistrationClosed:
        messages.error(request, _("This registration can no longer be changed."))
    else:
        messages.success(request, _("%(name)s has a place.") % {"name": form.cleaned_data["full_name"]})
    return redirect(registration)


@by_link
def edit_attendee(request: HttpRequest, registration: Registration, attendee_id: int) -> HttpResponse:
    attendee = get_object_or_404(registration.attendees.confirmed(), pk=attendee_id)
    initial = {"full_name": attendee.full_name, "email": attendee.email, "office": attendee.office}
    form = AttendeeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_attendee(attendee=attendee, guest=form.guest())
        except services.RegistrationClosed:
            messages.error(request, _("This registration can no longer be changed."))
        else:
            messages.success(request, _("The data were corrected."))
        return redirect(registration)
    context = {"registration": registration, "attendee": attendee, "form": form}
    return render(request, "events/attendee_edit.html", context, status=422 if form.errors else 200)


@by_link
def cancel_attendee(request: HttpRequest, registration: Registration, attendee_id: int) -> HttpResponse:
    """A question first (GET), the change by POST."""
    attendee = get_object_or_404(registration.attendees.all(), pk=attendee_id)
    if request.method != "POST":
        context = {"registration": registration, "attendee": attendee}
        return render(request, "events/attendee_cancel.html", context)
    try:
        services.cancel_attendee(attendee=attendee)
    except services.RegistrationClosed:
        messages.error(request, _("This registration can no longer be changed."))
    else:
        messages.success(request, _("%(name)s no longer holds a place.") % {"name": attendee.full_name})
    return redirect(registration)


@by_link
def edit_contact(request: HttpRequest, registration: Registration) -> HttpResponse:
    initial = {"name": registration.contact_name, "email": registration.contact_email,
               "office": registration.contact_office, "phone": registration.contact_phone}  # fmt: skip
    form = ContactForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        new_address = form.cleaned_data["email"] != registration.contact_email
        try:
            services.edit_contact(registration=registration, **form.cleaned_data)
        except services.RegistrationClosed:
            messages.error(request, _("This registration can no longer be changed."))
            return redirect(registration)
        if new_address:
            return render(request, "events/contact_moved.html", {"registration": registration})
        messages.success(request, _("The data were corrected."))
        return redirect(registration)
    context = {"registration": registration, "form": form}
    return render(request, "events/contact_edit.html", context, status=422 if form.errors else 200)


@by_link
def cancel(request: HttpRequest, registration: Registration) -> HttpResponse:
    """A question first (GET), the change by POST."""
    if request.method != "POST":
        return render(request, "events/registration_cancel.html", {"registration": registration})
    try:
        services.cancel_registration(registration=registration)
    except services.RegistrationClosed:
        messages.error(request, _("This registration can no longer be changed."))
    else:
        messages.success(request, _("The registration was cancelled and all its places are free again."))
    return redirect(registration)
