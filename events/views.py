"""Public pages: events and calendar files. No cookie where no form stands."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events import agenda as agendas
from events import calendars
from events.attribution.codes import PARAMETER, well_formed
from events.models import AgendaRelease, Attendee, Event
from events.outputs import answers, structured
from events.outputs.listing import listing
from organisations.compiled import Compiled
from organisations.kept_pages import kept


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
    event = _AS_SHOWN.get_or_404(slug)
    taken, release = vars(event)["taken"], vars(event)["release"]
    now = timezone.now()
    flags = {
        "is_open": event.is_open(now),
        "opens_later": event.opens_later(now),
        "is_upcoming": event.is_upcoming(now),
        "takes_waiting": event.takes_waiting(now),
    }

    def context() -> dict[str, object]:
        agenda, free = agendas.current(event), max(0, event.capacity - taken)
        via = well_formed(request.GET.get(PARAMETER, ""))
        return flags | {
            "event": event,
            "free": free,
            "listing": listing(agenda, request.GET.dict(), via=via),
            "changelog": agendas.changelog(event),
            "structured": structured.data_block(event, agenda, free=free, now=now),
        }

    facts = (event.columns(), taken, release, flags)
    return kept(request, "events/event_detail.html", made_of=facts, context=context)


def _as_shown(slug: RawSQL) -> QuerySet[Event]:
    """A public event with all that its page is made of, in one query: beside the columns, places and latest release."""
    # its instant and not its number: after a restore the same number may say something else
    latest = AgendaRelease.objects.filter(event=OuterRef("pk")).order_by("-number").values("released_at")[:1]
    events = Event.objects.public().filter(slug=slug)
    return events.annotate(taken=Attendee.objects.seated().per_event(), release=Subquery(latest))


_AS_SHOWN = Compiled(_as_shown)


@require_safe
@login_not_required
def event_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The event as an iCalendar file."""
    event = get_object_or_404(Event.objects.public(), slug=slug)
    return _calendar_file(request, [event], f"{event.slug}.ics")


@require_safe
@login_not_required
def feed(request: HttpRequest) -> HttpResponse:
    """All public events, for calendars that subscribe."""
    events = list(Event.objects.public().order_by("starts_at", "pk"))
    return _calendar_file(request, events, "socialneet.ics", name=_("Events: SOCIALNEET"))


def _calendar_file(request: HttpRequest, events: list[Event], filename: str, name: str = "") -> HttpResponse:
    language = translation.get_language() or settings.LANGUAGE_CODE
    content = calendars.publication(events, language=language, name=name)
    file = answers.File(content, "text/calendar; charset=utf-8", filename, is_download=True)
    return answers.file(request, file, changed_at=max((event.revised_at for event in events), default=None))
