"""Public pages that are made anew only when something that they say has changed (docs/decisions/0027).

No page is ever dropped by hand, and none has a time to live: whatever it is made of is part of its name. A change gives
it another name, and the old page is asked for no more. Each process keeps its own few in memory.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language


def kept(
    request: HttpRequest, template: str, *, made_of: Iterable[object], context: Callable[[], dict[str, Any]]
) -> HttpResponse:
    """The page, rendered or as it was kept; 304 for a reader who has it (RFC 9110 section 13.1.2).

    `made_of`: every fact that the page shows, as values whose `repr` tells them apart. `context` is called only where
    the page is not kept yet. Kept are pages for visitors: with a session's cookie each is made anew, and so is a page
    in which a form stands, whose token is one visitor's own.
    """
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        return render(request, template, context())
    name = _name(request, template, made_of)
    content: bytes | None = caches["pages"].get(name)
    if content is None:
        response = render(request, template, context())
        if request.META.get("CSRF_COOKIE_NEEDS_UPDATE") or response.cookies:
            return response
        content = response.content
        caches["pages"].set(name, content)
    # of the words themselves: the next release of the portal may say the same facts otherwise
    mark = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    response = HttpResponse(content, headers={"ETag": mark})
    return get_conditional_response(request, etag=mark, response=response) or response


def _name(request: HttpRequest, template: str, made_of: Iterable[object]) -> str:
    of_all_pages = (template, request.get_host(), request.get_full_path(), get_language(), settings.SITE_URL)
    return hashlib.sha256(repr((*of_all_pages, *made_of)).encode("utf-8", "surrogatepass")).hexdigest()
