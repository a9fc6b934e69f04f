"""Why somebody is not written to, in words that an organiser can act on."""

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.addresses import is_address, is_certified, meant_domain


class Reason(models.TextChoices):
    """The reasons as they are counted; a candidate's own words may say more."""

    NO_ADDRESS = "no_address", gettext_lazy("no e-mail address")
    INVALID = "invalid", gettext_lazy("the address is not valid")
    MISTYPED = "mistyped", gettext_lazy("the address looks mistyped")
    CERTIFIED = "certified", gettext_lazy("certified mail (PEC), which takes no ordinary mail")
    UNWANTED = "unwanted", gettext_lazy("wishes no invitations")
    NO_NEWS = "no_news", gettext_lazy("wishes no news")
    REGISTERED = "registered", gettext_lazy("registered already")
    WITHDRAWN = "withdrawn", gettext_lazy("the invitation was withdrawn")
    REPEATED = "repeated", gettext_lazy("same address as another")
    TOLD = "told", gettext_lazy("written to already")


def objection(address: str) -> Reason | None:
    """What a normalised address itself says against writing to it."""
    if not address:
        return Reason.NO_ADDRESS
    if not is_address(address):
        return Reason.INVALID
    if meant_domain(address):
        return Reason.MISTYPED
    return Reason.CERTIFIED if is_certified(address) else None


def words_for(reason: Reason, address: str, detail: str = "") -> str:
    """The reason for this address in the active language, with the likely domain, or whose address it is already."""
    if reason == Reason.REPEATED and detail:
        return _("same address as %(name)s") % {"name": detail}
    if reason == Reason.MISTYPED:
        return _("perhaps “%(right)s” was meant in %(address)s") % {"right": meant_domain(address), "address": address}
    return str(reason.label)
