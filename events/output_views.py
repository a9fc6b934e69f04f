"""Files, feeds, screens and the embedded page of an event's agenda. Public, without a cookie, kept by caches."""

import json
from uuid import UUID

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from events import agenda as agendas
from events import calendars, services
from events.models import Event
from events.outputs import answers, frab, pdf, screens
from events.outputs.listing import listing

CALENDAR = "text/calendar; charset=utf-8"


def _public(slug: str) -> Event:
    return get_object_or_404(Event.objects.public(), slug=slug)


def _language() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE


# -- files -----------------------------------------------------------------------------------------------------------------


@require_safe
@login_not_required
def agenda_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The agenda to print. Who has it already is told so before anything is made."""
    event = _public(slug)
    sheet = pdf.sheet(event, agendas.current(event))
    etag = f'"{sheet.sha256[:32]}"'
    has_it = answers.public(request, HttpResponse(), etag=etag)
    if has_it.status_code != 200:
        return has_it
    try:
        content = pdf.file_of(sheet)
    except pdf.CannotRender:
        return HttpResponse(_("The PDF cannot be made at the moment."), status=503, content_type="text/plain")
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{event.slug}-{_language()}.pdf"'
    return answers.public(request, response, etag=etag)


@require_safe
@login_not_required
def agenda_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole agenda for calendars that subscribe; the event itself while it has none."""
    event = _public(slug)
    agenda = agendas.current(event)
    entries = [calendars.Entry(event, item, is_busy=False) for item in agenda]
    entries += [calendars.Entry(event, item, is_dropped=True, is_busy=False) for item in agenda.dropped]
    content = calendars.publication(
        [] if entries else [event], language=_language(), name=event.title, entries=entries
    )
    return answers.file(request, content, CALENDAR, f"{event.slug}-agenda.ics", is_open_data=True)


@require_safe
@login_not_required
def session_calendar(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    """One item of the agenda; one that was dropped says that it is off."""
    event = _public(slug)
    agenda = agendas.current(event)
    item, dropped = agenda.item(key), next((one for one in agenda.dropped if one.key == key), None)
    found = item or dropped
    if found is None:
        raise Http404
    entry = calendars.Entry(event, found, is_dropped=item is None)
    content = calendars.publication([], language=_language(), entries=[entry])
    filename = f"{event.slug}-{str(key)[:8]}.ics"
    return answers.file(request, content, CALENDAR, filename, is_download=True)


@require_safe
@login_not_required
def agenda_json(request: HttpRequest, slug: str) -> HttpResponse:
    """The agenda as frab JSON."""
    event = _public(slug)
    content = frab.as_json(frab.schedule(event, agendas.current(event)))
    return answers.file(request, content, "application/json", f"{event.slug}.json", is_open_data=True)


@require_safe
@login_not_required
def schedule_xml(request: HttpRequest, slug: str) -> HttpResponse:
    """The agenda as frab XML."""
    event = _public(slug)
    address = f"{settings.SITE_URL}{request.path}"
    content = frab.as_xml(frab.schedule(event, agendas.current(event)), address)
    return answers.file(request, content, "application/xml", f"{event.slug}.xml", is_open_data=True)


# -- pages for other places -------------------------------------------------------------------------------------------------


@require_safe
@login_not_required
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """The agenda alone, to stand in a page of another site. The only address that may be framed."""
    event = _public(slug)
    context = {"event": event, "listing": listing(agendas.current(event), request.GET.dict()), "is_embedded": True}
    return answers.public(request, render(request, "events/outputs/embed.html", context))


@require_safe
@login_not_required
def screen(request: HttpRequest, slug: str, room: int | None = None) -> HttpResponse:
    """Now and next, of every room or of one."""
    event = _public(slug)
    agenda, now = agendas.current(event), timezone.now()
    place = next((one for one in agenda.rooms if one.pk == room), None)
    if room is not None and place is None:
        raise Http404
    context = {
        "event": event,
        "room": place,
        "agenda": agenda,
        "panels": screens.panels(agenda, now, place),
        "labels": screens.labels(),
        "now": now,
        "free": services.free_places_of_sessions(event),
    }
    return answers.page(request, render(request, "events/outputs/screen.html", context))


@require_safe
@login_not_required
def screen_state(request: HttpRequest, slug: str) -> HttpResponse:
    """All that screens show until they ask again."""
    event = _public(slug)
    free = event.places_free() if event.is_open(timezone.now()) else None
    found = screens.state(
        event, agendas.current(event), services.free_places_of_sessions(event), free_in_event=free
    )
    content = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
    response = HttpResponse(content, content_type="application/json")
    return answers.page(request, response)


@require_safe
@login_not_required
def screen_worker(request: HttpRequest, slug: str) -> HttpResponse:
    """The script that keeps a screen's page when the network is cut; it reaches no other page than the screens'."""
    event = _public(slug)
    response = render(request, "events/outputs/worker.js", {"event": event}, content_type="text/javascript")
    return answers.page(request, response)
