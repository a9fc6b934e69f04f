"""What the clock does each time it goes round: by Celery's beat, or by `manage.py pump --loop` without any broker."""

from django.utils import timezone

from agreements.discussing import rounds, trail
from events import services as event_services
from events.meeting_point import services as meeting_point_services
from notifications import erasure, nightly
from notifications.channels import worker as channels
from notifications.providers import events
from notifications.reminders import planning
from notifications.sending import memory, pump, tallies
from notifications.webhooks import worker as webhooks


def go_round(*, seconds: float = 25.0) -> dict[str, int]:
    """Take in what providers reported, serve the waiting lists, end reviews, plan the reminders that are due, send what is due, publish
    posts, tell other programs, leave a sign of life.

    Once a night it checks what must hold. The run's numbers.
    """
    memory.count_round()
    reported = events.take_in()  # before the pump, which brakes a campaign by what came back
    event_services.advance_due()  # the net under promotions, before the pump that sends their letters
    rounds.close_due()  # before the reminders: of a review that is over nobody is reminded
    trail.anchor_due()
    planned = planning.plan_due() + meeting_point_services.remind_due()
    report = {"reports": reported, "reminders": planned, **pump.pump(seconds=seconds).as_dict()}
    report |= channels.send_due()
    report |= webhooks.send_due()  # after the mail: other programs wait for it, not the other way round
    erasure.forget_settled()
    tallies.fold()
    nightly.run_if_due(timezone.now())  # last: mail does not wait for it
    return report
