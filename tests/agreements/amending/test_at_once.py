"""Several people at once: they queue at the agreement's row. The first test shows the race where they do not."""

import threading

import pytest
from django.db import connection, connections, transaction

from agreements import audit
from agreements import services as agreements
from agreements.amending import services
from agreements.amending.applying import foresee
from agreements.models import Amendment, AmendmentDecision, ArticleRevision
from agreements.services import Draft
from tests.agreements.amending.conftest import accept, at, change, close

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works) -> list[object]:
    """Run in threads of their own that begin together; results or refusals, in the order of the works."""
    start, results = threading.Barrier(len(works)), [None] * len(works)

    def run(index, work) -> None:
        start.wait(timeout=30)
        try:
            results[index] = work()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


@pytest.fixture
def two(shared, version, reviewer, orvietan, organiser) -> tuple[Amendment, Amendment]:
    """Two amendments of one article, apart from one another; the review is closed."""
    first = change(version, 6, "due volte", "tre volte", reviewer)
    second = change(version, 6, "una scadenza", "una data", orvietan)
    close(shared, organiser)
    return first, second


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one write at a time")
def test_without_the_lock_one_acceptance_undoes_the_other(two, shared, organiser):
    """The negative control: what a merge does to a text read before the other's was written."""
    agreements.prepare_version(agreement=shared, note="n", by=organiser)
    have_read = threading.Barrier(2)

    def unlocked(amendment) -> None:
        with transaction.atomic():
            foreseen = foresee(amendment, shared.newest_version())
            have_read.wait(timeout=30)
            ArticleRevision.objects.filter(pk=foreseen.now.pk).update(source=foreseen.draft.source)

    assert at_once(*(lambda one=one: unlocked(one) for one in two)) == [None, None]
    text = at(shared.newest_version(), 6).source
    assert ("tre volte" in text) != ("una data" in text), "one of the two was lost"


def test_two_amendments_of_one_article_accepted_at_once_both_stand(two, shared, organiser):
    results = at_once(*(lambda one=one: accept(one, organiser) for one in two))
    assert [type(one) for one in results] == [AmendmentDecision, AmendmentDecision]
    assert shared.versions.count() == 2, "one version was begun, not two"
    text = at(shared.newest_version(), 6).source
    assert "tre volte" in text
    assert "una data" in text
    assert audit.verify(type(shared).objects.get()) is None


def test_two_organisers_who_decide_one_amendment_at_once_decide_it_once(two, shared, organiser):
    def decide(outcome):
        return services.decide(amendment=two[0], outcome=outcome, reason="Perché.", by=organiser)

    results = at_once(*(lambda o=o: decide(o) for o in ["accepted", "rejected"] * 3))
    decided = [one for one in results if isinstance(one, AmendmentDecision)]
    assert len(decided) == 1
    assert sum(isinstance(one, agreements.AlreadyDone) for one in results) == 5
    assert AmendmentDecision.objects.get().outcome == decided[0].outcome
    assert audit.verify(type(shared).objects.get()) is None


def test_texts_by_hand_at_once_one_is_told_that_the_text_has_moved(two, shared, version, organiser):
    seen = foresee(two[0], version).seen

    def by_hand(amendment, text):
        draft = Draft("Azioni comuni", text)
        return services.decide(
            amendment=amendment, outcome="accepted_changed", reason="x", by=organiser, draft=draft, seen=seen
        )

    results = at_once(lambda: by_hand(two[0], "Uno."), lambda: by_hand(two[1], "Due."))
    assert sorted(type(one).__name__ for one in results) == ["AmendmentDecision", "TextMoved"]
    assert Amendment.objects.undecided().count() == 1


def test_proposals_at_once_get_numbers_of_their_own(shared, version, reviewer, orvietan):
    works = [
        lambda n=n, by=by: change(version, n, "e", "ed", by) for n in (1, 2, 3, 4) for by in (reviewer, orvietan)
    ]  # fmt: skip
    at_once(*works)
    assert sorted(Amendment.objects.values_list("number", flat=True)) == list(range(1, 9))
    assert audit.verify(type(shared).objects.get()) is None


def test_a_withdrawal_and_a_decision_at_once_are_one_of_the_two(two, reviewer, organiser):
    results = at_once(
        lambda: services.withdraw(amendment=two[0], by=reviewer), lambda: accept(two[0], organiser)
    )  # fmt: skip
    assert sum(isinstance(one, agreements.AlreadyDone) for one in results) == 1
    assert connection.vendor
