"""Releases of the agenda: what the public was shown, version after version, as it was written."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from organisations.languages import Bilingual


class AgendaRelease(models.Model):
    """One version of an event's agenda. Triggers of the database refuse to change or delete it."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="agenda_releases", verbose_name=_("event"))
    #: 1, 2, 3 … of its event.
    number = models.PositiveIntegerField(_("version"))
    released_at = models.DateTimeField(_("released at"))
    #: Nobody: made by the migration for an event that was public already.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("released by")
    )
    note_it = models.TextField(_("what is new (Italian)"), blank=True)
    note_en = models.TextField(_("what is new (English)"), blank=True)
    #: The whole agenda (`events/agenda/frozen.py`).
    content = models.JSONField()
    #: What is different from the version before (`events/agenda/changes.py`).
    changes = models.JSONField(default=list)

    note = Bilingual()

    class Meta:
        verbose_name = _("release of the agenda")
        verbose_name_plural = _("releases of the agenda")
        constraints = (
            # two organisers who release at once make one release, whoever forgets the lock
            models.UniqueConstraint(fields=("event", "number"), name="agenda_release_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="agenda_release_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.event} · {self.number}"
