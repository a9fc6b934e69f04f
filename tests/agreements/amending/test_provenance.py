"""Each sentence says in which version, and by which amendment, it came or was changed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agreements import services as agreements
from agreements.amending.provenance import provenance, sentences_of
from agreements.services import Draft
from tests.agreements.amending.conftest import accept, at, change, close, delete, insert

pytestmark = pytest.mark.django_db


def ways(version, position):
    """The sentences of an article, each with its steps in short."""
    article = next(one for one in provenance(version) if one.revision.position == position)
    return [
        (one.text, [f"{step.version}:{step.amendment or 'testo'}" for step in one.origins]) for one in article.sentences
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "count"), [
    ("Una frase. Due frasi! Tre?", 3), ("Secondo l’art. 15 della L. 241/1990, n. 3, le parti collaborano.", 1),
    ("Vista la D.Lgs. 33/2013. E poi.", 2), ("Finalità:\n\n- la prima;\n- la seconda.", 3), ("", 0), ("Senza punto", 1),
    ("Il sig. Rossi e il dott. Bianchi firmano. «Poi» escono.", 2), ("Dura due anni. è rinnovabile", 1),
])  # fmt: skip
def test_sentences_are_told_apart(text, count):
    assert len(sentences_of(text)) == count


def test_an_untouched_text_comes_from_the_first_version(version):
    assert {step for _text, steps in ways(version, 6) for step in steps} == {"1:testo"}


def test_a_changed_sentence_names_its_amendment_and_the_others_do_not(shared, version, reviewer, organiser):
    amendment = change(version, 6, "due volte", "tre volte", reviewer)
    close(shared, organiser)
    accept(amendment, organiser)
    first, second = ways(shared.newest_version(), 6)
    assert first[1] == ["1:testo", "2:1.1"]
    assert second[1] == ["1:testo"]


def test_a_sentence_that_two_changed_names_both_in_order(shared, version, reviewer, orvietan, organiser):
    one = change(version, 6, "due volte", "tre volte", reviewer)
    two = change(version, 6, "iniziative pubbliche", "iniziative aperte", orvietan)
    close(shared, organiser)
    accept(two, organiser)
    accept(one, organiser)
    assert ways(shared.newest_version(), 6)[0][1] == ["1:testo", "2:1.2", "2:1.1"]


def test_what_organisers_write_themselves_is_theirs_before_and_after_an_amendment(shared, version, reviewer, organiser):
    amendment = change(version, 6, "due volte", "tre volte", reviewer)
    close(shared, organiser)
    new = agreements.prepare_version(agreement=shared, note="n", by=organiser)

    def edit(more):
        text = at(new, 6)
        agreements.edit_article(revision=text, draft=Draft(text.heading, f"{text.source} {more}"), by=organiser)

    edit("Gli esiti sono pubblici.")
    accept(amendment, organiser)
    edit("Sono tradotti in inglese.")
    assert [steps for _text, steps in ways(new, 6)] == [["1:testo", "2:1.1"], ["1:testo"], ["2:testo"], ["2:testo"]]


def test_a_new_article_and_later_versions_keep_the_way(shared, version, reviewer, organiser):
    amendment = insert(version, 3, "Sede", "La sede è a Terni. È aperta a tutti.", reviewer)
    close(shared, organiser)
    accept(amendment, organiser)
    agreements.share(agreement=shared, closes_at=timezone.now() + timedelta(days=1), by=organiser)
    second = change(shared.newest_version(), 4, "a Terni", "a Narni", reviewer)
    close(shared, organiser)
    accept(second, organiser)
    assert [steps for _text, steps in ways(shared.newest_version(), 4)] == [["2:1.1", "3:2.1"], ["2:1.1"]]
    assert [steps for _text, steps in ways(shared.versions.get(number=2), 4)] == [["2:1.1"], ["2:1.1"]]


def test_a_removed_article_has_no_row(shared, version, reviewer, organiser):
    amendment = delete(version, 6, reviewer)
    close(shared, organiser)
    accept(amendment, organiser)
    assert len(provenance(shared.newest_version())) == 9
