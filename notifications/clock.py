"""What the clock does each time it goes round: by Celery's beat, or by `manage.py pump --loop` without any broker."""

from django.utils import timezone

from events import services as places
from notifications import nightly
from notifications.providers import events
from notifications.reminders import planning
from notifications.sending import memory, pump, tallies


def go_round(*, seconds: float = 25.0) -> dict[str, int]:
    """Take in what providers reported, plan the reminders that are due, send what is due, leave a sign of life.

    Once a night it checks what must hold. The run's numbers.
    """
    places.advance_due()  # the net under promotions: before the pump, which sends their letters
    memory.count_round()
    reported = events.take_in()  # before the pump, which brakes a campaign by what came back
    planned = planning.plan_due()
    report = {"reports": reported, "reminders": planned, **pump.pump(seconds=seconds).as_dict()}
    tallies.fold()
    nightly.run_if_due(timezone.now())  # last: mail does not wait for it
    return report
