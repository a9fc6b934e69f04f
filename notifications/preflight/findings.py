"""What an examination says: findings in words, and the verdict that follows from them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Severity(TextChoices):
    """How much a finding weighs."""

    STOP = "stop", _("must change")
    WARN = "warn", _("look again")
    NOTE = "note", _("good to know")


class Outcome(TextChoices):
    """Whether the campaign may leave."""

    GO = "go", _("It can leave.")
    WARN = "warn", _("It can leave; read the warnings first.")
    STOP = "stop", _("It cannot leave yet.")


#: Tones of the badge component.
_TONES = {Severity.STOP: "stop", Severity.WARN: "wait", Severity.NOTE: "plain"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing seen, and what to do about it."""

    code: str
    severity: Severity
    words: str
    advice: str = ""

    @property
    def tone(self) -> str:
        return _TONES[self.severity]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole examination; findings by weight."""

    findings: tuple[Finding, ...]
    recipients: int
    #: Bytes of the largest message.
    largest: int
    #: Estimated duration of the sending; None when no speed has been measured yet.
    seconds: float | None = None

    @property
    def outcome(self) -> Outcome:
        if self.with_severity(Severity.STOP):
            return Outcome.STOP
        return Outcome.WARN if self.with_severity(Severity.WARN) else Outcome.GO

    @property
    def tone(self) -> str:
        return {Outcome.GO: "ok", Outcome.WARN: "wait", Outcome.STOP: "stop"}[self.outcome]

    def with_severity(self, severity: Severity) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity == severity]


def stop(code: str, words: str, advice: str = "") -> Finding:
    """Something that must change."""
    return Finding(code, Severity.STOP, words, advice)


def warn(code: str, words: str, advice: str = "") -> Finding:
    """Something that a person should look at again."""
    return Finding(code, Severity.WARN, words, advice)


def note(code: str, words: str, advice: str = "") -> Finding:
    """Something good to know."""
    return Finding(code, Severity.NOTE, words, advice)


def by_weight(findings: Iterator[Finding] | Sequence[Finding]) -> tuple[Finding, ...]:
    """Each finding once, the heaviest first, otherwise in the order in which they were made."""
    order = list(Severity)
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: order.index(finding.severity)))
