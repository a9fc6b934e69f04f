"""An event's posts at a glance: what was published where, how many it reached, how many registered by it."""

import math
from dataclasses import dataclass

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from events.attribution import counts
from events.models import Event
from notifications.models import ChannelPost
from organisations.plots import bars
from organisations.tables import csv_lines


@dataclass(frozen=True, slots=True)
class KindCount:
    """One kind of channel."""

    label: str
    published: int
    planned: int
    reach: int


def events_and_their_posts() -> models.QuerySet[Event]:
    """All events, the newest first, with how many posts are planned, published and to be decided on, and their reach."""
    state = ChannelPost.State
    posts = {
        "planned_posts": Q(channel_posts__state__in=[state.DRAFT, state.WAITING, state.SENDING]),
        "published_posts": Q(channel_posts__state__in=ChannelPost.PUBLISHED),
        "undecided_posts": Q(channel_posts__state__in=ChannelPost.UNDECIDED),
    }
    numbers = {name: models.Count("channel_posts", filter=which) for name, which in posts.items()}
    reach = models.Sum("channel_posts__reach", filter=posts["published_posts"], default=0)
    return Event.objects.annotate(**numbers, reach=reach).order_by("-starts_at", "pk")


def posts_of(event: Event) -> list[ChannelPost]:
    """Those that need a decision, those to come by their time, what was published from the newest on, and the rest."""
    return sorted(event.channel_posts.select_related("event", "source__event").order_by("pk"), key=_place)


def _place(post: ChannelPost) -> tuple[int, float]:
    if post.state in ChannelPost.UNDECIDED:
        return 0, post.not_before.timestamp()
    if post.is_published and post.published_on is not None:
        return 2, -post.published_on.toordinal()
    if post.state == ChannelPost.State.CANCELLED:
        return 3, -post.created_at.timestamp()
    return 1, post.due_at.timestamp() if post.due_at else math.inf


def came_by(event: Event) -> dict[str, int]:
    """Code of a tagged address -> how many registered by it."""
    return {row.code: row.registrations for row in counts.of_event(event).rows}


def as_csv(event: Event) -> bytes:
    """The plan and its results as a table: an annex of the progress report (activity 2.4.6)."""
    came = came_by(event)
    head = (
        _("Channel"), _("Where"), _("State"), _("Planned for"), _("Published on"), _("Link"), _("Reach"), _("Registrations"),
        _("Tagged address"),
    )  # fmt: skip
    return b"".join(csv_lines(head, (_cells(post, came) for post in posts_of(event))))


def _cells(post: ChannelPost, came: dict[str, int]) -> tuple[object, ...]:
    source = post.source
    return (
        post.messenger or post.get_kind_display(),
        post.label,
        post.get_state_display(),
        f"{timezone.localtime(post.due_at):%Y-%m-%d %H:%M}" if post.due_at else "",
        post.published_on or "",
        post.link,
        "" if post.reach is None else post.reach,
        came.get(source.code, 0) if source else "",
        source.url() if source else "",
    )


def by_kind(posts: list[ChannelPost]) -> tuple[list[KindCount], SafeString]:
    """The kinds that are used, and the plot of their reach; empty while nobody was reached."""
    found = []
    for kind, label in ChannelPost.Kind.choices:
        mine = [post for post in posts if post.kind == kind]
        published = [post for post in mine if post.is_published]
        planned = [post for post in mine if not post.is_published and post.state != ChannelPost.State.CANCELLED]
        if mine:
            found.append(
                KindCount(str(label), len(published), len(planned), sum(post.reach or 0 for post in published))
            )
    reached = [(kind.label, kind.reach) for kind in found]
    return found, bars(reached) if any(reach for _kind, reach in reached) else SafeString()
