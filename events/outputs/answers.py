"""How files and pages of the agenda are answered: from a cache where nothing has changed, and without a cookie."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date

from events.agenda import Agenda
from events.models import Event

#: So long anybody on the way may keep an answer without asking again; a change is seen after that. In seconds.
FRESH_FOR = 60


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes out. `is_open_data`: scripts of other sites may read it."""

    content: bytes
    content_type: str
    name: str
    is_download: bool = False
    is_open_data: bool = False


def fingerprint(content: bytes) -> str:
    """An ETag for these bytes."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def changed_at(event: Event, agenda: Agenda) -> datetime:
    """When time, place or agenda were last changed for everybody to see."""
    return max(event.revised_at, agenda.released_at or event.revised_at)


def unchanged(request: HttpRequest, etag: str) -> HttpResponse | None:
    """The 304 for who has it already."""
    answer = get_conditional_response(request, etag=etag)
    return _kept(answer, etag) if isinstance(answer, HttpResponse) else None


def public(
    request: HttpRequest, response: HttpResponse, *, etag: str = "", changed_at: datetime | None = None
) -> HttpResponse:
    """The response for everybody, or 304 for who has it already.

    Judged by the ETag alone: a corrected title does not move the time of the last release.
    """
    etag = etag or fingerprint(response.content)
    answer = unchanged(request, etag) or _kept(response, etag)
    if changed_at:
        answer["Last-Modified"] = http_date(changed_at.timestamp())
    return answer


def _kept(response: HttpResponse, etag: str) -> HttpResponse:
    response["ETag"] = etag
    patch_cache_control(response, public=True, max_age=FRESH_FOR)
    return response


def file(request: HttpRequest, found: File, *, changed_at: datetime | None = None) -> HttpResponse:
    """A file, or 304 for who has it already."""
    response = HttpResponse(found.content, content_type=found.content_type)
    how = "attachment" if found.is_download else "inline"
    response["Content-Disposition"] = f'{how}; filename="{found.name}"'
    answer = public(request, response, changed_at=changed_at)
    if found.is_open_data:
        answer["Access-Control-Allow-Origin"] = "*"
    return answer
