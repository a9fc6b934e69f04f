"""An event's posts at a glance: what was published where, how many it reached, how many registered by it."""

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
    """Those to come first, then what was published, the newest first."""
    rows = event.channel_posts.select_related("source", "event").order_by("pk")
    return sorted(
        rows, key=lambda post: (post.is_published, -(post.published_on or post.created_at.date()).toordinal(), post.pk)
    )


def by_kind(posts: list[ChannelPost]) -> tuple[list[KindCount], SafeString]:
    """The kinds that are used, and the plot of their reach."""
    found = []
    for kind, label in ChannelPost.Kind.choices:
        mine = [post for post in posts if post.kind == kind]
        published = [post for post in mine if post.is_published]
        planned = [post for post in mine if not post.is_published and post.state != ChannelPost.State.CANCELLED]
        if mine:
            found.append(
                KindCount(str(label), len(published), len(planned), sum(post.reach or 0 for post in published))
            )
    return found, bars([(kind.label, kind.reach) for kind in found])
