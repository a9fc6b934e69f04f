"""How files and pages of the agenda are answered: from a cache where nothing has changed, and without a cookie."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control

#: So long anybody on the way may keep an answer without asking again; a change is seen after that. In seconds.
FRESH_FOR = 60


def fingerprint(content: bytes) -> str:
    """An ETag for these bytes."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def public(request: HttpRequest, response: HttpResponse, *, etag: str = "", is_open_data: bool = False) -> HttpResponse:
    """The response for everybody, or 304 for who has it already. `is_open_data`: other sites' scripts may read it.

    Judged by the ETag alone: a corrected title does not move the time of the last revision.
    """
    etag = etag or fingerprint(response.content)
    answer = get_conditional_response(request, etag=etag, response=response) or response
    answer["ETag"] = etag
    patch_cache_control(answer, public=True, max_age=FRESH_FOR)
    if is_open_data:
        answer["Access-Control-Allow-Origin"] = "*"
    return answer


def page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A whole page: asked for each time, sent again only if it has changed. Who is signed in gets a page of their own."""
    if request.COOKIES or response.cookies:
        patch_cache_control(response, private=True, no_cache=True)
        return response
    etag = fingerprint(response.content)
    answer = get_conditional_response(request, etag=etag, response=response) or response
    answer["ETag"] = etag
    patch_cache_control(answer, no_cache=True)
    return answer


def file(
    request: HttpRequest, content: bytes, content_type: str, filename: str, *, is_download: bool = False,
    is_open_data: bool = False,
) -> HttpResponse:  # fmt: skip
    """A file of this name."""
    response = HttpResponse(content, content_type=content_type)
    how = "attachment" if is_download else "inline"
    response["Content-Disposition"] = f'{how}; filename="{filename}"'
    return public(request, response, is_open_data=is_open_data)
