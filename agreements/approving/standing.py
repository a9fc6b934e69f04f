"""Who is waiting for whom: where each party stands with the text as it is now. Derived from rows each time, never stored."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.approving import posting
from agreements.markup import text_sha256
from agreements.models import Agreement, ApprovalAct, FinalSchema, Mandate, NonSubstantialChange, Party, TextVersion


class Step(models.TextChoices):
    """How far a party is with this text."""

    NOT_SENT = "not_sent", gettext_lazy("not sent yet")
    WAITING = "waiting", gettext_lazy("schema received, act awaited")
    EARLIER_TEXT = "earlier_text", gettext_lazy("act on an earlier text")
    TO_BE_POSTED = "to_be_posted", gettext_lazy("act recorded, to be posted")
    RECORDED = "recorded", gettext_lazy("act recorded, not effective yet")
    DECLARED = "declared", gettext_lazy("approved, difference declared non-substantial")
    EFFECTIVE = "effective", gettext_lazy("approved")


@dataclass(frozen=True, slots=True)
class PartyStanding:
    """One party's line of the board. `act`: the one that counts, on this text or on an earlier one."""

    party: Party
    step: Step
    act: ApprovalAct | None
    declaration: NonSubstantialChange | None
    days_waiting: int | None
    next_on: date | None
    is_late: bool
    mandate_ended_on: date | None
    earlier: TextVersion | None

    @property
    def is_done(self) -> bool:
        """Whether the text may be frozen as far as this party is concerned."""
        return self.step in {Step.EFFECTIVE, Step.DECLARED}

    @property
    def lacking(self) -> str:
        """What is missing, in a sentence; empty when nothing is."""
        name = {"party": self.party.organisation.name}
        match self.step:
            case Step.EFFECTIVE | Step.DECLARED:
                return ""
            case Step.NOT_SENT:
                return _("%(party)s has not been sent this text.") % name
            case Step.WAITING:
                return _("The act of %(party)s on this text is missing.") % name
            case Step.EARLIER_TEXT:
                said = _(
                    "The act of %(party)s is on an earlier text: a new act, or a declaration that the change is "
                    "non-substantial, is missing."
                )
                return said % name
            case Step.TO_BE_POSTED:
                return _("The act of %(party)s has no date of posting yet, so it is not effective.") % name
        day = self.act.effective_on if self.act else None
        said = _("The act of %(party)s takes effect on %(day)s.")
        return said % {**name, "day": date_format(day, "j F Y") if day else "?"}


def current_text(agreement: Agreement) -> str:
    """The hash of the newest version's text, also while it is being written: a change shows at once."""
    version = agreement.newest_version()
    if version is None:
        return ""
    return version.text_sha256 if version.shared_at else text_sha256(version.in_order())


def schema_of(agreement: Agreement) -> FinalSchema | None:
    """The schema of the newest version, without its bytes."""
    version = agreement.newest_version()
    schemas = FinalSchema.objects.filter(version=version).defer("content").select_related("version", "call")
    return schemas.first() if version else None


def board(agreement: Agreement, today: date) -> list[PartyStanding]:
    """Every party's line, in the parties' order. The same number of queries whatever their number."""
    text, schema = current_text(agreement), schema_of(agreement)
    call = getattr(schema, "call", None)
    sent_on = posting.day_in_rome(call.sent_at) if call else None
    answer_by = posting.day_in_rome(call.answer_by) if call else None
    acts: dict[int, list[ApprovalAct]] = defaultdict(list)
    for found in ApprovalAct.objects.of(agreement).standing():
        acts[found.party_id].append(found)
    declared = {
        (d.party_id, d.from_sha256): d
        for d in NonSubstantialChange.objects.filter(party__agreement=agreement, to_sha256=text)
    }
    versions = {v.text_sha256: v for v in agreement.shared_versions()}
    lines = []
    for party in agreement.parties.select_related("organisation").order_by("position"):
        own = acts[party.pk]
        act: ApprovalAct | None = next((a for a in own if a.text_sha256 == text), own[-1] if own else None)
        declaration = declared.get((party.pk, act.text_sha256)) if act else None
        step = _step(act, declaration, text, is_sent=call is not None, today=today)
        is_done = step in {Step.EFFECTIVE, Step.DECLARED}
        waits_for_act = step in {Step.WAITING, Step.EARLIER_TEXT}
        next_on = None if is_done else answer_by if waits_for_act else act.effective_on if act else None
        lines.append(
            PartyStanding(
                party=party,
                step=step,
                act=act,
                declaration=declaration,
                days_waiting=(today - sent_on).days if sent_on and not is_done else None,
                next_on=next_on,
                is_late=waits_for_act and answer_by is not None and answer_by < today,
                mandate_ended_on=_ended(act.signatory, today) if act else None,
                earlier=versions.get(act.text_sha256) if act and act.text_sha256 != text else None,
            )
        )
    return lines


def _step(
    act: ApprovalAct | None, declaration: NonSubstantialChange | None, text: str, *, is_sent: bool, today: date
) -> Step:
    if act is None:
        return Step.WAITING if is_sent else Step.NOT_SENT
    if act.text_sha256 != text and declaration is None:
        return Step.EARLIER_TEXT
    if not act.is_effective(today):
        return Step.RECORDED if act.effective_on else Step.TO_BE_POSTED
    return Step.EFFECTIVE if declaration is None else Step.DECLARED


def _ended(mandate: Mandate, today: date) -> date | None:
    return mandate.valid_to if mandate.valid_to and mandate.valid_to < today else None


def lacking(agreement: Agreement, today: date) -> list[str]:
    """What is missing before the text can be frozen, one sentence a party; empty when it can."""
    if not agreement.parties.exists():
        return [_("The protocol has no party.")]
    return [line.lacking for line in board(agreement, today) if not line.is_done]


def acts_relied_on(agreement: Agreement) -> list[ApprovalAct]:
    """The acts by which the parties approved the text as it is now, in the parties' order."""
    far_future = date.max
    return [line.act for line in board(agreement, far_future) if line.act and line.is_done]
