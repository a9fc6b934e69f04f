"""Publishes what is due. A post is no fact with a name that readers recognise: twice is worse than late.

So an answer that never came or says nothing sure makes it *uncertain*, and so does a worker that died with it; then a person
looks at the channel and decides. Only what surely did not arrive climbs the ladder.
"""

import time
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from events.models import Event
from notifications.channels import messengers, texts
from notifications.models import ChannelAttempt, ChannelPost
from notifications.posting import network, rows
from notifications.sending import lanes

State = ChannelPost.State
#: A post whose time has passed by more than this is no news any more.
LATEST = timedelta(hours=24)


def send_due(*, seconds: float = 5.0) -> dict[str, int]:
    """Publish what is due for a while, one after another; how many, and how many were not."""
    report = {"published": 0, "unpublished": 0}
    try:
        lanes.check_station(is_real=True)
    except lanes.Held:
        return report
    until, owner = time.monotonic() + seconds, uuid4().hex
    _recover()
    while time.monotonic() < until:
        now = timezone.now()
        found = rows.claim(ChannelPost.objects.due(now), owner, 1)
        if not found:
            break
        post = ChannelPost.objects.select_related("event", "source__event").get(pk=found[0].pk)
        report["published" if _publish(post, owner, now) else "unpublished"] += 1
    return report


def _publish(post: ChannelPost, owner: str, now: datetime) -> bool:
    """One post on its way, and what came of it."""
    messenger = messengers.configured().get(post.messenger)
    if why := _why_not(post, messenger, now):
        state, words = why
        _settle(post, owner, network.Answer(None, words, 0), state=state, reply=words)
        return False
    assert messenger is not None
    text = texts.written(post)
    answer, said = messenger.post(text=text, key=post.key.hex, event=post.event.slug)
    return _settle(post, owner, answer, sent_text=text, **_values(post, answer, said)) and said.is_published


def _why_not(post: ChannelPost, messenger: messengers.Messenger | None, now: datetime) -> tuple[str, str] | None:
    """Why it must not leave any more, seen just before it would."""
    if post.event.state == Event.State.CANCELLED:
        return State.CANCELLED, "the event was called off"
    if post.event.is_over(now):
        return State.FAILED, "the event is over"
    if post.due_at is not None and now - post.due_at > LATEST:
        return State.FAILED, "it is a day too late"
    if messenger is None:
        return State.FAILED, "this messenger is not set up any more"
    if messengers.length(texts.written(post)) > messengers.LONGEST:
        return State.FAILED, "the text is too long"
    return None


def _values(post: ChannelPost, answer: network.Answer, said: messengers.Published) -> dict[str, Any]:
    now = timezone.now()
    if said.is_published:
        return {
            "state": State.DELIVERED, "delivered_at": now, "published_on": timezone.localdate(now), "link": said.link,
            "reply": "",
        }  # fmt: skip
    if said.is_final:
        return {"state": State.FAILED, "reply": said.words}
    if not messengers.is_surely_absent(answer):
        return {"state": State.UNCERTAIN, "reply": said.words}
    later = rows.failed(post.attempts, now, wait=said.wait)
    if later.get("not_before", now) - (post.due_at or now) > LATEST:  # said now, not in half a day
        later = {"state": State.FAILED}
    return {**later, "reply": said.words}


@transaction.atomic
def _settle(post: ChannelPost, owner: str, answer: network.Answer, **values: Any) -> bool:
    if not rows.put(post, owner, **values):
        return False
    ChannelAttempt.objects.create(
        post=post,
        status=answer.status,
        words=values.get("reply") or answer.words[:300],
        milliseconds=answer.milliseconds,
    )
    return True


@transaction.atomic
def _recover() -> None:
    """Posts of workers that died: nobody knows whether they are there."""
    found = rows.recover(ChannelPost, lambda _post: {"state": State.UNCERTAIN, "reply": rows.DIED})
    ChannelAttempt.objects.bulk_create(ChannelAttempt(post=post, words=rows.DIED) for post in found)
