"""Letters about an agreement: to be read, final, adhered to."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agreements.models import Agreement, FrozenDocument, Party
from notifications.kinds.own_words import own_words
from notifications.letters import CannotWrite, Letter, absolute
from notifications.models import Delivery


def agreement_shared(delivery: Delivery) -> Letter:
    """To the parties' people: a version to read, and until when."""
    agreement = _agreement(delivery)
    closes_at = delivery.payload.get("closes_on", "")
    return Letter(
        subject=_("To be read: %(agreement)s") % {"agreement": agreement.title},
        paragraphs=[
            _("version %(number)s of the text lies before you. Read it, comment article by article, and record your "
              "organisation's position.") % {"number": delivery.payload.get("version", "")}
        ],
        facts=[(_("Protocol"), agreement.title), *([(_("Remarks by"), closes_at)] if closes_at else [])],
        link=_review_link(agreement),
        closing=[_("You sign in with your e-mail address and a code that we send you.")],
    )  # fmt: skip


def review_reminder(delivery: Delivery) -> Letter:
    """To the people of a party that has recorded no position: until when, and what silence means."""
    agreement = _agreement(delivery)
    review = agreement.open_round()
    if review is None:
        raise CannotWrite("the review is closed")
    closes_on = date_format(timezone.localtime(review.closes_at), "l j F Y, H:i")
    organisation = agreement.parties.filter(organisation=delivery.payload.get("organisation")).first()
    values = {"organisation": str(organisation or ""), "agreement": agreement.title, "date": closes_on}
    subject, paragraphs = own_words(delivery, values)
    return Letter(
        subject=subject or _("Your position is awaited: %(agreement)s") % {"agreement": agreement.title},
        paragraphs=paragraphs or [
            _("%(organisation)s has recorded no position on version %(number)s of the text yet. It may say that it "
              "has no remarks.") % {"organisation": organisation or "", "number": review.version.number}
        ],
        facts=[(_("Protocol"), agreement.title), (_("Remarks by"), closes_on)],
        link=_review_link(agreement),
        closing=[_("Silence is recorded as silence, never as consent.")],
    )  # fmt: skip


def agreement_frozen(delivery: Delivery) -> Letter:
    """To the parties' people: the final document and its fingerprint."""
    agreement = _agreement(delivery)
    document = FrozenDocument.objects.filter(pk=delivery.payload.get("document")).first()
    return Letter(
        subject=_("Final text: %(agreement)s") % {"agreement": agreement.title},
        paragraphs=[_("the text is final. Its bytes no longer change; this fingerprint lets anybody check them.")],
        facts=[("SHA-256", document.sha256 if document else "")],
        link=_review_link(agreement),
    )


def signing_opened(delivery: Delivery) -> Letter:
    """To the signatories: the adhesion can be recorded."""
    agreement = _agreement(delivery)
    return Letter(
        subject=_("Adhesion open: %(agreement)s") % {"agreement": agreement.title},
        paragraphs=[
            _("your organisation's adhesion to the final text can now be recorded, and the file signed with your own "
              "tool can be uploaded.")
        ],
        link=_review_link(agreement),
        closing=[_("Recording the adhesion here is not a digital signature.")],
    )  # fmt: skip


def adhesion_recorded(delivery: Delivery) -> Letter:
    """To the parties' people and the organisers: one more party adhered."""
    agreement = _agreement(delivery)
    party = Party.objects.select_related("organisation").filter(pk=delivery.payload.get("party")).first()
    return Letter(
        subject=_("Adhesion of %(party)s: %(agreement)s") % {"party": party or "", "agreement": agreement.title},
        paragraphs=[_("%(party)s has recorded its adhesion.") % {"party": party or ""}],
        link=_review_link(agreement),
    )


def agreement_concluded(delivery: Delivery) -> Letter:
    """To the parties' people and the organisers: all have adhered."""
    agreement = _agreement(delivery)
    return Letter(
        subject=_("Concluded: %(agreement)s") % {"agreement": agreement.title},
        paragraphs=[_("all parties have recorded their adhesion.")],
        link=_review_link(agreement),
    )


def agreement_withdrawn(delivery: Delivery) -> Letter:
    """To the parties' people: it goes no further, and why."""
    agreement = _agreement(delivery)
    return Letter(
        subject=_("Withdrawn: %(agreement)s") % {"agreement": agreement.title},
        paragraphs=[
            _("the protocol goes no further. The reason: %(reason)s") % {"reason": delivery.payload.get("reason")}
        ],
        link=_review_link(agreement),
    )


def review_extended(delivery: Delivery) -> Letter:
    """To the parties' people: more time, and why."""
    agreement = _agreement(delivery)
    until = delivery.payload.get("until", "")
    return Letter(
        subject=_("More time for remarks: %(agreement)s") % {"agreement": agreement.title},
        paragraphs=[
            _("remarks and positions are taken until %(until)s. The reason: %(reason)s")
            % {"until": until, "reason": delivery.payload.get("reason", "")}
        ],
        facts=[(_("Protocol"), agreement.title), (_("Remarks by"), until)],
        link=_review_link(agreement),
    )


def party_added(delivery: Delivery) -> Letter:
    """To everybody's people: one party more, and why."""
    agreement = _agreement(delivery)
    party = delivery.payload.get("party", "")
    return Letter(
        subject=_("A new party, %(party)s: %(agreement)s") % {"party": party, "agreement": agreement.title},
        paragraphs=[
            _("%(party)s has become a party to the protocol. The reason: %(reason)s")
            % {"party": party, "reason": delivery.payload.get("reason", "")}
        ],
        link=_review_link(agreement),
    )


def party_removed(delivery: Delivery) -> Letter:
    """To everybody's people, also of the party that goes: one party less, and why."""
    agreement = _agreement(delivery)
    party = delivery.payload.get("party", "")
    return Letter(
        subject=_("No longer a party, %(party)s: %(agreement)s") % {"party": party, "agreement": agreement.title},
        paragraphs=[
            _("%(party)s is no longer a party to the protocol. The reason: %(reason)s")
            % {"party": party, "reason": delivery.payload.get("reason", "")},
            _("What it wrote stays on record under its name; its position no longer counts."),
        ],
        link=_review_link(agreement),
    )


def audit_anchor(delivery: Delivery) -> Letter:
    """To the parties' people and organisers: the end of the audit trail, to be kept. Never what stands in it."""
    agreement, payload = _agreement(delivery), delivery.payload
    return Letter(
        subject=_("Keep this mail, row %(length)s: %(agreement)s")
        % {"length": payload.get("length", ""), "agreement": agreement.title},
        paragraphs=[
            _("everything that happens to this protocol is written in a chain of rows. This is its last row today. "
              "Whoever keeps this mail can show later that no row was changed or taken away.")
        ],
        facts=[(_("Protocol"), agreement.title), (_("Rows"), str(payload.get("length", ""))),
               ("SHA-256", payload.get("head", ""))],
        link=_review_link(agreement),
        closing=[_("There is nothing to do.")],
    )  # fmt: skip


# -- inside ------------------------------------------------------------------------------------------------------------


def _agreement(delivery: Delivery) -> Agreement:
    agreement = Agreement.objects.filter(pk=delivery.payload.get("agreement")).first()
    if agreement is None:
        raise CannotWrite("the agreement is gone")
    return agreement


def _review_link(agreement: Agreement) -> tuple[str, str]:
    return _("Open the protocol"), absolute(agreement.get_review_url())
