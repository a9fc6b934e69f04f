"""Agreements and their parties: who may see which, where each stands on its way."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.languages import Bilingual
from organisations.models import Organisation, RoleGrant, User
from organisations.roles import Permission, roles_with

if TYPE_CHECKING:
    from agreements.models.documents import FrozenDocument
    from agreements.models.reviews import ReviewRound
    from agreements.models.texts import TextVersion


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Questions about agreements: who may see which."""

    def public(self) -> "AgreementQuerySet":
        """Those on the public register."""
        return self.filter(published_at__isnull=False)

    def for_parties_of(self, user: User) -> "AgreementQuerySet":
        """Shared ones whose parties' drafts this user may read."""
        organisations = user.organisations_with(Permission.COMMENT_DRAFTS)
        own = Party.objects.filter(organisation__in=organisations)  # who left half-way reads no more
        return self.exclude(state=Agreement.State.DRAFT).filter(pk__in=own.values("agreement"))

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
        FINAL_SCHEMA = "final_schema", _("final schema")
        IN_APPROVAL = "in_approval", _("before the bodies")
        FROZEN = "frozen", _("final text")
        SIGNING = "signing", _("adhesion open")
        CONCLUDED = "concluded", _("concluded")
        WITHDRAWN = "withdrawn", _("withdrawn")
        REFUSED = "refused", _("refused")

    TRANSITIONS: dict[str, frozenset[str]] = {
        State.DRAFT: frozenset({State.SHARED, State.WITHDRAWN}),
        State.SHARED: frozenset({State.OBSERVATIONS_CLOSED, State.WITHDRAWN}),
        State.OBSERVATIONS_CLOSED: frozenset({State.CONSOLIDATED, State.FINAL_SCHEMA, State.WITHDRAWN}),
        State.CONSOLIDATED: frozenset({State.SHARED, State.FINAL_SCHEMA, State.WITHDRAWN}),
        State.FINAL_SCHEMA: frozenset({State.IN_APPROVAL, State.CONSOLIDATED, State.WITHDRAWN}),
        State.IN_APPROVAL: frozenset({State.FROZEN, State.CONSOLIDATED, State.REFUSED, State.WITHDRAWN}),
        State.FROZEN: frozenset({State.SIGNING, State.WITHDRAWN}),
        State.SIGNING: frozenset({State.CONCLUDED, State.WITHDRAWN}),
        State.CONCLUDED: frozenset(),
        State.WITHDRAWN: frozenset(),
        State.REFUSED: frozenset(),
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
        going_on = self.versions.filter(review_round__isnull=False, review_round__closed_at__isnull=True)
        version = going_on.select_related("review_round").first()
        return version.review_round if version else None

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
        """The path in words with `done`, `now` or `todo` for each step; one that goes no further has only its end."""
        if self.state in {self.State.WITHDRAWN, self.State.REFUSED}:
            return [(str(self.get_state_display()), "now")]
        path = [self.State.DRAFT, self.State.SHARED, self.State.OBSERVATIONS_CLOSED, self.State.FINAL_SCHEMA,
                self.State.IN_APPROVAL, self.State.FROZEN, self.State.SIGNING, self.State.CONCLUDED]  # fmt: skip
        here = self.State.OBSERVATIONS_CLOSED if self.state == self.State.CONSOLIDATED else self.state
        position = path.index(self.State(here))
        last = self.state == self.State.CONCLUDED
        return [
            (str(step.label), "done" if index < position or last else "now" if index == position else "todo")
            for index, step in enumerate(path)
        ]


class StandingParties(models.Manager["Party"]):
    """The parties as they are now: who left half-way stands in `everybody`, with what it wrote and approved."""

    def get_queryset(self) -> models.QuerySet["Party"]:
        return super().get_queryset().filter(left_at__isnull=True)


class Party(models.Model):
    """An organisation that is to adhere, in its order."""

    class Kind(models.TextChoices):
        PUBLIC = "public", _("public body")
        PRIVATE = "private", _("private body")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="parties", verbose_name=_("agreement"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    position = models.PositiveIntegerField(_("order"))
    left_at = models.DateTimeField(_("no longer a party since"), null=True, blank=True)

    objects = StandingParties()
    everybody: models.Manager["Party"] = models.Manager()

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints = (
            models.UniqueConstraint(fields=("agreement", "organisation"), name="party_once"),
            models.UniqueConstraint(fields=("agreement", "position"), name="party_order_once"),
        )

    def __str__(self) -> str:
        return self.organisation.name
