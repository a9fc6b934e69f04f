"""Amendments to the version under review, and what organisers decided about them. Decisions are never changed."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models.agreements import Agreement, Party
from agreements.models.texts import Article, ArticleRevision, TextVersion
from organisations.models import User
from organisations.roles import Permission

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    """Questions about amendments. All parties may read all of them: an agreement is negotiated in the open."""

    def undecided(self) -> "AmendmentQuerySet":
        """Those that still wait for a decision."""
        return self.filter(state=Amendment.State.OPEN)

    def of(self, agreement: Agreement) -> "AmendmentQuerySet":
        """Those to any version of an agreement."""
        return self.filter(version__agreement=agreement)

    def in_full(self) -> "AmendmentQuerySet":
        """With all that a list says of each, in one query."""
        return self.select_related(
            "version__agreement", "party__organisation", "author", "base", "after", "article", "decision__by",
            "decision__version",
        )  # fmt: skip


class Amendment(models.Model):
    """What somebody asks to be written differently, on the text as it lay before the parties."""

    class Kind(models.TextChoices):
        CHANGE = "change", _("change of an article")
        INSERT = "insert", _("new article")
        DELETE = "delete", _("removal of an article")
        MOVE = "move", _("move of an article")

    class State(models.TextChoices):
        OPEN = "open", _("to be decided")
        WITHDRAWN = "withdrawn", _("withdrawn")
        ACCEPTED = "accepted", _("accepted")
        ACCEPTED_CHANGED = "accepted_changed", _("accepted with changes")
        REJECTED = "rejected", _("rejected")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.OPEN: frozenset({State.WITHDRAWN, State.ACCEPTED, State.ACCEPTED_CHANGED, State.REJECTED}),
        State.WITHDRAWN: frozenset(),
        State.ACCEPTED: frozenset(),
        State.ACCEPTED_CHANGED: frozenset(),
        State.REJECTED: frozenset(),
    }

    version = models.ForeignKey(TextVersion, models.PROTECT, related_name="amendments", verbose_name=_("version"))
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    article = models.ForeignKey(Article, models.PROTECT, null=True, related_name="amendments")
    base = models.ForeignKey(ArticleRevision, models.PROTECT, null=True, related_name="amendments")
    #: Where a new or moved article goes; none: at the beginning.
    after = models.ForeignKey(Article, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("after"))
    heading = models.CharField(_("heading"), max_length=200, blank=True)
    source = models.TextField(_("text"), blank=True)
    reason = models.TextField(_("reason"))
    #: None: the organisers themselves.
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="amendments")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed at"), default=timezone.now)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.OPEN)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        constraints = (
            models.UniqueConstraint(fields=("version", "number"), name="amendment_number_once"),
            models.CheckConstraint(
                condition=Q(kind="insert", article__isnull=True, base__isnull=True)
                | (~Q(kind="insert") & Q(article__isnull=False, base__isnull=False)),
                name="amendment_of_an_article_unless_it_is_new",
            ),
            models.CheckConstraint(
                condition=(Q(kind__in=("change", "insert")) & ~Q(heading="") & ~Q(source=""))
                | Q(kind__in=("delete", "move"), heading="", source=""),
                name="amendment_with_text_exactly_where_it_writes_one",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("insert", "move")) | Q(after__isnull=True),
                name="amendment_with_a_place_only_where_it_needs_one",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="amendment_says_why"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True) | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="amendment_open_exactly_while_not_settled",
            ),
        )
        indexes = (models.Index(fields=("version", "state"), name="amendment_by_version_and_state"),)

    def __str__(self) -> str:
        return f"{self.version.number}.{self.number}"

    @property
    def agreement(self) -> Agreement:
        """The agreement of its version."""
        return self.version.agreement

    @property
    def proposer(self) -> "str | StrPromise":
        """The party's name, or that it was the organisers."""
        return self.party.organisation.name if self.party else _("the organisers")

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a decision."""
        return self.state == self.State.OPEN

    def get_absolute_url(self) -> str:
        """Its page for the parties."""
        return reverse("amending:detail", args=[self.agreement.slug, self.pk])

    def is_of(self, user: User) -> bool:
        """Whether this user acts for whoever proposed it, and so may withdraw it."""
        if self.party is None:
            return user.has_permission(Permission.MANAGE_AGREEMENTS)
        return user.has_permission(Permission.COMMENT_DRAFTS, self.party.organisation)


class AmendmentDecision(models.Model):
    """The outcome and why, the text that was found and the one that was written. Append-only by a trigger.

    It points at the article and the version in preparation, not at a revision: organisers may still remove that one.
    """

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        ACCEPTED_CHANGED = "accepted_changed", _("accepted with changes")
        REJECTED = "rejected", _("rejected")

    amendment = models.OneToOneField(Amendment, models.PROTECT, related_name="decision")
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), default=timezone.now)
    #: Where it was written; none: it was rejected.
    version = models.ForeignKey(TextVersion, models.PROTECT, null=True, blank=True, related_name="decisions")
    article = models.ForeignKey(Article, models.PROTECT, null=True, blank=True, related_name="decisions")
    heading_before = models.CharField(max_length=200, blank=True)
    source_before = models.TextField(blank=True)
    heading = models.CharField(_("heading"), max_length=200, blank=True)
    source = models.TextField(_("text"), blank=True)
    is_removed = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("decision on an amendment")
        verbose_name_plural = _("decisions on amendments")
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="amendment_decision_says_why"),
            models.CheckConstraint(
                condition=Q(outcome="rejected", version__isnull=True, article__isnull=True, is_removed=False, source="")
                | (~Q(outcome="rejected") & Q(version__isnull=False, article__isnull=False)),
                name="amendment_decision_written_unless_rejected",
            ),
            models.CheckConstraint(
                condition=Q(outcome="rejected") | Q(is_removed=True, source="") | (Q(is_removed=False) & ~Q(source="")),
                name="amendment_decision_with_text_unless_removed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.amendment}: {self.get_outcome_display()}"

    def resulting_revision(self) -> ArticleRevision | None:
        """The article as the version holds it now; none if it was rejected or removed, then or later."""
        if self.version is None:
            return None
        return self.version.revisions.filter(article=self.article_id).first()
