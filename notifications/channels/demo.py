"""The case's information campaign (activity 2.4.6): what was said of the info day of 2020, and what is planned for the next.

Roles and kinds of media in place of names; the numbers are examples.
"""

from datetime import date, datetime, time, timedelta

from events.models import Event
from notifications.channels import services
from notifications.models import ChannelPost
from organisations.models import User
from organisations.zone import ROME

Kind = ChannelPost.Kind
#: Of the past edition: kind, where, when, how many it reached.
PUBLISHED = (
    (Kind.PRESS, "Quotidiano locale, cronaca di Terni", date(2020, 2, 12), 9_000),
    (Kind.RADIO, "Radio locale, notiziario del mattino", date(2020, 2, 19), 15_000),
    (Kind.SOCIAL, "Pagina dell’associazione", date(2020, 2, 10), 2_300),
    (Kind.POSTER, "Manifesti nelle stazioni", date(2020, 2, 3), 120),
)
#: Of the next one: kind, where, days before it.
PLANNED = (
    (Kind.POSTER, "Manifesti nelle stazioni", 30),
    (Kind.PRESS, "Comunicato ai giornali locali", 14),
    (Kind.SOCIAL, "Pagina dell’associazione", 10),
)
TEXT_IT = (
    "{event}: {date}, {place}. Istituzioni ed enti del terzo settore parlano del lavoro dei giovani. "
    "Ingresso libero con iscrizione: {address}"
)
TEXT_EN = (
    "{event}: {date}, {place}. Institutions and civil society talk about young people’s work. "
    "Free of charge, please register: {address}"
)


def load(*, by: User) -> None:
    """Write what is not there yet; running it again changes nothing."""
    for event in Event.objects.filter(kind=Event.Kind.INFO_DAY).exclude(channel_posts__isnull=False):
        if event.state == Event.State.HELD and event.starts_at.year == 2020:
            _published(event, by)
        elif event.state == Event.State.PUBLISHED:
            _planned(event, by)


def _published(event: Event, by: User) -> None:
    for kind, label, day, reach in PUBLISHED:
        post = services.plan(event=event, by=by, kind=kind, label=label, text_it=TEXT_IT)
        services.record(post=post, by=by, published_on=day, link="", reach=reach)


def _planned(event: Event, by: User) -> None:
    for kind, label, days in PLANNED:
        day = event.starts_at.astimezone(ROME).date() - timedelta(days=days)
        due = datetime.combine(day, time(9, 0), ROME)
        services.plan(event=event, by=by, kind=kind, label=label, due_at=due, text_it=TEXT_IT, text_en=TEXT_EN)
