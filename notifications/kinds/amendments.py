"""Letters about amendments: one a day to organisers, one answer each to whoever proposed."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Amendment, TextVersion
from notifications.letters import CannotWrite, Letter, Overtaken, absolute
from notifications.models import Delivery


def amendment_proposed(delivery: Delivery) -> Letter:
    """To the organisers, once a day while a version is read: how many amendments it has now."""
    version = TextVersion.objects.select_related("agreement").filter(pk=delivery.payload.get("version")).first()
    if version is None:
        raise CannotWrite("the version is gone")
    amendments = list(version.amendments.undecided().in_full().order_by("number"))
    if not amendments:
        raise Overtaken("its amendments were withdrawn or decided")
    agreement = version.agreement
    return Letter(
        subject=_("Amendments: %(agreement)s") % {"agreement": agreement.title},
        paragraphs=[
            ngettext(
                "version %(number)s of the text has %(count)s amendment to be decided.",
                "version %(number)s of the text has %(count)s amendments to be decided.",
                len(amendments),
            )
            % {"number": version.number, "count": len(amendments)}
        ],
        facts=[(str(one), f"{one.get_kind_display()}, {one.proposer}") for one in amendments[:10]],
        link=(_("Read the amendments"), absolute(reverse("amending:list", args=[agreement.slug]))),
        closing=[_("While the review is open, you are told at most once a day.")],
    )


def amendment_decided(delivery: Delivery) -> Letter:
    """To the people of the party that proposed: the outcome and why."""
    amendment = Amendment.objects.in_full().filter(pk=delivery.payload.get("amendment")).first()
    if amendment is None or amendment.is_open:
        raise CannotWrite("the amendment is gone")
    return Letter(
        subject=_("Amendment %(number)s, %(outcome)s: %(agreement)s") % {
            "number": amendment, "outcome": amendment.get_state_display(), "agreement": amendment.agreement.title,
        },
        paragraphs=[_("the organisers have decided about the amendment that %(party)s proposed.") % {"party": amendment.proposer}],
        facts=[
            (_("Amendment"), f"{amendment}: {amendment.get_kind_display()}"),
            (_("Outcome"), amendment.get_state_display()),
            (_("Reason"), amendment.decision.reason),
        ],
        link=(_("Open the amendment"), absolute(amendment.get_absolute_url())),
    )  # fmt: skip
