"""What happened at the door, as facts that nobody changes; whether somebody is here is derived from them."""

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from events.models.registrations import Attendee
from organisations.models import Organisation, User


class ScanQuerySet(models.QuerySet["Scan"]):
    """Questions about the facts of a day."""

    def arrivals(self) -> "ScanQuerySet":
        """The facts by which somebody is here, without those that were taken back."""
        taken_back = Scan.objects.filter(
            kind=Scan.Kind.TAKEN_BACK, attendee=models.OuterRef("attendee"), arrival=models.OuterRef("arrival")
        )
        return self.filter(kind=Scan.Kind.ARRIVED, arrival__isnull=False).exclude(models.Exists(taken_back))

    def to_reconcile(self) -> "ScanQuerySet":
        """People who were let in without a network although the record now says otherwise, and nobody has looked yet.

        Twin: `Scan.is_contested`.
        """
        contested = Q(told=Scan.Verdict.ADMITTED) & ~Q(verdict=Scan.Verdict.ADMITTED)
        return self.filter(contested, reconciliation=None)


class Scan(models.Model):
    """One pass shown, code typed or name found at a desk. Written once (triggers); corrected by another fact.

    Two verdicts: what the record says of it, and, where the desk had no network, what the desk had told the person.
    """

    class Kind(models.TextChoices):
        ARRIVED = "arrived", _("arrived")
        TAKEN_BACK = "taken_back", _("arrival taken back")

    class Means(models.TextChoices):
        PASS = "pass", _("pass read")
        TYPED = "typed", _("code typed")
        FOUND = "found", _("found by name")
        WALK_IN = "walk_in", _("came without registration")

    class Verdict(models.TextChoices):
        ADMITTED = "admitted", _("let in")
        #: Is here already.
        AGAIN = "again", _("already here")
        CANCELLED = "cancelled", _("place given back")
        NOT_CONFIRMED = "not_confirmed", _("holds no place")
        OTHER_EVENT = "other_event", _("pass of another event")
        UNKNOWN = "unknown", _("unknown code")
        #: A walk-in who was let in without a network and for whom no place is left.
        FULL = "full", _("no place left")

    #: Made by the desk, so that the same fact sent five times is one.
    key = models.UUIDField(unique=True, default=uuid.uuid4)
    event = models.ForeignKey(Event, models.PROTECT, related_name="scans", verbose_name=_("event"))
    attendee = models.ForeignKey(
        Attendee, models.PROTECT, null=True, blank=True, related_name="scans", verbose_name=_("attendee")
    )
    kind = models.CharField(_("what happened"), max_length=12, choices=Kind, default=Kind.ARRIVED)
    means = models.CharField(_("by"), max_length=8, choices=Means)
    verdict = models.CharField(_("verdict"), max_length=14, choices=Verdict)
    #: What a desk without network had told; empty where the server answered.
    told = models.CharField(_("told at the door"), max_length=14, choices=Verdict, blank=True, default="")
    #: The how-manieth arrival of this person; of a fact that takes one back, which.
    arrival = models.PositiveSmallIntegerField(_("arrival"), null=True, blank=True)
    desk = models.CharField(_("desk"), max_length=60)
    #: Of the browser, made by itself on its first visit; empty where a page without script was used.
    device = models.UUIDField(_("device"), null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    #: By the device's clock, however wrong it goes.
    device_at = models.DateTimeField(_("time on the device"), null=True, blank=True)
    #: The same, put right by how wrong the device's clock was when it reported.
    happened_at = models.DateTimeField(_("happened at"))
    received_at = models.DateTimeField(_("received at"))

    objects = ScanQuerySet.as_manager()

    class Meta:
        verbose_name = _("scan")
        verbose_name_plural = _("scans")
        indexes = (models.Index(fields=("event", "happened_at"), name="scan_of_event_in_order"),)
        constraints = (
            # two desks at once: one of them lets the person in, whoever forgets the lock
            models.UniqueConstraint(
                fields=("attendee", "arrival", "kind"), condition=Q(arrival__isnull=False), name="scan_arrival_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="arrived", verdict="admitted", arrival__gte=1, attendee__isnull=False)
                | (Q(kind="arrived", arrival__isnull=True) & ~Q(verdict="admitted"))
                | Q(kind="taken_back", verdict="admitted", arrival__gte=1, attendee__isnull=False, told=""),
                name="scan_counts_exactly_when_let_in",
            ),
            models.CheckConstraint(
                condition=Q(attendee__isnull=False) | Q(verdict__in=("unknown", "other_event", "full")),
                name="scan_of_nobody_only_when_unknown",
            ),
            models.CheckConstraint(
                condition=Q(happened_at__lte=F("received_at")), name="scan_happened_before_received"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} · {self.desk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Once. Raises TypeError on a second time."""
        if not self._state.adding:
            raise TypeError("a scan is a fact: it is written once")
        super().save(*args, **kwargs)

    @property
    def is_contested(self) -> bool:
        """Twin of `ScanQuerySet.to_reconcile`, without who has looked."""
        return self.told == self.Verdict.ADMITTED and self.verdict != self.Verdict.ADMITTED

    @property
    def was_offline(self) -> bool:
        """Whether the desk answered without a network."""
        return bool(self.told)


class Reconciliation(models.Model):
    """What somebody found out about a person who was let in although the record says otherwise."""

    class Finding(models.TextChoices):
        SAME_PERSON = "same_person", _("the same person, seen at two desks")
        TWO_PEOPLE = "two_people", _("two people came with one pass")
        RIGHTLY = "rightly", _("rightly let in all the same")
        WRONGLY = "wrongly", _("should not have been let in")

    scan = models.OneToOneField(Scan, models.PROTECT, related_name="reconciliation", verbose_name=_("scan"))
    finding = models.CharField(_("what it was"), max_length=12, choices=Finding)
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")

    def __str__(self) -> str:
        return str(self.get_finding_display())


class WalkIn(models.Model):
    """Who it was that a desk without network let in and for whom no place is left; gone once they have one."""

    scan = models.OneToOneField(Scan, models.PROTECT, related_name="walk_in", verbose_name=_("scan"))
    full_name = models.CharField(_("full name"), max_length=150)
    organisation_name = models.CharField(_("organisation"), max_length=200, blank=True)
    organisation_kind = models.CharField(_("kind"), max_length=20, choices=Organisation.Kind, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)

    class Meta:
        verbose_name = _("walk-in without a place")
        verbose_name_plural = _("walk-ins without a place")

    def __str__(self) -> str:
        return self.full_name


class Rehearsal(models.Model):
    """A device that has proved before the day that it works without a network, at the server's time."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="rehearsals", verbose_name=_("event"))
    device = models.UUIDField(_("device"))
    desk = models.CharField(_("desk"), max_length=60)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    passed_at = models.DateTimeField(_("passed at"))
    #: How many people the device knew, and how many seconds it was cut off.
    people = models.PositiveIntegerField(_("people known to the device"))
    seconds = models.PositiveIntegerField(_("seconds without network"))

    class Meta:
        verbose_name = _("rehearsal")
        verbose_name_plural = _("rehearsals")

    def __str__(self) -> str:
        return f"{self.desk} · {self.passed_at:%Y-%m-%d %H:%M}"
