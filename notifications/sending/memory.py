"""What this machine remembers of the database: how often the clock went round. A database that counts lower was restored.

After a restore the rows sent since the backup look as if they still waited, and would go out again: all mail is held
before anything leaves, whether it was the clock that came by or the bell that rang.
"""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.models import Sweep
from notifications.sending import station


def compare() -> None:
    """Hold all mail if the database counts lower than we remember. One that never counted is a new one."""
    remembered = _remembered()  # first: the database is always told before the file
    if remembered and Sweep.objects.filter(pk=1, number__gt=0, number__lt=remembered).exists():
        _hold(remembered)


def count_round() -> None:
    """Count the round in the database and here, and compare."""
    compare()
    with transaction.atomic():
        sweep = Sweep.objects.select_for_update().filter(pk=1).first() or Sweep(pk=1)
        sweep.number, sweep.at = max(sweep.number, _remembered()) + 1, timezone.now()
        sweep.save()
    _path().write_text(str(sweep.number))


@transaction.atomic
def _hold(remembered: int) -> None:
    """The database counts on from what we remember: a person's release must hold."""
    if Sweep.objects.filter(pk=1, number__gt=0, number__lt=remembered).update(number=remembered):
        reason = _("The database is older than this machine remembers: was a backup restored?")
        station.hold(reason=reason, by=None)


def _remembered() -> int:
    path = _path()
    return int(path.read_text() or 0) if path.exists() else 0


def _path() -> Path:
    return Path(settings.VAR_DIR) / "rounds"
