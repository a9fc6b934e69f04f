"""Appointments: one row holds one place of one slot. No surname, no date of birth, no link to any questionnaire."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.meeting_point.models.hours import MeetingPoint
from organisations.languages import Language
from organisations.links import make_token
from organisations.models import User

APPOINTMENT_LINK = "appointment"


class Topic(models.TextChoices):
    """What somebody comes for. A short list to choose from: nobody writes about themselves in a free text."""

    ORIENTATION = "orientation", _("finding out what suits me")
    CV = "cv", _("CV and letters")
    SEARCH = "search", _("looking for a job")
    TRAINING = "training", _("courses and training")
    TRAINEESHIP = "traineeship", _("traineeships and apprenticeships")
    ENTERPRISE = "enterprise", _("a business or a cooperative of one’s own")
    VOLUNTEERING = "volunteering", _("volunteering and civic service")
    OTHER = "other", _("something else")


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Questions about appointments; the clock is passed in."""

    def holding(self) -> "AppointmentQuerySet":
        """Those whose place nobody else can have. Twin: `Appointment.holds_its_place`."""
        return self.filter(place_number__isnull=False)

    def booked(self) -> "AppointmentQuerySet":
        """Those that are still to be kept, or of which nobody has said what became of them."""
        return self.filter(state=Appointment.State.BOOKED)

    def upcoming(self, now: datetime) -> "AppointmentQuerySet":
        """Booked, and not begun. Twin: `Appointment.is_upcoming`."""
        return self.booked().filter(starts_at__gt=now)

    def meeting(self, starts_at: datetime, ends_at: datetime) -> "AppointmentQuerySet":
        """Those that last at any moment of this stretch."""
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)

    def to_remind(self, now: datetime) -> "AppointmentQuerySet":
        """Booked, and the time of their reminder has come."""
        return self.booked().filter(remind_at__lte=now)

    def outlived(self, now: datetime) -> "AppointmentQuerySet":
        """Those whose names serve nobody any more: over, or called off, APPOINTMENTS_KEPT_DAYS ago."""
        past = now - timedelta(days=settings.APPOINTMENTS_KEPT_DAYS)
        return self.filter(Q(ends_at__lte=past) | Q(cancelled_at__lte=past), erased_at=None)


class Appointment(models.Model):
    """A time at the meeting point that somebody has for themselves."""

    class State(models.TextChoices):
        BOOKED = "booked", _("booked")
        CANCELLED = "cancelled", _("cancelled")
        ATTENDED = "attended", _("came")
        MISSED = "missed", _("did not come")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.BOOKED: frozenset({State.CANCELLED, State.ATTENDED, State.MISSED}),
        State.CANCELLED: frozenset(),
        # what was recorded by mistake is taken back
        State.ATTENDED: frozenset({State.BOOKED}),
        State.MISSED: frozenset({State.BOOKED, State.ATTENDED}),
    }

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    meeting_point = models.ForeignKey(
        MeetingPoint, models.PROTECT, related_name="appointments", verbose_name=_("meeting point")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.BOOKED)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    place_number = models.PositiveSmallIntegerField(_("place"), null=True, blank=True)
    first_name = models.CharField(_("first name"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    topic = models.CharField(_("topic"), max_length=15, choices=Topic, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ITALIAN)
    submission_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    #: Empty where the desk booked, on the telephone or across the table.
    privacy_notice_version = models.CharField(_("privacy notice shown"), max_length=20, blank=True)
    booked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("booked by")
    )
    created_at = models.DateTimeField(_("booked at"), default=timezone.now)
    #: SEQUENCE and DTSTAMP of the calendar entry: a move and a cancellation raise it.
    sequence = models.PositiveIntegerField(default=0, editable=False)
    revised_at = models.DateTimeField(default=timezone.now, editable=False)
    #: When the reminder is due; empty where there is none to come.
    remind_at = models.DateTimeField(_("reminder due at"), null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True, editable=False)
    #: Empty where the person cancelled through their link.
    cancelled_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cancelled by")
    )
    cancellation_reason = models.CharField(_("reason of the cancellation"), max_length=300, blank=True)
    settled_at = models.DateTimeField(_("recorded at"), null=True, blank=True, editable=False)
    settled_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True, editable=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = (
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="appointment_ends_after_it_starts"),
            # two people never hold the same place at the same time, whatever code forgets the point's lock
            models.UniqueConstraint(
                fields=("meeting_point", "starts_at", "place_number"),
                condition=Q(place_number__isnull=False),
                name="appointment_place_once",
            ),
            models.CheckConstraint(
                condition=Q(place_number__isnull=True) | Q(place_number__gte=1),
                name="appointment_place_counts_from_one",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", place_number__isnull=True, cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(place_number__isnull=False, cancelled_at__isnull=True)),
                name="appointment_holds_a_place_unless_cancelled",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["attended", "missed"], settled_at__isnull=False, settled_by__isnull=False)
                | (~Q(state__in=["attended", "missed"]) & Q(settled_at__isnull=True, settled_by__isnull=True)),
                name="appointment_settled_exactly_when_dated",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | Q(first_name="", email="", phone="", topic="", cancellation_reason=""),
                name="appointment_erased_names_nobody",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=False) | ~Q(email="", phone=""), name="appointment_can_be_answered"
            ),
        )
        indexes = (
            models.Index(fields=["remind_at"], condition=Q(remind_at__isnull=False), name="appointment_to_remind"),
            models.Index(fields=["ends_at"], condition=Q(erased_at__isnull=True), name="appointment_named_until"),
            models.Index(fields=["email"], condition=~Q(email=""), name="appointment_email"),
        )

    def __str__(self) -> str:
        return self.reference  # never the name: this goes into logs

    @property
    def token(self) -> str:
        """The secret of its link, derived: see `organisations.links`."""
        return make_token(APPOINTMENT_LINK, self.key)

    def get_absolute_url(self) -> str:
        return reverse("appointments:detail", args=[self.token])

    @property
    def reference(self) -> str:
        """What people read out on the telephone."""
        return self.key.hex[:8].upper()

    @property
    def holds_its_place(self) -> bool:
        """Twin of `AppointmentQuerySet.holding`."""
        return self.place_number is not None

    def is_upcoming(self, now: datetime) -> bool:
        """Twin of `AppointmentQuerySet.upcoming`."""
        return self.state == self.State.BOOKED and self.starts_at > now
