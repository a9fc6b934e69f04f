"""The check before sending of one campaign: its letters, everybody's words, the sender, the hour."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone, translation
from django.utils.translation import get_language

from notifications import compose, preflight
from notifications.audiences import Candidate
from notifications.campaigns import letters as campaign_letters
from notifications.campaigns import planning
from notifications.models import Campaign, Lane
from notifications.sending import lanes
from organisations.languages import Language

#: How long an answer of the DNS is believed.
DNS_SECONDS = 600
#: More links than these in one mail are not all asked.
MOST_LINKS = 10


def examine(campaign: Campaign, candidates: list[Candidate], *, asks_others: bool = False) -> preflight.Verdict:
    """The verdict, in the active language. `asks_others`: the DNS and the servers behind the links, some seconds."""
    messages = {
        language: campaign_letters.compiled(campaign, language)
        for language in Language.values
        if campaign_letters.is_written(campaign, language)
    }
    facts = preflight.Facts(
        needs_link=campaign.purpose == Campaign.Purpose.INVITATION,
        starts_at=None if campaign.also_at_quiet_times and not campaign.scheduled_for else _start(campaign),
        speed=lanes.measured_speed(Lane.BULK),
        sender=tuple(_sender()) if asks_others else (),
        unreachable=_unreachable(messages) if asks_others else {},
    )
    return preflight.examine(messages, _values(campaign, candidates), facts)


def _start(campaign: Campaign) -> datetime:
    return max(campaign.scheduled_for or timezone.now(), timezone.now())


def _values(campaign: Campaign, candidates: list[Candidate]) -> Iterator[dict[str, str]]:
    """Everybody's words; their links are only as long as the real ones."""
    events = {language: campaign_letters.event_values(campaign.event, language) for language in Language.values}
    words = planning.words_of(candidates)
    for candidate in candidates:
        if not candidate.is_in:
            continue
        own = campaign_letters.own_values(
            {**words(candidate), "key": "0"}, address=candidate.address, language=candidate.language,
            event=events[candidate.language],
        )  # fmt: skip
        own["language"], own["address"] = candidate.language, candidate.address
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
