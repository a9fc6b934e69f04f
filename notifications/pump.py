"""The pump: claims due rows, records the intent, hands over, records the result. Any number may run at once.

Every change of a row is a compare-and-set on (state, owner): a worker whose lease was taken away writes nothing.
"""

import logging
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from notifications import letters, mime, relay
from notifications.models import Campaign, Delivery, RelayState, Suppression, hash_address

logger = logging.getLogger(__name__)
State = Delivery.State
#: Waits after a deferral (4xx): 1, 5, 15 minutes, 1, 4, 12 hours; then the message fails.
RETRY_LADDER = [timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720)]


@dataclass(slots=True)
class Report:
    """What one run of the pump did, in rows."""

    accepted: int = 0
    failed: int = 0
    deferred: int = 0
    uncertain: int = 0
    dropped: int = 0
    freed: int = 0

    def as_dict(self) -> dict[str, int]:
        """For JSON."""
        return asdict(self)


def pump(*, seconds: float = 25.0) -> Report:
    """Send what is due until nothing is left or the time is over; single messages before bulk."""
    report, until = Report(), time.monotonic() + seconds
    handle = relay.from_settings()
    report.freed = free_abandoned(is_idempotent=handle.is_idempotent)
    try:
        while time.monotonic() < until and not _resting():
            owner, rows = claim()
            if not rows:
                break
            if not _send_all(rows, owner, handle, report, until):
                break
    finally:
        handle.close()
    finish_campaigns()
    return report


def claim(batch: int | None = None) -> tuple[str, list[Delivery]]:
    """Take up to `batch` due rows of the most urgent lane; gives the owner's token and the rows."""
    owner, now = uuid4().hex, timezone.now()
    with transaction.atomic():
        for lane in (Delivery.Lane.TRANSACTIONAL, Delivery.Lane.BULK):
            due = Delivery.objects.due(now).filter(lane=lane).order_by("not_before", "pk")
            if connection.features.has_select_for_update_skip_locked:
                due = due.select_for_update(skip_locked=True, of=("self",))
            keys = list(due.values_list("pk", flat=True)[: batch or settings.MAIL_BATCH])
            # On SQLite the IMMEDIATE transaction already holds the write lock; the state makes it safe everywhere.
            if keys and Delivery.objects.filter(pk__in=keys, state=State.READY).update(
                state=State.LEASED, owner=owner, lease_until=_lease(now)
            ):
                break
    mine = Delivery.objects.filter(owner=owner, state=State.LEASED).select_related("campaign")
    return owner, list(mine.order_by("not_before", "pk"))


def free_abandoned(*, is_idempotent: bool) -> int:
    """Rows of workers that died: taken but not begun go back; begun ones are uncertain, for a person to decide.

    Where the relay folds equal Message-IDs (the local mailbox) a begun one simply goes out again.
    """
    now = timezone.now()
    abandoned = Delivery.objects.abandoned(now)
    back = {"state": State.READY, "owner": "", "lease_until": None, "sending_since": None}
    freed = abandoned.filter(state=State.LEASED).update(**back)
    begun = abandoned.filter(state=State.SENDING)
    if is_idempotent:
        return freed + begun.update(**back)
    # the owner stays: a slow worker that comes back with the relay's answer may still write it down
    return freed + begun.update(state=State.UNCERTAIN, lease_until=None, reply="the worker died while handing over")


def finish_campaigns() -> None:
    """A running campaign without waiting rows is finished."""
    waiting = Delivery.objects.filter(state__in=[State.READY, State.LEASED, State.SENDING], campaign__isnull=False)
    running = Campaign.objects.filter(state=Campaign.State.RUNNING)
    running.exclude(pk__in=waiting.values("campaign")).update(state=Campaign.State.FINISHED)


# -- inside ---------------------------------------------------------------------------------------------------------


def _lease(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.MAIL_LEASE_SECONDS)


def _send_all(rows: list[Delivery], owner: str, handle: relay.Relay, report: Report, until: float) -> bool:
    """Send the claimed rows; False when the relay must rest. Rows not begun go back."""
    try:
        for row in rows:
            if time.monotonic() > until or not _send(row, owner, handle, report):
                return False
    finally:
        Delivery.objects.filter(owner=owner, state=State.LEASED).update(state=State.READY, owner="", lease_until=None)
    return True


def _send(row: Delivery, owner: str, handle: relay.Relay, report: Report) -> bool:
    """One message, from the last check to its recorded result; False when the relay is down."""
    reason = _unwanted(row)
    if reason:
        report.dropped += _set(row, owner, State.LEASED, state=reason)
        return True
    try:
        letter = letters.letter_for(row)
        content = mime.build(row, letter, letters.render(letter, name=row.name, language=row.language))
    except Exception as error:  # a template or an object is broken: this row fails, the others go on
        logger.exception("cannot write %s %s", row.kind, row.key)
        report.failed += _set(row, owner, State.LEASED, state=State.FAILED, reply=f"{type(error).__name__}: {error}")
        return True
    now = timezone.now()
    begun = {"state": State.SENDING, "sending_since": now, "lease_until": _lease(now), "attempts": row.attempts + 1}
    if not _set(row, owner, State.LEASED, **begun):
        return True  # somebody else holds it by now
    try:
        reply = handle.send(row.message_id, row.address, content)
    except relay.RelayError as error:
        return _record_trouble(row, owner, error, report)
    done = {"state": State.ACCEPTED, "accepted_at": timezone.now(), "reply": reply[:500], "lease_until": None}
    if row.kind == "account":
        done["payload"] = {}  # a sign-in code is nobody's business afterwards
    if not report.accepted:
        _relay_is_well()  # once a run is enough
    report.accepted += _set(row, owner, State.SENDING, State.UNCERTAIN, **done)
    return True


def _record_trouble(row: Delivery, owner: str, error: relay.RelayError, report: Report) -> bool:
    """Write down how far it came; False when the relay must rest."""
    words = str(error)[:500]
    back = {"state": State.READY, "owner": "", "lease_until": None, "sending_since": None, "reply": words}
    match error:
        case relay.Unanswered():
            report.uncertain += _set(row, owner, State.SENDING, state=State.UNCERTAIN, lease_until=None, reply=words)
        case relay.Deferred() if row.attempts < len(RETRY_LADDER):
            later = timezone.now() + RETRY_LADDER[row.attempts]
            report.deferred += _set(row, owner, State.SENDING, **back, not_before=later)
        case relay.RelayDown():
            report.deferred += _set(row, owner, State.SENDING, **back, attempts=row.attempts)
            _relay_must_rest(words)
            return False
        case _:
            failed = {"state": State.FAILED, "lease_until": None, "reply": words}
            report.failed += _set(row, owner, State.SENDING, **failed)
    return True


def _set(row: Delivery, holder: str, /, *expected: str, **values: object) -> int:
    """Compare-and-set: 1 when the row was still ours in that state, else 0."""
    return Delivery.objects.filter(pk=row.pk, owner=holder, state__in=expected).update(**values)


def _unwanted(row: Delivery) -> str | None:
    """Looked at again at the last moment: too late, unsubscribed, campaign stopped."""
    if row.expires_at and row.expires_at <= timezone.now():
        return State.EXPIRED
    if row.lane != Delivery.Lane.BULK:
        return None
    if Suppression.objects.filter(address_hash=hash_address(row.address)).exists():
        return State.SUPPRESSED
    if row.campaign_id:
        state = Campaign.objects.values_list("state", flat=True).get(pk=row.campaign_id)
        if state == Campaign.State.CANCELLED:
            return State.CANCELLED
        if state == Campaign.State.PAUSED:
            return State.READY
    return None


def _resting() -> bool:
    return RelayState.objects.filter(paused_until__gt=timezone.now()).exists()


def _relay_must_rest(reason: str) -> None:
    """Leave the relay in peace: 5, 10, 20 ... seconds, at most 15 minutes."""
    state, _created = RelayState.objects.get_or_create(pk=1)
    state.failures += 1
    rest = min(settings.MAIL_PAUSE_SECONDS * 2 ** min(state.failures - 1, 10), 900)
    state.paused_until, state.reason = timezone.now() + timedelta(seconds=rest), reason
    state.save()
    logger.warning("the relay rests for %s s: %s", rest, reason)


def _relay_is_well() -> None:
    RelayState.objects.filter(pk=1, failures__gt=0).update(failures=0, paused_until=None, reason="")
