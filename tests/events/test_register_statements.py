"""What a registration asks of the database: everybody queues at the event's row while it does."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Attendee, Event, Registration

pytestmark = pytest.mark.django_db
REGISTER = "/events/info-day/register/"
#: What a form costs that is sent for the first time. Each more is one more while all others wait: change it knowingly.
STATEMENTS = 18


def statements(client, fields) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.post(REGISTER, fields).status_code == 302
    return [query["sql"] for query in asked]


def test_a_registration_takes_eighteen_statements_and_no_more_with_more_people(client, event, posted):
    Event.objects.update(capacity=50)
    client.get("/robots.txt")
    one = statements(client, posted("Anna", contact_email="a@ente01.example.org"))
    assert len(one) == STATEMENTS, "\n".join(one)
    many = statements(client, posted(*"ABCDEFGH", contact_email="b@ente02.example.org"))
    assert len(many) == STATEMENTS, "\n".join(many)
    assert Attendee.objects.confirmed().count() == 9


def test_the_same_form_again_finds_its_registration_with_one_look_and_writes_nothing(client, event, posted):
    fields = posted("Anna")
    statements(client, fields)
    again = statements(client, fields)
    assert not [sql for sql in again if sql.startswith(("INSERT", "UPDATE")) and "events_pace" not in sql]
    assert sum('FROM "events_registration"' in sql for sql in again) == 1
    assert Registration.objects.count() == 1


def test_what_needs_no_lock_is_asked_before_it(client, event, posted):
    asked = statements(client, posted("Anna"))
    of_event = [number for number, sql in enumerate(asked) if sql.startswith("SELECT") and 'FROM "events_event"' in sql]
    directory = next(number for number, sql in enumerate(asked) if 'FROM "organisations_organisation"' in sql)
    assert of_event[0] < directory < of_event[1] == of_event[-1]
