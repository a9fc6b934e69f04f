"""What an address does not want to get, and in which language it wants the rest. Kept by hash: the list may come back."""

from collections.abc import Iterable

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models.campaigns import Campaign
from organisations.languages import Language


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    """Questions about suppressions."""

    def against(self, purpose: str = "") -> "SuppressionQuerySet":
        """Those that stand against mail of a purpose; without one, only those that stand against everything."""
        return self.filter(scope__in=[Suppression.Scope.ALL, *([purpose] if purpose else [])])

    def hashes(self) -> set[str]:
        """The addresses, by their hash."""
        return set(self.values_list("address_hash", flat=True))


class Suppression(models.Model):
    """An address that wants no invitations, no news, or neither; a hash, so that it survives a new import of the list."""

    class Scope(models.TextChoices):
        """Everything that goes to many, or one purpose of it: the values are those of `Campaign.Purpose`."""

        ALL = "all", _("invitations and news")
        INVITATION = Campaign.Purpose.INVITATION.value, _("invitations")
        NEWS = Campaign.Purpose.NEWS.value, _("news")

    class Author(models.TextChoices):
        """Who said so. Only the person's own word can be taken back by the person; an organiser wrote one down for them."""

        PERSON = "person", _("the person, through a link in a mail")
        ORGANISER = "organiser", _("an organiser, because the person asked")
        PORTAL = "portal", _("the portal, from what mail servers answered")

    #: The person's own word, by whichever way it came.
    PERSONS_WORD = (Author.PERSON, Author.ORGANISER)

    address_hash = models.CharField(max_length=64)
    scope = models.CharField(_("what is not wanted"), max_length=12, choices=Scope, default=Scope.ALL)
    reason = models.CharField(_("reason"), max_length=100)
    by = models.CharField(_("who said so"), max_length=10, choices=Author, default=Author.PORTAL)
    since = models.DateTimeField(_("since"), default=timezone.now)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        constraints = (
            models.UniqueConstraint(
                fields=("address_hash", "scope", "by"), name="suppression_once_per_scope_and_author"
            ),
            models.CheckConstraint(
                condition=models.Q(scope__in=["all", "invitation", "news"]), name="suppression_of_a_known_scope"
            ),
        )

    def __str__(self) -> str:
        return f"{self.scope}: {self.reason}"


class MailLanguageQuerySet(models.QuerySet["MailLanguage"]):
    """Questions about chosen languages."""

    def of(self, address_hashes: Iterable[str]) -> dict[str, str]:
        """Address hash -> language, for those that chose one."""
        return dict(self.filter(address_hash__in=list(address_hashes)).values_list("address_hash", "language"))

    def by_hash(self) -> dict[str, str]:
        """The same for everybody who chose."""
        return dict(self.values_list("address_hash", "language"))


class MailLanguage(models.Model):
    """The language in which an address wants invitations and news, if its owner chose one (docs/decisions/0017).

    It stands above what a list or the directory says, and changes neither: `Organisation.language` is the
    organisation's, and several people may share its mailbox.
    """

    address_hash = models.CharField(max_length=64, unique=True)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    since = models.DateTimeField(_("since"), default=timezone.now)

    objects = MailLanguageQuerySet.as_manager()

    class Meta:
        verbose_name = _("language of mail")
        verbose_name_plural = _("languages of mail")

    def __str__(self) -> str:
        return self.language
