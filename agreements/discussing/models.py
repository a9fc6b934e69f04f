"""Threads at an article or a passage of it, and their comments, which are never rewritten."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.discussing.anchors import Anchor
from agreements.models.agreements import Agreement, Party
from agreements.models.texts import Article, ArticleRevision
from organisations.models import User
from organisations.roles import Permission


class ThreadQuerySet(models.QuerySet["Thread"]):
    """Questions about threads: who may read which."""

    def of(self, agreement: Agreement) -> "ThreadQuerySet":
        """Those at any article of an agreement."""
        return self.filter(article__agreement=agreement)

    def visible_to(self, user: User, parties: Iterable[Party]) -> "ThreadQuerySet":
        """What all parties may read, what the parties of this user wrote, and what organisers may read of the rest.

        `parties`: those for which the user reads drafts now, by `Agreement.parties_of`.
        """
        shown = Q(visibility=Thread.Visibility.ALL_PARTIES) | Q(party__in=list(parties))
        if user.has_permission(Permission.MANAGE_AGREEMENTS):
            shown |= Q(visibility=Thread.Visibility.ORGANISERS) | Q(party__isnull=True)
        return self.filter(shown)

    def in_full(self) -> "ThreadQuerySet":
        """With all that a page says of each, in two queries."""
        comments = Comment.objects.select_related("author", "party__organisation").order_by("at", "pk")
        return (
            self.select_related("party__organisation", "settled_by", "revision__version")
            .prefetch_related(models.Prefetch("comments", comments))
            .order_by("began_at", "pk")
        )


class Thread(models.Model):
    """A discussion of an article, or of a passage of it, wherever the article stands in later versions.

    Who may read it is said once and never changes (a trigger of the database says so); replies inherit it.
    """

    class Visibility(models.TextChoices):
        ALL_PARTIES = "all_parties", _("all parties")
        ORGANISERS = "organisers", _("the organisers only")
        OWN_OFFICE = "own_office", _("my own office only")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        RESOLVED = "resolved", _("resolved")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.OPEN: frozenset({State.RESOLVED}),
        State.RESOLVED: frozenset({State.OPEN}),
    }

    article = models.ForeignKey(Article, models.PROTECT, related_name="threads")
    #: The text at which it began.
    revision = models.ForeignKey(ArticleRevision, models.PROTECT, related_name="threads")
    quote = models.TextField(_("passage"), blank=True)
    prefix = models.CharField(max_length=60, blank=True)
    suffix = models.CharField(max_length=60, blank=True)
    visibility = models.CharField(
        _("who may read it"), max_length=15, choices=Visibility, default=Visibility.ALL_PARTIES
    )
    #: None: the organisers themselves.
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="threads")
    began_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_why = models.TextField(_("why"), blank=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        constraints = (
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True, settled_by__isnull=True, settled_why="")
                | Q(state="resolved", settled_at__isnull=False, settled_by__isnull=False),
                name="thread_resolved_exactly_when_somebody_did",
            ),
            models.CheckConstraint(
                condition=~Q(quote="") | Q(prefix="", suffix=""), name="thread_with_context_only_of_a_passage"
            ),
        )
        indexes = (models.Index(fields=("article", "began_at"), name="thread_by_article"),)

    def __str__(self) -> str:
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        """Its own page, below the review."""
        return reverse("discussing:thread", args=[self.article.agreement.slug, self.pk])

    @property
    def anchor(self) -> Anchor | None:
        """Its passage, if it is about one."""
        return Anchor(self.quote, self.prefix, self.suffix) if self.quote else None

    @property
    def is_resolved(self) -> bool:
        """Whether somebody said that it is settled."""
        return self.state == self.State.RESOLVED


class Comment(models.Model):
    """A contribution to a thread. It stays as it was written; its author may add a correction."""

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="comments")
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="comments")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    body = models.TextField(_("comment"))
    at = models.DateTimeField(default=timezone.now)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")

    def __str__(self) -> str:
        return self.body[:60]
