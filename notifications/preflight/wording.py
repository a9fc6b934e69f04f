"""The wording of a mail: which language it is in, how hard it is to read, whether it shouts.

Counting, no dictionary: enough to notice the English text in the Italian field, and to give a hint.
"""

import re

from notifications.compose import Source
from notifications.compose.body import parse, to_text
from organisations.markup import normal

_ITALIAN = """
il lo la gli le un una di del della dei delle degli da dal dalla nel nella nei con su sul sulla per tra che e è sono ha
hanno non si ci vi questo questa anche più come se al alla alle agli ai
"""
_ENGLISH = """
the a an of to and is are was be been with for from this that these it you your we our they not by on at as or has have
will can which who how there
"""
#: Function words that the other language does not have; they make a third of any text.
FUNCTION_WORDS = {"it": frozenset(_ITALIAN.split()), "en": frozenset(_ENGLISH.split())}
#: Gulpease: below 40 hard for whoever has a diploma, below 60 for whoever left school at fourteen.
HARD_TO_READ = 45
LONG_SENTENCE = 35

_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r":? ?(?:https?://\S+|%7B\w+%7D|\S+@\S+)")
_SLOT = re.compile(r"\{[a-z_]*\}")
_SENTENCE_END = re.compile(r"[.!?…]+(?=\s|$)|\n\s*\n|\n(?=\s*(?:- |\d+\. ))")
_LOUD_PUNCTUATION = re.compile(r"!\s*!|\?\s*\?|[!?]{2}|[€$]{2}|\.{4,}|\*{3}")


def prose(source: Source) -> str:
    """The body's words alone: no Markdown, no addresses, no variables."""
    return _SLOT.sub("", _ADDRESS.sub("", to_text(parse(normal(source.body)))))


def words(text: str) -> list[str]:
    """Runs of letters."""
    return _WORD.findall(text)


def guess_language(text: str) -> str:
    """`it`, `en`, or nothing when the text is too short or too mixed to tell."""
    lower = [word.lower() for word in words(text)]
    hits = {language: sum(word in known for word in lower) for language, known in FUNCTION_WORDS.items()}
    best, other = sorted(hits, key=lambda language: -hits[language])
    return best if hits[best] >= 3 and hits[best] >= 2 * hits[other] else ""


def sentences(text: str) -> list[str]:
    """The sentences, headings and list items of a text that have a word in them."""
    return [part.strip() for part in _SENTENCE_END.split(text) if words(part)]


def gulpease(text: str) -> int | None:
    """How easily an Italian text is read, 0 to 100; None below thirty words, where it says nothing.

    Lucisano and Piemontese 1988: 89 + (300 × sentences − 10 × letters) / words.
    """
    found = words(text)
    if len(found) < 30:
        return None
    letters = sum(map(len, found))
    value = 89 + (300 * len(sentences(text)) - 10 * letters) / len(found)
    return max(0, min(100, round(value)))


def longest_sentence(text: str) -> int:
    """Words of the longest sentence."""
    return max((len(words(sentence)) for sentence in sentences(text)), default=0)


def is_shouting(line: str) -> bool:
    """Three words in capitals one after the other, or most of the line; acronyms alone are no shouting."""
    found = words(_SLOT.sub("", line))
    capitals = [word.isupper() and len(word) > 1 for word in found]
    in_a_row = any(all(capitals[i : i + 3]) for i in range(len(capitals) - 2))
    return in_a_row or (len(found) >= 2 and sum(capitals) > 0.6 * len(found))


def has_loud_punctuation(text: str) -> bool:
    """Marks in rows, as unwanted mail has them."""
    return bool(_LOUD_PUNCTUATION.search(text)) or text.count("!") > 3
