"""Bulk invitations: text, audience, state."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event
from organisations.languages import Bilingual
from organisations.models import User


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Questions about campaigns; the clock is passed in."""

    def sending(self, now: datetime) -> "CampaignQuerySet":
        """Those whose messages may leave at this moment, oldest first."""
        return self.filter(state=Campaign.State.RUNNING).order_by("sent_at", "pk")


class Campaign(models.Model):
    """A bulk invitation: its text, its audience, its state."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        RUNNING = "running", _("going out")
        PAUSED = "paused", _("paused")
        FINISHED = "finished", _("finished")
        CANCELLED = "cancelled", _("cancelled")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.DRAFT: frozenset({State.RUNNING, State.CANCELLED}),
        State.RUNNING: frozenset({State.PAUSED, State.CANCELLED, State.FINISHED}),
        State.PAUSED: frozenset({State.RUNNING, State.CANCELLED}),
        State.FINISHED: frozenset(),
        State.CANCELLED: frozenset(),
    }

    event = models.ForeignKey(Event, models.PROTECT, related_name="campaigns", verbose_name=_("event"))
    name = models.CharField(_("name"), max_length=150, help_text=_("for organisers only"))
    subject_it = models.CharField(_("subject (Italian)"), max_length=150)
    subject_en = models.CharField(_("subject (English)"), max_length=150, blank=True)
    body_it = models.TextField(_("text (Italian)"))
    body_en = models.TextField(_("text (English)"), blank=True)
    kinds = models.JSONField(_("kinds of organisation"), default=list, blank=True)
    municipality = models.CharField(_("municipality"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("created by"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("sent by"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    planned = models.PositiveIntegerField(_("planned"), default=0)

    subject = Bilingual()
    body = Bilingual()

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = (
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, sent_by__isnull=True)
                | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="campaign_sent_by_somebody_exactly_when_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state="draft") | Q(sent_at__isnull=True), name="campaign_draft_is_not_sent"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def may_give(self, now: datetime) -> int | None:
        """How many of its messages may be taken now; None: as many as there are."""
        return None
