"""The visit log: who came is not in it, only that somebody did, what for, and with what outcome."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.meeting_point.models.appointments import Appointment, Topic
from events.meeting_point.models.hours import MeetingPoint
from organisations.models import User


class Outcome(models.TextChoices):
    """What a visit led to."""

    INFORMED = "informed", _("information given")
    DOCUMENT = "document", _("CV or letter prepared")
    PLAN = "plan", _("next steps agreed")
    TRAINING = "training", _("directed to a course")
    EMPLOYER = "employer", _("put in touch with an employer")
    REFERRED = "referred", _("sent on to another service")
    AGAIN = "again", _("another meeting agreed")
    NONE = "none", _("without result")


class VisitQuerySet(models.QuerySet["Visit"]):
    """Questions about visits."""

    def counted(self) -> "VisitQuerySet":
        """Those that were not struck out. Twin: `Visit.is_counted`."""
        return self.filter(struck_at=None)

    def between(self, starts_at: datetime, ends_at: datetime) -> "VisitQuerySet":
        """Those that began within this stretch, its end excluded."""
        return self.filter(arrived_at__gte=starts_at, arrived_at__lt=ends_at)


class Visit(models.Model):
    """One visit, with an appointment or without. Nothing in it names anybody."""

    meeting_point = models.ForeignKey(
        MeetingPoint, models.PROTECT, related_name="visits", verbose_name=_("meeting point")
    )
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("appointment")
    )
    arrived_at = models.DateTimeField(_("came at"))
    purpose = models.CharField(_("purpose of the visit"), max_length=15, choices=Topic)
    #: Empty until somebody knows.
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    submission_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: Recorded by mistake: it stays readable and counts no more.
    struck_at = models.DateTimeField(_("struck out at"), null=True, blank=True, editable=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = (
            models.UniqueConstraint(
                fields=("appointment",),
                condition=Q(appointment__isnull=False, struck_at__isnull=True),
                name="visit_once_per_appointment",
            ),
        )
        indexes = (models.Index(fields=["meeting_point", "arrived_at"], name="visit_log"),)

    def __str__(self) -> str:
        return f"{self.arrived_at:%Y-%m-%d %H:%M}"

    @property
    def is_counted(self) -> bool:
        """Twin of `VisitQuerySet.counted`."""
        return self.struck_at is None

    @property
    def is_walk_in(self) -> bool:
        """Whether somebody came without an appointment."""
        return self.appointment_id is None


class VisitChange(models.Model):
    """What was written of a visit afterwards: by whom, when, from what to what, and why. Append-only."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="changes", verbose_name=_("visit"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    #: Field -> [before, after]; `struck` for a visit that was struck out.
    changed = models.JSONField(_("what changed"))
    #: Empty where an outcome was added that nobody knew before.
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("change of a visit")
        verbose_name_plural = _("changes of visits")

    def __str__(self) -> str:
        return f"{self.visit_id}, {self.at:%Y-%m-%d %H:%M}"
