"""What this room's rows forget when their time is over: recipients, trial mails, calendars, contact lists and their files."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from events.calendars import event_uid
from events.kept import REGISTRATIONS
from events.models import Event
from events.served import served
from notifications import erasure
from notifications.models import CalendarEntry, Contact, ContactUpload, Delivery, Exclusion, LocalMail
from notifications.models.outbox import DeliveryQuerySet
from notifications.sending import journal
from organisations.kept import Numbers, Step, in_batches, simple

#: What of a message's payload is words; the rest are keys of rows.
WORDS = ("subject", "text", "words", "reason")
SIZE = 500


def messages(now: datetime) -> DeliveryQuerySet:
    """Messages whose way is over and whose recipient nobody needs any more."""
    old = Delivery.objects.filter(created_at__lte=now - timedelta(days=settings.MESSAGES_KEPT_DAYS))
    return old.exclude(state__in=Delivery.UNSETTLED).exclude(address__endswith=erasure.NOBODY)


def left_out(now: datetime) -> QuerySet[Exclusion]:
    """Who was named by an audience and not written to."""
    cutoff = now - timedelta(days=settings.MESSAGES_KEPT_DAYS)
    return Exclusion.objects.filter(campaign__created_at__lte=cutoff).exclude(address="", name="", detail="")


def trial_mails(now: datetime) -> QuerySet[LocalMail]:
    """Mails of the trial mailbox."""
    return LocalMail.objects.filter(received_at__lte=now - timedelta(days=settings.MESSAGES_KEPT_DAYS))


def calendars(now: datetime) -> QuerySet[CalendarEntry]:
    """What the calendars of past events' people show, by fingerprints of their addresses."""
    past = Event.objects.filter(served(now, REGISTRATIONS, "")).only("uid")
    return CalendarEntry.objects.filter(uid__in=[event_uid(event) for event in past])


def waiting_lists(now: datetime) -> QuerySet[ContactUpload]:
    """Lists that were looked at and never taken in."""
    return ContactUpload.objects.waiting().filter(uploaded_at__lte=_uploaded(now))


def files(now: datetime) -> QuerySet[ContactUpload]:
    """Files of lists that were taken in."""
    return ContactUpload.objects.filter(applied_at__lte=_uploaded(now), file_forgotten_at=None)


def contacts(now: datetime) -> QuerySet[Contact]:
    """Addresses of lists to which nothing has been sent for long."""
    cutoff = now - timedelta(days=settings.CONTACTS_KEPT_DAYS)
    written = Delivery.objects.filter(address=OuterRef("address"), created_at__gt=cutoff)
    return Contact.objects.filter(Q(upload__applied_at__lte=cutoff), ~Exists(written))


# -- inside ------------------------------------------------------------------------------------------------------------


def _uploaded(now: datetime) -> datetime:
    return now - timedelta(days=settings.UPLOADS_KEPT_DAYS)


def _messages_run(now: datetime) -> Iterator[Numbers]:
    for batch in in_batches(messages(now).only("pk", "key", "message_id", "payload"), SIZE):
        erasure.forget_messages([row.pk for row in batch])
        for row in batch:
            Delivery.objects.filter(pk=row.pk).update(
                idempotency_key=f"forgotten:{uuid.uuid4().hex}", **_bare(row.payload)
            )
        yield {"recipients": len(batch)}


def _bare(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload without words, if it has any."""
    left = {name: value for name, value in payload.items() if name not in WORDS}
    return {"payload": left} if left != payload else {}


def _diaries(now: datetime) -> list[Path]:
    """Diaries that nobody could read and nobody has looked at: mail servers' words may name somebody."""
    cutoff = (now - timedelta(days=settings.MESSAGES_KEPT_DAYS)).timestamp()
    return [path for path in journal.folder().glob(f"*{journal.UNREADABLE}") if path.stat().st_mtime <= cutoff]


def _diaries_run(now: datetime) -> Iterator[Numbers]:
    for path in _diaries(now):
        path.unlink(missing_ok=True)
        yield {"diaries": 1}


def _cached(now: datetime, verb: str) -> int:
    """Rows of the caches in the database that are over: they are never read again, and stay until there are too many."""
    number = 0
    until = connection.ops.adapt_datetimefield_value(now.astimezone(UTC))
    tables = connection.introspection.table_names()
    caches = cast(dict[str, dict[str, Any]], settings.CACHES)
    for cache in caches.values():
        if cache["BACKEND"].endswith(".DatabaseCache") and cache["LOCATION"] in tables:
            with connection.cursor() as cursor:
                table = connection.ops.quote_name(cache["LOCATION"])
                cursor.execute(f"{verb} FROM {table} WHERE expires < %s", [until])
                number += cursor.fetchone()[0] if verb != "DELETE" else cursor.rowcount
    return number


def _cached_run(now: datetime) -> Iterator[Numbers]:
    if number := _cached(now, "DELETE"):
        yield {"cached_pages": number}


def _last_messages_run(_now: datetime) -> Iterator[Numbers]:
    while number := erasure.forget_settled():
        yield {"recipients_of_last_messages": number}


STEPS = (
    Step("recipients", lambda now: {"recipients": messages(now).count()}, _messages_run),
    simple("left_out", left_out, lambda rows: rows.update(address="", name="", detail="")),
    simple("trial_mails", trial_mails, lambda rows: rows.delete()),
    simple("calendars", calendars, lambda rows: rows.delete()),
    simple("list_previews", waiting_lists, lambda rows: rows.delete()),
    simple("list_files", files, lambda rows: rows.update(content=b"", filename="", file_forgotten_at=timezone.now())),
    simple("list_contacts", contacts, lambda rows: rows.delete()),
    Step("diaries", lambda now: {"diaries": len(_diaries(now))}, _diaries_run),
    Step("cached_pages", lambda now: {"cached_pages": _cached(now, "SELECT COUNT(*)")}, _cached_run),
    Step(
        "recipients_of_last_messages",
        lambda _now: {"recipients_of_last_messages": erasure.count_waiting()},
        _last_messages_run,
    ),
)
