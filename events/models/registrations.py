"""Registrations of organisations, and the people they bring."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from events.models.invitations import Invitation
from organisations.languages import Language
from organisations.links import make_token
from organisations.models import Organisation

REGISTRATION_LINK = "registration"
MAX_ATTENDEES = 10


class Registration(models.Model):
    """One organisation's registration for one event, managed through a link by its contact."""

    class State(models.TextChoices):
        #: An organiser has still to approve it; its people hold their places meanwhile.
        PENDING = "pending", _("to be approved")
        #: All its people stand on the waiting list.
        WAITING = "waiting", _("on the waiting list")
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", _("refused")
        CANCELLED = "cancelled", _("cancelled")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.PENDING: frozenset({State.CONFIRMED, State.REFUSED, State.CANCELLED}),
        State.WAITING: frozenset({State.CONFIRMED, State.PENDING, State.REFUSED, State.CANCELLED}),
        State.CONFIRMED: frozenset({State.CANCELLED}),
        State.REFUSED: frozenset(),
        State.CANCELLED: frozenset(),
    }

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, models.PROTECT, related_name="registrations", verbose_name=_("event"))
    organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name=_("organisation in the directory"),
    )
    invitation = models.ForeignKey(
        Invitation, models.SET_NULL, null=True, blank=True, related_name="registrations", verbose_name=_("invitation")
    )
    organisation_name = models.CharField(_("organisation"), max_length=200)
    organisation_kind = models.CharField(_("kind"), max_length=20, choices=Organisation.Kind)
    contact_name = models.CharField(_("contact's full name"), max_length=150)
    contact_email = models.EmailField(_("contact's e-mail"))
    contact_office = models.CharField(_("office or role"), max_length=150, blank=True)
    contact_phone = models.CharField(_("telephone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ITALIAN)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CONFIRMED)
    revision = models.PositiveIntegerField(default=0, editable=False)
    submission_id = models.UUIDField(editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    token_version = models.PositiveIntegerField(default=1, editable=False)
    privacy_notice_version = models.CharField(_("privacy notice shown"), max_length=20)
    #: The code of a declared source (attribution.models); empty where none was in the address.
    source = models.CharField(_("came by"), max_length=32, blank=True, default="")
    created_at = models.DateTimeField(_("registered at"), default=timezone.now)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = (
            models.CheckConstraint(
                condition=(~Q(state="cancelled") & Q(cancelled_at__isnull=True))
                | Q(state="cancelled", cancelled_at__isnull=False),
                name="registration_cancelled_exactly_when_dated",
            ),
            # a form sent twice is one registration, also when both requests run at once
            models.UniqueConstraint(fields=("event", "submission_id"), name="registration_once_per_submission"),
        )

    def __str__(self) -> str:
        return f"{self.organisation_name} → {self.event}"

    @property
    def token(self) -> str:
        """The token of the management link, derived anew each time."""
        return make_token(REGISTRATION_LINK, self.key, self.token_version)

    @property
    def reference(self) -> str:
        """Short code that people can read out on the telephone."""
        return self.key.hex[:8].upper()

    def get_absolute_url(self) -> str:
        """The management page. Holds the secret token: only for its contact."""
        return reverse("registrations:detail", args=[self.token])

    def recipients(self) -> dict[str, str]:
        """Address -> name of everybody whose calendar follows this registration: contact and confirmed attendees."""
        if self.state == self.State.CANCELLED:
            return {}
        people = {self.contact_email: self.contact_name}
        for attendee in self.attendees.confirmed().order_by("place_number"):
            if attendee.email:
                people.setdefault(attendee.email, attendee.full_name)
        return people


class AttendeeQuerySet(models.QuerySet["Attendee"]):
    """Questions about the people who come."""

    def confirmed(self) -> "AttendeeQuerySet":
        """Those who hold a place for good. Twin: `Attendee.is_confirmed`."""
        return self.filter(state=Attendee.State.CONFIRMED)

    def seated(self) -> "AttendeeQuerySet":
        """Those who take a place up, whether confirmed or still to be approved."""
        return self.filter(place_number__isnull=False)

    def place_numbers(self) -> set[int]:
        """The place numbers they hold. One query."""
        return {number for number in self.seated().values_list("place_number", flat=True) if number is not None}


class Attendee(models.Model):
    """One person coming, who holds one numbered place as long as they are confirmed or to be approved."""

    class State(models.TextChoices):
        #: A place is kept while an organiser has still to approve.
        HELD = "held", _("place held")
        WAITING = "waiting", _("on the waiting list")
        CONFIRMED = "confirmed", _("confirmed")
        CANCELLED = "cancelled", _("cancelled")

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="attendees", verbose_name=_("registration")
    )
    event = models.ForeignKey(Event, models.PROTECT, related_name="attendees", verbose_name=_("event"))
    full_name = models.CharField(_("full name"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True)
    office = models.CharField(_("office or role"), max_length=150, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CONFIRMED)
    place_number = models.PositiveIntegerField(_("place"), null=True, blank=True)
    created_at = models.DateTimeField(_("registered at"), default=timezone.now)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    objects = AttendeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendee")
        verbose_name_plural = _("attendees")
        constraints = (
            # The lock in the service gives order; this makes a place held twice impossible whoever forgets the lock.
            models.UniqueConstraint(
                fields=("event", "place_number"),
                condition=Q(place_number__isnull=False),
                name="attendee_one_per_place",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("confirmed", "held"), place_number__isnull=False, cancelled_at__isnull=True)
                | Q(state="waiting", place_number__isnull=True, cancelled_at__isnull=True)
                | Q(state="cancelled", place_number__isnull=True, cancelled_at__isnull=False),
                name="attendee_holds_a_place_exactly_when_seated",
            ),
            models.CheckConstraint(
                condition=Q(place_number__isnull=True) | Q(place_number__gte=1), name="attendee_place_from_one"
            ),
        )

    def __str__(self) -> str:
        return self.full_name

    @property
    def is_confirmed(self) -> bool:
        """Twin of `AttendeeQuerySet.confirmed`."""
        return self.state == self.State.CONFIRMED
