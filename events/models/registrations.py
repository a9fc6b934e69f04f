"""Registrations of organisations, private persons and the press, and the people they bring."""

import hashlib
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, Q, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.checkin import codes
from events.models.events import Event
from events.models.invitations import Invitation
from organisations.languages import Language
from organisations.links import hash_token, make_token
from organisations.models import Organisation, User

if TYPE_CHECKING:
    from events.checkin.models import Scan

REGISTRATION_LINK = "registration"
ATTENDEE_LINK = "attendee"
MAX_ATTENDEES = 10


class RegistrationQuerySet(models.QuerySet["Registration"]):
    """Questions about registrations."""

    def active(self) -> "RegistrationQuerySet":
        """Those that stand for their event. Twin: `Registration.is_active`."""
        return self.filter(state__in=Registration.ACTIVE)

    def holding_places(self) -> "RegistrationQuerySet":
        """Those that hold places, with how many as `places`, the latest first."""
        places = models.Count("attendees", filter=Q(attendees__place_number__isnull=False))
        return self.annotate(places=places).filter(places__gt=0).order_by("-created_at", "-pk")

    def matching(self, query: str) -> "RegistrationQuerySet":
        """Those whose registrant, contact or one of whose people is named so in part."""
        people = Attendee.objects.filter(registration=models.OuterRef("pk"), full_name__icontains=query)
        contact = Q(contact_name__icontains=query) | Q(contact_email__icontains=query)
        named = Q(organisation_name__icontains=query) | Q(medium__icontains=query) | contact
        return self.filter(named | models.Exists(people))

    def by_category(self) -> dict[str, int]:
        """How many of each category there are, every category there. One query."""
        found = dict(self.order_by().values_list("category").annotate(models.Count("pk")))
        return {category: found.get(category, 0) for category in Registration.Category.values}


class Registration(models.Model):
    """The registration of an organisation, a private person or the press for one event.

    Its contact manages it through a link; each of its people has a link of their own that may do less.
    """

    class Category(models.TextChoices):
        ORGANISATION = "organisation", _("organisation")
        PERSON = "person", _("private person")
        PRESS = "press", _("press")

    class State(models.TextChoices):
        #: An organiser has still to approve it; its people hold no place meanwhile (decision 0026).
        PENDING = "pending", _("to be approved")
        #: All its people stand on the waiting list.
        WAITING = "waiting", _("on the waiting list")
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", _("refused")
        CANCELLED = "cancelled", _("cancelled")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.PENDING: frozenset({State.CONFIRMED, State.WAITING, State.REFUSED, State.CANCELLED}),
        State.WAITING: frozenset({State.CONFIRMED, State.CANCELLED}),
        State.CONFIRMED: frozenset({State.WAITING, State.CANCELLED}),
        State.REFUSED: frozenset(),
        State.CANCELLED: frozenset(),
    }
    #: States in which it stands for its event: a registrant has one such registration.
    ACTIVE = (State.PENDING, State.WAITING, State.CONFIRMED)

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, models.PROTECT, related_name="registrations", verbose_name=_("event"))
    category = models.CharField(_("category"), max_length=12, choices=Category, default=Category.ORGANISATION)
    #: Who it is whose registration stands once: see `registrant_key_of`. Empty where nobody is named any more.
    registrant_key = models.CharField(max_length=64, blank=True, default="", editable=False)
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
    organisation_name = models.CharField(_("organisation"), max_length=200, blank=True)
    organisation_kind = models.CharField(_("kind"), max_length=20, choices=Organisation.Kind, blank=True)
    medium = models.CharField(_("name of the medium"), max_length=200, blank=True, default="")
    contact_name = models.CharField(_("contact's full name"), max_length=150, blank=True)
    contact_email = models.EmailField(_("contact's e-mail"), blank=True)
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
    #: An organiser approved or refused it.
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("decided by")
    )
    refusal_reason = models.TextField(_("reason of the refusal"), blank=True, default="", editable=False)
    #: Written down at the desk for somebody who came without a registration: they may have no mailbox.
    walked_in_at = models.DateTimeField(_("came without registration at"), null=True, blank=True, editable=False)
    #: Its contact wished it: from then on nobody is named here.
    erased_at = models.DateTimeField(_("data erased at"), null=True, blank=True, editable=False)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = (
            models.CheckConstraint(
                condition=(Q(category="organisation", medium="") & ~Q(organisation_name="") & ~Q(organisation_kind=""))
                | Q(category="person", organisation_name="", organisation_kind="", organisation=None, medium="")
                | (
                    Q(category="press", organisation_name="", organisation_kind="", organisation=None)
                    & (~Q(medium="") | Q(erased_at__isnull=False))
                ),
                name="registration_says_what_its_category_is",
            ),
            models.CheckConstraint(
                condition=(
                    Q(erased_at__isnull=True)
                    & ~Q(contact_name="")
                    & (~Q(contact_email="") | Q(walked_in_at__isnull=False))
                )
                | Q(
                    erased_at__isnull=False,
                    contact_name="",
                    contact_email="",
                    contact_office="",
                    contact_phone="",
                    registrant_key="",
                ),
                name="registration_names_nobody_exactly_when_erased",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="refused", decided_at__isnull=False)
                    & (
                        Q(erased_at__isnull=True) & ~Q(refusal_reason="")
                        | Q(erased_at__isnull=False, refusal_reason="")
                    )
                )
                | (~Q(state="refused") & Q(refusal_reason="")),
                name="registration_refused_exactly_when_told_why",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="registration_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=("event", "registrant_key"),
                condition=Q(state__in=("pending", "waiting", "confirmed")) & ~Q(registrant_key=""),
                name="registration_once_per_registrant",
            ),
            models.CheckConstraint(
                condition=(~Q(state="cancelled") & Q(cancelled_at__isnull=True))
                | Q(state="cancelled", cancelled_at__isnull=False),
                name="registration_cancelled_exactly_when_dated",
            ),
            # a form sent twice is one registration, also when both requests run at once
            models.UniqueConstraint(fields=("event", "submission_id"), name="registration_once_per_submission"),
        )

    def __str__(self) -> str:
        return f"{self.reference} → {self.event}"  # no name: the admin's log keeps this

    @property
    def registrant(self) -> str:
        """Who is registered: the organisation, the medium or the person; after an erasure what is left of that."""
        return self.organisation_name or self.medium or self.contact_name or str(self.get_category_display())

    @property
    def is_active(self) -> bool:
        """Twin of `RegistrationQuerySet.active`."""
        return self.state in self.ACTIVE

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

    def recipients(self, confirmed: "Iterable[Attendee] | None" = None) -> dict[str, str]:
        """Address -> name of everybody whose calendar follows this registration: contact and confirmed attendees.

        Nobody where no place is held: to be approved, waiting, refused, cancelled. One query, unless the caller has the
        confirmed ones at hand.
        """
        if self.state != self.State.CONFIRMED:
            return {}
        people = {self.contact_email: self.contact_name} if self.contact_email else {}
        for attendee in self.attendees.confirmed().order_by("place_number") if confirmed is None else confirmed:
            if attendee.email:
                people.setdefault(attendee.email, attendee.full_name)
        return people


def most_people(event: Event, category: str) -> int:
    """How many people one registration may bring: an organisation registers once, so this is its cap."""
    cap = event.max_per_organisation if category == Registration.Category.ORGANISATION else None
    return min(MAX_ATTENDEES, cap or MAX_ATTENDEES)


def registrant_key_of(category: str, *, organisation: int | None, name: str, email: str) -> str:
    """What is the same whenever the same registrant registers again: a hash, from which nobody can be read.

    The directory's entry of an organisation, else its name (upper case and spaces apart); the address of a private
    person or of a journalist, because several of one medium may come.
    """
    if category == Registration.Category.ORGANISATION:
        who = f"directory:{organisation}" if organisation else f"name:{' '.join(name.casefold().split())}"
    else:
        who = f"{category}:{email.casefold()}"
    return hashlib.sha256(who.encode("utf-8", "replace")).hexdigest()


class AttendeeQuerySet(models.QuerySet["Attendee"]):
    """Questions about the people who come."""

    def standing(self) -> "AttendeeQuerySet":
        """Those who have not given up: confirmed, to be approved or waiting. Twin: `Attendee.is_standing`."""
        return self.exclude(state=Attendee.State.CANCELLED)

    def waiting(self) -> "AttendeeQuerySet":
        """Those on the event's waiting list."""
        return self.filter(state=Attendee.State.WAITING)

    def confirmed(self) -> "AttendeeQuerySet":
        """Those who hold a place for good. Twin: `Attendee.is_confirmed`."""
        return self.filter(state=Attendee.State.CONFIRMED)

    def present(self) -> "AttendeeQuerySet":
        """Those who are here, or were, by the facts of the desks."""
        return self.filter(models.Exists(self._arrivals()))

    def with_arrival(self) -> "AttendeeQuerySet":
        """With `arrived_at` and `arrived_desk`, empty for who is not here."""
        here = self._arrivals()
        return self.annotate(
            arrived_at=models.Subquery(here.values("happened_at")[:1]),
            arrived_desk=models.Subquery(here.values("desk")[:1]),
        )

    def with_represented(self) -> "AttendeeQuerySet":
        """With `represented`, the organisation or medium they come for, so that the registration need not be loaded."""
        name = Case(
            When(registration__organisation_name="", then="registration__medium"),
            default="registration__organisation_name",
        )
        return self.annotate(represented=name)

    @staticmethod
    def _arrivals() -> "models.QuerySet[Scan]":
        from events.checkin.models import Scan  # which points at attendees

        return Scan.objects.arrivals().filter(attendee=models.OuterRef("pk"))

    def matching(self, query: str) -> "AttendeeQuerySet":
        """Those whose name, organisation or medium holds every word of it, by name."""
        found = self.filter(erased_at=None)
        for word in query.replace("\0", " ").split():  # PostgreSQL takes no zero
            found = found.filter(
                Q(full_name__icontains=word)
                | Q(registration__organisation_name__icontains=word)
                | Q(registration__medium__icontains=word)
            )
        return found.order_by("full_name", "pk")

    def seated(self) -> "AttendeeQuerySet":
        """Those who take a place up, for good or for a while."""
        return self.filter(place_number__isnull=False)

    def per_event(self) -> Coalesce:
        """How many of them an event has, as a column of a query of events."""
        mine = self.filter(event=models.OuterRef("pk")).order_by().values("event")
        return Coalesce(models.Subquery(mine.annotate(number=models.Count("pk")).values("number")), 0)

    def place_numbers(self) -> set[int]:
        """The place numbers they hold. One query."""
        return {number for number in self.seated().values_list("place_number", flat=True) if number is not None}


class Attendee(models.Model):
    """One person coming, who holds one numbered place as long as they are confirmed."""

    class State(models.TextChoices):
        #: An organiser has still to approve the registration: no place.
        PENDING = "pending", _("to be approved")
        #: A place is kept that is not theirs for good.
        HELD = "held", _("place held")
        WAITING = "waiting", _("on the waiting list")
        CONFIRMED = "confirmed", _("confirmed")
        CANCELLED = "cancelled", _("cancelled")

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="attendees", verbose_name=_("registration")
    )
    event = models.ForeignKey(Event, models.PROTECT, related_name="attendees", verbose_name=_("event"))
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: Of the link that this person alone has; none where there is nobody any more whom it could be given to.
    token_hash = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)
    token_version = models.PositiveIntegerField(default=1, editable=False)
    #: Of the code on their pass (`events.checkin.codes`); it goes with the link, and with the name.
    pass_mark = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)
    full_name = models.CharField(_("full name"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    office = models.CharField(_("office or role"), max_length=150, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CONFIRMED)
    place_number = models.PositiveIntegerField(_("place"), null=True, blank=True)
    created_at = models.DateTimeField(_("registered at"), default=timezone.now)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    #: When they, or the contact for them, last said that they really come.
    coming_confirmed_at = models.DateTimeField(_("confirmed to come at"), null=True, blank=True)
    #: When they agreed to be photographed, and to which wording of the question.
    photo_consent_at = models.DateTimeField(_("agreed to photographs at"), null=True, blank=True)
    photo_consent_version = models.CharField(_("wording agreed to"), max_length=20, blank=True, default="")
    erased_at = models.DateTimeField(_("data erased at"), null=True, blank=True, editable=False)

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
                | Q(state__in=("waiting", "pending"), place_number__isnull=True, cancelled_at__isnull=True)
                | Q(state="cancelled", place_number__isnull=True, cancelled_at__isnull=False),
                name="attendee_holds_a_place_exactly_when_seated",
            ),
            models.CheckConstraint(
                condition=Q(place_number__isnull=True) | Q(place_number__gte=1), name="attendee_place_from_one"
            ),
            models.CheckConstraint(
                condition=(Q(erased_at__isnull=True) & ~Q(full_name=""))
                | Q(erased_at__isnull=False, full_name="", email="", office="", photo_consent_version=""),
                name="attendee_names_nobody_exactly_when_erased",
            ),
            models.CheckConstraint(
                condition=Q(photo_consent_at__isnull=True, photo_consent_version="")
                | (Q(photo_consent_at__isnull=False) & ~Q(photo_consent_version="")),
                name="attendee_consent_has_time_and_wording",
            ),
        )

    def __str__(self) -> str:
        return self.full_name or str(_("data erased"))

    @property
    def token(self) -> str:
        """The token of this person's own link, derived anew each time."""
        return make_token(ATTENDEE_LINK, self.key, self.token_version)

    def renew_token(self) -> None:
        """Another link and another pass from now on; those before open nothing. Does not save."""
        self.token_version += 1
        self.token_hash = hash_token(self.token)
        self.pass_mark = codes.mark_of(self.pass_code)

    @property
    def pass_code(self) -> str:
        """The code on their pass, derived anew each time."""
        return codes.code_of(self.key, self.token_version)

    def get_absolute_url(self) -> str:
        """Their own page. Holds the secret token: only for this person."""
        return reverse("attendees:detail", args=[self.token])

    @property
    def speaks_for_themselves(self) -> bool:
        """Whether they have a mailbox of their own: then nobody else answers for them."""
        return bool(self.email) and self.email != self.registration.contact_email

    @property
    def is_standing(self) -> bool:
        """Twin of `AttendeeQuerySet.standing`."""
        return self.state != self.State.CANCELLED

    @property
    def is_confirmed(self) -> bool:
        """Twin of `AttendeeQuerySet.confirmed`."""
        return self.state == self.State.CONFIRMED
