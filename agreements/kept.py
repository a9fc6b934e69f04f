"""What this room holds of people (decision 0030): evidence that the parties must be able to show, never emptied before."""

from django.utils.translation import gettext_lazy as _

from organisations.kept import Anchor, Basis, Ending, Kept, Period, Who

PROTOCOL = Period(Anchor.PROTOCOL)
PARTIES = _("the parties and organisers")

DECLARED = (
    Kept(
        "remarks",
        ("agreements.Position.note", "agreements.PositionChange.note", "agreements.Comment.body",
         "agreements.Thread.settled_why"),
        Who.SIGNATORY,
        _("Comments and positions on a text, with who wrote them"), _("to negotiate the text"),
        Basis.INTEREST, PROTOCOL, Ending.STAYS, PARTIES,
    ),
    Kept(
        "amendments", ("agreements.Amendment.reason", "agreements.AmendmentDecision.reason"), Who.SIGNATORY,
        _("Changes proposed to a text and what was decided, with who proposed and who decided"), _("to negotiate the text"),
        Basis.INTEREST, PROTOCOL, Ending.STAYS, PARTIES,
    ),
    Kept(
        "adhesions",
        ("agreements.Adhesion.by_name", "agreements.Adhesion.office_held", "agreements.Adhesion.statement",
         "agreements.SignedFile.content", "agreements.SignedFile.filename", "agreements.FrozenDocument.content"),
        Who.SIGNATORY, _("Who adhered or signed, in which office, and the signed file"),
        _("so that the parties can prove what was agreed"), Basis.INTEREST, PROTOCOL, Ending.STAYS,
        _("the parties and organisers; name and office, once public, everybody"),
    ),
    Kept(
        "audit_trail", ("agreements.AuditEvent.actor", "agreements.AuditEvent.payload"), Who.SIGNATORY,
        _("The trail of operations"), _("so that nobody can change the record unseen"),
        Basis.INTEREST, PROTOCOL, Ending.STAYS, PARTIES,
    ),
)  # fmt: skip

_TEXT = "the text of the protocol and of its versions"
_CODE = "a hash or a name of our own making"
NOT_PERSONAL = {
    **dict.fromkeys(
        [f"agreements.Agreement.{name}" for name in (
            "slug", "title_it", "title_en", "summary_it", "summary_en", "withdrawal_reason",
        )]
        + ["agreements.TextVersion.note", "agreements.ArticleRevision.heading", "agreements.ArticleRevision.source"]
        + [f"agreements.Amendment.{name}" for name in ("heading", "source")]
        + [f"agreements.Thread.{name}" for name in ("quote", "prefix", "suffix")]
        + ["agreements.Party.removal_reason", "agreements.RoundExtension.reason"]
        + [f"agreements.AmendmentDecision.{name}" for name in ("heading_before", "source_before", "heading", "source")],
        _TEXT,
    ),
    **dict.fromkeys(
        ["agreements.AuditAnchor.head", "agreements.AuditAnchor.parties", "agreements.Agreement.audit_head",
         "agreements.TextVersion.text_sha256", "agreements.FrozenDocument.sha256",
         "agreements.SignedFile.media_type", "agreements.SignedFile.sha256", "agreements.AuditEvent.agreement_slug",
         "agreements.AuditEvent.type", "agreements.AuditEvent.prev_hash", "agreements.AuditEvent.hash"],
        _CODE,
    ),
}  # fmt: skip
