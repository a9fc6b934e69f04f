"""From a text that stands to one that every body approved. Each verb locks the agreement's row and writes the audit trail."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from agreements import audit, documents, signals
from agreements.approving import placeholders, preamble, standing
from agreements.markup import text_sha256
from agreements.models import (
    Agreement,
    ApprovalAct,
    ApprovalCall,
    FinalSchema,
    Mandate,
    NonSubstantialChange,
    Objection,
    Party,
)
from agreements.services import media_type_of, prepare_version
from agreements.services.locking import lock, move, newest
from agreements.services.refusals import (
    AlreadyDone,
    NotEntitled,
    NothingToShare,
    StaleText,
    UnknownPlaceholder,
    WrongState,
)
from organisations.models import Organisation, User
from organisations.roles import Permission

State = Agreement.State
#: States in which a party may still join or leave: before the text is final.
OPEN_TO_PARTIES = frozenset(
    {State.DRAFT, State.SHARED, State.OBSERVATIONS_CLOSED, State.CONSOLIDATED, State.FINAL_SCHEMA, State.IN_APPROVAL}
)


@dataclass(frozen=True, slots=True)
class Paper:
    """Where the paper of an act or mandate is: a link, a file with its bytes, both, or neither."""

    link: str = ""
    filename: str = ""
    content: bytes | None = None

    def columns(self) -> dict[str, Any]:
        """The columns of `Proof`. Raises NotASignedFile."""
        if self.content is None:
            return {"link": self.link}
        return {
            "link": self.link, "filename": self.filename, "media_type": media_type_of(self.content),
            "content": self.content, "file_sha256": hashlib.sha256(self.content).hexdigest(),
            "file_size": len(self.content),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ActRecord:
    """What a body decided, as its office writes it down."""

    body_kind: str
    act_type: str
    number: str
    adopted_on: date
    effect: str
    signatory: Mandate
    body_label: str = ""
    posted_on: date | None = None
    certified_on: date | None = None
    paper: Paper = Paper()


@transaction.atomic
def finalise(*, agreement: Agreement, legal_contact: str, legal_contact_office: str, by: User) -> FinalSchema:
    """Fix the newest text as the schema for the bodies; `legal_contact` is the person of the law who confirmed it.

    Its PDF is rendered once, marked as a schema. Raises WrongState, NothingToShare, UnknownPlaceholder,
    documents.CannotRender.
    """
    agreement = lock(agreement, for_state=State.FINAL_SCHEMA)
    version = newest(agreement)
    revisions = list(version.in_order())
    if not revisions or not agreement.parties.exists():
        raise NothingToShare
    unknown = placeholders.unknown_in(revision.source for revision in revisions)
    if unknown:
        raise UnknownPlaceholder(unknown)
    if version.shared_at is None:
        version.text_sha256, version.shared_at = text_sha256(revisions), timezone.now()
        version.save(update_fields=["text_sha256", "shared_at"])
    rendering = documents.render(agreement, version, values=preamble.before_approval(agreement), is_schema=True)
    schema = FinalSchema.objects.create(
        version=version, text_sha256=version.text_sha256, content=rendering.content, sha256=rendering.sha256,
        size=len(rendering.content), page_count=rendering.page_count, legal_contact=legal_contact,
        legal_contact_office=legal_contact_office, finalised_by=by,
    )  # fmt: skip
    move(agreement, State.FINAL_SCHEMA)
    audit.record(agreement, "finalised", by.email, version=version.number, text_sha256=version.text_sha256,
                 schema_sha256=schema.sha256, legal_contact=legal_contact, office=legal_contact_office)  # fmt: skip
    return schema


@transaction.atomic
def send_for_approval(*, agreement: Agreement, answer_by: datetime, by: User) -> ApprovalCall:
    """Lay the schema before every party's body. Raises WrongState. Announces sent_for_approval."""
    agreement = lock(agreement, for_state=State.IN_APPROVAL)
    schema = _schema(agreement)
    call = ApprovalCall.objects.create(schema=schema, sent_by=by, answer_by=answer_by)
    move(agreement, State.IN_APPROVAL)
    audit.record(agreement, "sent_for_approval", by.email, version=schema.version.number, schema_sha256=schema.sha256,
                 text_sha256=schema.text_sha256, answer_by=answer_by.isoformat())  # fmt: skip
    signals.sent_for_approval.send(sender=Agreement, agreement=agreement, call=call, by=by)
    return call


@transaction.atomic
def record_mandate(
    *, party: Party, person_name: str, office_held: str, source: str, valid_from: date, by: User,
    valid_to: date | None = None, user: User | None = None, paper: Paper | None = None,
) -> Mandate:  # fmt: skip
    """Write down who may sign for a party. Raises WrongState, NotEntitled, NotASignedFile."""
    agreement = lock(party.agreement)
    _check_standing(party)
    on_behalf = _on_behalf(party, by, Permission.COMMENT_DRAFTS)
    if agreement.state in {State.CONCLUDED, State.WITHDRAWN, State.REFUSED}:
        raise WrongState
    mandate = Mandate.objects.create(
        party=party, person_name=person_name, office_held=office_held, source=source, valid_from=valid_from,
        valid_to=valid_to, user=user, recorded_by=by, **(paper or Paper()).columns(),
    )  # fmt: skip
    audit.record(agreement, "mandate_recorded", by.email, party=party.organisation.name, mandate=mandate.pk,
                 source=source, on_behalf=on_behalf, file_sha256=mandate.file_sha256)  # fmt: skip
    return mandate


@transaction.atomic
def end_mandate(*, mandate: Mandate, valid_to: date, by: User) -> Mandate:
    """Say until when a person may sign. Raises NotEntitled."""
    agreement = lock(mandate.party.agreement)
    on_behalf = _on_behalf(mandate.party, by, Permission.COMMENT_DRAFTS)
    mandate.valid_to = max(valid_to, mandate.valid_from)
    mandate.save(update_fields=["valid_to"])
    audit.record(agreement, "mandate_ended", by.email, party=mandate.party.organisation.name, mandate=mandate.pk,
                 valid_to=mandate.valid_to.isoformat(), on_behalf=on_behalf)  # fmt: skip
    return mandate


@transaction.atomic
def record_act(
    *, party: Party, record: ActRecord, text: str, by: User, supersedes: ApprovalAct | None = None
) -> ApprovalAct:
    """Record a body's act on the text before it, or a further act that corrects one; an act is never edited.

    `text`: the hash of the text that the page showed. Raises WrongState, NotEntitled, StaleText, AlreadyDone (another
    office was quicker, or the act was corrected already), NotASignedFile. Announces act_recorded.
    """
    agreement = lock(party.agreement)
    on_behalf = _on_behalf(party, by, Permission.COMMENT_DRAFTS)
    schema = _in_approval(agreement, party, text)
    if record.signatory.party_id != party.pk or (supersedes and supersedes.party_id != party.pk):
        raise NotEntitled
    if supersedes and supersedes.text_sha256 != schema.text_sha256:
        raise StaleText
    if _is_taken(party, schema, supersedes):
        raise AlreadyDone
    act = ApprovalAct.objects.create(
        party=party, supersedes=supersedes, body_kind=record.body_kind, body_label=record.body_label,
        act_type=record.act_type, number=record.number, adopted_on=record.adopted_on, effect=record.effect,
        posted_on=record.posted_on, certified_on=record.certified_on, signatory=record.signatory,
        text_sha256=schema.text_sha256, schema_sha256=schema.sha256, recorded_by=by, on_behalf=on_behalf,
        **record.paper.columns(),
    )  # fmt: skip
    audit.record(
        agreement, "act_recorded", by.email, party=party.organisation.name, act=act.pk, body=act.body_kind,
        act_type=act.act_type, number=act.number, adopted_on=act.adopted_on.isoformat(), effect=act.effect,
        posted_on=act.posted_on.isoformat() if act.posted_on else "", text_sha256=act.text_sha256,
        certified_on=act.certified_on.isoformat() if act.certified_on else "", schema_sha256=act.schema_sha256,
        supersedes=supersedes.pk if supersedes else None, on_behalf=on_behalf, file_sha256=act.file_sha256,
    )  # fmt: skip
    signals.act_recorded.send(sender=Agreement, agreement=agreement, act=act, by=by)
    return act


def _is_taken(party: Party, schema: FinalSchema, supersedes: ApprovalAct | None) -> bool:
    if supersedes:
        return ApprovalAct.objects.filter(supersedes=supersedes).exists()
    return party.acts.filter(text_sha256=schema.text_sha256).exists()


@transaction.atomic
def ask_changes(*, party: Party, body_label: str, reason: str, text: str, by: User) -> Objection:
    """A body wants another text: a new version begins, acts stay and are flagged as soon as the text differs.

    Raises WrongState, NotEntitled, StaleText. Announces changes_asked.
    """
    agreement, objection = _object(party, Objection.Kind.CHANGES, body_label, reason, text, by)
    audit.record(agreement, "changes_asked", by.email, party=party.organisation.name, objection=objection.pk,
                 body=body_label, reason=reason, on_behalf=objection.on_behalf)  # fmt: skip
    note = objection.party.organisation.name[:200]
    prepare_version(agreement=agreement, note=note, by=by)
    agreement.refresh_from_db()
    signals.changes_asked.send(sender=Agreement, agreement=agreement, objection=objection, by=by)
    return objection


@transaction.atomic
def refuse(*, party: Party, body_label: str, reason: str, text: str, by: User) -> Objection:
    """A body refuses; the agreement goes no further. Raises WrongState, NotEntitled, StaleText.

    Announces agreement_refused.
    """
    agreement, objection = _object(party, Objection.Kind.REFUSAL, body_label, reason, text, by)
    move(agreement, State.REFUSED)
    audit.record(agreement, "refused", by.email, party=party.organisation.name, objection=objection.pk,
                 body=body_label, reason=reason, on_behalf=objection.on_behalf)  # fmt: skip
    signals.agreement_refused.send(sender=Agreement, agreement=agreement, objection=objection, by=by)
    return objection


def _object(
    party: Party, kind: Objection.Kind, body_label: str, reason: str, text: str, by: User
) -> tuple[Agreement, Objection]:
    agreement = lock(party.agreement)
    on_behalf = _on_behalf(party, by, Permission.RECORD_POSITION)
    schema = _in_approval(agreement, party, text)
    objection = Objection.objects.create(
        party=party, schema=schema, kind=kind, body_label=body_label, reason=reason, by=by, on_behalf=on_behalf
    )
    return agreement, objection


@transaction.atomic
def declare_non_substantial(
    *, party: Party, declared_by: str, office_held: str, reason: str, text: str, by: User
) -> NonSubstantialChange:
    """A named person says for their party that this text differs from the approved one in nothing of substance.

    Never on behalf: only a signatory of the party records it. Raises WrongState (no act on another text), NotEntitled,
    StaleText, AlreadyDone.
    """
    agreement = lock(party.agreement)
    if not by.organisations_with(Permission.RECORD_POSITION).filter(pk=party.organisation_id).exists():
        raise NotEntitled
    schema = _in_approval(agreement, party, text)
    act = party.acts.standing().order_by("recorded_at", "pk").last()
    if act is None or party.acts.filter(text_sha256=schema.text_sha256).exists():
        raise WrongState
    pair = {"party": party, "from_sha256": act.text_sha256, "to_sha256": schema.text_sha256}
    if NonSubstantialChange.objects.filter(**pair).exists():
        raise AlreadyDone
    declaration = NonSubstantialChange.objects.create(
        **pair, declared_by=declared_by, office_held=office_held, reason=reason, by=by
    )
    audit.record(agreement, "difference_declared", by.email, party=party.organisation.name, act=act.pk,
                 from_sha256=act.text_sha256, to_sha256=schema.text_sha256, name=declared_by, office=office_held,
                 reason=reason)  # fmt: skip
    return declaration


@transaction.atomic
def add_party(*, agreement: Agreement, organisation: Organisation, kind: str, by: User) -> Party:
    """One more party, before the text is final; one that had left comes back. Raises WrongState, AlreadyDone.

    Bodies that approved keep their acts: the newcomer's is missing from now on.
    """
    agreement = lock(agreement)
    if agreement.state not in OPEN_TO_PARTIES:
        raise WrongState
    party = Party.everybody.filter(agreement=agreement, organisation=organisation).first()
    if party and party.left_at is None:
        raise AlreadyDone
    if party:
        party.left_at = None
        party.save(update_fields=["left_at"])
    else:
        last = Party.everybody.filter(agreement=agreement).order_by("-position").first()
        position = last.position + 1 if last else 1
        party = Party.objects.create(agreement=agreement, organisation=organisation, kind=kind, position=position)
    audit.record(agreement, "party_added", by.email, party=organisation.name)
    return party


@transaction.atomic
def remove_party(*, party: Party, reason: str, by: User) -> Party:
    """A party leaves before the text is final; what it wrote and approved stays as evidence. Raises WrongState."""
    agreement = lock(party.agreement)
    _check_standing(party)
    if agreement.state not in OPEN_TO_PARTIES or agreement.parties.count() < 2:
        raise WrongState
    party.left_at = timezone.now()
    party.save(update_fields=["left_at"])
    audit.record(agreement, "party_removed", by.email, party=party.organisation.name, reason=reason)
    return party


# -- inside ------------------------------------------------------------------------------------------------------------


def _on_behalf(party: Party, by: User, permission: Permission) -> bool:
    """Whether an organiser records it for the party. Raises NotEntitled for everybody else's people."""
    if by.organisations_with(permission).filter(pk=party.organisation_id).exists():
        return False
    if by.has_permission(Permission.MANAGE_AGREEMENTS):
        return True
    raise NotEntitled


def _check_standing(party: Party) -> None:
    """Raises WrongState for a party that left meanwhile."""
    if not Party.objects.filter(pk=party.pk).exists():
        raise WrongState


def _in_approval(agreement: Agreement, party: Party, text: str) -> FinalSchema:
    """The schema before the bodies. Raises WrongState, StaleText when the page showed another text."""
    _check_standing(party)
    if agreement.state != State.IN_APPROVAL:
        raise WrongState
    schema = _schema(agreement)
    if schema.text_sha256 != text:
        raise StaleText
    return schema


def _schema(agreement: Agreement) -> FinalSchema:
    schema = standing.schema_of(agreement)
    if schema is None:
        raise WrongState
    return schema
