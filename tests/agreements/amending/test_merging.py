"""Three-way merge: what two sides changed apart is taken, what touches asks a person, and nothing is lost silently."""

import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.amending.merging import Conflict, Merged, merge
from agreements.tokens import edits, is_word, tokens
from organisations.markup import kinds_of

WORDS = ["parti", "comuni", "giovani", "due", "anni", "azioni", "il", "di", "e", "protocollo", "dura", "art"]
word = st.sampled_from(WORDS)
sentence = st.lists(word, min_size=1, max_size=7).map(" ".join)
block = st.one_of(
    sentence.map(lambda s: f"{s}."),
    sentence.map(lambda s: f"{s}, **{s}**; fine."),
    st.lists(sentence, min_size=1, max_size=4).map(lambda items: "\n".join(f"- {item};" for item in items)),
    st.lists(sentence, min_size=1, max_size=3).map(
        lambda items: "\n".join(f"{n}. {i}" for n, i in enumerate(items, 1))
    ),
)
text = st.lists(block, min_size=1, max_size=5).map("\n\n".join)
anything = st.text(alphabet="ab .,\n-*1[]()_à", max_size=60)
many = settings(max_examples=300, deadline=None)


@many
@given(st.one_of(text, anything, st.text(max_size=40)))
def test_tokens_joined_are_the_text(one):
    assert "".join(tokens(one)) == one


@many
@given(st.one_of(text, anything), st.one_of(text, anything))
def test_edits_applied_to_the_old_text_make_the_new_one(old, new):
    before, after, made, at = tokens(old), tokens(new), [], 0
    for edit in edits(before, after):
        made += [*before[at : edit.start], *after[edit.new_start : edit.new_end]]
        at = edit.end
    assert made + before[at:] == after


@many
@given(text, text)
def test_a_side_that_changed_nothing_gives_way(base, new):
    assert merge(base, base, new) == merge(base, new, base) == merge(base, new, new) == Merged(new)


@many
@given(text, text, text)
def test_it_is_the_same_whichever_side_is_called_ours(base, one, other):
    first, second = merge(base, one, other), merge(base, other, one)
    if isinstance(first, Merged):
        assert second == first
    else:
        assert isinstance(second, Conflict)
        assert [(r.base, r.theirs, r.ours) for r in second.regions] == [
            (r.base, r.ours, r.theirs) for r in first.regions
        ]


def _came(base: str, new: str) -> Counter[str]:
    """Words that a side put in, each as often."""
    after = tokens(new)
    return Counter(w for e in edits(tokens(base), after) for w in after[e.new_start : e.new_end] if is_word(w))


@many
@given(text, text, text)
def test_a_word_that_a_side_put_in_is_never_lost_silently(base, one, other):
    result = merge(base, one, other)
    if isinstance(result, Merged):
        there = Counter(tokens(result.text))
        for side in (one, other):
            assert not _came(base, side) - there
    else:
        shown = Counter(t for piece in result.pieces for t in tokens(piece if isinstance(piece, str) else piece.theirs))
        assert not _came(base, other) - shown, "a conflict shows all that was proposed"


@many
@given(st.lists(word, min_size=9, max_size=30), st.data())
def test_edits_apart_from_one_another_both_survive(words, data):
    first = data.draw(st.integers(0, len(words) - 5))
    second = data.draw(st.integers(first + 3, len(words) - 1))
    base = " ".join(f"{w}{n}" for n, w in enumerate(words)).split()
    ours, theirs, both = list(base), list(base), list(base)
    ours[first] = both[first] = "NOSTRO"
    theirs[second] = both[second] = "VOSTRO e altro"
    assert merge(" ".join(base), " ".join(ours), " ".join(theirs)) == Merged(" ".join(both))


@many
@given(st.lists(word, min_size=3, max_size=30), st.data())
def test_edits_of_the_same_word_are_a_conflict(words, data):
    at = data.draw(st.integers(0, len(words) - 1))
    base = [f"{w}{n}" for n, w in enumerate(words)]
    ours, theirs = list(base), list(base)
    ours[at], theirs[at] = "NOSTRO", "VOSTRO"
    result = merge(" ".join(base), " ".join(ours), " ".join(theirs))
    assert isinstance(result, Conflict)
    assert [(r.base, r.ours, r.theirs) for r in result.regions] == [(base[at], "NOSTRO", "VOSTRO")]


@many
@given(text, text, text)
def test_the_structure_of_the_markdown_is_what_both_sides_asked_for(base, one, other):
    result = merge(base, one, other)
    if isinstance(result, Merged) and kinds_of(one) == kinds_of(base):
        assert kinds_of(result.text) == kinds_of(other)


def test_two_changes_side_by_side_ask_a_person_because_nobody_wrote_their_sum():
    result = merge("dura due anni.", "dura tre anni.", "dura due mesi.")
    assert isinstance(result, Conflict)
    assert result.regions[0].ours.startswith("tre anni")


def test_two_amendments_of_one_paragraph_are_merged():
    base = "Le parti si incontrano due volte ogni anno presso la sede."
    ours, theirs = base.replace("due", "tre"), base.replace("la sede", "il punto d’incontro")
    assert merge(base, ours, theirs) == Merged("Le parti si incontrano tre volte ogni anno presso il punto d’incontro.")


def test_items_of_a_list_are_changed_added_and_removed_by_different_people():
    base = "Finalità:\n\n- la prima;\n- la seconda;\n- la terza."
    ours, theirs = base.replace("- la seconda;\n", ""), base.replace("la terza.", "la terza;\n- la quarta.")
    assert merge(base, ours, theirs) == Merged("Finalità:\n\n- la prima;\n- la terza;\n- la quarta.")


def test_an_item_removed_by_one_and_changed_by_the_other_is_a_conflict():
    base = "- la prima;\n- la seconda;\n- la terza."
    assert isinstance(merge(base, "- la prima;\n- la terza.", base.replace("seconda", "più bella")), Conflict)


def test_emphasis_around_a_stretch_that_the_other_side_tears_apart_is_a_conflict():
    base = "Le parti, tutte quante e sempre, collaborano fra loro."
    ours = "Le parti, **tutte quante e sempre**, collaborano fra loro."
    theirs = "Le parti, tutte quante\n\ne sempre, collaborano fra loro."
    assert isinstance(merge(base, ours, theirs), Conflict)


def test_the_same_sentence_added_by_both_counts_once():
    base, more = "Prima frase.", "Prima frase. Seconda frase."
    assert merge(base, more, more) == Merged(more)
    assert merge(f"{base}\n\nA b c.", f"{more}\n\nA b c.", f"{more}\n\nA b d.") == Merged(f"{more}\n\nA b d.")


def test_two_new_sentences_at_one_place_ask_for_an_order():
    assert isinstance(merge("Prima.", "Prima. Seconda.", "Prima. Terza."), Conflict)


@pytest.mark.parametrize("kind", ["far apart", "rewritten"])
def test_an_article_of_10_000_words_is_merged_at_once(kind):
    base = [WORDS[n % 12] + (str(n % 97) if n % 3 else "") for n in range(10_000)]
    ours, theirs = list(base), list(base)
    ours[10 : 4000 : 50 if kind == "far apart" else 2] = ["NOSTRO"] * len(
        ours[10 : 4000 : 50 if kind == "far apart" else 2]
    )
    theirs[5000:9000:50] = ["VOSTRO"] * len(theirs[5000:9000:50])
    began = time.perf_counter()
    result = merge(" ".join(base), " ".join(ours), " ".join(theirs))
    assert time.perf_counter() - began < 4, "no time is promised; a matter of squares would take minutes"
    assert isinstance(result, Merged)
