"""What a scan asks of the database: eight desks share two cores, and somebody stands at each of them and waits."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Session, SessionPlace
from tests.events.checkin.test_desk_pages import report, told

pytestmark = pytest.mark.django_db
#: Session, user, roles, event; the person and their arrivals; the fact; who else is told. With the transaction's two.
STATEMENTS = 10


def asked_by(client, *scans) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        assert report(client, *scans).status_code == 200
    return [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]


@pytest.fixture
def at_desk(client_of, receptionist):
    client = client_of(receptionist)
    client.get("/robots.txt")
    return client


def test_a_scan_is_answered_in_eight_statements_and_its_transaction(at_desk, anna):
    asked = asked_by(at_desk, told(anna))
    # inside a test's own transaction BEGIN and COMMIT are savepoints
    assert len(asked) == STATEMENTS - 2, "\n".join(asked)


def test_the_items_of_all_people_of_a_late_report_are_asked_for_at_once(at_desk, event, register):
    people = [register(name).attendees.get() for name in ("Anna", "Bruno", "Carla")]
    item = Session.objects.create(
        event=event, title_it="Laboratorio", starts_at=event.starts_at, ends_at=event.ends_at, places=5, open_places=5
    )
    for number, one in enumerate(people, start=1):
        SessionPlace.objects.create(session=item, attendee=one, number=number)
    asked = asked_by(at_desk, *(told(one) for one in people))
    assert sum('FROM "events_sessionplace"' in sql and "EXISTS(" not in sql for sql in asked) == 1
    answers = report(at_desk, *(told(one) for one in people)).json()["answers"].values()
    assert [one["items"] for one in answers] == [[item.title]] * 3


def test_a_scan_that_let_nobody_in_sent_again_is_the_same_fact(at_desk, anna):
    report(at_desk, told(anna))
    again = told(anna)
    first, second = (report(at_desk, again).json()["answers"][again["key"]] for _ in range(2))
    assert first == second
    assert first["verdict"] == "again"
    assert anna.scans.count() == 2
