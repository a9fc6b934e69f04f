"""The desk's day: who is expected, who came, who did not; visits without an appointment in one form."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events.meeting_point import services
from events.meeting_point.days import day_of
from events.meeting_point.forms import WalkInForm
from events.meeting_point.models import Appointment, MeetingPoint
from events.meeting_point.shown import all_shown
from organisations.access import require, signed_in
from organisations.models import User
from organisations.roles import Permission

require_desk = require(Permission.ATTEND_MEETING_POINT)
#: A day beyond is none that anybody means.
FIRST, LAST = date(2000, 1, 1), date(2100, 1, 1)


@require_safe
@require_desk
def index(request: HttpRequest) -> HttpResponse:
    """Every point, open or closed now, with the ways to its pages."""
    context = {
        "points": all_shown(timezone.now()),
        "may_edit": signed_in(request).has_permission(Permission.MANAGE_MEETING_POINT),
    }
    return render(request, "events/meeting_point/index.html", context)


@never_cache
@require_safe
@require_desk
def day(request: HttpRequest, pk: int) -> HttpResponse:
    """One day, today unless the address says another; to be looked at and to be printed."""
    return _day(request, point_of(pk), wanted_day(request.GET.get("on", "")))


def _day(
    request: HttpRequest, point: MeetingPoint, on: date | None, form: WalkInForm | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    shown = day_of(point, on or timezone.localdate(now), now)
    context = {"point": point, "day": shown, "form": form or WalkInForm()}
    return render(request, "events/meeting_point/desk/day.html", context, status=status)


@require_POST
@require_desk
def walk_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody came without an appointment."""
    point, form = point_of(pk), WalkInForm(request.POST)
    if form.is_valid():
        try:
            visit = services.record_walk_in(point=point, by=signed_in(request), **form.cleaned_data)
        except services.NotYet:
            form.add_error("arrived_at", _("This lies ahead: nobody can have come yet."))
        except services.TooLongAgo:
            form.add_error("arrived_at", _("This is more than a month ago: it can no longer be recorded."))
        else:
            messages.success(request, _("The visit was recorded."))
            return redirect(day_url(pk, timezone.localdate(visit.arrived_at)))
    return _day(request, point, wanted_day(request.POST.get("on", "")), form, status=422)


@require_POST
@require_desk
def arrived(request: HttpRequest, pk: int, appointment_id: int) -> HttpResponse:
    """Somebody kept their appointment."""

    def record(appointment: Appointment, by: User) -> str:
        services.record_arrival(appointment=appointment, by=by)
        return _("Recorded: somebody came. Add the outcome as soon as you know it.")

    return _settled(request, pk, appointment_id, record)


@require_POST
@require_desk
def missed(request: HttpRequest, pk: int, appointment_id: int) -> HttpResponse:
    """Somebody did not come."""

    def record(appointment: Appointment, by: User) -> str:
        services.record_missed(appointment=appointment, by=by)
        return _("Recorded: nobody came.")

    return _settled(request, pk, appointment_id, record)


@require_POST
@require_desk
def not_missed(request: HttpRequest, pk: int, appointment_id: int) -> HttpResponse:
    """That nobody came was a mistake."""

    def record(appointment: Appointment, by: User) -> str:
        services.take_back_missed(appointment=appointment, by=by)
        return _("Taken back: the appointment stands as before.")

    return _settled(request, pk, appointment_id, record)


# -- what the desk's other pages need, too -------------------------------------------------------------------------------


def point_of(pk: int) -> MeetingPoint:
    """The point, with its hours. Raises Http404."""
    return get_object_or_404(MeetingPoint.objects.with_hours(timezone.localdate()), pk=pk)


def wanted_day(text: str) -> date | None:
    """The day an address names; None where it names none."""
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and FIRST <= found <= LAST else None


def day_url(pk: int, on: date) -> str:
    """The page of a day."""
    return f"{reverse('manage_meeting_point:day', args=[pk])}?on={on:%Y-%m-%d}"


def _settled(
    request: HttpRequest, pk: int, appointment_id: int, record: Callable[[Appointment, User], str]
) -> HttpResponse:
    appointment = get_object_or_404(point_of(pk).appointments.all(), pk=appointment_id)
    try:
        messages.success(request, record(appointment, signed_in(request)))
    except services.NotYet:
        messages.error(request, _("It has not begun yet."))
    except services.WrongState:
        messages.error(request, _("This was recorded otherwise meanwhile: look at it again."))
    return redirect(day_url(pk, timezone.localdate(appointment.starts_at)))
