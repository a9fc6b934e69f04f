"""An event's posts at a glance: what was published where, how many it reached, how many registered by it."""

import math
from dataclasses import dataclass

from django.utils.safestring import SafeString

from events.models import Event
from notifications.models import ChannelPost
from organisations.plots import bars


@dataclass(frozen=True, slots=True)
class KindCount:
    """One kind of channel."""

    label: str
    published: int
    planned: int
    reach: int


def posts_of(event: Event) -> list[ChannelPost]:
    """Those that need a decision, those to come by their time, what was published from the newest on, and the rest."""
    return sorted(event.channel_posts.select_related("source", "event").order_by("pk"), key=_place)


def _place(post: ChannelPost) -> tuple[int, float]:
    if post.state in ChannelPost.UNDECIDED:
        return 0, post.not_before.timestamp()
    if post.is_published and post.published_on is not None:
        return 2, -post.published_on.toordinal()
    if post.state == ChannelPost.State.CANCELLED:
        return 3, -post.created_at.timestamp()
    return 1, post.due_at.timestamp() if post.due_at else math.inf


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
    return found, bars(reached) if any(reach for _label, reach in reached) else SafeString()
