"""Public pages that are made anew only when something that they say has changed (docs/decisions/0027, 0028).

No page is ever dropped by hand, and none has a time to live: whatever it is made of is part of its name. A change gives
it another name, and the old page is asked for no more. Each process keeps its own few in memory.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.html import conditional_escape
from django.utils.translation import get_language

#: Of a page with a form: the value of its hidden field against forged requests.
CSRF_TOKEN = "csrf_token"  # noqa: S105  its name in a template


def kept(
    request: HttpRequest, template: str, *, made_of: Iterable[object], context: Callable[[], dict[str, Any]]
) -> HttpResponse:
    """The page, rendered or as it was kept; 304 for a reader who has it (RFC 9110 section 13.1.2).

    `made_of`: every fact that the page shows, as values whose `repr` tells them apart. `context` is called only where
    the page is not kept yet. Kept are pages for visitors: with a session's cookie each is made anew, and so is a page
    in which a form stands, whose token is one visitor's own.
    """
    if _has_session(request):
        return render(request, template, context())
    name = _name(request, template, made_of)
    found: tuple[bytes, str] | None = caches["pages"].get(name)
    if found is None:
        response = render(request, template, context())
        if request.META.get("CSRF_COOKIE_NEEDS_UPDATE") or response.cookies:
            return response
        # of the words themselves: the next release of the portal may say the same facts otherwise
        found = response.content, f'W/"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        caches["pages"].set(name, found)
    content, mark = found
    response = HttpResponse(content, headers={"ETag": mark})
    return get_conditional_response(request, etag=mark, response=response) or response


def kept_form(
    request: HttpRequest,
    template: str,
    *,
    made_of: Iterable[object],
    own: Mapping[str, Callable[[], str]],
    context: Callable[[Mapping[str, str]], dict[str, Any]],
) -> HttpResponse:
    """A page in which an empty form stands: kept but for what is one visitor's own, which is written into its places.

    `own`: how each such value is made, by its name; the token against forged requests is always one of them. `context`
    gets what stands for each value and puts it where the value belongs; text there is escaped as by a template. With a
    session's cookie the page is made anew, as above.
    """
    own = {**own, CSRF_TOKEN: lambda: get_token(request)}
    if _has_session(request):
        return render(request, template, context({name: make() for name, make in own.items()}))
    name = _name(request, template, made_of)
    content: str | None = caches["pages"].get(name)
    if content is None:
        marks = {field: _mark(field) for field in own}
        response = render(request, template, {**context(marks), CSRF_TOKEN: marks[CSRF_TOKEN]})
        content = response.content.decode()
        caches["pages"].set(name, content)
    for field, make in own.items():
        content = content.replace(_mark(field), conditional_escape(make()))
    return HttpResponse(content)


def _has_session(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES


@cache
def _mark(field: str) -> str:
    """What stands for a value in a kept page: nothing that anybody could have typed."""
    return f"{field}-{secrets.token_hex(16)}"


def _name(request: HttpRequest, template: str, made_of: Iterable[object]) -> str:
    of_all_pages = (template, request.get_host(), request.get_full_path(), get_language(), settings.SITE_URL)
    return hashlib.sha256(repr((*of_all_pages, *made_of)).encode("utf-8", "surrogatepass")).hexdigest()
