"""How long posts and facts for other programs that could leave have been waiting: for `/health/` and `/metrics`."""

from datetime import datetime

from django.db.models import Min

from notifications.models import ChannelPost, Webhook, WebhookMessage


def oldest_due(now: datetime) -> dict[str, datetime | None]:
    """Since when the oldest post, and the oldest fact, could have left; None where nothing is due. Two queries.

    What waits for a program that is paused or switched off is not due.
    """
    posts = ChannelPost.objects.due(now).aggregate(oldest=Min("not_before"))["oldest"]
    facts = WebhookMessage.objects.filter(
        state=WebhookMessage.State.WAITING, not_before__lte=now, webhook__state=Webhook.State.ACTIVE
    )
    return {"posts": posts, "facts": facts.aggregate(oldest=Min("not_before"))["oldest"]}


def oldest_due_seconds(now: datetime) -> dict[str, float | None]:
    """The same as ages in seconds."""
    return {what: (now - since).total_seconds() if since else None for what, since in oldest_due(now).items()}
