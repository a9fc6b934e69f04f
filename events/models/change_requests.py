"""What registrants ask to change after the freeze: an organiser decides."""

import hashlib
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from events.models.registrations import Attendee, Registration
from organisations.models import User


class ChangeRequestQuerySet(models.QuerySet["ChangeRequest"]):
    """Questions about requests; the clock is passed in."""

    def to_decide(self, now: datetime) -> "ChangeRequestQuerySet":
        """Those that an organiser can still decide: their registration stands and the event is to come, oldest first."""
        standing = self.filter(state=ChangeRequest.State.OPEN, registration__state=Registration.State.CONFIRMED)
        return standing.filter(event__state=Event.State.PUBLISHED, event__ends_at__gt=now).order_by("asked_at", "pk")


class ChangeRequest(models.Model):
    """One change of one registration's people, asked for once and decided once."""

    class Kind(models.TextChoices):
        ADD = "add", _("one more person")
        CORRECT = "correct", _("a correction")
        REPLACE = "replace", _("another person in the same place")

    class State(models.TextChoices):
        OPEN = "open", _("to be decided")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.OPEN: frozenset({State.APPROVED, State.REFUSED, State.WITHDRAWN}),
        State.APPROVED: frozenset(),
        State.REFUSED: frozenset(),
        State.WITHDRAWN: frozenset(),
    }

    event = models.ForeignKey(Event, models.PROTECT, related_name="change_requests", verbose_name=_("event"))
    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="change_requests", verbose_name=_("registration")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    #: Whom it is about; for one more person, who came of it.
    attendee = models.ForeignKey(
        Attendee, models.SET_NULL, null=True, blank=True, related_name="change_requests", verbose_name=_("attendee")
    )
    full_name = models.CharField(_("full name"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True)
    office = models.CharField(_("office or role"), max_length=150, blank=True)
    #: Of kind, person and values: the same form sent twice is one request.
    fingerprint = models.CharField(max_length=64, editable=False)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.TextField(_("reason"), blank=True)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for a change")
        verbose_name_plural = _("requests for changes")
        constraints = (
            models.UniqueConstraint(
                fields=("registration", "fingerprint"), condition=Q(state="open"), name="change_request_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True, decided_by__isnull=True, reason="")
                | Q(state="withdrawn", decided_at__isnull=False, decided_by__isnull=True, reason="")
                | Q(state="approved", decided_at__isnull=False, decided_by__isnull=False, reason="")
                | (Q(state="refused", decided_at__isnull=False, decided_by__isnull=False) & ~Q(reason="")),
                name="change_request_decided_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.registration_id}: {self.kind}"  # no name: this goes into logs

    @property
    def registrant(self) -> str:
        """Whose registration it is."""
        return self.registration.registrant


def fingerprint_of(kind: str, attendee: int | None, *values: str) -> str:
    """The same for the same change of the same person."""
    parts = "\x1f".join((kind, str(attendee or ""), *values))
    return hashlib.sha256(parts.encode("utf-8", "replace")).hexdigest()
