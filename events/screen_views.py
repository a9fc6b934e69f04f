"""Now and next on displays of the hall, the state they ask for, and what keeps them when the network is cut."""

import json
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from events import agenda as agendas
from events import papers
from events.output_views import public_event
from events.outputs import answers, screens


@require_safe
@login_not_required
def screen(request: HttpRequest, slug: str, room: int | None = None) -> HttpResponse:
    """Now and next, of every room or of one. Written without the request: a display is nobody who is signed in."""
    event = public_event(slug)
    agenda, now = agendas.current(event), timezone.now()
    place = next((one for one in agenda.rooms if one.pk == room), None)
    if room is not None and place is None:
        raise Http404
    language = (translation.get_language() or settings.LANGUAGE_CODE)[:2]
    free = screens.free_places(event, agenda)
    page = f"{settings.SITE_URL}{event.get_absolute_url()}"
    context = {
        "event": event,
        "agenda": agenda,
        "room": place,
        "panels": screens.panels(agenda, now, free=free, language=language, room=place),
        "labels": screens.labels(),
        "now": now,
        "page": page,
        "qr": papers.picture_of(page),
    }
    return _asked_each_time(render_to_string("events/outputs/screen.html", context), "text/html; charset=utf-8")


@require_safe
@login_not_required
def screen_state(request: HttpRequest, slug: str) -> HttpResponse:
    """All that screens show until they ask again, in both languages."""
    event = public_event(slug)
    agenda = agendas.current(event)
    found: dict[str, Any] = screens.state(event, agenda, screens.free_places(event, agenda))
    content = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
    response = HttpResponse(content, content_type="application/json")
    return answers.public(request, response, changed_at=answers.changed_at(event, agenda))


@require_safe
@login_not_required
def screen_worker(request: HttpRequest, slug: str) -> HttpResponse:
    """The script that keeps a screen's page when the network is cut; it reaches no other pages than the screens'."""
    public_event(slug)
    return _asked_each_time(render_to_string("events/outputs/worker.js"), "text/javascript; charset=utf-8")


def _asked_each_time(content: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    patch_cache_control(response, no_cache=True)
    return response
