"""What became of a campaign, from our own rows: no pixel, no third party, nobody watched.

planned -> handed over -> not come back -> opened the personal link -> registered -> came; for all, by kind of organisation
and by municipality.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Attendee, Invitation, Registration
from notifications import audiences
from notifications.campaigns.forms import CandidateFilterForm
from notifications.models import Campaign, Delivery, Exclusion, Tally
from notifications.sayings import said
from organisations.models import Organisation
from organisations.plots import bars
from organisations.tables import csv_lines

PAGE = 100
#: The report names at most so many organisations; the ledger names all.
MOST_ORGANISATIONS = 200
STEPS = (
    ("planned", gettext_lazy("planned")),
    ("taken", gettext_lazy("handed over")),
    ("arrived", gettext_lazy("not come back")),
    ("opened", gettext_lazy("opened the personal link")),
    ("registered", gettext_lazy("registered")),
    ("came", gettext_lazy("came")),
)


def report(campaign: Campaign) -> dict[str, Any]:
    """Everything the report page shows; a fixed number of queries."""
    counts = Tally.objects.by_state(campaign=campaign.pk)
    whole = _steps(campaign)
    return {
        "states": [(label, counts[state]) for state, label in Delivery.State.choices if counts[state]],
        "sum": sum(counts.values()),
        "is_whole": sum(counts.values()) == campaign.planned,
        "whom": audiences.describe(campaign.audience),
        "out": _left_out(campaign),
        "troubles": _troubles(campaign),
        "whole": [(label, number, round(100 * number / (whole[0][1] or 1))) for label, number in whole],
        "plot": bars(whole),
        "steps": [label for _name, label in STEPS],
        "groups": [
            (
                _("By kind of organisation"),
                "by-kind",
                _by(campaign, "organisation__kind", dict(Organisation.Kind.choices)),
            ),
            (_("By municipality"), "by-place", _by(campaign, "organisation__municipality", {})),
            (_("By organisation"), "by-organisation", _by(campaign, "organisation__name", {})[:MOST_ORGANISATIONS]),
        ],
    }


def _left_out(campaign: Campaign) -> list[tuple[str, int]]:
    """The reasons, the most frequent first."""
    counts = campaign.exclusions.values_list("reason").annotate(n=Count("pk")).order_by("-n", "reason")
    return [(str(audiences.Reason(reason).label), number) for reason, number in counts]


def _rows(campaign: Campaign) -> QuerySet[Delivery]:
    """The campaign's deliveries, each knowing whether its organisation opened its link and registered."""
    invitation = Invitation.objects.filter(
        event=campaign.event_id, organisation=OuterRef("organisation"), opened_at__isnull=False
    )
    registration = Registration.objects.filter(
        Q(organisation=OuterRef("organisation")) | Q(contact_email=OuterRef("address")),
        event=campaign.event_id, state=Registration.State.CONFIRMED,
    )  # fmt: skip
    return Delivery.objects.filter(campaign=campaign).annotate(
        # not `opened`: an aggregate of that name would be meant instead
        has_opened=Exists(invitation),
        has_registered=Exists(registration),
        has_come=Exists(registration.filter(Exists(Attendee.objects.filter(registration=OuterRef("pk")).present()))),
    )


def _numbers() -> dict[str, Count]:
    came_back = [Delivery.State.BOUNCED_HARD, Delivery.State.BOUNCED_SOFT]
    taken = Q(state__in=Delivery.TAKEN)
    return {
        "planned": Count("pk"),
        "taken": Count("pk", filter=taken),
        "arrived": Count("pk", filter=taken & ~Q(state__in=came_back)),
        "opened": Count("pk", filter=Q(has_opened=True) | Q(has_registered=True)),
        "registered": Count("pk", filter=Q(has_registered=True)),
        "came": Count("pk", filter=Q(has_come=True)),
    }


def _steps(campaign: Campaign) -> list[tuple[str, int]]:
    found = _rows(campaign).aggregate(**_numbers())
    return [(str(label), found[name]) for name, label in STEPS]


def _by(campaign: Campaign, field: str, labels: dict[str, Any]) -> list[tuple[str, list[int]]]:
    """The same steps for each value of a field, the largest first."""
    rows = _rows(campaign).order_by().values(field).annotate(**_numbers()).order_by("-planned", field)
    return [
        (str(labels.get(row[field], row[field]) or _("not known")), [row[name] for name, _label in STEPS])
        for row in rows
    ]


def _troubles(campaign: Campaign) -> list[tuple[str, int]]:
    """Last words of messages that failed or are uncertain, the most frequent first."""
    states = [
        Delivery.State.FAILED,
        Delivery.State.UNCERTAIN,
        *(Delivery.State.BOUNCED_HARD, Delivery.State.BOUNCED_SOFT),
    ]
    rows = Delivery.objects.filter(campaign=campaign, state__in=states).order_by()
    return list(rows.values_list("reply").annotate(n=Count("pk")).order_by("-n", "reply")[:20])


# -- who got what ----------------------------------------------------------------------------------------------------


def ledger(campaign: Campaign, form: CandidateFilterForm, after: str) -> dict[str, Any]:
    """One page of the ledger and where the next begins: keys `d<pk>` of deliveries, then `x<pk>` of those left out."""
    wanted, standing = (form.cleaned_data["q"], form.cleaned_data["standing"]) if form.is_valid() else ("", "")
    part, number = after[:1], int(after[1:19]) if after[1:19].isdecimal() else 0
    rows: list[Delivery] = []
    left_out: list[Exclusion] = []
    if part != "x" and standing != "out":
        deliveries = _named(Delivery.objects.filter(campaign=campaign, pk__gt=number), wanted)
        rows = list(deliveries.order_by("pk").prefetch_related("tries")[: PAGE + 1])
    if len(rows) <= PAGE and standing != "in":
        excluded = _named(Exclusion.objects.filter(campaign=campaign, pk__gt=number if part == "x" else 0), wanted)
        left_out = list(excluded.order_by("pk")[: PAGE + 1 - len(rows)])
    following = ""
    if len(rows) + len(left_out) > PAGE:
        last = left_out.pop() if left_out else rows.pop()
        following = f"{'x' if isinstance(last, Exclusion) else 'd'}{last.pk - 1}"
    return {"rows": rows, "left_out": left_out, "following": following}


def _named(rows: Any, wanted: str) -> Any:
    return rows.filter(Q(address__icontains=wanted) | Q(name__icontains=wanted)) if wanted else rows


def ledger_file(campaign: Campaign) -> StreamingHttpResponse:
    """Everybody in or out as CSV: UTF-8 with BOM, semicolons, formula cells defused; never whole in memory."""
    response = StreamingHttpResponse(
        csv_lines(_ledger_head(), _ledger_rows(campaign)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="campaign-{campaign.pk}.csv"'
    return response


def _ledger_head() -> list[str]:
    return [
        _("Name"), _("E-mail"), _("In or out"), _("State"), _("Attempts"), _("Handed over"), _("Reason"), "Message-ID",
    ]  # fmt: skip


def _ledger_rows(campaign: Campaign) -> Iterator[list[object]]:
    for row in (
        Delivery.objects.filter(campaign=campaign).order_by("pk").prefetch_related("tries").iterator(chunk_size=2000)
    ):
        at = timezone.localtime(row.accepted_at).isoformat(" ", "seconds") if row.accepted_at else ""
        yield [
            row.name,
            row.address,
            _("in"),
            row.get_state_display(),
            row.attempts,
            at,
            _reasons(row),
            row.message_id,
        ]
    for out in campaign.exclusions.order_by("pk").iterator(chunk_size=2000):
        yield [out.name, out.address, _("out"), "", "", "", out.words, ""]


def _reasons(row: Delivery) -> str:
    """Every attempt with its words; a message that never left has only its last words."""
    tries = [
        f"{timezone.localtime(one.at):%Y-%m-%d %H:%M:%S} {one.get_outcome_display()} {said(one.reply)}"
        for one in row.tries.all()
    ]
    return "; ".join(tries) or said(row.reply)
