"""The event for search engines: schema.org Event as JSON-LD, a data block in the page (decision 0025)."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from events.agenda import Agenda, Item, Voice
from events.models import Event, Session
from organisations.zone import ROME

#: As Django's own `json_script` does: nothing in the block can end it.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def data_block(event: Event, agenda: Agenda, *, free: int, now: datetime) -> SafeString:
    """The block for the head of the event's page. Browsers run nothing of it, so the CSP has no say in it."""
    return block(described(event, agenda, free=free, now=now))


def block(found: dict[str, Any]) -> SafeString:
    """Anything in schema.org's words as such a block."""
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text.translate(_ESCAPES)))  # noqa: S308


def described(event: Event, agenda: Agenda, *, free: int, now: datetime) -> dict[str, Any]:
    """The event in schema.org's words, in the active language. `free`: places left."""
    page = f"{settings.SITE_URL}{event.get_absolute_url()}"
    place = {"@type": "Place", "name": event.venue, "address": event.address}
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": page,
        "url": page,
        "name": event.title,
        "description": event.summary,
        "startDate": _local(event.starts_at),
        "endDate": _local(event.ends_at),
        **_status(event),
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "isAccessibleForFree": True,
        "inLanguage": get_language(),
        "location": place,
        "organizer": {
            "@type": "Organization",
            "name": settings.ASSOCIATION_NAME,
            "url": settings.SITE_URL,
            "email": event.contact_email,
        },
        "maximumAttendeeCapacity": event.capacity,
        "offers": _offer(event, free=free, now=now),
        "subEvent": [_part(event, item, page, place) for item in agenda if item.kind != Session.Kind.BREAK],
    }
    if event.is_open(now):
        found["remainingAttendeeCapacity"] = free
    if event.audience:
        found["audience"] = {"@type": "Audience", "audienceType": event.audience}
    return {name: value for name, value in found.items() if value not in ("", [])}


def _status(event: Event) -> dict[str, Any]:
    if event.state == Event.State.CANCELLED:
        return {"eventStatus": "https://schema.org/EventCancelled"}
    if event.moved_from:
        return {
            "eventStatus": "https://schema.org/EventRescheduled",
            "previousStartDate": _local(event.moved_from),
        }
    return {"eventStatus": "https://schema.org/EventScheduled"}


def _offer(event: Event, *, free: int, now: datetime) -> dict[str, Any]:
    """Registration costs nothing; whether it is taken now, or will be."""
    opens = event.registration_opens_at
    if event.is_open(now) and free:
        availability = "InStock"
    elif event.state == Event.State.PUBLISHED and opens and now < opens:
        availability = "PreOrder"
    else:
        availability = "SoldOut"
    found = {
        "@type": "Offer",
        "price": 0,
        "priceCurrency": "EUR",
        "availability": f"https://schema.org/{availability}",
        "url": f"{settings.SITE_URL}{reverse('events:register', args=[event.slug])}",
        "validThrough": _local(event.registration_deadline),
    }
    if event.registration_opens_at:
        found["validFrom"] = _local(event.registration_opens_at)
    return found


def _part(event: Event, item: Item, page: str, place: dict[str, Any]) -> dict[str, Any]:
    is_off = item.is_cancelled or event.state == Event.State.CANCELLED
    where = place
    if item.room:
        where = {"@type": "Place", "name": str(item.room.name), "address": event.address, "containedInPlace": place}
    found: dict[str, Any] = {
        "@type": "Event",
        "@id": f"{page}#item-{item.key}",
        "url": f"{page}#item-{item.key}",
        "name": str(item.title),
        "description": str(item.about),
        "startDate": _local(item.starts_at),
        "endDate": _local(item.ends_at),
        "eventStatus": f"https://schema.org/{'EventCancelled' if is_off else 'EventScheduled'}",
        "location": where,
        "performer": [_performer(voice) for voice in item.voices],
    }
    return {name: value for name, value in found.items() if value not in ("", [])}


def _performer(voice: Voice) -> dict[str, Any]:
    """A person with office and organisation; where nobody's name is known, the organisation or the office itself."""
    if not voice.name:
        return {"@type": "Organization", "name": voice.organisation or str(voice.office)}
    found: dict[str, Any] = {"@type": "Person", "name": voice.name, "jobTitle": str(voice.office)}
    if voice.organisation:
        found["worksFor"] = {"@type": "Organization", "name": voice.organisation}
    return {name: value for name, value in found.items() if value}


def _local(moment: datetime) -> str:
    return moment.astimezone(ROME).isoformat(timespec="seconds")
