"""Rules by which reminders go out, and what became of each time a rule was to go out."""

from datetime import UTC, datetime, timedelta

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, TextVersion
from events.models import Event
from notifications.reminders.times import due_at
from organisations.languages import Bilingual
from organisations.models import User

DEFAULT_GRACE = timedelta(hours=12)
MAX_DAYS = 365


class ReminderRuleQuerySet(models.QuerySet["ReminderRule"]):
    """Questions about rules."""

    def with_dates(self) -> "ReminderRuleQuerySet":
        """With what they follow and their history: three queries, however many rules."""
        versions = TextVersion.objects.select_related("review_round", "final_schema__call")
        return self.select_related("event", "agreement").prefetch_related(
            "occurrences", Prefetch("agreement__versions", versions.defer("final_schema__content"))
        )

    def watched(self) -> "ReminderRuleQuerySet":
        """Those for which the clock may have something to do: active ones of something live, or with a plan to undo."""
        before_parties = (Agreement.State.SHARED, Agreement.State.IN_APPROVAL)
        live = Q(event__state=Event.State.PUBLISHED) | Q(agreement__state__in=before_parties)
        planned = ReminderOccurrence.objects.filter(rule=OuterRef("pk"), state=ReminderOccurrence.State.PLANNED)
        return self.filter((Q(is_active=True) & live) | Exists(planned))


class ReminderRule(models.Model):
    """When, relative to a date of an event or agreement, whom, with which words."""

    class Anchor(models.TextChoices):
        START = "start", _("the start")
        END = "end", _("the end")
        REGISTRATION_DEADLINE = "registration_deadline", _("the closing of registrations")
        REVIEW_DEADLINE = "review_deadline", _("the date for remarks")
        APPROVAL_DEADLINE = "approval_deadline", _("the date for the bodies’ acts")

    class Method(models.TextChoices):
        WALL_CLOCK = "wall_clock", _("so many days, at a time of day")
        DURATION = "duration", _("exactly so many hours and minutes")

    class Audience(models.TextChoices):
        PLACE_HOLDERS = "place_holders", _("everybody who holds a place")
        INVITED = "invited", _("invited organisations that have not registered")
        SILENT_PARTIES = "silent_parties", _("people of the parties that have recorded no position")
        WAITING_PARTIES = "waiting_parties", _("people of the parties whose act is missing")

    OF_EVENTS = (Anchor.START, Anchor.END, Anchor.REGISTRATION_DEADLINE)
    OF_AGREEMENTS = (Anchor.REVIEW_DEADLINE, Anchor.APPROVAL_DEADLINE)

    event = models.ForeignKey(Event, models.CASCADE, null=True, related_name="reminder_rules", verbose_name=_("event"))
    agreement = models.ForeignKey(
        Agreement, models.CASCADE, null=True, related_name="reminder_rules", verbose_name=_("agreement")
    )
    anchor = models.CharField(_("relative to"), max_length=25, choices=Anchor, default=Anchor.START)
    is_after = models.BooleanField(_("after it"), default=False)
    method = models.CharField(_("how the time is counted"), max_length=12, choices=Method, default=Method.WALL_CLOCK)
    days = models.PositiveSmallIntegerField(_("days"), null=True, validators=[MaxValueValidator(MAX_DAYS)])
    local_time = models.TimeField(_("time of day"), null=True)
    duration = models.DurationField(_("duration"), null=True)
    audience = models.CharField(_("who gets it"), max_length=15, choices=Audience, default=Audience.PLACE_HOLDERS)
    subject_it = models.CharField(_("subject (Italian)"), max_length=150, blank=True)
    subject_en = models.CharField(_("subject (English)"), max_length=150, blank=True)
    body_it = models.TextField(_("text (Italian)"), blank=True)
    body_en = models.TextField(_("text (English)"), blank=True)
    grace = models.DurationField(_("how late it may still go out"), default=DEFAULT_GRACE)
    also_at_quiet_times = models.BooleanField(_("also at night or on a Sunday"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("created by"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    subject = Bilingual()
    body = Bilingual()

    objects = ReminderRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder rule")
        verbose_name_plural = _("reminder rules")
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    event__isnull=False,
                    agreement__isnull=True,
                    anchor__in=["start", "end", "registration_deadline"],
                    audience__in=["place_holders", "invited"],
                )
                | Q(
                    event__isnull=True,
                    agreement__isnull=False,
                    anchor__in=["review_deadline"],
                    audience__in=["silent_parties"],
                )
                | Q(
                    event__isnull=True,
                    agreement__isnull=False,
                    anchor="approval_deadline",
                    audience="waiting_parties",
                ),
                name="reminder_rule_follows_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(method="wall_clock", days__isnull=False, local_time__isnull=False, duration__isnull=True)
                | Q(
                    method="duration",
                    days__isnull=True,
                    local_time__isnull=True,
                    duration__isnull=False,
                    duration__gt=timedelta(0),
                ),
                name="reminder_rule_counts_in_one_way",
            ),
            models.CheckConstraint(condition=Q(grace__gt=timedelta(0)), name="reminder_rule_has_grace"),
        )

    def __str__(self) -> str:
        return f"{self.get_audience_display()} → {self.target}"

    @property
    def target(self) -> Event | Agreement:
        """What it follows."""
        target = self.event or self.agreement
        if target is None:  # the database's constraint makes it impossible
            raise ValueError("a rule follows an event or an agreement")
        return target

    @property
    def is_target_live(self) -> bool:
        """Whether reminders make sense: the event is public and not over with, the review open."""
        if self.event:
            return self.event.state == Event.State.PUBLISHED
        return self.anchor_at is not None

    @property
    def anchor_at(self) -> datetime | None:
        """The date it follows, as it stands now, in UTC; None where there is none now."""
        if self.event:
            dates = {
                self.Anchor.START: self.event.starts_at,
                self.Anchor.END: self.event.ends_at,
                self.Anchor.REGISTRATION_DEADLINE: self.event.registration_deadline,
            }
            # Python holds an hour that the clocks show twice unequal to the same moment in another zone (PEP 495)
            return dates[self.Anchor(self.anchor)].astimezone(UTC)
        # over the versions and not by open_round(): they may have been fetched with the rule
        versions = list(self.agreement.versions.all()) if self.agreement else []
        if self.anchor == self.Anchor.APPROVAL_DEADLINE:
            return self._approval_deadline(versions)
        rounds = [version.review_round for version in versions if hasattr(version, "review_round")]
        return next((review.closes_at for review in rounds if review.closed_at is None), None)

    def _approval_deadline(self, versions: list[TextVersion]) -> datetime | None:
        """The date for the acts on the newest text, while it lies before the bodies."""
        newest = max(versions, key=lambda version: version.number, default=None)
        schema = getattr(newest, "final_schema", None)
        call = getattr(schema, "call", None)
        before_bodies = self.agreement is not None and self.agreement.state == Agreement.State.IN_APPROVAL
        return call.answer_by if call and before_bodies else None

    def due_at(self) -> datetime | None:
        """When it would go out, as its date stands now, whether or not it is active."""
        anchor = self.anchor_at
        return due_at(anchor, self) if anchor else None

    def next_due_at(self) -> datetime | None:
        """`due_at`, but None when nothing is to go out: switched off, or nothing live to remind of."""
        return self.due_at() if self.is_active and self.is_target_live else None

    def too_late_at(self, due: datetime, anchor: datetime) -> datetime:
        """From when on it no longer goes out: past its grace, and what was to precede a date never after it."""
        end = due + self.grace
        return end if self.is_after else min(end, anchor)

    def has_fired(self) -> bool:
        """Whether it ever went out; then it is history and stays."""
        return any(occurrence.state == ReminderOccurrence.State.FIRED for occurrence in self.occurrences.all())

    def has_reminded_of(self, anchor: datetime) -> bool:
        """Whether it went out for this very date: a rule reminds of a date once, whatever is changed in between."""
        return any(
            occurrence.state == ReminderOccurrence.State.FIRED and occurrence.anchor_at == anchor
            for occurrence in self.occurrences.all()
        )


class ReminderOccurrence(models.Model):
    """One time at which a rule was to go out, for one date of what it follows, and what became of it.

    `revision` counts the rule's own plans. The event's revision would not do: it stands still when the closing of
    registrations moves, and rises when only the room does.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("to go out")
        FIRED = "fired", _("went out")
        EXPIRED = "expired", _("too late, not sent")
        SUPERSEDED = "superseded", _("replaced by a new date")
        CANCELLED = "cancelled", _("called off")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.PLANNED: frozenset({State.FIRED, State.EXPIRED, State.SUPERSEDED, State.CANCELLED}),
        State.FIRED: frozenset(),
        State.EXPIRED: frozenset(),
        State.SUPERSEDED: frozenset(),
        State.CANCELLED: frozenset(),
    }

    class Reason(models.TextChoices):
        PAST_ALREADY = "past_already", _("its time had already passed when it was planned")
        TOO_LATE = "too_late", _("the portal was not running when its time came, and afterwards it was too late")
        NOT_BEFORE = "not_before", _("its time is not before what it was to precede")
        SWITCHED_OFF = "switched_off", _("the rule was switched off")
        NOT_LIVE = "not_live", _("there was nothing to remind of any more: called off, over or closed")

    rule = models.ForeignKey(ReminderRule, models.CASCADE, related_name="occurrences", verbose_name=_("rule"))
    revision = models.PositiveIntegerField(_("plan number"))
    anchor_at = models.DateTimeField(_("the date it is about"))
    due_at = models.DateTimeField(_("due at"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    reason = models.CharField(_("reason"), max_length=15, choices=Reason, blank=True)
    created_at = models.DateTimeField(_("planned at"), default=timezone.now)
    fired_at = models.DateTimeField(_("went out at"), null=True)
    sent = models.PositiveIntegerField(_("messages"), default=0)

    class Meta:
        verbose_name = _("occurrence of a reminder")
        verbose_name_plural = _("occurrences of reminders")
        ordering = ("rule", "revision")
        constraints = (
            models.UniqueConstraint(fields=("rule", "revision"), name="reminder_occurrence_once_per_revision"),
            models.UniqueConstraint(
                fields=("rule",), condition=Q(state="planned"), name="reminder_occurrence_one_planned_per_rule"
            ),
            models.CheckConstraint(
                condition=Q(state="fired", fired_at__isnull=False) | (~Q(state="fired") & Q(fired_at__isnull=True)),
                name="reminder_occurrence_fired_exactly_when_dated",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=["expired", "cancelled"]) & ~Q(reason=""))
                | (~Q(state__in=["expired", "cancelled"]) & Q(reason="")),
                name="reminder_occurrence_has_a_reason_exactly_when_it_failed",
            ),
            models.CheckConstraint(
                condition=Q(state="fired") | Q(sent=0), name="reminder_occurrence_sends_only_when_fired"
            ),
            models.CheckConstraint(
                condition=Q(fired_at__isnull=True) | Q(fired_at__gte=F("due_at")),
                name="reminder_occurrence_never_early",
            ),
        )

    def __str__(self) -> str:
        return f"{self.due_at:%Y-%m-%d %H:%M} {self.get_state_display()}"

    @property
    def key(self) -> str:
        """The idempotency key of its messages, without the address."""
        return f"r:{self.rule_id}:{self.revision}"
