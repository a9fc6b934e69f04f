"""What must hold of evidence whatever happened: one sentence for each that does not."""

from collections.abc import Iterator

from agreements import audit
from agreements.models import Agreement, Amendment, FrozenDocument
from agreements.views import attachment


def broken() -> Iterator[str]:
    """Audit trails unbroken, frozen bytes as they were, every answered amendment with its answer."""
    for agreement in Agreement.objects.all():
        verdict = audit.verify(agreement)
        if verdict:
            yield f"agreement {agreement.slug}: audit trail broken at {verdict.seq}: {verdict.reason}"
    for document in FrozenDocument.objects.iterator():
        try:
            attachment(bytes(document.content), "x", "application/pdf", document.sha256)
        except ValueError:
            yield f"document {document.sha256}: its bytes no longer match"
    for amendment in Amendment.objects.select_related("version__agreement", "decision").iterator():
        decision = getattr(amendment, "decision", None)
        answered = amendment.state not in {Amendment.State.OPEN, Amendment.State.WITHDRAWN}
        if (decision.outcome if decision else None) != (amendment.state if answered else None):
            yield f"agreement {amendment.agreement.slug}: amendment {amendment} is {amendment.state}, its decision says otherwise"
