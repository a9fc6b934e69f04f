"""What is said in public about an event beside mail: posts that the portal sends, and what others print and broadcast."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.attribution.models import RegistrationSource
from events.models import Event
from notifications.models.posting import PostAttempt, Posted
from organisations.models import User


class ChannelPostQuerySet(models.QuerySet["ChannelPost"]):
    """Questions about posts; the clock is passed in."""

    def due(self, now: datetime) -> "ChannelPostQuerySet":
        """Those that leave by themselves and whose time has come."""
        return self.filter(state=ChannelPost.State.WAITING, not_before__lte=now)

    def undecided(self) -> "ChannelPostQuerySet":
        """Those that a person must look at: nobody knows whether they are there, or they were given up."""
        return self.filter(state__in=ChannelPost.UNDECIDED)

    def published(self) -> "ChannelPostQuerySet":
        """Those that the public has seen. Twin: `ChannelPost.is_published`."""
        return self.filter(state__in=ChannelPost.PUBLISHED)


class ChannelPost(Posted):
    """One text in one channel: sent by the portal to a messenger's channel, or recorded by hand for all others."""

    class Kind(models.TextChoices):
        MESSENGER = "messenger", _("messenger channel")
        SOCIAL = "social", _("social network")
        PRESS = "press", _("newspaper")
        RADIO = "radio", _("radio or television")
        POSTER = "poster", _("posters and leaflets")

    class State(models.TextChoices):
        DRAFT = "draft", _("in the plan")
        WAITING = "waiting", _("goes out by itself")
        SENDING = "sending", _("being handed over")
        DELIVERED = "delivered", _("published")
        FAILED = "failed", _("given up")
        UNCERTAIN = "uncertain", _("uncertain")
        RECORDED = "recorded", _("written down")
        CANCELLED = "cancelled", _("cancelled")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.DRAFT: frozenset({State.WAITING, State.RECORDED, State.CANCELLED}),
        State.WAITING: frozenset({State.SENDING, State.DRAFT, State.CANCELLED}),
        State.SENDING: frozenset({State.WAITING, State.DELIVERED, State.FAILED, State.UNCERTAIN, State.CANCELLED}),
        State.DELIVERED: frozenset(),
        State.FAILED: frozenset({State.WAITING, State.DELIVERED, State.CANCELLED}),
        State.UNCERTAIN: frozenset({State.WAITING, State.DELIVERED, State.CANCELLED}),
        State.RECORDED: frozenset({State.DRAFT}),
        State.CANCELLED: frozenset(),
    }
    PUBLISHED = (State.DELIVERED, State.RECORDED)
    UNDECIDED = (State.UNCERTAIN, State.FAILED)

    event = models.ForeignKey(Event, models.PROTECT, related_name="channel_posts", verbose_name=_("event"))
    kind = models.CharField(_("channel"), max_length=10, choices=Kind)
    #: The name of a configured messenger; empty for all that is recorded by hand.
    messenger = models.CharField(_("messenger"), max_length=60, blank=True, default="")
    label = models.CharField(_("where"), max_length=150)
    text_it = models.TextField(_("text (Italian)"), blank=True)
    text_en = models.TextField(_("text (English)"), blank=True)
    #: The whole text as it was handed over last: the event may move afterwards, what the public read does not.
    sent_text = models.TextField(_("text that left"), blank=True, default="", editable=False)
    due_at = models.DateTimeField(_("planned for"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    #: Kept as long as the post is: its text leads there.
    source = models.ForeignKey(
        RegistrationSource, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tagged address")
    )
    published_on = models.DateField(_("published on"), null=True, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    reach = models.PositiveIntegerField(_("reach"), null=True, blank=True)
    reply = models.CharField(_("last words"), max_length=300, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("created by"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    objects = ChannelPostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="messenger") & ~Q(messenger="") | ~Q(kind="messenger") & Q(messenger=""),
                name="channel_post_names_its_messenger",
            ),
            models.CheckConstraint(
                condition=Q(kind="messenger") & ~Q(state="recorded")
                | ~Q(kind="messenger") & Q(state__in=["draft", "recorded", "cancelled"]),
                name="channel_post_by_hand_never_leaves_by_itself",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["delivered", "recorded"], published_on__isnull=False)
                | ~Q(state__in=["delivered", "recorded"]) & Q(published_on__isnull=True),
                name="channel_post_published_exactly_when_dated",
            ),
            models.CheckConstraint(
                condition=Q(state="sending") & ~Q(owner="") & Q(lease_until__isnull=False)
                | ~Q(state="sending") & Q(owner="", lease_until__isnull=True),
                name="channel_post_held_exactly_while_sending",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "sending"]) | ~Q(text_it="") & Q(due_at__isnull=False),
                name="channel_post_leaves_with_a_text_and_a_time",
            ),
        )
        indexes = (
            models.Index(fields=["not_before"], condition=Q(state="waiting"), name="channel_post_due"),
            models.Index(fields=["event", "due_at"], name="channel_post_of_event"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.label}"

    @property
    def leaves_by_itself(self) -> bool:
        """Whether the portal sends it."""
        return self.kind == self.Kind.MESSENGER

    @property
    def is_published(self) -> bool:
        """Twin of `ChannelPostQuerySet.published`."""
        return self.state in self.PUBLISHED

    @property
    def is_draft(self) -> bool:
        """Whether channel, text and time may still change."""
        return self.state == self.State.DRAFT

    @property
    def tone(self) -> str:
        """The tone of its state's badge."""
        if self.is_published:
            return "ok"
        if self.state in {self.State.FAILED, self.State.UNCERTAIN, self.State.CANCELLED}:
            return "stop"
        return "plain" if self.is_draft else "wait"


class ChannelAttempt(PostAttempt):
    """One try to publish one post, or a person's word about it."""

    post = models.ForeignKey(ChannelPost, models.CASCADE, related_name="tries", verbose_name=_("post"))

    class Meta:
        verbose_name = _("attempt to publish")
        verbose_name_plural = _("attempts to publish")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.status or '–'}"
