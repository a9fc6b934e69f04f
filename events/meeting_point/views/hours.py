"""Organisers' pages of the hours: the week, exceptions, how appointments are booked."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from events.meeting_point import services, timetables
from events.meeting_point.forms import ExceptionForm, PointForm, WeeklyForm
from events.meeting_point.models import MeetingPoint, OpeningException
from events.meeting_point.shown import Shown
from organisations.access import require, signed_in
from organisations.roles import Permission

require_hours = require(Permission.MANAGE_MEETING_POINT)


@require_safe
@require_hours
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """The week in words, exceptions to come, how appointments are booked; a way to change each."""
    point, now = _point(pk), timezone.now()
    return render(request, "events/meeting_point/hours.html", {"shown": Shown(point, timetables.of(point), now)})


@require_hours
def weekly(request: HttpRequest, pk: int) -> HttpResponse:
    """The hours of the week."""
    point = _point(pk)
    form = WeeklyForm(request.POST or None, weekly=timetables.of(point).weekly)
    refused: services.StandsInTheWay | None = None
    if request.method == "POST" and form.is_valid():
        try:
            services.set_weekly(
                point=point,
                weekly=form.cleaned_data["weekly"],
                by=signed_in(request),
                calls_off="calls_off" in request.POST,
            )
        except services.StandsInTheWay as way:
            refused = way
        else:
            messages.success(request, _("The hours were saved."))
            return redirect("manage_meeting_point:hours", pk)
    context = {"point": point, "form": form, "refused": refused}
    return render(request, "events/meeting_point/weekly.html", context, status=_status(form, refused))


@require_hours
def exception(request: HttpRequest, pk: int, exception_id: int | None = None) -> HttpResponse:
    """One exception, new or to be corrected."""
    point = _point(pk)
    found = get_object_or_404(point.exceptions.all(), pk=exception_id) if exception_id else None
    form = ExceptionForm(request.POST or None, exception=found)
    refused: services.StandsInTheWay | None = None
    if request.method == "POST" and form.is_valid():
        try:
            services.save_exception(
                point=point,
                exception=found,
                by=signed_in(request),
                calls_off="calls_off" in request.POST,
                **form.values(),
            )
        except services.DaysTaken as taken:
            form.add_error("from_on", _taken_words(taken.exception))
        except services.StandsInTheWay as way:
            refused = way
        else:
            messages.success(request, _("The exception was saved."))
            return redirect("manage_meeting_point:hours", pk)
    context = {"point": point, "form": form, "exception": found, "refused": refused}
    return render(request, "events/meeting_point/exception.html", context, status=_status(form, refused))


@require_POST
@require_hours
def remove_exception(request: HttpRequest, pk: int, exception_id: int) -> HttpResponse:
    """Let the week's hours hold again on these days."""
    found = get_object_or_404(_point(pk).exceptions.all(), pk=exception_id)
    try:
        services.remove_exception(exception=found, by=signed_in(request))
    except services.StandsInTheWay as way:
        messages.error(request, _in_the_way_words(way))
    else:
        messages.success(request, _("The exception was removed: the week’s hours hold again."))
    return redirect("manage_meeting_point:hours", pk)


@require_POST
@require_hours
def holidays(request: HttpRequest, pk: int) -> HttpResponse:
    """Close on the public holidays of the next year."""
    added = services.add_holidays(point=_point(pk), by=signed_in(request))
    if added:
        said = ngettext("%(count)s holiday was added.", "%(count)s holidays were added.", len(added))
        messages.success(request, said % {"count": len(added)})
    else:
        said = _("Nothing to add: every holiday on which you would be open has an exception, or an appointment.")
        messages.info(request, said)
    return redirect("manage_meeting_point:hours", pk)


@require_hours
def settings(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, address, and how appointments are booked."""
    point = _point(pk)
    form = PointForm(request.POST or None, instance=MeetingPoint.objects.get(pk=pk))
    if request.method == "POST" and form.is_valid():
        services.change_point(point=point, by=signed_in(request), **form.changed_values())
        messages.success(request, _("Saved."))
        return redirect("manage_meeting_point:hours", pk)
    context = {"point": point, "form": form}
    return render(request, "events/meeting_point/settings.html", context, status=422 if form.errors else 200)


# -- inside ------------------------------------------------------------------------------------------------------------


def _point(pk: int) -> MeetingPoint:
    return get_object_or_404(MeetingPoint.objects.with_hours(timezone.localdate()), pk=pk)


def _status(form: WeeklyForm | ExceptionForm, refused: services.StandsInTheWay | None) -> int:
    return 422 if form.errors else 409 if refused else 200


def _taken_words(exception: OpeningException) -> str:
    return _("On these days another exception holds already: %(reason)s, from %(first)s to %(last)s.") % {
        "reason": exception.reason, "first": f"{exception.from_on:%d/%m/%Y}", "last": f"{exception.until_on:%d/%m/%Y}",
    }  # fmt: skip


def _in_the_way_words(way: services.StandsInTheWay) -> str:
    said = ngettext(
        "%(count)s appointment would lie outside the hours: move it or call it off first.",
        "%(count)s appointments would lie outside the hours: move them or call them off first.",
        len(way.appointments),
    )
    return said % {"count": len(way.appointments)}
