"""The numbered places of agenda items that have places of their own."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.agenda import Session
from events.models.registrations import Attendee


class SessionPlaceQuerySet(models.QuerySet["SessionPlace"]):
    """Questions about who sits where."""

    def held(self) -> "SessionPlaceQuerySet":
        """Those that somebody holds now."""
        return self.filter(state=SessionPlace.State.HELD)

    def numbers(self) -> set[int]:
        """The numbers held. One query."""
        return {number for number in self.held().values_list("number", flat=True) if number is not None}


class SessionPlace(models.Model):
    """One person's place in one item of the agenda, held or given back."""

    class State(models.TextChoices):
        HELD = "held", _("place held")
        RELEASED = "released", _("given back")

    session = models.ForeignKey(Session, models.PROTECT, related_name="seats", verbose_name=_("agenda item"))
    attendee = models.ForeignKey(Attendee, models.CASCADE, related_name="seats", verbose_name=_("attendee"))
    number = models.PositiveIntegerField(_("place"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.HELD)
    created_at = models.DateTimeField(_("chosen at"), default=timezone.now)
    released_at = models.DateTimeField(_("given back at"), null=True, blank=True)

    objects = SessionPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place in an agenda item")
        verbose_name_plural = _("places in agenda items")
        constraints = (
            # as for the event's places: the lock gives order, these make a place held twice impossible
            models.UniqueConstraint(
                fields=("session", "number"), condition=Q(state="held"), name="session_place_held_once"
            ),
            models.UniqueConstraint(
                fields=("session", "attendee"), condition=Q(state="held"), name="session_place_one_per_attendee"
            ),
            models.CheckConstraint(
                condition=Q(state="held", number__gte=1, released_at__isnull=True)
                | Q(state="released", number__isnull=True, released_at__isnull=False),
                name="session_place_numbered_exactly_when_held",
            ),
        )

    def __str__(self) -> str:
        return f"{self.attendee} · {self.session}"
