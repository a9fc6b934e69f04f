"""PostgreSQL and Redis themselves stop and start again under a running worker. Runs alone: `make outage-test`."""

import subprocess

import pytest
from django.conf import settings
from django.db import connection

from notifications.models import Delivery
from tests.notifications.test_pump import write
from tests.processes import Worker, environment, wait_until

pytestmark = [pytest.mark.outage, pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def services(verb: str) -> None:
    subprocess.run([settings.BASE_DIR / "tools/services.sh", verb], check=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def worker(tmp_path, sink):
    if connection.vendor != "postgresql" or not settings.REDIS_URL:
        pytest.skip("needs PostgreSQL and Redis of tools/services.sh")
    worker = Worker(environment(tmp_path, MAIL_URL=sink.url))
    yield worker.start()
    worker.stop()


def settled(count: int) -> bool:
    return Delivery.objects.filter(state__in=["accepted", "uncertain"]).count() == count


def test_a_restarted_database_loses_and_doubles_nothing(worker, sink):
    write(600, lane="bulk", key="b")
    wait_until(lambda: len(sink.messages) >= 50, what="fifty mails have gone")
    services("restart-postgresql")
    connection.close()
    wait_until(lambda: settled(600), seconds=90, what="everything is settled")
    arrived = {message_id.decode() for message_id in sink.message_ids}
    assert len(arrived) == len(sink.message_ids)
    missing = set(Delivery.objects.values_list("message_id", flat=True)) - arrived
    assert missing <= set(Delivery.objects.filter(state="uncertain").values_list("message_id", flat=True))


def test_a_broker_that_goes_away_and_comes_back_empty_loses_nothing(worker, sink):
    write(5)
    wait_until(lambda: len(sink.messages) == 5, what="the first five")
    services("stop-redis")
    write(5, key="meanwhile")
    services("start-redis")
    wait_until(lambda: len(sink.messages) == 10, seconds=60, what="the rest goes out")


def test_a_visitors_page_says_so_when_the_database_is_away_and_works_again_afterwards(client, event):
    assert client.get("/health/").status_code == 200
    services("restart-postgresql")
    assert client.get("/health/").status_code in {200, 503}
    connection.close()
    assert client.get(event.get_absolute_url()).status_code == 200
