"""Letters about the approval of an agreement by each party's body."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agreements.approving import standing
from agreements.models import Agreement, ApprovalAct, Objection
from notifications.kinds.own_words import own_words
from notifications.letters import CannotWrite, Letter, absolute
from notifications.models import Delivery


def sent_for_approval(delivery: Delivery) -> Letter:
    """To the parties' people: the schema lies before their body, and until when its act is awaited."""
    agreement, payload = _agreement(delivery), delivery.payload
    return Letter(
        subject=_("To be approved: %(agreement)s") % {"agreement": agreement.title},
        paragraphs=[
            _("version %(number)s of the text is final and lies before your organisation's body. Download the schema, "
              "have it approved, and record the act with its number and date.") % {"number": payload.get("version", "")}
        ],
        facts=[
            (_("Protocol"), agreement.title), (_("Act awaited by"), payload.get("answer_by", "")),
            (_("SHA-256 of the schema"), payload.get("sha256", "")),
        ],
        link=_link(agreement),
        closing=[_("If your body wants another text, say so on the same page, with the reason.")],
    )  # fmt: skip


def approval_reminder(delivery: Delivery) -> Letter:
    """To the people of a party whose act on this text is missing."""
    agreement = _agreement(delivery)
    schema = standing.schema_of(agreement)
    call = getattr(schema, "call", None)
    if call is None or agreement.state != Agreement.State.IN_APPROVAL:
        raise CannotWrite("nothing lies before the bodies")
    answer_by = date_format(timezone.localtime(call.answer_by), "l j F Y, H:i")
    party = agreement.parties.filter(organisation=delivery.payload.get("organisation")).first()
    values = {"organisation": str(party or ""), "agreement": agreement.title, "date": answer_by}
    subject, paragraphs = own_words(delivery, values)
    return Letter(
        subject=subject or _("Your act is awaited: %(agreement)s") % {"agreement": agreement.title},
        paragraphs=paragraphs or [
            _("%(organisation)s has recorded no act on the text that lies before the bodies.") % values
        ],
        facts=[(_("Protocol"), agreement.title), (_("Act awaited by"), answer_by)],
        link=_link(agreement),
    )  # fmt: skip


def act_recorded(delivery: Delivery) -> Letter:
    """To all parties' people and the organisers: a body's act, and when it takes effect."""
    agreement = _agreement(delivery)
    act = ApprovalAct.objects.of(agreement).filter(pk=delivery.payload.get("act")).first()
    if act is None:
        raise CannotWrite("the act is gone")
    day = act.effective_on
    return Letter(
        subject=_("Act of %(party)s: %(agreement)s") % {"party": act.party, "agreement": agreement.title},
        paragraphs=[
            _("an act of %(party)s was corrected by a further one.") % {"party": act.party}
            if act.supersedes_id else _("%(party)s has recorded its body's act.") % {"party": act.party}
        ],
        facts=[
            (_("Body"), act.body), (_("Act"), act.act_type), (_("Number"), act.number),
            (_("Date"), date_format(act.adopted_on, "j F Y")),
            (_("Effective on"), date_format(day, "j F Y") if day else _("once it is posted")),
        ],
        link=_link(agreement),
    )  # fmt: skip


def changes_asked(delivery: Delivery) -> Letter:
    """To all parties' people and the organisers: a body wants another text."""
    agreement, objection = _objection(delivery)
    return Letter(
        subject=_("Changes asked: %(agreement)s") % {"agreement": agreement.title},
        paragraphs=[
            _("%(party)s (%(body)s) asks for changes of the text: %(reason)s") % _said(objection),
            _("A new version is in preparation. Acts already recorded stay, and count only for the text they approved."),
        ],
        link=_link(agreement),
    )  # fmt: skip


def agreement_refused(delivery: Delivery) -> Letter:
    """To all parties' people and the organisers: who refused, and why."""
    agreement, objection = _objection(delivery)
    return Letter(
        subject=_("Refused: %(agreement)s") % {"agreement": agreement.title},
        paragraphs=[
            _("%(party)s (%(body)s) refuses the protocol, which goes no further. The reason: %(reason)s")
            % _said(objection)
        ],
        link=_link(agreement),
    )  # fmt: skip


# -- inside ------------------------------------------------------------------------------------------------------------


def _said(objection: Objection) -> dict[str, str]:
    return {"party": str(objection.party), "body": objection.body_label, "reason": objection.reason}


def _objection(delivery: Delivery) -> tuple[Agreement, Objection]:
    agreement = _agreement(delivery)
    objection = Objection.objects.filter(pk=delivery.payload.get("objection")).first()
    if objection is None:
        raise CannotWrite("the objection is gone")
    return agreement, objection


def _agreement(delivery: Delivery) -> Agreement:
    agreement = Agreement.objects.filter(pk=delivery.payload.get("agreement")).first()
    if agreement is None:
        raise CannotWrite("the agreement is gone")
    return agreement


def _link(agreement: Agreement) -> tuple[str, str]:
    return _("Open the approval"), absolute(f"{agreement.get_review_url()}approval/")
