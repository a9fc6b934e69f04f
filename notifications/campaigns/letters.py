"""A campaign's letter: compiled once per language, and what each recipient's own words are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events import calendars as event_calendars
from events.models import INVITATION_LINK, Event
from notifications import compose
from notifications.campaigns.tagging import code_of, retarget, tagged
from notifications.kinds.facts import when
from notifications.letters import CannotWrite, Letter, Rendered, absolute, greeting
from notifications.models import Campaign, Delivery
from notifications.recipients.links import message_url, preferences_url, unsubscribe_url
from notifications.sending import mime, skeleton
from organisations.languages import Language
from organisations.links import make_token


def is_written(campaign: Campaign, language: str) -> bool:
    """Whether there is a text of its own in that language."""
    return bool(getattr(campaign, f"subject_{language}") and getattr(campaign, f"body_{language}"))


def source(campaign: Campaign, language: str) -> compose.Source:
    """What was written in that language; Italian where there is no English."""
    language = language if is_written(campaign, language) else Language.ITALIAN
    subject, body, text = (getattr(campaign, f"{part}_{language}") for part in ("subject", "body", "text"))
    return compose.Source(subject, body, text)


def compiled(campaign: Campaign, language: str) -> compose.Compiled:
    """The finished mail with markers for the recipient's words: as it was confirmed, for a draft as it stands."""
    if kept := campaign.compiled.get(language):
        return compose.restored(kept)
    layout = Layout(campaign.purpose, campaign.calendar, campaign.event.slug, code_of(campaign.pk), campaign.tags_links)
    return _compiled(source(campaign, language), language, layout)


def frozen(campaign: Campaign) -> dict[str, Any]:
    """Both languages' finished mails as JSON, to be kept with the confirmed campaign."""
    return {language: compose.stored(compiled(campaign, language)) for language in Language.values}


def draft(campaign: Campaign, language: str) -> compose.Compiled:
    """The same for a text that is still being written, perhaps without an event: not kept."""
    slug = campaign.event.slug if campaign.event_id else "-"
    layout = Layout(campaign.purpose, campaign.calendar, slug, code_of(campaign.pk), campaign.tags_links)
    with translation.override(language):
        return compose.compile(source(campaign, language), language, _frame(layout))


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands around a campaign's text, and how its links are tagged."""

    purpose: str
    calendar: str
    slug: str
    code: str
    has_utm: bool


@lru_cache(maxsize=64)
def _compiled(written: compose.Source, language: str, layout: Layout) -> compose.Compiled:
    with translation.override(language):
        return compose.compile(written, language, _frame(layout))


def _frame(layout: Layout) -> compose.Frame:
    frame = compose.invitation_frame()
    button, closing = frame.button, frame.closing
    if layout.purpose == Campaign.Purpose.NEWS:
        button = (_("The event's page"), "{event_page}")
    if layout.calendar == Campaign.Calendar.LINK:
        link = absolute(reverse("events:calendar", args=[layout.slug]))
        link = tagged(link, code=layout.code)
        closing = (_("To put it into your calendar: %(link)s") % {"link": link}, *closing)
    return compose.Frame(frame.facts, button, closing, retarget=retarget(layout.code, has_utm=layout.has_utm))


# -- values ---------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _of_event(pk: int, revision: int, title: str, language: str, deadline: object, code: str) -> dict[str, str]:
    """The words that are alike for everybody. The arguments name all that may change."""
    event = Event.objects.get(pk=pk)
    with translation.override(language):
        closes = event.registration_closes_at
        return {
            "event": event.title,
            "date": when(event),
            "place": f"{event.venue}, {event.address}",
            "deadline": date_format(timezone.localtime(closes), "j F Y") if closes else "",
            "via": code,
            "event_page": tagged(absolute(event.get_absolute_url()), code=code),
            "form": absolute(reverse("events:register", args=[event.slug])),
            "source": _("public registers"),
        }


def event_values(campaign: Campaign, language: str) -> dict[str, str]:
    """Title, date, place of the campaign's event in that language, and its addresses with the campaign's code."""
    event = campaign.event
    titles = f"{event.title_it}\n{event.title_en}\n{event.slug}\n{event.venue}\n{event.address}\n{event.starts_at}"
    return _of_event(event.pk, event.revision, titles, language, event.registration_closes_at, code_of(campaign.pk))


def common_values(campaign: Campaign, language: str) -> dict[str, str]:
    """Those of them that stand in a letter alike for everybody, whatever a row says."""
    values = event_values(campaign, language)
    return {name: values[name] for name in ("event", "date", "place", "deadline", "event_page")}


def own_values(
    payload: Mapping[str, str],
    *,
    address: str,
    language: str,
    event: Mapping[str, str],
    message: UUID | None = None,
) -> dict[str, str]:
    """One recipient's words. `message`: the row's key; None for an example: no real token, only one as long."""
    key, is_example, via = payload.get("key"), message is None, event["via"]
    token = "x" * 32 if is_example else make_token(INVITATION_LINK, UUID(key)) if key else ""
    return {
        **event,
        **own_words(payload, language=language, source=event["source"]),
        "link": f"{event['form']}?invitation={token}&via={via}" if key else f"{event['form']}?via={via}",
        **_own_links(message, address=address, language=language, example=event["form"]),
    }


def own_words(payload: Mapping[str, str], *, language: str, source: str) -> dict[str, str]:
    """What a letter says of its recipient, the links aside. `source`: where an address is from of which nobody says it."""
    organisation, person = compose.clean(payload.get("organisation", "")), compose.clean(payload.get("person", ""))
    return {
        "organisation": organisation,
        "name": person,
        "municipality": compose.clean(payload.get("municipality", "")),
        "greeting": greeting(person or organisation, language),
        "source": compose.clean(payload.get("source", "")) or source,
    }


def shared_values(event: Mapping[str, str], language: str) -> dict[str, str]:
    """All values that no recipient has to themselves; so are the links of examples, which are only as long as real ones."""
    example: dict[str, str] = {"key": "0"}
    own = own_words(example, language=language, source="")
    values = own_values(example, address="", language=language, event=event)
    return {name: value for name, value in values.items() if name not in own}


def _own_links(message: UUID | None, *, address: str, language: str, example: str) -> dict[str, str]:
    if message is None:
        return dict.fromkeys(("unsubscribe", "preferences", "browser"), example)
    return {
        "unsubscribe": unsubscribe_url(address, language),
        "preferences": preferences_url(address, language),
        "browser": message_url(message, language),
    }


def values(row: Delivery) -> dict[str, str]:
    """The words of a claimed row."""
    assert row.campaign is not None
    event = event_values(row.campaign, row.language)
    return own_values(row.payload, address=row.address, language=row.language, event=event, message=row.key)


def test_written(row: Delivery) -> tuple[Letter, Rendered]:
    """The letter of a test: its subject says so. Raises CannotWrite."""
    row.campaign = Campaign.objects.select_related("event").filter(pk=row.payload.get("campaign")).first()
    letter, rendered = written(row)
    with translation.override(row.language):
        return replace(letter, subject=_("[Test] %(subject)s") % {"subject": letter.subject}), rendered


# -- the two paths -----------------------------------------------------------------------------------------------------------


def written(row: Delivery) -> tuple[Letter, Rendered]:
    """The letter of one row, the slow way. Raises CannotWrite."""
    if row.campaign is None:
        raise CannotWrite("the campaign is gone")
    own = values(row)
    text = compose.write(compiled(row.campaign, row.language), own)
    letter = Letter(subject=text.subject, paragraphs=[], calendar=_calendar(row), unsubscribe_url=own["unsubscribe"])
    return letter, Rendered(text.text, text.html)


def compile_row(row: Delivery) -> skeleton.Skeleton:
    """The skeleton for every row of this campaign and language, with the words that all have alike."""
    assert row.campaign is not None
    mail = compiled(row.campaign, row.language)
    markers = skeleton.Markers.known(mail.subject.markers)
    letter = Letter(
        subject=mail.subject.text, paragraphs=[], calendar=_calendar(row), unsubscribe_url=markers.of["unsubscribe"]
    )
    rendered = Rendered(mail.text.text, mail.html.text)
    letters = skeleton.compile_letter(
        letter, rendered, markers, headers=mime.fixed_headers(row), method=row.calendar_method
    )
    return letters.with_values(common_values(row.campaign, row.language))


def _calendar(row: Delivery) -> bytes | None:
    """The event for people who did not ask: METHOD:PUBLISH, nothing to answer (RFC 5546 section 3.2.1)."""
    if row.campaign is None or row.campaign.calendar != Campaign.Calendar.FILE:
        return None
    return event_calendars.publication([row.campaign.event], language=row.language)
