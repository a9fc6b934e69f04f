"""What fills the places of the text when it is frozen, and what stands there before."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from agreements.approving import standing
from agreements.models import Agreement, ApprovalAct


def values(agreement: Agreement, day: date) -> dict[str, str]:
    """Parties, date and acts as the frozen document says them, in Italian. Three queries."""
    with override("it"):
        return {
            "parti": _parties(agreement),
            "data": date_format(day, "j F Y"),
            "atti": "; ".join(quoted(act) for act in standing.acts_relied_on(agreement)),
        }


def before_approval(agreement: Agreement) -> dict[str, str]:
    """What the schema shows: the parties, and words in place of what only the final document knows."""
    with override("it"):
        return {
            "parti": _parties(agreement),
            "data": _("(date of the final document)"),
            "atti": _("(acts of the parties’ bodies)"),
        }


def quoted(act: ApprovalAct) -> str:
    """“Comune di Terni: deliberazione (giunta) n. 12 del 3 dicembre 2026”."""
    return _("%(party)s: %(act)s (%(body)s) no. %(number)s of %(date)s") % {
        "party": act.party.organisation.name, "act": act.act_type, "body": act.body, "number": act.number,
        "date": date_format(act.adopted_on, "j F Y"),
    }  # fmt: skip


def _parties(agreement: Agreement) -> str:
    parties = agreement.parties.select_related("organisation").order_by("position")
    return ", ".join(party.organisation.name for party in parties)
