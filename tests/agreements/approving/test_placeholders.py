"""What is filled in at freezing: known names, escaped values, nothing else."""

from agreements.approving import placeholders
from agreements.markup import to_html


def test_known_places_are_filled_and_unknown_ones_are_named_once():
    source = "Tra [[parti]], il [[ Data ]], visti [[atti]] e [[luogo]] e [[luogo]]."
    assert placeholders.unknown_in([source]) == ["luogo"]
    filled = placeholders.resolve(source, {"parti": "A, B", "data": "1 dicembre 2026", "atti": "n. 1"})
    assert "[[luogo]]" in filled
    assert to_html(filled).startswith("<p>Tra A, B, il 1 dicembre 2026, visti n. 1 e")


def test_a_value_is_never_read_as_markup_nor_as_another_place():
    hostile = "**Ente** [clic](https://x.example.org) <b>x</b> [[data]]\n\n- voce"
    html = to_html(placeholders.resolve("[[parti]] il [[data]]", {"parti": hostile, "data": "oggi"}))
    assert "<strong>" not in html
    assert "<a " not in html
    assert "<li>" not in html
    assert "&lt;b&gt;" in html
    assert html.count("oggi") == 1


def test_brackets_over_a_line_end_or_nested_are_ordinary_text():
    assert placeholders.used_in("[[a\nb]] [x] [[[parti]]]") == ["parti"]
