"""What people may do about posts, and what becomes of them when their event is called off."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from events.attribution import services as attribution
from events.attribution.models import RegistrationSource
from events.log.recording import differences, snapshot
from events.models import Event
from events.services.locking import lock
from notifications import event_log
from notifications.channels import messengers, texts
from notifications.models import ChannelAttempt, ChannelPost
from organisations.models import User

State, Kind = ChannelPost.State, ChannelPost.Kind
#: Under which kind of source the address of each channel counts.
SOURCES = {
    Kind.MESSENGER: RegistrationSource.Kind.SOCIAL, Kind.SOCIAL: RegistrationSource.Kind.SOCIAL,
    Kind.PRESS: RegistrationSource.Kind.PRESS, Kind.RADIO: RegistrationSource.Kind.PRESS,
    Kind.POSTER: RegistrationSource.Kind.POSTER,
}  # fmt: skip


class WrongState(Exception):
    """The post is not in a state that allows this, or its event is not public or is over."""


class NoSuchMessenger(Exception):
    """The messenger is not set up (any more)."""


class TooLong(Exception):
    """The whole text has more characters than the messenger takes. `length` says how many."""

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length


@transaction.atomic
def plan(*, event: Event, by: User, **fields: Any) -> ChannelPost:
    """A post as it is planned, with a tagged address of its own. Nothing goes out."""
    post = ChannelPost(event=event, created_by=by, **fields)
    post.source = _source(post, by)
    post.save()
    event_log.of_post(post, "planned", by)
    return post


@transaction.atomic
def edit(*, post: ChannelPost, by: User, **fields: Any) -> ChannelPost:
    """Rewrite what is planned. Raises WrongState once it was scheduled, recorded or cancelled."""
    lock(post.event)  # before its post, as where the event is called off: its tagged address needs the event's row
    post = _lock(post, State.DRAFT)
    before = snapshot(post, fields)
    for name, value in fields.items():
        setattr(post, name, value)
    post.source = _source(post, by)
    post.save()
    if changes := differences(before, snapshot(post, fields)):
        event_log.of_post(post, "changed", by, changes=changes)
    return post


@transaction.atomic
def schedule(*, post: ChannelPost, by: User, now: datetime | None = None) -> ChannelPost:
    """Let it go out by itself at its time, or at once if that has passed. Raises WrongState, NoSuchMessenger, TooLong."""
    now = now or timezone.now()
    post = _lock(post, State.DRAFT)
    if not post.leaves_by_itself or not is_news(post.event, now) or not post.text_it.strip():
        raise WrongState
    if post.messenger not in messengers.configured():
        raise NoSuchMessenger
    length = messengers.length(texts.written(post))
    if length > messengers.LONGEST:
        raise TooLong(length)
    post.due_at = max(post.due_at or now, now)
    event_log.of_post(post, "scheduled", by)
    return _wait(post, post.due_at, f"scheduled by {by.email}")


@transaction.atomic
def take_back(*, post: ChannelPost, by: User) -> ChannelPost:
    """Back to the plan: nothing has left yet. Raises WrongState."""
    post = _lock(post, State.WAITING)
    _note(post, f"taken back by {by.email}")
    event_log.of_post(post, "taken_back", by)
    return _move(post, State.DRAFT)


@transaction.atomic
def cancel(*, post: ChannelPost, by: User) -> ChannelPost:
    """It will not be published; also an uncertain one, of which a person has seen that it is not there. Raises WrongState.

    Its tagged address is let go: nobody reads it, and it may be removed.
    """
    post = _lock(post, State.DRAFT, State.WAITING, State.FAILED, State.UNCERTAIN)
    post.source = None
    _note(post, f"not to be published, by {by.email}")
    event_log.of_post(post, "cancelled", by)
    return _move(post, State.CANCELLED, "source")


@transaction.atomic
def send_again(*, post: ChannelPost, by: User, now: datetime | None = None) -> ChannelPost:
    """A person's decision that one that was given up, or that may have arrived, goes out (once more). Raises WrongState."""
    now = now or timezone.now()
    post = _lock(post, State.FAILED, State.UNCERTAIN)
    if not is_news(post.event, now):
        raise WrongState
    post.attempts, post.due_at = 0, now
    event_log.of_post(post, "sent_again", by)
    return _wait(post, now, f"to be sent again, by {by.email}")


@transaction.atomic
def mark_published(*, post: ChannelPost, by: User, now: datetime | None = None) -> ChannelPost:
    """A person has seen that an uncertain one is there, or has put one there that was given up. Raises WrongState."""
    now = now or timezone.now()
    post = _lock(post, State.UNCERTAIN, State.FAILED)
    post.published_on, post.delivered_at, post.reply = timezone.localdate(now), now, ""
    _note(post, f"seen in its place by {by.email}")
    event_log.of_post(post, "seen", by)
    return _move(post, State.DELIVERED, "published_on", "delivered_at", "reply")


@transaction.atomic
def record(*, post: ChannelPost, published_on: date, link: str, reach: int | None, by: User) -> ChannelPost:
    """What was printed, broadcast or posted by hand: when, where to see it, how many it reached. Again: corrects it.

    Of one that the portal sent, link and reach can be added. Raises WrongState.
    """
    post = _lock(post, State.DRAFT, State.RECORDED, State.DELIVERED)
    if post.leaves_by_itself and post.state != State.DELIVERED:
        raise WrongState
    post.published_on, post.link, post.reach = published_on, link, reach
    state = State.DELIVERED if post.leaves_by_itself else State.RECORDED
    _note(post, f"written down by {by.email}")
    event_log.of_post(post, "recorded", by)
    return _move(post, state, "published_on", "link", "reach")


@transaction.atomic
def reopen(*, post: ChannelPost, by: User) -> ChannelPost:
    """A record made by mistake is a plan again. Raises WrongState."""
    post = _lock(post, State.RECORDED)
    post.published_on = None
    _note(post, f"a plan again, by {by.email}")
    event_log.of_post(post, "reopened", by)
    return _move(post, State.DRAFT, "published_on")


def call_off(*, event: Event) -> int:
    """In the transaction that cancels an event: what would still invite to it never leaves; how many."""
    waiting = ChannelPost.objects.filter(event=event, state__in=[State.WAITING, State.DRAFT], kind=Kind.MESSENGER)
    return waiting.update(state=State.CANCELLED, reply="the event was called off")


def is_news(event: Event, now: datetime) -> bool:
    """Whether a post may still invite to it: public, and not over."""
    return event.state == Event.State.PUBLISHED and not event.is_over(now)


# -- inside ------------------------------------------------------------------------------------------------------------


def _lock(post: ChannelPost, *states: str) -> ChannelPost:
    rows = ChannelPost.objects.select_for_update(of=("self",)).select_related("event", "source__event")
    locked = rows.get(pk=post.pk)
    if locked.state not in states:
        raise WrongState
    return locked


def _source(post: ChannelPost, by: User) -> RegistrationSource:
    return attribution.declare(event=post.event, kind=SOURCES[Kind(post.kind)], label=post.label, by=by)


def _wait(post: ChannelPost, at: datetime, words: str) -> ChannelPost:
    from notifications.channels import bell

    post.not_before, post.reply = at, ""
    _note(post, words)
    transaction.on_commit(lambda: bell.wake(), robust=True)
    return _move(post, State.WAITING, "not_before", "reply", "due_at", "attempts")


def _move(post: ChannelPost, state: str, *changed: str) -> ChannelPost:
    post.state = state
    post.save(update_fields=["state", *changed])
    return post


def _note(post: ChannelPost, words: str) -> None:
    ChannelAttempt.objects.create(post=post, words=words[:300])
