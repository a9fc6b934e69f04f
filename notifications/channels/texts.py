"""What a post says: both languages, filled with the event as it stands when it leaves, and its tagged address."""

from django.utils import translation

from events.models import Event
from notifications.kinds.facts import when
from notifications.kinds.own_words import fill
from notifications.models import ChannelPost
from organisations.languages import Language

#: What organisers may write into a text.
VARIABLES = ("event", "date", "place", "address")


def written(post: ChannelPost) -> str:
    """The whole text. An address that the text does not place itself stands at its end."""
    parts = [
        _filled(post, language, text) for language, text in (("it", post.text_it), ("en", post.text_en)) if text.strip()
    ]
    return "\n\n".join(parts)


def shown(post: ChannelPost) -> str:
    """What its page shows: what left, of one that may be there; else what would leave now."""
    may_be_there = post.state in {ChannelPost.State.DELIVERED, ChannelPost.State.UNCERTAIN}
    return (post.sent_text if may_be_there else "") or written(post)


def _filled(post: ChannelPost, language: str, text: str) -> str:
    address = address_of(post, language)
    with translation.override(language):
        values = {**_event(post.event), "address": address}
        words = fill(text.replace("\r\n", "\n").strip(), values)
    return words if "{address}" in text else f"{words}\n{address}"


def _event(event: Event) -> dict[str, str]:
    return {"event": event.title, "date": when(event), "place": f"{event.venue}, {event.address}"}


def address_of(post: ChannelPost, language: str = Language.ITALIAN) -> str:
    """The event's page, tagged with the post's source once it has one."""
    if post.source is not None:
        return post.source.url(language)
    from notifications.letters import absolute

    with translation.override(language):
        return absolute(post.event.get_absolute_url())
