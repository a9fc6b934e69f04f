"""Public pages: events, calendar files, the meeting point. No cookie where no form stands."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from events import agenda as agendas
from events import calendars
from events.models import Event, MeetingPoint


@require_safe
@login_not_required
def event_list(request: HttpRequest) -> HttpResponse:
    """Events to come and events past."""
    now = timezone.now()
    context = {"upcoming": Event.objects.upcoming(now), "past": Event.objects.past(now)}
    return render(request, "events/event_list.html", context)


@require_safe
@login_not_required
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """What, for whom, when, where, the agenda, free places."""
    event = get_object_or_404(Event.objects.public(), slug=slug)
    now = timezone.now()
    context = {
        "event": event,
        "sessions": agendas.current(event).items,
        "changelog": agendas.changelog(event),
        "free": event.places_free(),
        "is_open": event.is_open(now),
        "opens_later": event.opens_later(now),
        "is_upcoming": event.is_upcoming(now),
    }
    return render(request, "events/event_detail.html", context)


@require_safe
@login_not_required
def event_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The event as an iCalendar file."""
    event = get_object_or_404(Event.objects.public(), slug=slug)
    return _calendar_file([event], f"{event.slug}.ics")


@require_safe
@login_not_required
def feed(request: HttpRequest) -> HttpResponse:
    """All public events, for calendars that subscribe."""
    return _calendar_file(list(Event.objects.public().order_by("starts_at", "pk")), "socialneet.ics")


def _calendar_file(events: list[Event], filename: str) -> HttpResponse:
    content = calendars.publication(events, language=translation.get_language() or settings.LANGUAGE_CODE)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


@require_safe
@login_not_required
def meeting_point(request: HttpRequest) -> HttpResponse:
    """Address and opening hours of the meeting point."""
    point = MeetingPoint.objects.order_by("pk").first()
    context: dict[str, object] = {"point": point}
    if point:
        hours = point.opening_hours.order_by("weekday", "opens_at")
        context |= {"hours": hours, "is_open": point.is_open(timezone.now())}
    return render(request, "events/meeting_point.html", context)
