"""What changed, article by article; every character of the text is harmless."""

import pytest

from agreements import services
from agreements.markup import to_html
from agreements.redline import redline

pytestmark = pytest.mark.django_db


@pytest.fixture
def versions(shared, organiser):
    services.close_observations(agreement=shared, by=organiser)
    new = services.prepare_version(agreement=shared, note="n", by=organiser)
    return shared.versions.get(number=1), new


def test_an_untouched_version_shows_no_change(versions):
    assert {change.kind for change in redline(*versions)} == {"same"}


def test_changed_words_are_marked_with_words_and_not_colour_alone(versions, organiser):
    article = versions[1].in_order()[1]
    draft = services.Draft(article.heading, article.source.replace("azioni comuni", "iniziative comuni"))
    services.edit_article(revision=article, draft=draft, by=organiser)
    change = redline(*versions)[1]
    assert change.kind == "changed"
    assert "<del>" in change.body
    assert "<ins>" in change.body
    assert "visually-hidden" in change.body
    assert change.body.count("<ins>") == 1


def test_added_moved_and_removed_articles_are_told_apart(versions, organiser):
    old, new = versions
    services.add_article(agreement=old.agreement, draft=services.Draft("Nuovo", "Testo."), by=organiser)
    services.move_article(revision=new.in_order()[2], up=True, by=organiser)
    services.remove_article(revision=new.in_order()[4], by=organiser)
    kinds = [change.kind for change in redline(old, new)]
    assert sorted(kinds[1:3]) == ["moved", "same"], "one moved past the other"
    assert kinds[-2:] == ["added", "removed"]


def test_an_article_whose_number_only_shifted_has_not_moved(versions, organiser):
    services.remove_article(revision=versions[1].in_order()[0], by=organiser)
    assert {change.kind for change in redline(*versions)} == {"same", "removed"}


def test_every_paragraph_that_came_is_marked(versions, organiser):
    article = versions[1].in_order()[1]
    more = services.Draft(article.heading, f"{article.source}\n\nUno:\n\n- due;\n- tre.")
    services.edit_article(revision=article, draft=more, by=organiser)
    body = redline(*versions)[1].body
    assert body.count("<ins>") == 3
    assert "\n" not in "".join(part.split("</ins>")[0] for part in body.split("<ins>")[1:])


def test_a_paragraph_that_was_only_divided_or_joined_shows_it(versions, organiser):
    article = versions[1].in_order()[1]
    divided = article.source.replace(". ", ".\n\n", 1)
    services.edit_article(revision=article, draft=services.Draft(article.heading, divided), by=organiser)
    assert "¶" in redline(*versions)[1].body
    assert "¶" in redline(*reversed(versions))[1].body


def test_script_in_an_article_is_shown_as_text(versions, organiser):
    evil = services.Draft("<script>alert(1)</script>", "<img src=x onerror=alert(1)> [clic](javascript:alert(1))")
    services.edit_article(revision=versions[1].in_order()[0], draft=evil, by=organiser)
    change = redline(*versions)[0]
    assert "<script" not in change.heading
    assert "<img" not in change.body
    html = to_html(evil.source)
    assert "<img" not in html
    assert "javascript:" not in html or "href" not in html
