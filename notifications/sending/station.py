"""Holding and releasing all mail, and settling what a relay's log knows and we do not."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from notifications import outbox
from notifications.models import Attempt, Delivery, OutboxAct, Station
from organisations.models import User

_MESSAGE_ID = re.compile(r"<[0-9a-f]{32}@[^>\s]+>")


Verb = OutboxAct.Verb


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether mail may leave here at all, and whose rows these are. `is_local`: no relay, mail stays on this machine."""

    station: Station
    is_local: bool
    is_foreign: bool

    @property
    def stands_still(self) -> bool:
        """Nothing leaves until a person releases it."""
        return self.station.is_held or self.is_foreign


def standing() -> Standing:
    """How it stands now, without changing anything."""
    station = Station.objects.select_related("held_by").filter(pk=1).first() or Station(pk=1)
    is_local = all(_stays_here(url) for url in (settings.MAIL_URL, settings.MAIL_URL_BULK or settings.MAIL_URL))
    return Standing(station, is_local, not is_local and station.site not in {"", settings.SITE_URL})


def _stays_here(url: str) -> bool:
    """By the scheme alone: to build the relay would load a provider's client, and fail where the address is wrong."""
    return url.partition(":")[0] == "mailbox"


@transaction.atomic
def hold(*, reason: str, by: User | None) -> Station:
    """Nothing leaves any more, single messages included, until a person releases it. Again changes nothing."""
    station = _lock()
    if not station.is_held:
        station.held_at, station.held_by, station.reason = timezone.now(), by, reason
        station.save()
        OutboxAct.note(Verb.HELD, by=by, reason=reason)
    return station


@transaction.atomic
def release(*, by: User | None) -> Station:
    """Mail flows again, as mail of this site: what was copied or restored is adopted. Again changes nothing."""
    station = _lock()
    if not station.is_held and station.site == settings.SITE_URL:
        return station
    OutboxAct.note(Verb.RELEASED, by=by, reason=station.reason, site=station.site)
    station.held_at, station.held_by, station.reason, station.site = None, None, "", settings.SITE_URL
    station.save()
    transaction.on_commit(lambda: outbox.wake(), robust=True)
    return station


def _lock() -> Station:
    Station.current()
    return Station.objects.select_for_update().get(pk=1)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many Message-IDs the log names, and how many waiting or uncertain messages they settle."""

    named: int
    settled: int


def reconcile(*, lines: Iterable[str], by: User | None = None) -> Reconciled:
    """Messages that a relay's log names were handed over, whatever our rows say: after a restore, or a kill.

    Any text with our Message-IDs in angle brackets will do, a Postfix log for instance (its `cleanup` lines).
    """
    named = {found for line in lines for found in _MESSAGE_ID.findall(line)}
    settled = 0
    ordered = sorted(named)
    for start in range(0, len(ordered), 500):
        settled += _settle(ordered[start : start + 500])
    OutboxAct.note(Verb.SETTLED_BY_LOG, by=by, named=len(named), settled=settled)
    return Reconciled(len(named), settled)


@transaction.atomic
def _settle(message_ids: list[str]) -> int:
    """Ready ones are settled only while all mail is held: else a worker may have them in hand at this moment."""
    states = [Delivery.State.UNCERTAIN, *([Delivery.State.READY] if Station.current().is_held else [])]
    rows = Delivery.objects.select_for_update().filter(message_id__in=message_ids, state__in=states)
    keys = list(rows.values_list("pk", flat=True))
    words = "found in the log of the mail server"
    Attempt.objects.bulk_create(Attempt(delivery_id=pk, outcome=Attempt.Outcome.SETTLED, reply=words) for pk in keys)
    settled = Delivery.objects.filter(pk__in=keys)
    settled.forget_secrets()
    return settled.update(state=Delivery.State.ACCEPTED, accepted_at=timezone.now(), owner="", reply=words)
