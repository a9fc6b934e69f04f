"""What the clock does each time it goes round: by Celery's beat, or by `manage.py pump --loop` without any broker."""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications import nightly
from notifications.models import Sweep
from notifications.providers import events
from notifications.reminders import planning
from notifications.sending import pump, station, tallies


def go_round(*, seconds: float = 25.0) -> dict[str, int]:
    """Take in what providers reported, plan the reminders that are due, send what is due, leave a sign of life.

    Once a night it checks what must hold. The run's numbers.
    """
    _remember_where_we_are()
    reported = events.take_in()  # before the pump, which brakes a campaign by what came back
    planned = planning.plan_due()
    report = {"reports": reported, "reminders": planned, **pump.pump(seconds=seconds).as_dict()}
    tallies.fold()
    nightly.run_if_due(timezone.now())  # last: mail does not wait for it
    return report


def _remember_where_we_are() -> None:
    """Count the round here and in the database. A database that counts lower was restored: then all mail is held.

    A database that never counted is a new one. After a restore the rows sent since the backup look as if they still
    waited, and would go out again.
    """
    path = Path(settings.VAR_DIR) / "rounds"
    remembered = int(path.read_text() or 0) if path.exists() else 0
    with transaction.atomic():
        sweep = Sweep.objects.select_for_update().filter(pk=1).first() or Sweep(pk=1)
        known = sweep.number
        sweep.number, sweep.at = max(known, remembered) + 1, timezone.now()
        sweep.save()
        if 0 < known < remembered:
            reason = _("The database is older than this machine remembers: was a backup restored?")
            station.hold(reason=reason, by=None)
    path.write_text(str(sweep.number))
