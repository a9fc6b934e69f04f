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
    assert kinds[1] == kinds[2] == "moved"
    assert kinds[-2:] == ["added", "removed"]


def test_script_in_an_article_is_shown_as_text(versions, organiser):
    evil = services.Draft("<script>alert(1)</script>", "<img src=x onerror=alert(1)> [clic](javascript:alert(1))")
    services.edit_article(revision=versions[1].in_order()[0], draft=evil, by=organiser)
    change = redline(*versions)[0]
    assert "<script" not in change.heading
    assert "<img" not in change.body
    html = to_html(evil.source)
    assert "<img" not in html
    assert "javascript:" not in html or "href" not in html
