"""From the final text to the last adhesion, and the files that parties signed with their own tools."""

import hashlib

from django.db import transaction
from django.utils import timezone

from agreements import audit, documents, signals
from agreements.approving import posting, preamble, standing
from agreements.models import Adhesion, Agreement, FrozenDocument, SignedFile
from agreements.services.locking import document_of, lock, move, newest
from agreements.services.refusals import AlreadyDone, NotApproved, NotASignedFile, NotEntitled, WrongState
from organisations.models import User
from organisations.roles import Permission

State = Agreement.State


@transaction.atomic
def freeze(*, agreement: Agreement, by: User) -> FrozenDocument:
    """Make the last shared version the final text: its PDF is rendered once and stored with its SHA-256.

    Only once every party's body approved exactly this text, effective today, or declared its difference non-substantial.
    Raises WrongState, NotApproved, documents.CannotRender (nothing is written then). Announces agreement_frozen.
    """
    agreement = lock(agreement, for_state=State.FROZEN)
    version, today = newest(agreement), posting.day_in_rome(timezone.now())
    lacking = standing.lacking(agreement, today)
    if lacking:
        raise NotApproved(lacking)
    rendering = documents.render(agreement, version, values=preamble.values(agreement, today))
    document = FrozenDocument.objects.create(
        agreement=agreement,
        version=version,
        content=rendering.content,
        sha256=rendering.sha256,
        size=len(rendering.content),
        page_count=rendering.page_count,
        frozen_by=by,
    )
    move(agreement, State.FROZEN)
    audit.record(agreement, "frozen", by.email, version=version.number, text_sha256=version.text_sha256,
                 sha256=document.sha256, size=document.size,
                 acts=[act.pk for act in standing.acts_relied_on(agreement)])  # fmt: skip
    signals.agreement_frozen.send(sender=Agreement, agreement=agreement, document=document, by=by)
    return document


@transaction.atomic
def open_signing(*, agreement: Agreement, by: User) -> Agreement:
    """Let the parties record their adhesion. Raises WrongState. Announces signing_opened."""
    agreement = lock(agreement, for_state=State.SIGNING)
    document = document_of(agreement)
    move(agreement, State.SIGNING)
    audit.record(agreement, "signing_opened", by.email, sha256=document.sha256)
    signals.signing_opened.send(sender=Agreement, agreement=agreement, document=document, by=by)
    return agreement


@transaction.atomic
def adhere(*, agreement: Agreement, name: str, office_held: str, statement: str, by: User) -> Adhesion:
    """Record a party's adhesion to the frozen document; the last one concludes the agreement.

    It is no digital signature (regulation (EU) 910/2014, art. 3): the statement says so and names the SHA-256.
    Raises WrongState, NotEntitled, AlreadyDone. Announces adhesion_recorded, agreement_concluded.
    """
    agreement = lock(agreement)
    if agreement.state != State.SIGNING:
        raise WrongState
    party = agreement.party_of(by, Permission.RECORD_ADHESION)
    if party is None:
        raise NotEntitled
    document = document_of(agreement)
    if document.adhesions.filter(party=party).exists():
        raise AlreadyDone
    adhesion = Adhesion.objects.create(
        document=document, party=party, by=by, by_name=name, office_held=office_held, statement=statement
    )
    audit.record(agreement, "adhesion_recorded", by.email, party=party.organisation.name, office=office_held,
                 name=name, sha256=document.sha256, statement=statement)  # fmt: skip
    signals.adhesion_recorded.send(sender=Agreement, agreement=agreement, adhesion=adhesion, by=by)
    if document.adhesions.count() == agreement.parties.count():
        _conclude(agreement, by)
    return adhesion


@transaction.atomic
def upload_signed_file(*, agreement: Agreement, filename: str, content: bytes, by: User) -> SignedFile:
    """Keep a party's signed file byte for byte with its SHA-256; what it is worth is verified elsewhere.

    Raises WrongState, NotEntitled, NotASignedFile, AlreadyDone (the same bytes again).
    """
    agreement = lock(agreement)
    if agreement.state not in {State.SIGNING, State.CONCLUDED}:
        raise WrongState
    party = agreement.party_of(by, Permission.RECORD_ADHESION)
    if party is None:
        raise NotEntitled
    media_type = media_type_of(content)
    document, sha256 = document_of(agreement), hashlib.sha256(content).hexdigest()
    if document.signed_files.filter(party=party, sha256=sha256).exists():
        raise AlreadyDone
    kept = SignedFile.objects.create(
        document=document, party=party, filename=filename, media_type=media_type, content=content, sha256=sha256,
        size=len(content), uploaded_by=by,
    )  # fmt: skip
    audit.record(agreement, "signed_file_uploaded", by.email, party=party.organisation.name, filename=filename,
                 sha256=sha256, size=len(content))  # fmt: skip
    return kept


def media_type_of(content: bytes) -> str:
    """By its first bytes, never by its name. Raises NotASignedFile.

    A CAdES envelope is a DER or BER SEQUENCE holding the OID of signedData (RFC 5652 section 5.1).
    """
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    signed_data = bytes.fromhex("06092a864886f70d010702")
    if content.startswith(b"\x30") and signed_data in content[:32]:
        return "application/pkcs7-mime"
    raise NotASignedFile


def _conclude(agreement: Agreement, by: User) -> None:
    agreement.concluded_at = timezone.now()
    move(agreement, State.CONCLUDED, "concluded_at")
    audit.record(agreement, "concluded", by.email)
    signals.agreement_concluded.send(sender=Agreement, agreement=agreement, by=by)
