"""The organisers' page of everything that goes out of an agenda: screens of the hall, other sites, files."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.views.decorators.http import require_safe

from events import agenda as agendas
from events.models import Event
from events.outputs import screens
from organisations.access import require
from organisations.languages import Language, Words
from organisations.roles import Permission

require_events = require(Permission.MANAGE_EVENTS)


@dataclass(frozen=True, slots=True)
class Screen:
    """One display: which room, all of them without a name, and its address in each language."""

    room: Words | None
    addresses: Words


@require_safe
@require_events
def sharing(request: HttpRequest, slug: str) -> HttpResponse:
    """Addresses to open on displays, code for other sites, files to pass on."""
    event = get_object_or_404(Event, slug=slug)
    agenda = agendas.current(event)
    context = {
        "event": event,
        "agenda": agenda,
        "screens": [
            Screen(None, _in_both("screen", event)),
            *(Screen(room.name, _in_both("room_screen", event, room.pk)) for room in screens.rooms_of(agenda)),
        ],
        "codes": [(language.label, embed_code(event, language)) for language in Language],
        "files": [
            (name, _in_both(name, event)) for name in ("agenda_pdf", "agenda_calendar", "agenda_json", "schedule_xml")
        ],
    }
    return render(request, "events/outputs/sharing.html", context)


def embed_code(event: Event, language: Language) -> str:
    """What somebody pastes into the page of another site to show the agenda there, as HTML."""
    with translation.override(language.value):
        title = escape(event.title)
    address = _in_both("embed", event).in_language(language)
    return f'<iframe src="{address}" title="{title}" width="100%" height="900" loading="lazy"></iframe>'


def _in_both(name: str, event: Event, *rest: int) -> Words:
    return Words.made_by(lambda: f"{settings.SITE_URL}{reverse(f'events:{name}', args=[event.slug, *rest])}")
