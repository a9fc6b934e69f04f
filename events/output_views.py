"""Files and feeds of an event's agenda, and the page for other sites. Public, without a cookie, kept by caches."""

from uuid import UUID

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from events import agenda as agendas
from events import calendars, papers
from events.models import Event
from events.outputs import answers, frab, pdf
from events.outputs.listing import listing

CALENDAR = "text/calendar; charset=utf-8"


def public_event(slug: str) -> Event:
    """The event as its page shows it: none while it is a draft, a cancelled one that says so. Raises Http404."""
    return get_object_or_404(Event.objects.public(), slug=slug)


def _language() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE


@require_safe
@login_not_required
def agenda_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The agenda to print. Who has it already is told so before anything is made."""
    event = public_event(slug)
    agenda = agendas.current(event)
    sheet = pdf.sheet(event, agenda)
    has_it = answers.unchanged(request, sheet.etag)
    if has_it:
        return has_it
    try:
        content = pdf.file_of(sheet)
    except papers.CannotRender:
        return HttpResponse(_("The PDF cannot be made at the moment."), status=503, content_type="text/plain")
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{event.slug}-{_language()}.pdf"'
    return answers.public(request, response, etag=sheet.etag, changed_at=answers.changed_at(event, agenda))


@require_safe
@login_not_required
def agenda_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole agenda for calendars that subscribe, with what was dropped as called off; the event while it has none."""
    event = public_event(slug)
    agenda = agendas.current(event)
    entries = [calendars.Entry(event, item, is_busy=False) for item in agenda]
    entries += [calendars.Entry(event, item, is_dropped=True, is_busy=False) for item in agenda.dropped]
    content = calendars.publication([] if entries else [event], language=_language(), name=event.title, entries=entries)
    file = answers.File(content, CALENDAR, f"{event.slug}-agenda.ics", is_open_data=True)
    return answers.file(request, file, changed_at=answers.changed_at(event, agenda))


@require_safe
@login_not_required
def session_calendar(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    """One item of the agenda; one that was dropped says that it is off."""
    event = public_event(slug)
    agenda = agendas.current(event)
    item = agenda.item(key)
    found = item or next((one for one in agenda.dropped if one.key == key), None)
    if found is None:
        raise Http404
    content = calendars.publication(
        [], language=_language(), entries=[calendars.Entry(event, found, is_dropped=item is None)]
    )
    file = answers.File(content, CALENDAR, f"{event.slug}-{str(key)[:8]}.ics", is_download=True)
    return answers.file(request, file, changed_at=answers.changed_at(event, agenda))


@require_safe
@login_not_required
def agenda_json(request: HttpRequest, slug: str) -> HttpResponse:
    """The agenda as frab JSON."""
    event = public_event(slug)
    agenda = agendas.current(event)
    content = frab.as_json(frab.schedule(event, agenda))
    file = answers.File(content, "application/json", f"{event.slug}.json", is_open_data=True)
    return answers.file(request, file, changed_at=answers.changed_at(event, agenda))


@require_safe
@login_not_required
def schedule_xml(request: HttpRequest, slug: str) -> HttpResponse:
    """The agenda as frab XML."""
    event = public_event(slug)
    agenda = agendas.current(event)
    content = frab.as_xml(frab.schedule(event, agenda), f"{settings.SITE_URL}{request.path}")
    file = answers.File(content, "application/xml", f"{event.slug}.xml", is_open_data=True)
    return answers.file(request, file, changed_at=answers.changed_at(event, agenda))


@require_safe
@login_not_required
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # its types forget the arguments of an address
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """The agenda alone, to stand in a page of another site. The only address that may be framed.

    Written without the request: what other sites show of us can hold nothing of who is signed in here.
    """
    event = public_event(slug)
    agenda = agendas.current(event)
    context = {"event": event, "listing": listing(agenda, request.GET.dict()), "is_embedded": True}
    response = HttpResponse(render_to_string("events/outputs/embed.html", context))
    return answers.public(request, response, changed_at=answers.changed_at(event, agenda))
