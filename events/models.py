"""Events, their agenda, the registrations of organisations and the numbered places they hold."""

import uuid
from datetime import datetime

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.languages import Bilingual, Language
from organisations.links import make_token
from organisations.models import Organisation

REGISTRATION_LINK = "registration"
INVITATION_LINK = "invitation"
MAX_ATTENDEES = 10


class EventQuerySet(models.QuerySet["Event"]):
    """Questions about events; the clock is passed in."""

    def public(self) -> "EventQuerySet":
        """Those that visitors may read: a cancelled one stays readable, so that its link explains itself."""
        return self.exclude(state=Event.State.DRAFT)

    def upcoming(self, now: datetime) -> "EventQuerySet":
        """Published ones that have not ended, soonest first. Twin: `Event.is_upcoming`."""
        return self.filter(state=Event.State.PUBLISHED, ends_at__gt=now).order_by("starts_at", "pk")

    def past(self, now: datetime) -> "EventQuerySet":
        """Public ones that are over, or cancelled, newest first."""
        return self.public().exclude(pk__in=self.upcoming(now).values("pk")).order_by("-starts_at", "pk")


class Event(models.Model):
    """An info day, focus group, conference or training, with a number of places."""

    class Kind(models.TextChoices):
        INFO_DAY = "info_day", _("info day")
        FOCUS_GROUP = "focus_group", _("focus group")
        CONFERENCE = "conference", _("conference")
        TRAINING = "training", _("training")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        CANCELLED = "cancelled", _("cancelled")
        HELD = "held", _("held")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.DRAFT: frozenset({State.PUBLISHED, State.CANCELLED}),
        State.PUBLISHED: frozenset({State.CANCELLED, State.HELD}),
        State.CANCELLED: frozenset(),
        State.HELD: frozenset(),
    }

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.INFO_DAY)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    title_it = models.CharField(_("title (Italian)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    summary_it = models.TextField(_("what it is about (Italian)"), blank=True)
    summary_en = models.TextField(_("what it is about (English)"), blank=True)
    audience_it = models.TextField(_("for whom (Italian)"), blank=True)
    audience_en = models.TextField(_("for whom (English)"), blank=True)
    venue = models.CharField(_("place"), max_length=200)
    address = models.CharField(_("address of the place"), max_length=200)
    accessibility_it = models.TextField(_("accessibility of the place (Italian)"), blank=True)
    accessibility_en = models.TextField(_("accessibility of the place (English)"), blank=True)
    contact_email = models.EmailField(_("contact e-mail"))
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    registration_opens_at = models.DateTimeField(_("registration opens at"), null=True, blank=True)
    registration_closes_at = models.DateTimeField(_("registration closes at"), null=True, blank=True)
    capacity = models.PositiveIntegerField(_("places"), validators=[MinValueValidator(1)])
    revision = models.PositiveIntegerField(default=0, editable=False)
    revised_at = models.DateTimeField(default=timezone.now, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True, editable=False)
    cancellation_reason = models.TextField(_("reason of the cancellation"), blank=True)

    title = Bilingual()
    summary = Bilingual()
    audience = Bilingual()
    accessibility = Bilingual()

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = (
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="event_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="event_has_places"),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_at__isnull=True)),
                name="event_cancelled_exactly_when_dated",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("events:detail", args=[self.slug])

    def is_upcoming(self, now: datetime) -> bool:
        """Twin of `EventQuerySet.upcoming`."""
        return self.state == self.State.PUBLISHED and self.ends_at > now

    @property
    def is_editable(self) -> bool:
        """Whether organisers may change its facts and agenda."""
        return self.state in {self.State.DRAFT, self.State.PUBLISHED}

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended."""
        return self.ends_at <= now

    @property
    def registration_deadline(self) -> datetime:
        """Until when registrations are taken: the date given, else the start."""
        return self.registration_closes_at or self.starts_at

    def is_open(self, now: datetime) -> bool:
        """Whether registrations are taken, places apart."""
        opens = self.registration_opens_at
        return (
            self.state == self.State.PUBLISHED and (opens is None or opens <= now) and now < self.registration_deadline
        )

    def places_taken(self) -> int:
        """How many places are held now. One query."""
        return Attendee.objects.filter(event=self).confirmed().count()

    def places_free(self) -> int:
        """How many places are left now, never negative. One query."""
        return max(0, self.capacity - self.places_taken())


class Session(models.Model):
    """One item of the agenda."""

    class Kind(models.TextChoices):
        GREETING = "greeting", _("greetings")
        SIGNING = "signing", _("signing ceremony")
        TALK = "talk", _("talk")
        PANEL = "panel", _("panel")
        BREAK = "break", _("break")

    event = models.ForeignKey(Event, models.CASCADE, related_name="sessions", verbose_name=_("event"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.TALK)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    title_it = models.CharField(_("title (Italian)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    speakers_it = models.TextField(_("who speaks (Italian)"), blank=True)
    speakers_en = models.TextField(_("who speaks (English)"), blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True, editable=False)
    cancellation_reason = models.TextField(_("reason of the cancellation"), blank=True, editable=False)

    title = Bilingual()
    speakers = Bilingual()

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        constraints = (
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=False) | Q(cancellation_reason=""),
                name="session_has_a_reason_only_when_cancelled",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_it_starts"),
        )

    def __str__(self) -> str:
        return self.title


class Invitation(models.Model):
    """An organisation invited to an event: its personal link fills the registration form."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="invitations", verbose_name=_("event"))
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="invitations", verbose_name=_("organisation")
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_at = models.DateTimeField(_("invited at"), default=timezone.now)
    opened_at = models.DateTimeField(_("link opened at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = (models.UniqueConstraint(fields=("event", "organisation"), name="invitation_once_per_event"),)

    def __str__(self) -> str:
        return f"{self.organisation} → {self.event}"

    @property
    def token(self) -> str:
        """The token of the personal link, derived anew each time."""
        return make_token(INVITATION_LINK, self.key)

    def get_absolute_url(self) -> str:
        """The registration form, filled in for this organisation."""
        return f"{reverse('events:register', args=[self.event.slug])}?invitation={self.token}"


class Registration(models.Model):
    """One organisation's registration for one event, managed through a link by its contact."""

    class State(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        CANCELLED = "cancelled", _("cancelled")

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
                condition=Q(state="confirmed", cancelled_at__isnull=True)
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
        """Those who hold a place. Twin: `Attendee.is_confirmed`."""
        return self.filter(state=Attendee.State.CONFIRMED)

    def place_numbers(self) -> set[int]:
        """The place numbers they hold. One query."""
        return {number for number in self.confirmed().values_list("place_number", flat=True) if number is not None}


class Attendee(models.Model):
    """One person coming, who holds one numbered place as long as they are confirmed."""

    class State(models.TextChoices):
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
                condition=Q(state="confirmed", place_number__isnull=False, cancelled_at__isnull=True)
                | Q(state="cancelled", place_number__isnull=True, cancelled_at__isnull=False),
                name="attendee_holds_a_place_exactly_when_confirmed",
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


class MeetingPoint(models.Model):
    """The desk where young people find counselling and orientation."""

    name_it = models.CharField(_("name (Italian)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    about_it = models.TextField(_("what it offers (Italian)"), blank=True)
    about_en = models.TextField(_("what it offers (English)"), blank=True)
    address = models.CharField(_("address"), max_length=200)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)

    name = Bilingual()
    about = Bilingual()

    class Meta:
        verbose_name = _("meeting point")
        verbose_name_plural = _("meeting points")

    def __str__(self) -> str:
        return self.name

    def is_open(self, now: datetime) -> bool:
        """Whether the desk is open at this moment, by the wall clock of Europe/Rome. One query."""
        local = timezone.localtime(now)
        return self.opening_hours.filter(
            weekday=local.weekday(), opens_at__lte=local.time(), closes_at__gt=local.time()
        ).exists()


class Weekday(models.IntegerChoices):
    """As Python counts them."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class OpeningHours(models.Model):
    """One stretch of opening on one day of the week, Europe/Rome."""

    meeting_point = models.ForeignKey(
        MeetingPoint, models.CASCADE, related_name="opening_hours", verbose_name=_("meeting point")
    )
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    opens_at = models.TimeField(_("opens at"))
    closes_at = models.TimeField(_("closes at"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        constraints = (
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="opening_hours_close_after_opening"),
            models.UniqueConstraint(fields=("meeting_point", "weekday", "opens_at"), name="opening_hours_once"),
        )

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"


class Pace(models.Model):
    """How often something was done within a stretch of time, by the hash of who or what: see `limits.py`."""

    subject = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("pace")
        verbose_name_plural = _("paces")
        indexes = (models.Index(fields=["since"], name="pace_since"),)

    def __str__(self) -> str:
        return f"{self.count} since {self.since:%Y-%m-%d %H:%M}"


from events.attribution.models import RegistrationSource as RegistrationSource  # noqa: E402  it names Event
