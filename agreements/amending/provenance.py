"""Where each sentence of a text comes from: in which version it came or changed, and by which amendment."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from agreements.amending.models import Amendment, AmendmentDecision
from agreements.models import ArticleRevision, TextVersion
from agreements.tokens import is_word, tokens

#: What ends with a point and no sentence: articles, numbers, letters, titles.
_SHORT = re.compile(
    r"(?:^|[\s(])(?:artt?|n|nn|lett|co|c|p|pp|[A-Z]|D|L|lgs|d|l|sig|dott|prof|ing|avv|cfr|es|ecc)\.$", re.IGNORECASE
)
_ENDS = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-zà-ÿ]|[«“\"(*])|\n\s*")


@dataclass(frozen=True, slots=True)
class Origin:
    """A step on which a sentence came or changed. `amendment` none: the organisers wrote it while preparing the version."""

    version: int
    amendment: Amendment | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the steps that made it, the first one first."""

    text: str
    origins: tuple[Origin, ...]

    @property
    def came(self) -> Origin:
        """Where it first stood."""
        return self.origins[0]

    @property
    def changes(self) -> tuple[Origin, ...]:
        """Where it was changed afterwards."""
        return self.origins[1:]


@dataclass(frozen=True, slots=True)
class ArticleProvenance:
    """An article of the text with its sentences. `heading`: the heading's own way here."""

    revision: ArticleRevision
    heading: Sentence
    sentences: tuple[Sentence, ...]


def sentences_of(source: str) -> list[str]:
    """The sentences of a text; items of a list and lines are sentences of their own."""
    found: list[str] = []
    begin = 0
    for end in _ENDS.finditer(source):
        part = source[begin : end.start()].strip()
        if "\n" not in end.group() and _SHORT.search(part):
            continue
        if part:
            found.append(part)
        begin = end.end()
    return [*found, rest] if (rest := source[begin:].strip()) else found


def provenance(version: TextVersion) -> list[ArticleProvenance]:
    """Every article of a version. Three queries, whatever their number."""
    versions = list(version.agreement.versions.filter(number__lte=version.number).order_by("number"))
    texts: dict[tuple[int, int], ArticleRevision] = {}
    for revision in ArticleRevision.objects.filter(version__in=versions).order_by("position"):
        texts[revision.version_id, revision.article_id] = revision
    decisions: dict[tuple[int, int], list[AmendmentDecision]] = {}
    asked = AmendmentDecision.objects.filter(version__in=versions).order_by("at", "pk")
    for decision in asked.select_related("amendment__version", "amendment__party__organisation", "by"):
        if decision.version_id and decision.article_id:
            decisions.setdefault((decision.version_id, decision.article_id), []).append(decision)
    found = []
    for (of_version, article), revision in texts.items():
        if of_version == version.pk:
            steps = list(_steps(versions, article, texts, decisions))
            heading = _followed((origin, [text]) for origin, text, _source in steps)
            sentences = _followed((origin, sentences_of(source)) for origin, _heading, source in steps)
            found.append(ArticleProvenance(revision, heading[0], tuple(sentences)))
    return found


def _steps(
    versions: list[TextVersion], article: int, texts: dict[tuple[int, int], ArticleRevision],
    decisions: dict[tuple[int, int], list[AmendmentDecision]],
) -> Iterable[tuple[Origin, str, str]]:  # fmt: skip
    """The texts that an article went through, each with what brought it about: origin, heading, text."""
    for version in versions:
        by_hand = Origin(version.number)
        for decision in decisions.get((version.pk, article), []):
            if decision.source_before:  # else it was removed before, or did not exist
                yield by_hand, decision.heading_before, decision.source_before
            if not decision.is_removed:
                yield Origin(version.number, decision.amendment), decision.heading, decision.source
        if revision := texts.get((version.pk, article)):
            yield by_hand, revision.heading, revision.source


def _followed(steps: Iterable[tuple[Origin, list[str]]]) -> list[Sentence]:
    now: list[Sentence] = []
    for origin, texts in steps:
        now = _next(now, texts, origin)
    return now


def _next(before: list[Sentence], texts: list[str], origin: Origin) -> list[Sentence]:
    """The sentences after a step: what stands as it stood keeps its way, what was changed adds the step to it."""
    kept: list[Sentence] = []
    matcher = SequenceMatcher(None, [one.text for one in before], texts, autojunk=False)
    for verb, i1, i2, j1, j2 in matcher.get_opcodes():
        if verb == "equal":
            kept += before[i1:i2]
            continue
        gone = list(before[i1:i2])
        for text in texts[j1:j2]:
            parent = max(gone, key=lambda one: _likeness(one.text, text), default=None)
            if parent is None or _likeness(parent.text, text) < 0.5:
                kept.append(Sentence(text, (origin,)))
            else:
                gone.remove(parent)
                kept.append(Sentence(text, (*parent.origins, origin)))
    return kept


def _likeness(one: str, other: str) -> float:
    """The share of words that two sentences have in common, 0 to 1."""
    words, others = ({token.lower() for token in tokens(text) if is_word(token)} for text in (one, other))
    return 2 * len(words & others) / (len(words) + len(others)) if words or others else 0.0
