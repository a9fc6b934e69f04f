"""Booking without an account: place, time, person, a look at it all, done. Each step is a page of the server."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events import limits
from events.meeting_point import services, slots, timetables
from events.meeting_point.forms import LinkRequestForm, PersonForm
from events.meeting_point.models import Appointment, MeetingPoint
from events.meeting_point.shown import all_shown
from events.meeting_point.slots import Day, Slot, Window
from events.secret_links import too_often_message

#: Days on one page of times.
DAYS = 7
#: Other times named to somebody whose time was just taken.
OTHERS = 6


@dataclass(frozen=True, slots=True)
class Times:
    """One page of times: its days, the ways to the pages beside it, and the first time of all."""

    days: Sequence[Day]
    first_free: Slot | None
    earlier: date | None
    later: date | None

    @property
    def has_free(self) -> bool:
        """Whether a time of this page is free."""
        return any(day.free for day in self.days)


def times_of(
    point: MeetingPoint, now: datetime, *, since: str = "", window: Window | None = None, but: Appointment | None = None
) -> Times:
    """The times from a day on, written as in addresses; from the first free one where that says nothing. Four queries."""
    window = window or Window.for_people(point, now)
    days = slots.days(point, timetables.of(point), window, but=but)
    free = [slot for day in days for slot in day.free]
    if not days:
        return Times([], None, None, None)
    first = days[0].date
    wanted = _day(since) or (timezone.localdate(free[0].starts_at) if free else first)
    begins = first + timedelta(days=max(0, min((wanted - first).days, len(days) - 1)) // DAYS * DAYS)
    ahead = (begins - first).days
    return Times(
        days=[day for day in days[ahead : ahead + DAYS] if day.slots or day.special],
        first_free=free[0] if free else None,
        earlier=begins - timedelta(days=DAYS) if ahead else None,
        later=begins + timedelta(days=DAYS) if ahead + DAYS < len(days) else None,
    )


@require_safe
@login_not_required
def start(request: HttpRequest) -> HttpResponse:
    """Where: passed over as long as there is one place only."""
    places = [shown for shown in all_shown(timezone.now()) if shown.takes_appointments]
    if len(places) == 1:
        return redirect("appointments:slots", places[0].point.pk)
    return render(request, "events/meeting_point/booking/place.html", {"places": places})


@require_safe
@login_not_required
def times(request: HttpRequest, pk: int) -> HttpResponse:
    """When: the free times of a few days."""
    return _times(request, _point(pk))


def _times(request: HttpRequest, point: MeetingPoint, *, gone: bool = False) -> HttpResponse:
    """`gone`: somebody wanted a time that nobody can have."""
    now = timezone.now()
    context = {"point": point, "gone": gone, "has_others": MeetingPoint.objects.count() > 1}
    if point.takes_appointments:
        context |= {"times": times_of(point, now, since=request.GET.get("from", ""))}
    return render(request, "events/meeting_point/booking/times.html", context, status=409 if gone else 200)


@never_cache
@login_not_required
def person(request: HttpRequest, pk: int, slot: str) -> HttpResponse:
    """Who, then everything once more to look at, then the appointment: three answers of one address."""
    point, now = _point(pk), timezone.now()
    starts_at = slots.parse(slot)
    if starts_at is None:
        raise Http404
    window = Window.for_people(point, now, grace=slots.GRACE)
    found = slots.slot_at(point, timetables.of(point), window, starts_at)
    if not point.takes_appointments or (request.method != "POST" and not (found and found.free)):
        return _times(request, point, gone=point.takes_appointments)
    if "correct" in request.POST:
        return _ask(request, point, found, PersonForm(initial=_typed(request)))
    form = PersonForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _ask(request, point, found, form)
    if "confirm" in request.POST:
        return _book(request, point, starts_at, form)
    if not found or not found.free:
        return _taken(request, point, starts_at, form)
    return _look(request, point, found, form)


def _ask(request: HttpRequest, point: MeetingPoint, found: Slot | None, form: PersonForm) -> HttpResponse:
    context = {"point": point, "slot": found, "form": form}
    return render(request, "events/meeting_point/booking/person.html", context, status=422 if form.errors else 200)


def _look(request: HttpRequest, point: MeetingPoint, found: Slot, form: PersonForm, said: str = "") -> HttpResponse:
    """Everything once more. `said`: why it was not booked."""
    context = {"point": point, "slot": found, "form": form, "said": said}
    return render(request, "events/meeting_point/booking/summary.html", context, status=409 if said else 200)


def _taken(request: HttpRequest, point: MeetingPoint, starts_at: datetime, form: PersonForm) -> HttpResponse:
    """Somebody was faster: other times, with everything that was typed."""
    days = slots.days(point, timetables.of(point), Window.for_people(point, timezone.now()))
    free = [slot for day in days for slot in day.free]
    others = sorted(sorted(free, key=lambda slot: abs(slot.starts_at - starts_at))[:OTHERS])
    context = {"point": point, "form": form, "others": others, "starts_at": starts_at}
    return render(request, "events/meeting_point/booking/taken.html", context, status=409)


def _book(request: HttpRequest, point: MeetingPoint, starts_at: datetime, form: PersonForm) -> HttpResponse:
    values = form.cleaned_data
    try:
        limits.BOOKING.take(values["email"], now=timezone.now())
        appointment = services.book(
            point=point,
            starts_at=starts_at,
            person=form.person(translation.get_language() or settings.LANGUAGE_CODE),
            submission_id=values["submission_id"],
            privacy_notice_version=values["notice_version"],
        )
    except (services.SlotTaken, services.NotOffered):
        return _taken(request, point, starts_at, form)
    except services.NotTakingAppointments:
        return _times(request, MeetingPoint.objects.get(pk=point.pk))
    except limits.TooOften as often:
        said = too_often_message(often)
    except services.AlreadyBooked:
        said = _("With this address no other appointment can be booked here: there is one at that time, or there are as "
                 "many to come as one address can have. Have your links sent to you again, or call us.")  # fmt: skip
    else:
        return redirect(f"{appointment.get_absolute_url()}?new=1")
    length = timedelta(minutes=point.slot_minutes)
    return _look(request, point, Slot(starts_at, starts_at + length, 1), form, said)


# -- the link that was lost --------------------------------------------------------------------------------------------


@require_safe
@login_not_required
def lost_link(request: HttpRequest) -> HttpResponse:
    """The form that asks for the links of an address again."""
    return render(request, "events/meeting_point/booking/lost_link.html", {"form": LinkRequestForm()})


@require_POST
@login_not_required
def request_link(request: HttpRequest) -> HttpResponse:
    """Send them: the same answer for known and unknown addresses, also when asked too often."""
    form = LinkRequestForm(request.POST)
    if not form.is_valid():
        return render(request, "events/meeting_point/booking/lost_link.html", {"form": form}, status=422)
    email = form.cleaned_data["email"]
    try:
        limits.ASKING_FOR_LINKS.take(f"appointment:{email}", now=timezone.now())
    except limits.TooOften:
        pass  # they went out several times just now
    else:
        services.request_links(email=email)
    return render(request, "events/meeting_point/booking/link_requested.html")


# -- inside ------------------------------------------------------------------------------------------------------------


def _point(pk: int) -> MeetingPoint:
    return get_object_or_404(MeetingPoint.objects.with_hours(timezone.localdate()), pk=pk)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What was sent, for a form that is to be corrected: nothing in it is wrong."""
    return {name: request.POST[name] for name in PersonForm.base_fields if name in request.POST}
