"""Events: what, for whom, when, where, with how many places."""

import uuid
from datetime import datetime

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.languages import Bilingual


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
    #: When it was to begin before it was last put off or brought forward, as people had been told.
    moved_from = models.DateTimeField(_("was to begin at"), null=True, blank=True, editable=False)
    registration_opens_at = models.DateTimeField(_("registration opens at"), null=True, blank=True)
    registration_closes_at = models.DateTimeField(_("registration closes at"), null=True, blank=True)
    changes_freeze_at = models.DateTimeField(
        _("changes need approval from"), null=True, blank=True,
        help_text=_("From then on other people are asked for, and an organiser decides. Places can always be given back."),
    )  # fmt: skip
    capacity = models.PositiveIntegerField(_("places"), validators=[MinValueValidator(1)])
    invitation_only = models.BooleanField(
        _("by invitation only"), default=False,
        help_text=_("Only organisations with a personal link can register, each once."),
    )  # fmt: skip
    moderated = models.BooleanField(
        _("an organiser approves registrations"), default=False,
        help_text=_("A registration holds no place until it is approved."),
    )  # fmt: skip
    max_per_organisation = models.PositiveIntegerField(
        _("people per organisation at most"), null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_("Empty: up to ten. Those who have more already keep their places."),
    )  # fmt: skip
    has_waiting_list = models.BooleanField(
        _("a waiting list when all places are taken"), default=True,
        help_text=_("Who waits gets the next free place at once, in the order of the list, until the event begins."),
    )  # fmt: skip
    revision = models.PositiveIntegerField(default=0, editable=False)
    revised_at = models.DateTimeField(default=timezone.now, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True, editable=False)
    cancellation_reason = models.TextField(_("reason of the cancellation"), blank=True)
    cloned_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="clones",
        verbose_name=_("copied from"),
    )  # fmt: skip

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
                condition=Q(max_per_organisation__isnull=True) | Q(max_per_organisation__gte=1),
                name="event_lets_each_organisation_bring_somebody",
            ),
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

    def columns(self) -> dict[str, object]:
        """Every value of its row by its column: what a page that shows it is made of."""
        return {field.attname: getattr(self, field.attname) for field in self._meta.concrete_fields}

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

    def opens_later(self, now: datetime) -> bool:
        """Whether registrations will be taken, but not yet."""
        opens = self.registration_opens_at
        return self.state == self.State.PUBLISHED and opens is not None and now < opens < self.registration_deadline

    def is_frozen(self, now: datetime) -> bool:
        """Whether a change of people is a request by now."""
        return self.changes_freeze_at is not None and self.changes_freeze_at <= now

    def takes_waiting(self, now: datetime) -> bool:
        """Whether somebody may join the waiting list, places apart: nobody is promoted once it has begun."""
        return self.has_waiting_list and self.is_open(now) and now < self.starts_at

    def places_taken(self) -> int:
        """How many places are held now. One query."""
        return self.attendees.seated().count()

    def places_free(self) -> int:
        """How many places are left now, never negative. One query."""
        return max(0, self.capacity - self.places_taken())
