"""The desk books for somebody who calls, moves an appointment, or calls it off and says why."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events.meeting_point import services, slots, timetables
from events.meeting_point.forms import CallOffForm, DeskBookingForm
from events.meeting_point.models import Appointment
from events.meeting_point.slots import Window
from events.meeting_point.views.booking import times_of
from events.meeting_point.views.desk import day_url, point_of, require_desk
from organisations.access import signed_in


@require_safe
@require_desk
def times(request: HttpRequest, pk: int) -> HttpResponse:
    """The free times, without lead time and three months ahead."""
    point, now = point_of(pk), timezone.now()
    found = times_of(point, now, since=request.GET.get("from", ""), window=Window.for_desk(now))
    return render(request, "events/meeting_point/desk/times.html", {"point": point, "times": found})


@never_cache
@require_desk
def book(request: HttpRequest, pk: int, slot: str) -> HttpResponse:
    """One of them for somebody."""
    point, now = point_of(pk), timezone.now()
    starts_at = slots.parse(slot)
    if starts_at is None:
        raise Http404
    found = slots.slot_at(point, timetables.of(point), Window.for_desk(now), starts_at)
    form = DeskBookingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            appointment = services.book(
                point=point,
                starts_at=starts_at,
                person=form.person(),
                submission_id=form.cleaned_data["submission_id"],
                by=signed_in(request),
            )
        except (services.SlotTaken, services.NotOffered):
            form.add_error(None, _("This time has been taken meanwhile, or is not offered. Choose another one."))
        except services.AlreadyBooked:
            form.add_error("email", _("This address has another appointment at that time."))
        else:
            messages.success(request, _booked(appointment))
            return redirect(day_url(pk, timezone.localdate(appointment.starts_at)))
    if request.method != "POST" and not (found and found.free):
        messages.error(request, _("This time has been taken meanwhile, or is not offered. Choose another one."))
        return redirect("manage_meeting_point:times", pk)
    context = {"point": point, "slot": found, "form": form, "kept_days": settings.APPOINTMENTS_KEPT_DAYS}
    return render(request, "events/meeting_point/desk/book.html", context, status=422 if form.errors else 200)


@never_cache
@require_desk
def appointment(request: HttpRequest, pk: int, appointment_id: int) -> HttpResponse:
    """One appointment: who, when, and calling it off (POST)."""
    point, now = point_of(pk), timezone.now()
    found = get_object_or_404(point.appointments.select_related("booked_by", "cancelled_by"), pk=appointment_id)
    form = CallOffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel(appointment=found, by=signed_in(request), reason=form.cleaned_data["reason"])
        except services.NoLongerBooked:
            messages.error(request, _("This appointment can no longer be changed."))
        else:
            messages.success(request, _called_off(has_address=bool(found.email)))
        return redirect(day_url(pk, timezone.localdate(found.starts_at)))
    context = {
        "point": point,
        "appointment": found,
        "form": form,
        "is_upcoming": found.is_upcoming(now),
        "visits": found.visits.order_by("pk"),
    }
    return render(request, "events/meeting_point/desk/appointment.html", context, status=422 if form.errors else 200)


@never_cache
@require_desk
def move(request: HttpRequest, pk: int, appointment_id: int) -> HttpResponse:
    """The free times (GET); one of them by POST, in one click."""
    point, now, refused = point_of(pk), timezone.now(), ""
    found = get_object_or_404(point.appointments.all(), pk=appointment_id)
    if request.method == "POST":
        starts_at = slots.parse(request.POST.get("slot", ""))
        try:
            if starts_at is None:
                raise services.NotOffered
            moved = services.move(appointment=found, starts_at=starts_at, by=signed_in(request))
        except services.NoLongerBooked:
            messages.error(request, _("This appointment can no longer be changed."))
            return redirect(day_url(pk, timezone.localdate(found.starts_at)))
        except services.AlreadyBooked:
            refused = _("This address has another appointment at that time.")
        except (services.SlotTaken, services.NotOffered):
            refused = _("This time has been taken meanwhile, or is not offered. Choose another one.")
        else:
            messages.success(request, _("Moved."))
            return redirect(day_url(pk, timezone.localdate(moved.starts_at)))
    window = Window.for_desk(now)
    shown = times_of(point, now, since=request.GET.get("from", ""), window=window, but=found)
    context = {"point": point, "appointment": found, "times": shown, "refused": refused}
    return render(request, "events/meeting_point/desk/move.html", context, status=409 if refused else 200)


def _booked(made: Appointment) -> str:
    if made.email:
        return _("Booked. The confirmation is on its way.")
    said = _("Booked. There is no e-mail address: say the time and the reference %(reference)s.")
    return said % {"reference": made.reference}


def _called_off(*, has_address: bool) -> str:
    if has_address:
        return _("Called off. The person is being told.")
    return _("Called off. There is no e-mail address: please call the person.")
