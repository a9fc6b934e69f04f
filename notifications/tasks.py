"""Leaves: what Celery may call. They carry nothing; what is to be done stands in the database."""

from celery import shared_task


@shared_task(name="notifications.pump")
def pump() -> dict[str, int]:
    """Send what is due."""
    from notifications.sending import pump as module

    return module.pump().as_dict()


@shared_task(name="notifications.webhooks")
def webhooks() -> dict[str, int]:
    """Tell other programs what waits for them; mail that waits goes first, for one that hangs may take ten seconds."""
    from notifications.models import Lane
    from notifications.sending import pump as module
    from notifications.webhooks import worker

    module.pump(seconds=5.0, only=[Lane.TRANSACTIONAL])
    return worker.send_due()


@shared_task(name="notifications.channels")
def channels() -> dict[str, int]:
    """Publish the posts that are due; mail that waits goes first."""
    from notifications.channels import worker
    from notifications.models import Lane
    from notifications.sending import pump as module

    module.pump(seconds=5.0, only=[Lane.TRANSACTIONAL])
    return worker.send_due()


@shared_task(name="notifications.tick")
def tick() -> dict[str, int]:
    """The clock: plan the reminders that are due, then send what is due."""
    from notifications import clock

    return clock.go_round()
