"""A passage is found again after edits elsewhere, and never somewhere else. Pure."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from agreements.discussing.anchors import Ambiguous, Anchor, NotInText, anchor, find, folded, plain

WORDS = ["parti", "comune", "durata", "anni", "due", "impegno", "azione", "dati", "giovani", "sede", "risorse", "atto"]
#: Other suites run beside it.
unhurried = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None)
words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
UNIQUE = "il referente risponde entro dieci giorni"


def test_the_text_is_read_without_marks_and_line_ends():
    assert plain("Le **parti**\nsi impegnano:\n\n- ad *agire*;\n- a l’8 > 7 & \\*") == (
        "Le parti si impegnano: ad agire; a l’8 > 7 & *"
    )


def test_a_passage_is_widened_to_whole_words():
    assert anchor("Le parti si impegnano.", "arti si imp").quote == "parti si impegnano"


def test_words_that_are_not_there_and_words_that_are_there_twice_are_refused():
    with pytest.raises(NotInText):
        anchor("Le parti.", "Le giunte")
    with pytest.raises(NotInText):
        anchor("Le parti.", "   ")
    with pytest.raises(Ambiguous):
        anchor("La sede di Terni e la sede di Narni.", "sede di")
    assert anchor("La sede di Terni e la sede di Narni.", "sede di", before="e la ").prefix.endswith("e la ")


def test_a_passage_between_equal_neighbours_on_both_sides_is_refused():
    beside = "x" * 45
    with pytest.raises(Ambiguous):
        anchor(f"{beside} sede {beside} sede {beside}", "sede", before=beside)


@unhurried
@given(before=words, after=words, new_before=words, new_after=words)
def test_a_passage_is_found_again_after_edits_elsewhere(before, after, new_before, new_after):
    old, new = f"{before} {UNIQUE} {after}", f"{new_before} {UNIQUE} {new_after}"
    place = find(anchor(old, UNIQUE), old, new)
    assert place
    assert place.is_exact
    assert new[place.start : place.end] == UNIQUE


@unhurried
@given(first=words, between=words, last=words, quote=words, edited=st.lists(words, min_size=3, max_size=3),
       which=st.booleans(), lost=st.booleans())  # fmt: skip
def test_of_two_equal_passages_the_other_one_is_never_meant(first, between, last, quote, edited, which, lost):
    """Marks beside each copy say which it is; the copy meant may be gone, or its surroundings rewritten."""
    one, two = f"primo comma: {quote}; fine primo", f"secondo comma: {quote}; fine secondo"
    old = f"{first} {one} {between} {two} {last}"
    try:
        chosen = anchor(old, quote, before="secondo comma:" if which else "primo comma:")
    except Ambiguous:
        assume(False)
    meant = two if which else one
    kept = [copy for copy in (one, two) if not (lost and copy == meant)]
    new = f"{edited[0]} {f' {edited[1]} '.join(kept)} {edited[2]}"
    place = find(chosen, old, new)
    if place is None:
        return
    assert not lost
    assert meant.startswith(new[: place.start].rpartition("comma: ")[0].split(" ")[-1] or meant[0])
    assert new[place.start - len("secondo comma: ") : place.start].endswith("secondo comma: ") == which


def test_of_two_equal_passages_the_one_meant_is_found_where_its_side_stayed():
    old = "Il Comune paga. La sede resta aperta ogni giorno feriale dell’anno. L’associazione paga. Nessuno altro."
    chosen = anchor(old, "paga", before="L’associazione")
    new = "Premessa nuova. " + old
    place = find(chosen, old, new)
    assert new[: place.start].endswith("L’associazione ")
    assert find(chosen, old, old.replace(" L’associazione paga.", "")) is None


def test_a_rewritten_passage_is_found_by_its_words_in_their_place():
    old = "Premesse. Ciascuna parte può recedere con preavviso scritto di trenta giorni. Fine."
    chosen = anchor(old, "Ciascuna parte può recedere con preavviso scritto di trenta giorni")
    new = "Altre premesse. Ciascuna parte può recedere con preavviso motivato di sessanta giorni. Fine."
    place = find(chosen, old, new)
    assert not place.is_exact
    assert new[place.start : place.end] == "Ciascuna parte può recedere con preavviso motivato di sessanta giorni"


def test_a_passage_of_which_little_is_left_is_gone():
    old = "Premesse. Ciascuna parte può recedere con preavviso scritto. Fine."
    assert find(anchor(old, "recedere con preavviso scritto"), old, "Premesse. Ciascuna parte resta. Fine.") is None


@unhurried
@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=30))
def test_no_text_makes_it_stumble(old, new, passage):
    old, new = folded(old), folded(new)
    try:
        chosen = anchor(old, passage)
    except (NotInText, Ambiguous):
        return
    assert isinstance(chosen, Anchor)
    place = find(chosen, old, old)
    assert place
    assert old[place.start : place.end] == chosen.quote
    find(chosen, old, new)
