"""What this room and the parts that come with Django hold for a time: uploaded lists, sessions, the admin's log."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from organisations.kept import Numbers, Step, simple
from organisations.models import StakeholderImport


def uploads(now: datetime) -> QuerySet[StakeholderImport]:
    """Lists that were brought into the directory, or only looked at."""
    return StakeholderImport.objects.filter(uploaded_at__lte=now - timedelta(days=settings.UPLOADS_KEPT_DAYS))


def admin_words(now: datetime) -> QuerySet[LogEntry]:
    """Entries of the admin's log that still say what a row was called."""
    old = LogEntry.objects.filter(action_time__lte=now - timedelta(days=settings.REGISTRATIONS_KEPT_DAYS))
    return old.exclude(object_repr="", change_message="")


def _sessions(now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lte=now)


def _sessions_run(now: datetime) -> Iterator[Numbers]:
    number, _tables = _sessions(now).delete()
    if number:
        yield {"sessions": number}


STEPS = (
    simple("directory_lists", uploads, lambda rows: rows.delete()),
    simple("admin_log", admin_words, lambda rows: rows.update(object_repr="", change_message="")),
    Step("sessions", lambda now: {"sessions": _sessions(now).count()}, _sessions_run),
)
