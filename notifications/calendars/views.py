"""Calendars: a person's own feed behind its secret address, and for organisers who has which state of an event."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events.models import Event, Registration
from notifications.calendars import feeds, reach
from notifications.models import CalendarFeed
from organisations.access import require, signed_in
from organisations.links import hash_token
from organisations.roles import Permission

require_events = require(Permission.MANAGE_EVENTS)


@require_safe
@login_not_required
def personal(request: HttpRequest, token: str) -> HttpResponse:
    """The file that a subscribed calendar fetches; nothing of it if it has not changed."""
    feed = _feed(token)
    events = feeds.events_of(feed.address, timezone.now())
    entries = feeds.entries_of(feed.address, events)
    content = feeds.file_of(feed, events, language=_language(), entries=entries)
    return _subscribed(request, content, changed_at=max([feed.created_at, *(e.revised_at for e in events)]))


@require_safe
@login_not_required
def registration(request: HttpRequest, token: str) -> HttpResponse:
    """One registration as a calendar that subscribes sees it, behind the link that manages it."""
    found = Registration.objects.select_related("event").filter(token_hash=hash_token(token)).first()
    if found is None:
        raise Http404
    content = feeds.file_of_registration(found, language=_language())
    return _subscribed(request, content, changed_at=max(found.created_at, found.event.revised_at))


def _language() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE


def _subscribed(request: HttpRequest, content: bytes, *, changed_at: datetime) -> HttpResponse:
    """A secret calendar file; nothing of it if it has not changed."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    fresh = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    fresh["Content-Disposition"] = 'inline; filename="socialneet.ics"'
    # judged by the ETag alone: a corrected title does not move the time of the last revision
    response = get_conditional_response(request, etag=etag, response=fresh) or fresh
    response["ETag"] = etag
    response["Last-Modified"] = http_date(changed_at.timestamp())
    patch_cache_control(response, private=True, no_cache=True)
    return _secret(response, referrer="no-referrer")


@never_cache
@require_safe
@login_not_required
def personal_page(request: HttpRequest, token: str) -> HttpResponse:
    """How to subscribe, and how to get another address."""
    feed = _feed(token)
    address = f"{settings.SITE_URL}{feed.get_file_url()}"
    context = {"feed": feed, "address": address, "subscribe": "webcal://" + address.partition("://")[2]}
    return _secret(render(request, "notifications/calendar_page.html", context))


@never_cache
@require_POST
@login_not_required
def personal_renew(request: HttpRequest, token: str) -> HttpResponse:
    """The address dies; the new one goes to the mailbox, not to whoever knew the old one."""
    feeds.renew(feed=_feed(token))
    return _secret(render(request, "notifications/calendar_sent.html", {"renewed": True}))


@never_cache
@require_POST
@login_not_required
def personal_ask(request: HttpRequest, token: str) -> HttpResponse:
    """From the page of a registration: the contact's secret address, by mail to the contact."""
    confirmed = Registration.objects.filter(state=Registration.State.CONFIRMED, erased_at__isnull=True)
    registration = get_object_or_404(confirmed, token_hash=hash_token(token))
    feeds.send_to(address=registration.contact_email, language=registration.language)
    return _secret(render(request, "notifications/calendar_sent.html", {"registration": registration}))


def _feed(token: str) -> CalendarFeed:
    feed = CalendarFeed.objects.filter(token_hash=hash_token(token)).first()
    if feed is None:
        raise Http404
    return feed


def _secret(response: HttpResponse, referrer: str = "same-origin") -> HttpResponse:
    """Not indexed, not told to other sites; forms of a page need their own site's referrer."""
    response["Referrer-Policy"] = referrer
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


# -- organisers ---------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
@require_events
def event(request: HttpRequest, slug: str) -> HttpResponse:
    """How many calendars follow each change, who could not be reached, what each shows. htmx asks for the first alone."""
    found = get_object_or_404(Event, slug=slug)
    context: dict[str, object] = {"event": found, "reaches": reach.reaches(found)}
    if request.headers.get("HX-Request"):
        return render(request, "notifications/event_calendars.html#reach", context)
    page = Paginator(reach.addresses(found), 50).get_page(request.GET.get("page"))
    context |= {
        "troubles": reach.troubles(found)[:100],
        "page": page,
        "standings": reach.standings(found, [str(address) for address in page]),
        "may_see_outbox": signed_in(request).has_permission(Permission.SEE_OUTBOX),
    }
    return render(request, "notifications/event_calendars.html", context)
