"""The redline of a whole protocol: 15 articles of about 300 words, each changed in several places."""

import random
import time
from collections.abc import Callable
from difflib import SequenceMatcher
from statistics import median
from typing import Any

from django.utils import timezone

from agreements.models import Agreement, Article, ArticleRevision, TextVersion
from agreements.redline import redline
from agreements.tokens import tokens
from bench.figures import figure
from organisations.models import User

ARTICLES, WORDS, TIMES = 15, 300, 7
VOCABULARY = (
    "le parti il comune di a da in con per tra i giovani territorio azioni comuni protocollo durata anni impegno "
    "associazione presso sede risorse dati personali incontri enti società civile impresa sociale orientamento lavoro "
    "formazione accordo articolo finalità oggetto delibera giunta consiglio convenzione attività progetto rete servizi"
).split()


def redline_15() -> list[dict[str, Any]]:
    """The limit: difflib alone on the same lists of tokens, which are made beforehand."""
    old, new = _versions()
    pairs = list(zip(*([tokens(r.source) for r in version.in_order()] for version in (old, new)), strict=True))
    values, limits = [], []
    for _ in range(TIMES):
        values.append(_timed(lambda: redline(old, new)))
        limits.append(_timed(lambda: [SequenceMatcher(None, a, b, autojunk=False).get_opcodes() for a, b in pairs]))
    note = f"{min(values):.3f}–{max(values):.3f}"
    return [figure("redline_15", median(values), "seconds", median(limits), note)]


def _timed(work: Callable[[], list[Any]]) -> float:
    began = time.perf_counter()
    assert len(work()) == ARTICLES
    return time.perf_counter() - began


def _versions() -> tuple[TextVersion, TextVersion]:
    """A protocol in two versions; in the second every twentieth word is another one, and a sentence came in."""
    chance = random.Random(20260221)
    by = User.objects.get(email="organizzazione@socialneet.example.org")
    agreement = Agreement.objects.create(slug=f"bench-{timezone.now():%H%M%S%f}", title_it="Protocollo", created_by=by)
    old, new = (TextVersion.objects.create(agreement=agreement, number=number) for number in (1, 2))
    for position in range(1, ARTICLES + 1):
        article = Article.objects.create(agreement=agreement)
        words = [chance.choice(VOCABULARY) for _ in range(WORDS)]
        changed = [f"nuovo{n}" if n % 20 == position % 20 else word for n, word in enumerate(words)]
        changed[100:100] = "secondo quanto stabilito dagli enti aderenti".split()
        for version, text in ((old, words), (new, changed)):
            ArticleRevision.objects.create(
                version=version, article=article, position=position, heading=f"Articolo {position}", source=_text(text)
            )
    return old, new


def _text(words: list[str]) -> str:
    """Sentences of twelve words, paragraphs of five sentences."""
    sentences = [" ".join(words[at : at + 12]).capitalize() + "." for at in range(0, len(words), 12)]
    return "\n\n".join(" ".join(sentences[at : at + 5]) for at in range(0, len(sentences), 5))
