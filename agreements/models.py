"""Agreements, their text by versions, the parties' reviews and adhesions, the frozen bytes, the audit chain."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.languages import Bilingual
from organisations.models import Organisation, RoleGrant, User
from organisations.roles import Permission, roles_with


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Questions about agreements: who may see which."""

    def public(self) -> "AgreementQuerySet":
        """Those on the public register."""
        return self.filter(published_at__isnull=False)

    def for_parties_of(self, user: User) -> "AgreementQuerySet":
        """Shared ones whose parties' drafts this user may read."""
        organisations = user.organisations_with(Permission.COMMENT_DRAFTS)
        return self.exclude(state=Agreement.State.DRAFT).filter(parties__organisation__in=organisations).distinct()

    def visible_to(self, user: User) -> "AgreementQuerySet":
        """What the review page opens for this user: organisers see all, parties what was shared with them."""
        return self.all() if user.has_permission(Permission.MANAGE_AGREEMENTS) else self.for_parties_of(user)


class Agreement(models.Model):
    """A protocol of understanding on its way from draft to concluded."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SHARED = "shared", _("before the parties")
        OBSERVATIONS_CLOSED = "observations_closed", _("observations closed")
        CONSOLIDATED = "consolidated", _("new version in preparation")
        FROZEN = "frozen", _("final text")
        SIGNING = "signing", _("adhesion open")
        CONCLUDED = "concluded", _("concluded")
        WITHDRAWN = "withdrawn", _("withdrawn")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.DRAFT: frozenset({State.SHARED, State.WITHDRAWN}),
        State.SHARED: frozenset({State.OBSERVATIONS_CLOSED, State.WITHDRAWN}),
        State.OBSERVATIONS_CLOSED: frozenset({State.CONSOLIDATED, State.FROZEN, State.WITHDRAWN}),
        State.CONSOLIDATED: frozenset({State.SHARED, State.WITHDRAWN}),
        State.FROZEN: frozenset({State.SIGNING, State.WITHDRAWN}),
        State.SIGNING: frozenset({State.CONCLUDED, State.WITHDRAWN}),
        State.CONCLUDED: frozenset(),
        State.WITHDRAWN: frozenset(),
    }
    #: States in which organisers may write the text.
    EDITABLE = frozenset({State.DRAFT, State.CONSOLIDATED})

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title_it = models.CharField(_("title (Italian)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    summary_it = models.TextField(_("summary (Italian)"), blank=True)
    summary_en = models.TextField(_("summary (English)"), blank=True)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("created by"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    published_at = models.DateTimeField(_("on the public register since"), null=True, blank=True)
    concluded_at = models.DateTimeField(_("concluded at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawal_reason = models.TextField(_("reason of the withdrawal"), blank=True)
    # The audit chain's head: a tail cut off the chain shows here.
    audit_length = models.PositiveIntegerField(default=0, editable=False)
    audit_head = models.CharField(max_length=64, blank=True, default="", editable=False)

    title = Bilingual()
    summary = Bilingual()

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = (
            models.CheckConstraint(
                condition=Q(state="concluded", concluded_at__isnull=False)
                | (~Q(state="concluded") & Q(concluded_at__isnull=True)),
                name="agreement_concluded_exactly_when_dated",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | (~Q(state="withdrawn") & Q(withdrawn_at__isnull=True)),
                name="agreement_withdrawn_exactly_when_dated",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("agreements:detail", args=[self.slug])

    def get_review_url(self) -> str:
        """The page of signatories and their offices."""
        return reverse("agreements:review", args=[self.slug])

    @property
    def is_editable(self) -> bool:
        """Whether organisers may write the text now."""
        return self.state in self.EDITABLE

    def newest_version(self) -> "TextVersion | None":
        """The version with the highest number, shared or in preparation."""
        return self.versions.order_by("-number").first()

    def shared_versions(self) -> "models.QuerySet[TextVersion]":
        """Those that parties may read, oldest first."""
        return self.versions.filter(shared_at__isnull=False).order_by("number")

    def open_round(self) -> "ReviewRound | None":
        """The review that is going on."""
        return ReviewRound.objects.filter(version__agreement=self, closed_at__isnull=True).first()

    def current_document(self) -> "FrozenDocument | None":
        """The frozen document, if there is one."""
        return self.documents.order_by("-frozen_at", "-pk").first()

    def party_of(self, user: User, permission: Permission) -> "Party | None":
        """The party for whose organisation this user holds a permission."""
        return self.parties.filter(organisation__in=user.organisations_with(permission)).order_by("position").first()

    def _users_with(self, permission: Permission) -> list[User]:
        grants = RoleGrant.objects.filter(
            role__in=roles_with(permission), organisation__in=self.parties.values("organisation")
        )
        return list(User.objects.filter(is_active=True, pk__in=grants.values("user")).order_by("pk"))

    def people_to_tell(self) -> list[User]:
        """Users of the parties' organisations who read drafts: offices and signatories."""
        return self._users_with(Permission.COMMENT_DRAFTS)

    def signatories(self) -> list[User]:
        """Users who may record a party's adhesion."""
        return self._users_with(Permission.RECORD_ADHESION)

    def state_steps(self) -> list[tuple[str, str]]:
        """The path in words with `done`, `now` or `todo` for each step; a withdrawn one has only its end."""
        if self.state == self.State.WITHDRAWN:
            return [(str(self.State.WITHDRAWN.label), "now")]
        path = [self.State.DRAFT, self.State.SHARED, self.State.OBSERVATIONS_CLOSED, self.State.FROZEN,
                self.State.SIGNING, self.State.CONCLUDED]  # fmt: skip
        here = self.State.OBSERVATIONS_CLOSED if self.state == self.State.CONSOLIDATED else self.state
        position = path.index(self.State(here))
        last = self.state == self.State.CONCLUDED
        return [
            (str(step.label), "done" if index < position or last else "now" if index == position else "todo")
            for index, step in enumerate(path)
        ]


class Party(models.Model):
    """An organisation that is to adhere, in its order."""

    class Kind(models.TextChoices):
        PUBLIC = "public", _("public body")
        PRIVATE = "private", _("private body")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="parties", verbose_name=_("agreement"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    position = models.PositiveIntegerField(_("order"))

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints = (
            models.UniqueConstraint(fields=("agreement", "organisation"), name="party_once"),
            models.UniqueConstraint(fields=("agreement", "position"), name="party_order_once"),
        )

    def __str__(self) -> str:
        return self.organisation.name


class Article(models.Model):
    """An article's identity, stable for life: its number in a version is only a position."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="articles")

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    def __str__(self) -> str:
        return str(self.uid)


class TextVersion(models.Model):
    """The whole text at one time. Shared once, it no longer changes (a trigger of the database says so)."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    note = models.CharField(_("what is new"), max_length=300, blank=True)
    text_sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    shared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("version of the text")
        verbose_name_plural = _("versions of the text")
        constraints = (
            models.UniqueConstraint(fields=("agreement", "number"), name="text_version_number_once"),
            models.CheckConstraint(
                condition=Q(shared_at__isnull=True) | ~Q(text_sha256=""), name="text_version_shared_with_hash"
            ),
        )

    def __str__(self) -> str:
        return f"{self.agreement} v{self.number}"

    def in_order(self) -> "models.QuerySet[ArticleRevision]":
        """Its articles by position."""
        return self.revisions.select_related("article").order_by("position")


class ArticleRevision(models.Model):
    """An article's heading and text in one version."""

    version = models.ForeignKey(TextVersion, models.PROTECT, related_name="revisions")
    article = models.ForeignKey(Article, models.PROTECT, related_name="revisions")
    position = models.PositiveIntegerField(_("position"))
    heading = models.CharField(_("heading"), max_length=200)
    source = models.TextField(_("text"))

    class Meta:
        verbose_name = _("text of an article")
        verbose_name_plural = _("texts of articles")
        constraints = (models.UniqueConstraint(fields=("version", "article"), name="article_once_per_version"),)

    def __str__(self) -> str:
        return f"{self.position}. {self.heading}"


class ReviewRound(models.Model):
    """A version lying before the parties until a date."""

    version = models.OneToOneField(TextVersion, models.PROTECT, related_name="review_round")
    opened_at = models.DateTimeField(default=timezone.now)
    closes_at = models.DateTimeField(_("remarks by"))
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = (
            models.CheckConstraint(
                condition=Q(closes_at__gt=models.F("opened_at")), name="review_round_closes_after_it_opens"
            ),
        )

    def __str__(self) -> str:
        return str(self.version)

    def is_late(self, now: datetime) -> bool:
        """Whether the date has passed."""
        return now > self.closes_at


class Position(models.Model):
    """What a party says to a version as a whole. Silence is recorded as silence, never as consent."""

    class Kind(models.TextChoices):
        NO_REMARKS = "no_remarks", _("no remarks")
        REMARKS = "remarks", _("remarks")
        SILENT = "silent", _("silent")

    review_round = models.ForeignKey(ReviewRound, models.PROTECT, related_name="positions")
    party = models.ForeignKey(Party, models.PROTECT, related_name="positions")
    kind = models.CharField(_("position"), max_length=15, choices=Kind)
    note = models.TextField(_("note"), blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        constraints = (
            models.UniqueConstraint(fields=("review_round", "party"), name="position_once_per_party"),
            models.CheckConstraint(
                condition=Q(kind="silent", by__isnull=True) | (~Q(kind="silent") & Q(by__isnull=False)),
                name="position_is_somebodys_unless_silent",
            ),
        )

    def __str__(self) -> str:
        return f"{self.party}: {self.get_kind_display()}"


class CommentQuerySet(models.QuerySet["Comment"]):
    """Questions about comments."""

    def visible_to(self, user: User, party: "Party | None") -> "CommentQuerySet":
        """What all parties may read; what the own office wrote for itself; what was written to organisers."""
        own = Q(party=party) if party else Q(pk__in=[])
        organisers = Q(visibility=Comment.Visibility.ORGANISERS)
        shown = Q(visibility=Comment.Visibility.ALL_PARTIES) | own | Q(author=user)
        return self.filter(shown | organisers if user.has_permission(Permission.MANAGE_AGREEMENTS) else shown)


class Comment(models.Model):
    """A remark to one article of one version."""

    class Visibility(models.TextChoices):
        ALL_PARTIES = "all_parties", _("all parties")
        ORGANISERS = "organisers", _("the organisers only")
        OWN_OFFICE = "own_office", _("my own office only")

    revision = models.ForeignKey(ArticleRevision, models.PROTECT, related_name="comments")
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="comments")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    visibility = models.CharField(
        _("who may read it"), max_length=15, choices=Visibility, default=Visibility.ALL_PARTIES
    )
    body = models.TextField(_("comment"))
    at = models.DateTimeField(default=timezone.now)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")

    def __str__(self) -> str:
        return self.body[:60]


class FrozenDocument(models.Model):
    """The final text as a PDF: its bytes are stored once and never rendered again."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="documents")
    version = models.OneToOneField(TextVersion, models.PROTECT, related_name="document")
    content = models.BinaryField()
    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    size = models.PositiveIntegerField(_("size in bytes"))
    page_count = models.PositiveIntegerField(_("pages"))
    frozen_at = models.DateTimeField(default=timezone.now)
    frozen_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("frozen document")
        verbose_name_plural = _("frozen documents")

    def __str__(self) -> str:
        return self.sha256


class Adhesion(models.Model):
    """A party's adhesion, recorded by somebody entitled. It is not a digital signature and never called one."""

    document = models.ForeignKey(FrozenDocument, models.PROTECT, related_name="adhesions")
    party = models.ForeignKey(Party, models.PROTECT, related_name="adhesions")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_name = models.CharField(_("name"), max_length=150)
    office_held = models.CharField(_("office held"), max_length=150)
    statement = models.TextField(_("statement"))
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("adhesion")
        verbose_name_plural = _("adhesions")
        constraints = (models.UniqueConstraint(fields=("document", "party"), name="adhesion_once_per_party"),)

    def __str__(self) -> str:
        return str(self.party)


class SignedFile(models.Model):
    """A file that a party signed with its own tool, kept byte for byte."""

    document = models.ForeignKey(FrozenDocument, models.PROTECT, related_name="signed_files")
    party = models.ForeignKey(Party, models.PROTECT, related_name="signed_files")
    filename = models.CharField(_("file name"), max_length=150)
    media_type = models.CharField(max_length=50)
    content = models.BinaryField()
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField(_("size in bytes"))
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("signed file")
        verbose_name_plural = _("signed files")
        constraints = (
            models.UniqueConstraint(fields=("document", "party", "sha256"), name="signed_file_once_per_party"),
        )

    def __str__(self) -> str:
        return self.filename


class AuditEvent(models.Model):
    """One link of the agreement's chain. No foreign keys to people: history never blocks and never follows."""

    agreement_slug = models.CharField(max_length=80)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=254)
    type = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit trail")
        constraints = (models.UniqueConstraint(fields=("agreement_slug", "seq"), name="audit_event_seq_once"),)

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"
