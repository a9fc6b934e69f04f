"""The check before sending of one campaign: its letters, everybody's words, the sender, the hour."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone, translation
from django.utils.translation import get_language

from notifications import compose, preflight
from notifications.audiences import Candidate
from notifications.campaigns import letters as campaign_letters
from notifications.campaigns import planning
from notifications.models import Campaign, Lane, Throttle
from notifications.sending import lanes
from organisations.languages import Language

#: How long an answer of the DNS is believed.
DNS_SECONDS = 600
#: More links than these in one mail are not all asked.
MOST_LINKS = 10


def examine(campaign: Campaign, candidates: list[Candidate], *, asks_others: bool = False) -> preflight.Verdict:
    """The verdict, in the active language. `asks_others`: the DNS and the servers behind the links, some seconds."""
    messages = _messages(campaign)
    facts = _facts(campaign, messages, asks_others=asks_others)
    values = _values(campaign, candidates, planning.words_of(candidates))
    return preflight.examine(messages, values, facts, _alike(campaign))


def examine_in_all(
    campaign: Campaign, candidates: list[Candidate], words: planning.WordsOf
) -> dict[str, preflight.Verdict]:
    """The verdict in every language, for the record; everybody is looked at once."""
    messages = _messages(campaign)
    facts, values = _facts(campaign, messages, asks_others=False), _values(campaign, candidates, words)
    return preflight.examine_in(Language.values, messages, values, facts, _alike(campaign))


def _messages(campaign: Campaign) -> dict[str, compose.Compiled]:
    return {
        language: campaign_letters.compiled(campaign, language)
        for language in Language.values
        if campaign_letters.is_written(campaign, language)
    }


def _facts(campaign: Campaign, messages: Mapping[str, compose.Compiled], *, asks_others: bool) -> preflight.Facts:
    limit = Throttle.objects.filter(lane=Lane.BULK, domain_group="").first() or Throttle()
    is_invitation, event = campaign.purpose == Campaign.Purpose.INVITATION, campaign.event
    entry = preflight.Entry(
        event.registration_opens_at, event.registration_deadline, event.places_free(), event.invitation_only
    )
    return preflight.Facts(
        needs_link=is_invitation,
        entry=entry if is_invitation else None,
        starts_at=None if campaign.also_at_quiet_times and not campaign.scheduled_for else _start(campaign),
        speed=lanes.measured_speed(Lane.BULK),
        rate=limit.rate / 60 if limit.rate else None,
        daily_cap=limit.daily_cap,
        sent_today=lanes.sent_today(limit, timezone.now()),
        rests=not campaign.also_at_quiet_times,
        sender=tuple(_sender()) if asks_others else (),
        unreachable=_unreachable(messages) if asks_others else {},
    )


def record(verdicts: Mapping[str, preflight.Verdict]) -> dict[str, Any]:
    """A verdict as it is kept with the confirmed campaign, its words by language."""
    one = next(iter(verdicts.values()))
    findings = {
        language: [
            {"code": found.code, "severity": found.severity.value, "words": str(found.words)}
            for found in verdict.findings
        ]
        for language, verdict in verdicts.items()
    }
    return {"outcome": one.outcome.value, "recipients": one.recipients, "findings": findings}


def recorded(campaign: Campaign) -> preflight.Verdict | None:
    """The check with which it was confirmed, in the active language; None where none was kept."""
    kept: Any = campaign.verdict.get("findings")
    if not isinstance(kept, dict):
        return None
    language = get_language()
    words: list[dict[str, str]] = kept[language if language in kept else Language.ITALIAN]
    found = tuple(preflight.Finding(one["code"], preflight.Severity(one["severity"]), one["words"]) for one in words)
    return preflight.Verdict(found, campaign.verdict["recipients"], 0)


def _start(campaign: Campaign) -> datetime:
    return max(campaign.scheduled_for or timezone.now(), timezone.now())


def _events(campaign: Campaign) -> dict[str, dict[str, str]]:
    return {language: campaign_letters.event_values(campaign, language) for language in Language.values}


def _alike(campaign: Campaign) -> dict[str, dict[str, str]]:
    """By language, what is the same for everybody."""
    return {language: campaign_letters.shared_values(event, language) for language, event in _events(campaign).items()}


def _values(campaign: Campaign, candidates: list[Candidate], words: planning.WordsOf) -> Iterator[dict[str, str]]:
    """Everybody's own words."""
    sources = {language: event["source"] for language, event in _events(campaign).items()}
    for candidate in candidates:
        if candidate.is_in:
            language = candidate.language
            own = campaign_letters.own_words(words(candidate), language=language, source=sources[language])
            own["language"], own["address"] = language, candidate.address
            yield own


def _unreachable(messages: Mapping[str, compose.Compiled]) -> dict[str, str]:
    """Fixed links to other sites that do not answer; a few at once, so that one slow server is all the wait."""
    others = [link for link in preflight.addresses(messages) if not link.startswith(f"{settings.SITE_URL}/")]
    language = get_language()

    def ask(link: str) -> Mapping[str, str]:
        with translation.override(language):  # a thread begins in the portal's own
            return preflight.unreachable([link], seconds=2.0)

    with ThreadPoolExecutor(max_workers=5) as pool:
        answers = pool.map(ask, others[:MOST_LINKS])
    return {link: reason for answer in answers for link, reason in answer.items()}


def _sender() -> list[preflight.Finding]:
    """SPF, DKIM, DMARC of the sender's domain; asked once in a while."""
    domain = settings.MAIL_FROM_BULK.rpartition("@")[2].strip("> ")
    key = f"sender:{domain}:{get_language()}"
    found: list[preflight.Finding] | None = cache.get(key)
    if found is None:
        found = preflight.sender_authentication(domain, selector=settings.DKIM_SELECTOR)
        cache.set(key, found, DNS_SECONDS)
    return found
