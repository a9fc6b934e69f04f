"""What people need at an event: data of a special kind (article 9 GDPR), apart from all else and gone soon after it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from events.models.registrations import Attendee


class SpecialNeedsQuerySet(models.QuerySet["SpecialNeeds"]):
    """Questions about needs; the clock is passed in."""

    def outlived(self, now: datetime) -> "SpecialNeedsQuerySet":
        """Those that serve nobody any more: the event was called off, or ended NEEDS_KEPT_DAYS ago."""
        ended = Q(attendee__event__ends_at__lte=now - timedelta(days=settings.NEEDS_KEPT_DAYS))
        return self.filter(ended | Q(attendee__event__state=Event.State.CANCELLED))


class SpecialNeeds(models.Model):
    """What one person told us that they need. A row is there only while it is needed: it is deleted, never emptied."""

    attendee = models.OneToOneField(Attendee, models.CASCADE, related_name="needs", verbose_name=_("attendee"))
    access = models.TextField(_("access needs"), blank=True)
    dietary = models.TextField(_("dietary needs"), blank=True)
    told_at = models.DateTimeField(_("told at"), default=timezone.now)

    objects = SpecialNeedsQuerySet.as_manager()

    class Meta:
        verbose_name = _("special needs")
        verbose_name_plural = _("special needs")
        constraints = (
            models.CheckConstraint(condition=~Q(access="") | ~Q(dietary=""), name="special_needs_say_something"),
        )

    def __str__(self) -> str:
        return f"{self.attendee_id}"  # never the words: this goes into logs
