"""The attendance register and what hangs on it. Closed editions are never changed; they name nobody: they point at people."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from events.models.registrations import Attendee
from organisations.models import User


class Status(models.TextChoices):
    """How somebody who held a place stands in the register."""

    PRESENT = "present", _("present")
    ABSENT = "absent", _("absent")
    EXCUSED = "excused", _("excused")
    #: Somebody else came and spoke for them.
    PROXY = "proxy", _("by proxy")


class AttendanceMark(models.Model):
    """What an organiser wrote into the register beside what the desks recorded: an excuse, a proxy, a signature on paper."""

    attendee = models.OneToOneField(
        Attendee, models.CASCADE, related_name="attendance_mark", verbose_name=_("attendee")
    )
    status = models.CharField(_("in the register"), max_length=8, choices=Status)
    represented_by = models.ForeignKey(
        Attendee, models.PROTECT, null=True, blank=True, related_name="represents", verbose_name=_("represented by")
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("entry of the register")
        verbose_name_plural = _("entries of the register")
        constraints = (
            models.CheckConstraint(
                condition=Q(status="proxy", represented_by__isnull=False)
                | (~Q(status="proxy") & Q(represented_by__isnull=True)),
                name="attendance_mark_names_a_proxy_exactly_when_by_proxy",
            ),
        )

    def __str__(self) -> str:
        return f"{self.attendee}: {self.get_status_display()}"


class AttendanceRegister(models.Model):
    """One edition of the closed register, with its minutes: written once (triggers). A correction is another edition.

    `content`: one object for each registration, `{"registration": row, "people": [{"attendee": row, "status": …,
    "arrived_at": ISO 8601 or null, "represented_by": row or null}]}`, in the order in which it is printed. Rows are named
    by their numbers, because keys are renewed when somebody is forgotten.
    """

    event = models.ForeignKey(Event, models.PROTECT, related_name="registers", verbose_name=_("event"))
    edition = models.PositiveIntegerField(_("edition"))
    content = models.JSONField(_("content"))
    minutes = models.TextField(_("minutes"), blank=True)
    #: Why there is another edition; empty of the first.
    reason = models.CharField(_("reason of the correction"), max_length=300, blank=True)
    #: Of the canonical JSON of content and minutes: two printed copies are alike or not.
    sha256 = models.CharField(max_length=64)
    closed_at = models.DateTimeField(_("closed at"))
    closed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("closed by"))

    class Meta:
        verbose_name = _("attendance register")
        verbose_name_plural = _("attendance registers")
        constraints = (
            models.UniqueConstraint(fields=("event", "edition"), name="attendance_register_edition_once"),
            models.CheckConstraint(
                condition=Q(edition=1, reason="") | (Q(edition__gt=1) & ~Q(reason="")),
                name="attendance_register_corrected_with_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.event} · {self.edition}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Once. Raises TypeError on a second time."""
        if not self._state.adding:
            raise TypeError("a closed register is a record: it is written once")
        super().save(*args, **kwargs)


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Questions about certificates."""

    def holding(self) -> "CertificateQuerySet":
        """Those that certify something still. Twin: `Certificate.is_holding`."""
        return self.filter(withdrawn_at=None)


class Certificate(models.Model):
    """Says that somebody came; given when the register is closed, withdrawn when a correction says that they did not."""

    attendee = models.OneToOneField(Attendee, models.CASCADE, related_name="certificate", verbose_name=_("attendee"))
    #: Of the code that is printed on it, made as on passes (`events.checkin.codes`).
    mark = models.CharField(max_length=64, unique=True, editable=False)
    register = models.ForeignKey(
        AttendanceRegister, models.PROTECT, related_name="certificates", verbose_name=_("attendance register")
    )
    issued_at = models.DateTimeField(_("issued at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate of attendance")
        verbose_name_plural = _("certificates of attendance")

    def __str__(self) -> str:
        return str(self.attendee)

    @property
    def is_holding(self) -> bool:
        """Twin of `CertificateQuerySet.holding`."""
        return self.withdrawn_at is None
