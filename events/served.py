"""Which events have served their time for a class of data, as conditions of queries; and when one of them will have.

An event counts from its end, one that was called off from that moment. The clock is passed in.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from events.models.events import Event
from organisations.kept import Anchor, Period
from organisations.zone import ROME, on_the_wall

CANCELLED = Event.State.CANCELLED


def served(now: datetime, period: Period, event: str = "event") -> Q:
    """Twin of `served_at`; `event`: the way from the row to its event, empty for events themselves."""
    way = f"{event}__" if event else ""
    cutoff = period.cutoff(now)
    if period.anchor == Anchor.PROJECT and project_ends_at() > cutoff:
        return Q(pk__in=[])
    if period.anchor == Anchor.HELD:
        return Q(**{f"{way}ends_at__lte": cutoff}) | Q(**{f"{way}state": CANCELLED})
    over = Q(**{f"{way}ends_at__lte": cutoff}) & ~Q(**{f"{way}state": CANCELLED})
    return over | Q(**{f"{way}state": CANCELLED, f"{way}cancelled_at__lte": cutoff})


def served_at(event: Event, period: Period) -> datetime:
    """From when on the nightly purge takes it. Twin of `served`."""
    over = event.cancelled_at or event.ends_at
    if period.anchor == Anchor.HELD and event.cancelled_at:
        return over
    if period.anchor == Anchor.PROJECT:
        over = max(over, project_ends_at())
    return period.since(over)


def project_ends_at() -> datetime:
    """The end of the project's last day, in Rome."""
    return on_the_wall(datetime.combine(settings.PROJECT_ENDS_ON, datetime.min.time()) + timedelta(days=1)).astimezone(
        ROME
    )
