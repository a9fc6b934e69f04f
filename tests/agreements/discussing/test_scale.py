"""The review page at the size of a real negotiation: constant queries, and usable at the largest."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agreements import services
from agreements.models import Comment, Thread

pytestmark = pytest.mark.django_db
REVIEW = "/agreements/protocollo/review/"


def negotiation(organiser, reviewer, terni, narni, articles: int, comments: int):
    """A shared text with so many articles, and so many comments spread over them, a third of them answers."""
    text = "Ciascuna parte si impegna a realizzare le azioni comuni. " * 8
    agreement = services.create(
        slug="protocollo", titles={"it": "Protocollo"}, organisations=[(terni, "public"), (narni, "public")], by=organiser,
        articles=[services.Draft(f"Articolo {n}", f"{text}\n\nPasso numero {n} da discutere.") for n in range(articles)],
    )  # fmt: skip
    services.share(agreement=agreement, closes_at=timezone.now() + timedelta(days=7), by=organiser)
    revisions, party = list(agreement.newest_version().in_order()), agreement.parties.get(organisation=terni)
    threads = Thread.objects.bulk_create(
        Thread(article=r.article, revision=r, party=party, quote=f"Passo numero {revisions.index(r)}" if n % 2 else "",
               suffix=" da discutere." if n % 2 else "")
        for n in range(max(1, comments * 2 // 3)) for r in [revisions[n % articles]]
    )  # fmt: skip
    Comment.objects.bulk_create(
        Comment(thread=threads[n % len(threads)], party=party, author=reviewer, body=f"Osservazione {n}.")
        for n in range(comments)
    )


def queries(client, url) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


@pytest.mark.parametrize(("articles", "comments"), [(1, 1), (60, 500)])
def test_the_review_costs_the_same_queries_whatever_its_size(
    client_of, organiser, reviewer, narni_reviewer, terni, narni, articles, comments
):
    negotiation(organiser, reviewer, terni, narni, articles, comments)
    for user in (reviewer, narni_reviewer, organiser):
        client = client_of(user)
        client.get(REVIEW)  # the first reading of the day is written down
        assert queries(client, REVIEW) <= 24


def test_two_hundred_articles_and_two_thousand_comments_are_paged(
    client_of, organiser, reviewer, terni, narni, record_property
):
    negotiation(organiser, reviewer, terni, narni, 200, 2000)
    client = client_of(reviewer)
    client.get(REVIEW)
    began = time.perf_counter()
    page = client.get(REVIEW).content.decode()
    seconds = time.perf_counter() - began
    record_property("seconds", round(seconds, 2))
    assert page.count('<article class="panel"') == 60
    here = [
        n for n in range(2000) if n % 1333 % 200 < 60
    ]  # comment n hangs at thread n % 1333, that one at article % 200
    assert page.count("Osservazione ") == len(here) == 660
    assert "Osservazione 199." in client.get(f"{REVIEW}?page=4").content.decode()
    assert seconds < 10, "not a benchmark: it must not be quadratic"
