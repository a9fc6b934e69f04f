"""What the clock does each time it goes round: by Celery's beat, or by `manage.py pump --loop` without any broker."""

from django.utils import timezone

from notifications import pump, reminders
from notifications.models import Sweep


def go_round(*, seconds: float = 25.0) -> dict[str, int]:
    """Plan the reminders that are due, send what is due, leave a sign of life; the run's numbers."""
    planned = reminders.plan_due()
    report = {"reminders": planned, **pump.pump(seconds=seconds).as_dict()}
    Sweep.objects.update_or_create(pk=1, defaults={"at": timezone.now()})
    return report
