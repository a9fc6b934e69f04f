"""The discussion at the text in a real browser: selected with the mouse or pasted, by keyboard, wide and narrow."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agreements import services as agreements
from agreements.discussing import services, trail
from agreements.models import Agreement, Thread
from organisations.models import User
from portal.demo import ORGANISER
from tests.browser.test_every_page import check

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
PASSAGE = "tiene aperto il punto d’incontro"


@pytest.fixture
def agreement(demo) -> Agreement:
    return Agreement.objects.get()


@pytest.fixture
def signatory(demo) -> User:
    return User.objects.get(email="assessore@comune.terni.example.org")


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_page_of_the_discussion(agreement, signatory, open_as, language, width):
    organiser, path = User.objects.get(email=ORGANISER), agreement.get_review_url()
    revision = agreement.newest_version().in_order()[3]
    begun = {"revision": revision, "by": signatory, "visibility": "all_parties"}
    thread = services.begin(body="Con quale orario?", passage=PASSAGE, **begun)
    services.reply(thread=thread, body="Lo diciamo nell’articolo 6.", by=organiser)
    settled = services.begin(body="Un refuso.", **begun)
    services.resolve(thread=settled, why="Corretto.", by=organiser)
    first = thread.comments.order_by("pk").first()
    watched, manager = open_as(signatory, width=width), open_as(organiser, width=width)
    check(watched, path, "threads-review", language, width)
    check(watched, thread.get_absolute_url(), "threads-thread", language, width)
    check(watched, settled.get_absolute_url(), "threads-resolved", language, width)
    check(watched, f"{path}articles/{revision.pk}/comment/", "threads-begin", language, width)
    check(watched, f"{path}comments/{first.pk}/correct/", "threads-correct", language, width)
    manage = f"/manage/agreements/{agreement.slug}/"
    trail.anchor_due()
    check(manager, manage, "threads-manage", language, width)
    check(manager, f"{manage}review/extend/", "threads-extend", language, width)
    check(manager, f"{manage}review/parties/", "threads-parties", language, width)
    party = agreement.parties.last()
    check(manager, f"{manage}review/parties/{party.pk}/remove/", "threads-remove-party", language, width)
    check(manager, f"{manage}audit/", "threads-audit", language, width)
    agreements.close_observations(agreement=agreement, by=organiser)
    version = agreements.prepare_version(agreement=agreement, note="Cambiato", by=organiser)
    draft = agreements.Draft("Impegni", "L’associazione coordina.")
    agreements.edit_article(revision=version.in_order()[3], draft=draft, by=organiser)
    agreements.share(agreement=agreement, closes_at=timezone.now() + timedelta(days=7), by=organiser)
    check(watched, path, "threads-next-version", language, width)
    assert watched.findings == manager.findings == []


def test_selected_words_are_taken_over_with_one_button(agreement, signatory, open_as):
    page = open_as(signatory).page
    page.goto(agreement.get_review_url())
    page.evaluate("""passage => {
      const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const at = walker.currentNode.data.indexOf(passage);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(walker.currentNode, at);
        range.setEnd(walker.currentNode, at + passage.length);
        document.getSelection().removeAllRanges();
        document.getSelection().addRange(range);
        return;
      }
    }""", PASSAGE)  # fmt: skip
    page.get_by_role("button", name="Commenta le parole selezionate").click()
    page.keyboard.type("Con quale orario?")
    page.get_by_role("button", name="Salva il commento").locator("visible=true").press("Enter")
    page.wait_for_url("**#thread-*")
    assert Thread.objects.get().quote == PASSAGE
    assert "Con quale orario?" in page.locator("main").inner_text()


def test_the_whole_discussion_goes_by_keyboard(agreement, signatory, open_as):
    page = open_as(signatory, width=320).page
    page.goto(agreement.get_review_url())
    article = page.locator("#article-4")
    article.locator("summary").press("Enter")
    article.get_by_label("Passo").fill("parole che non ci sono")
    article.get_by_label("Commento").fill("Con quale orario?")
    article.get_by_role("button", name="Salva il commento").press("Enter")
    assert "non si trovano nell’articolo" in page.locator("main").inner_text()
    assert page.get_by_label("Commento").input_value() == "Con quale orario?"
    page.get_by_label("Passo").fill(PASSAGE)
    page.get_by_role("button", name="Salva il commento").press("Enter")
    page.wait_for_url("**#thread-*")
    page.get_by_role("link", name="Rispondi o risolvi").press("Enter")
    page.get_by_label("Come è stata risolta").fill("A voce.")
    page.get_by_role("button", name="Risolvi").press("Enter")
    page.wait_for_url("**/threads/*/")
    page.get_by_role("button", name="Riapri la discussione").press("Enter")
    page.wait_for_load_state()
    assert "La discussione è di nuovo aperta" in page.locator("body").inner_text()
