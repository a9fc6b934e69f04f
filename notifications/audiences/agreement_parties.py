"""People of an agreement's parties: those who read drafts, those who may adhere, those who said nothing yet."""

from collections.abc import Iterable, Sequence

from django import forms
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement, Party, Position
from notifications.audiences.sources import Fields, Recipient, Source, SourceForm, is_key, register
from organisations.languages import Words
from organisations.models import RoleGrant
from organisations.roles import Permission, roles_with


class Whom(models.TextChoices):
    """Which people of the parties."""

    EVERYBODY = "everybody", gettext_lazy("everybody who reads its drafts")
    SIGNATORIES = "signatories", gettext_lazy("the signatories")
    SILENT = "silent", gettext_lazy("offices without a position in the open round")


_SENTENCES = {
    Whom.EVERYBODY: gettext_lazy("everybody of the parties to “%(agreement)s”"),
    Whom.SIGNATORIES: gettext_lazy("the signatories of “%(agreement)s”"),
    Whom.SILENT: gettext_lazy("the offices without a position on “%(agreement)s”"),
}


class AgreementForm(SourceForm):
    """One agreement and which of its people."""

    agreement = forms.ModelChoiceField(Agreement.objects.order_by("-created_at", "pk"), label=gettext_lazy("Agreement"))
    whom = forms.ChoiceField(label=gettext_lazy("Who"), choices=Whom.choices, widget=forms.RadioSelect)


@register
class AgreementParties(Source):
    """The people of one agreement."""

    kind = "agreement"
    label = gettext_lazy("Parties of an agreement")
    help = gettext_lazy("Signatories and offices that hold a role for a party.")
    form_class = AgreementForm

    def recipients(self, fields: Fields) -> Iterable[Recipient]:
        origin, whom = Words.made_by(lambda: self.describe(fields)), Whom(fields["whom"])
        permission = Permission.RECORD_ADHESION if whom == Whom.SIGNATORIES else Permission.COMMENT_DRAFTS
        grants = RoleGrant.objects.filter(
            role__in=roles_with(permission),
            user__is_active=True,
            organisation__in=_parties(fields["agreement"], silent=whom == Whom.SILENT).values("organisation"),
        )
        rows = grants.values_list(
            "user__email", "user__name", "user__language", "organisation", "organisation__name"
        ).distinct()
        for address, name, language, organisation, organisation_name in rows:
            yield Recipient(address, name or organisation_name, language, organisation, origin)

    def phrases(self, many: Sequence[Fields]) -> list[str]:
        known = Agreement.objects.in_bulk({fields["agreement"] for fields in many})
        gone = _("the parties of an agreement that is gone")
        return [
            str(_SENTENCES[Whom(fields["whom"])]) % {"agreement": known[fields["agreement"]].title}
            if fields["agreement"] in known
            else gone
            for fields in many
        ]

    def is_complete(self, fields: Fields) -> bool:
        return is_key(fields.get("agreement")) and fields.get("whom") in Whom.values


def _parties(agreement: int, *, silent: bool) -> models.QuerySet[Party]:
    parties = Party.objects.filter(agreement=agreement)
    if not silent:
        return parties
    rounds = {"review_round__version__agreement": agreement, "review_round__closed_at__isnull": True}
    said = Position.objects.filter(party=OuterRef("pk"), **rounds)
    is_open = Agreement.objects.filter(
        pk=agreement, versions__review_round__isnull=False, versions__review_round__closed_at__isnull=True
    )
    return parties.filter(Exists(is_open)).exclude(Exists(said))
