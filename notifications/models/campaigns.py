"""Bulk invitations and news: text, audience, approvals, state; and who was left out of each, and why."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import Event
from organisations.languages import Bilingual
from organisations.models import Organisation, User


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Questions about campaigns; the clock is passed in."""

    def due_to_start(self, now: datetime) -> "CampaignQuerySet":
        """Approved, and their time has come."""
        return self.filter(state=Campaign.State.SCHEDULED, starts_at__lte=now)

    def sending(self, *, is_quiet: bool) -> "CampaignQuerySet":
        """Those whose messages may leave at this moment, oldest first."""
        going = self.filter(state__in=[Campaign.State.CANARY, Campaign.State.RUNNING])
        return (going.filter(also_at_quiet_times=True) if is_quiet else going).order_by("sent_at", "pk")


class MessageTemplate(models.Model):
    """A text kept for the next campaign, in both languages."""

    name = models.CharField(_("name"), max_length=150, unique=True)
    subject_it = models.CharField(_("subject (Italian)"), max_length=150)
    subject_en = models.CharField(_("subject (English)"), max_length=150, blank=True)
    body_it = models.TextField(_("text (Italian)"))
    body_en = models.TextField(_("text (English)"), blank=True)
    text_it = models.TextField(_("plain-text version (Italian)"), blank=True)
    text_en = models.TextField(_("plain-text version (English)"), blank=True)
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("saved by"))
    saved_at = models.DateTimeField(_("saved at"), default=timezone.now)

    TEXTS = ("subject_it", "subject_en", "body_it", "body_en", "text_it", "text_en")

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")

    def __str__(self) -> str:
        return self.name


class Campaign(models.Model):
    """One message to many. Its text and audience change only while it is a draft; the database refuses the rest."""

    class Purpose(models.TextChoices):
        INVITATION = "invitation", _("invitation to the event")
        NEWS = "news", _("news about the event")

    class Calendar(models.TextChoices):
        NONE = "none", _("nothing")
        LINK = "link", _("a link to the calendar file")
        FILE = "file", _("the calendar file, which nobody has to answer")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        CHECKED = "checked", _("waits for a second person")
        SCHEDULED = "scheduled", _("starts by itself")
        CANARY = "canary", _("the first few go out")
        RUNNING = "running", _("going out")
        PAUSED = "paused", _("paused")
        FINISHED = "finished", _("finished")
        CANCELLED = "cancelled", _("cancelled")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.DRAFT: frozenset({State.CHECKED, State.SCHEDULED, State.CANCELLED}),
        State.CHECKED: frozenset({State.SCHEDULED, State.DRAFT, State.CANCELLED}),
        State.SCHEDULED: frozenset({State.CANARY, State.RUNNING, State.DRAFT, State.CANCELLED}),
        State.CANARY: frozenset({State.RUNNING, State.PAUSED, State.CANCELLED, State.FINISHED}),
        State.RUNNING: frozenset({State.PAUSED, State.CANCELLED, State.FINISHED}),
        State.PAUSED: frozenset({State.CANARY, State.RUNNING, State.CANCELLED}),
        State.FINISHED: frozenset({State.RUNNING}),
        State.CANCELLED: frozenset(),
    }
    UNDER_WAY = (State.SCHEDULED, State.CANARY, State.RUNNING, State.PAUSED)

    event = models.ForeignKey(Event, models.PROTECT, related_name="campaigns", verbose_name=_("event"))
    name = models.CharField(_("name"), max_length=150, help_text=_("for organisers only"))
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose, default=Purpose.INVITATION)
    audience = models.JSONField(_("audience"), default=dict)
    subject_it = models.CharField(_("subject (Italian)"), max_length=150)
    subject_en = models.CharField(_("subject (English)"), max_length=150, blank=True)
    body_it = models.TextField(_("text (Italian)"))
    body_en = models.TextField(_("text (English)"), blank=True)
    text_it = models.TextField(_("plain-text version (Italian)"), blank=True)
    text_en = models.TextField(_("plain-text version (English)"), blank=True)
    calendar = models.CharField(_("calendar"), max_length=5, choices=Calendar, default=Calendar.NONE)
    scheduled_for = models.DateTimeField(_("not before"), null=True, blank=True)
    also_at_quiet_times = models.BooleanField(_("also in the evening, at night and on Sundays"), default=True)
    canary_percent = models.PositiveIntegerField(_("first share, in percent"), default=5)
    late_joiners = models.BooleanField(_("also who joins the audience later"), default=False)
    tags_links = models.BooleanField(_("links of the text name the campaign to other sites"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("created by"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    sent_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("confirmed by")
    )
    sent_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    planned = models.PositiveIntegerField(_("planned"), default=0)
    left_out = models.PositiveIntegerField(_("left out"), default=0)
    canary_size = models.PositiveIntegerField(_("first few"), default=0)
    canary_since = models.DateTimeField(null=True, blank=True, editable=False)
    looked_at = models.DateTimeField(null=True, blank=True, editable=False)
    verdict = models.JSONField(_("check before sending"), default=dict, blank=True)
    #: The finished mail by language (compose.stored), as it was confirmed: a new layout changes nothing that is under way.
    compiled = models.JSONField(default=dict, blank=True, editable=False)
    paused_from = models.CharField(max_length=10, choices=State, blank=True, default="", editable=False)
    pause_reason = models.TextField(_("why it is paused"), blank=True)

    subject = Bilingual()
    body = Bilingual()

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = (
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, sent_by__isnull=True)
                | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="campaign_sent_by_somebody_exactly_when_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state="draft") | Q(sent_at__isnull=True), name="campaign_draft_is_not_sent"
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="campaign_approved_by_somebody_exactly_when_dated",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("sent_by")),
                name="campaign_approved_by_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["scheduled", "canary", "running"]) | Q(starts_at__isnull=False),
                name="campaign_has_a_start_when_it_goes",
            ),
            models.CheckConstraint(condition=Q(canary_percent__lte=50), name="campaign_first_share_at_most_half"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_under_way(self) -> bool:
        """Whether it may still send."""
        return self.state in self.UNDER_WAY

    @property
    def is_moving(self) -> bool:
        """Whether its numbers change while one looks."""
        return self.state in {self.State.SCHEDULED, self.State.CANARY, self.State.RUNNING}

    @property
    def tone(self) -> str:
        """The tone of its state's badge."""
        if self.state in {self.State.CHECKED, self.State.SCHEDULED, self.State.PAUSED}:
            return "wait"
        if self.state == self.State.CANCELLED:
            return "stop"
        return "plain" if self.is_draft else "ok"

    @property
    def is_draft(self) -> bool:
        """Whether text and audience may still change."""
        return self.state == self.State.DRAFT

    @property
    def needs_second_person(self) -> bool:
        """Whether so many recipients are more than one person decides about."""
        return self.needs_second_person_with(0)

    def needs_second_person_with(self, newcomers: int) -> bool:
        """The same, if so many more joined."""
        return bool(self.planned + newcomers > settings.CAMPAIGN_SECOND_PERSON_ABOVE)

    def takes_in(self, now: datetime) -> bool:
        """Whether there is still a reason to write to anybody new; for an invitation as long as they can register."""
        return self.purpose != self.Purpose.INVITATION or now < self.event.registration_deadline

    def seconds_to_start(self, now: datetime) -> int:
        """How long it can still be taken back without a trace."""
        return max(0, round((self.starts_at - now).total_seconds())) if self.starts_at else 0

    @staticmethod
    def first_few(recipients: int, percent: int) -> int:
        """How many go ahead: none of a small audience, else a share, at least 20, at most 200."""
        if not percent or recipients < settings.CAMPAIGN_CANARY_ABOVE:
            return 0
        return min(200, max(20, recipients * percent // 100), recipients)

    @staticmethod
    def earliest_start(now: datetime) -> datetime:
        """When it may start at the earliest: time to take it back."""
        return now + timedelta(seconds=settings.CAMPAIGN_UNDO_SECONDS)


class CampaignAct(models.Model):
    """What somebody did to a campaign, and when. Written once: the database refuses to change it.

    `by` is empty where the portal acted by itself; then `reason` says why.
    """

    class Verb(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed it")
        APPROVED = "approved", _("approved it")
        WITHDRAWN = "withdrawn", _("took it back to the draft")
        STARTED = "started", _("let it start")
        PAUSED = "paused", _("paused it")
        RESUMED = "resumed", _("let it go on")
        CANCELLED = "cancelled", _("cancelled the rest")
        SENT_AGAIN = "sent_again", _("sent it again to those that failed")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="acts", verbose_name=_("campaign"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    verb = models.CharField(_("act"), max_length=12, choices=Verb)
    count = models.PositiveIntegerField(_("messages"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("act on a campaign")
        verbose_name_plural = _("acts on campaigns")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_verb_display()}"

    @property
    def words(self) -> str:
        """The reason; the portal's own sentence in the reader's language."""
        return gettext(self.reason) if self.reason else ""


class Exclusion(models.Model):
    """Somebody the audience named who is not written to, and why: frozen with the plan, so that it can be asked later."""

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="exclusions", verbose_name=_("campaign"), db_index=False
    )
    address = models.CharField(_("e-mail"), max_length=254, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, related_name="+", verbose_name=_("organisation"), db_index=False
    )
    #: A value of audiences.Reason, which this floor does not know; `detail` is what its words leave open.
    reason = models.CharField(_("reason"), max_length=20)
    detail = models.CharField(_("detail"), max_length=254, blank=True)

    class Meta:
        verbose_name = _("left out")
        verbose_name_plural = _("left out")
        indexes = (models.Index(fields=["campaign", "id"], name="exclusion_campaign"),)

    def __str__(self) -> str:
        return f"{self.name or self.address}: {self.reason}"

    @property
    def words(self) -> str:
        """The reason in the active language."""
        from notifications.audiences import Reason, words_for

        return words_for(Reason(self.reason), self.address, self.detail)
