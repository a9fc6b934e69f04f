"""The agenda of an event, as organisers write it: rooms, tracks, speakers and items.

This is the draft. What the public reads is `events/agenda.py`.
"""

import uuid

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from organisations.languages import Bilingual
from organisations.models import Organisation


class Room(models.Model):
    """Where items take place."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="rooms", verbose_name=_("event"))
    name_it = models.CharField(_("name (Italian)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=120, blank=True)
    capacity = models.PositiveIntegerField(
        _("people it takes"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    accessibility_it = models.TextField(_("accessibility (Italian)"), blank=True)
    accessibility_en = models.TextField(_("accessibility (English)"), blank=True)
    position = models.PositiveIntegerField(default=0, editable=False)

    name = Bilingual()
    accessibility = Bilingual()

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        constraints = (
            models.UniqueConstraint(fields=("event", "name_it"), name="room_once_per_event"),
            models.CheckConstraint(condition=Q(capacity__isnull=True) | Q(capacity__gte=1), name="room_takes_people"),
        )

    def __str__(self) -> str:
        return self.name


class Track(models.Model):
    """A thread of the agenda that runs through several items."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="tracks", verbose_name=_("event"))
    name_it = models.CharField(_("name (Italian)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=120, blank=True)
    position = models.PositiveIntegerField(default=0, editable=False)

    name = Bilingual()

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        constraints = (models.UniqueConstraint(fields=("event", "name_it"), name="track_once_per_event"),)

    def __str__(self) -> str:
        return self.name


class Speaker(models.Model):
    """Who speaks at an event: a person, or an office where no name is known yet, with the organisation."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="speakers", verbose_name=_("event"))
    full_name = models.CharField(_("full name"), max_length=150, blank=True)
    office_it = models.CharField(_("office or role (Italian)"), max_length=150, blank=True)
    office_en = models.CharField(_("office or role (English)"), max_length=150, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="speakers",
        verbose_name=_("organisation in the directory"),
    )
    organisation_name = models.CharField(_("organisation"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    position = models.PositiveIntegerField(default=0, editable=False)

    office = Bilingual()

    class Meta:
        verbose_name = _("speaker")
        verbose_name_plural = _("speakers")
        constraints = (
            models.CheckConstraint(
                condition=~Q(full_name="") | ~Q(office_it=""), name="speaker_has_a_name_or_an_office"
            ),
            models.UniqueConstraint(
                fields=("event", "full_name", "office_it", "organisation_name"), name="speaker_once_per_event"
            ),
        )

    def __str__(self) -> str:
        return ", ".join(part for part in (self.full_name, self.office, self.organisation_name) if part)


class SessionQuerySet(models.QuerySet["Session"]):
    """Questions about the items that organisers write."""

    def in_draft(self) -> "SessionQuerySet":
        """Those that the next release will show. Twin: `Session.is_in_draft`."""
        return self.filter(removed_at__isnull=True)

    def in_order(self) -> "SessionQuerySet":
        """By time, as organisers read them."""
        return self.order_by("starts_at", "room__position", "room", "ends_at", "pk")


class Session(models.Model):
    """One item of the agenda, as organisers write it."""

    class Kind(models.TextChoices):
        GREETING = "greeting", _("greetings")
        SIGNING = "signing", _("signing ceremony")
        TALK = "talk", _("talk")
        PANEL = "panel", _("panel")
        BREAK = "break", _("break")

    #: Names it in every file for life (UID, frab's guid).
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="sessions", verbose_name=_("event"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.TALK)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    title_it = models.CharField(_("title (Italian)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    about_it = models.TextField(_("what it is about (Italian)"), blank=True)
    about_en = models.TextField(_("what it is about (English)"), blank=True)
    speakers_it = models.TextField(_("who speaks (Italian)"), blank=True)
    speakers_en = models.TextField(_("who speaks (English)"), blank=True)
    room = models.ForeignKey(
        Room, models.RESTRICT, null=True, blank=True, related_name="sessions", verbose_name=_("room")
    )
    track = models.ForeignKey(
        Track, models.RESTRICT, null=True, blank=True, related_name="sessions", verbose_name=_("track")
    )
    voices = models.ManyToManyField(Speaker, through="Appearance", related_name="sessions", verbose_name=_("speakers"))
    #: The agreement that is signed here, by the last part of its address: this room must not know the agreements'.
    agreement = models.SlugField(_("agreement signed here"), max_length=80, blank=True)
    #: Own places; without a number everybody who is registered may come.
    places = models.PositiveIntegerField(
        _("places of its own"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    #: As the last release fixed it: so many may hold a place of the item. Empty where there is nothing to choose: it is
    #: open to everybody, called off or not public.
    open_places = models.PositiveIntegerField(null=True, blank=True, editable=False)
    #: As the last release fixed them: SEQUENCE and DTSTAMP of its calendar entry.
    revision = models.PositiveIntegerField(default=0, editable=False)
    revised_at = models.DateTimeField(default=timezone.now, editable=False)
    #: Raised by every change, so that a page written for an older one is refused.
    edition = models.PositiveIntegerField(default=0, editable=False)
    #: Taken out of the draft. The row stays: the public agenda may show it still, and a discarded draft brings it back.
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True, editable=False)
    cancellation_reason = models.TextField(_("reason of the cancellation"), blank=True, editable=False)

    title = Bilingual()
    about = Bilingual()
    speakers = Bilingual()

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        constraints = (
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=False) | Q(cancellation_reason=""),
                name="session_has_a_reason_only_when_cancelled",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(places__isnull=True) | Q(places__gte=1), name="session_has_places"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_in_draft(self) -> bool:
        """Twin of `SessionQuerySet.in_draft`."""
        return self.removed_at is None


class Appearance(models.Model):
    """One speaker in one item, in the order of speaking."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="appearances", verbose_name=_("agenda item"))
    speaker = models.ForeignKey(Speaker, models.RESTRICT, related_name="appearances", verbose_name=_("speaker"))
    position = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("appearance")
        verbose_name_plural = _("appearances")
        constraints = (models.UniqueConstraint(fields=("session", "speaker"), name="appearance_once"),)

    def __str__(self) -> str:
        return f"{self.speaker} · {self.session}"
