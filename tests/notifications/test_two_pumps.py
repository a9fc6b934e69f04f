"""Two pumps at once never hold the same row; the naive way does, so the test means something."""

import threading
from uuid import uuid4

import pytest
from django.db import connection, connections

from notifications.models import Delivery
from notifications.sending import claims
from tests.notifications.test_pump import write


def both(work) -> list:
    results, start = [], threading.Barrier(4)

    def run() -> None:
        start.wait(timeout=30)
        try:
            for _ in range(10):
                results.extend(work())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


@pytest.mark.django_db(transaction=True)
def test_a_row_is_claimed_once():
    write(200)
    claimed = both(lambda: [row.pk for row in claims.claim(uuid4().hex, "transactional", 10)])
    assert len(claimed) == len(set(claimed)) == 200


@pytest.mark.django_db(transaction=True)
def test_negative_control_the_naive_claim_takes_rows_twice():
    write(200)

    def naive() -> list[int]:
        keys = list(Delivery.objects.filter(state="ready").order_by("pk").values_list("pk", flat=True)[:10])
        with connection.cursor() as cursor:  # a breath between look and take, as between two processes
            cursor.execute("SELECT 1")
        threading.Event().wait(0.002)
        Delivery.objects.filter(pk__in=keys).update(state="failed")
        return keys

    claimed = both(naive)
    assert len(claimed) > len(set(claimed))
