"""Leaves: what Celery may call. They carry nothing; what is to be done stands in the database."""

from celery import shared_task


@shared_task(name="notifications.pump")
def pump() -> dict[str, int]:
    """Send what is due."""
    from notifications.sending import pump as module

    return module.pump().as_dict()


@shared_task(name="notifications.webhooks")
def webhooks() -> dict[str, int]:
    """Tell other programs what waits for them."""
    from notifications.webhooks import worker

    return worker.send_due()


@shared_task(name="notifications.channels")
def channels() -> dict[str, int]:
    """Publish the posts that are due."""
    from notifications.channels import worker

    return worker.send_due()


@shared_task(name="notifications.tick")
def tick() -> dict[str, int]:
    """The clock: plan the reminders that are due, then send what is due."""
    from notifications import clock

    return clock.go_round()
