"""After a change: how many calendars follow it, who could not be reached, and what each calendar shows."""

from datetime import timedelta

import pytest
from django.utils import translation

from events import services as events
from notifications.calendars import reach as calendar_reach
from notifications.models import Delivery
from notifications.sending import pump

pytestmark = pytest.mark.django_db
State = Delivery.State


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def moved(register, event, organiser):
    """Four people and their contact registered, heard so, and then the event moved."""
    register("Anna", "Bruno", "Clara", "Dario")
    pump.pump()
    events.change(event=event, by=organiser, starts_at=event.starts_at + timedelta(minutes=30))
    event.refresh_from_db()
    return event


def settle(name: str, state: str, **more) -> None:
    row = Delivery.objects.get(address=f"{name}@ente01.example.org", kind="event_rescheduled")
    Delivery.objects.filter(pk=row.pk).update(state=state, **more)


def path(event) -> str:
    return f"/manage/events/{event.slug}/calendars/"


def test_all_wait_at_first_and_are_updated_once_handed_over(moved):
    assert [str(reach) for reach in calendar_reach.reaches(moved)] == ["0 calendars updated, 0 failed, 5 waiting"]
    pump.pump()
    assert [str(reach) for reach in calendar_reach.reaches(moved)] == ["5 calendars updated, 0 failed"]


def test_the_sentence_counts_what_failed_what_is_uncertain_and_what_waits(moved):
    settle("anna", State.FAILED, reply="550 5.1.1 unknown")
    settle("bruno", State.UNCERTAIN)
    pump.pump()
    settle("clara", State.READY, accepted_at=None)
    reach = calendar_reach.reaches(moved)[0]
    assert str(reach) == "2 calendars updated, 1 failed, 1 uncertain, 1 waiting"
    assert (reach.waiting, reach.has_trouble) == (1, True)


def test_a_mail_that_came_back_counts_as_failed(moved):
    pump.pump()
    settle("anna", State.BOUNCED_HARD)
    assert str(calendar_reach.reaches(moved)[0]) == "4 calendars updated, 1 failed"


def test_each_revision_has_its_own_line_and_the_cancellation_too(moved, organiser):
    settle("anna", State.LEASED, owner="x", lease_until="2100-01-01T00:00Z")
    events.change(event=moved, by=organiser, venue="Sala grande")
    pump.pump()
    events.cancel(event=moved, reason="neve", by=organiser)
    pump.pump()
    lines = [(reach.revision, reach.is_cancellation, str(reach)) for reach in calendar_reach.reaches(moved)]
    assert lines == [
        (3, True, "5 calendars updated, 0 failed"),
        (2, False, "5 calendars updated, 0 failed"),
        (1, False, "0 calendars updated, 0 failed, 1 waiting, 4 replaced by newer news"),
    ]


def test_a_confirmation_that_brought_the_move_along_counts_as_a_calendar(register, event, organiser):
    register("Anna")
    events.change(event=event, by=organiser, venue="Sala grande")
    assert str(calendar_reach.reaches(event)[0]) == "0 calendars updated, 0 failed, 2 waiting"
    pump.pump()
    assert str(calendar_reach.reaches(event)[0]) == "2 calendars updated, 0 failed"


def test_an_event_that_never_moved_has_no_line(register, event):
    register("Anna")
    assert calendar_reach.reaches(event) == []


def test_each_person_stands_with_method_and_sequence(moved, organiser):
    registration = moved.registrations.get()
    pump.pump()
    events.cancel_attendee(attendee=registration.attendees.get(full_name="Dario"))
    people = list(calendar_reach.addresses(moved))
    assert len(people) == 5
    standing = {one.name: (one.method, one.sequence, one.delivery.kind) for one in
                calendar_reach.standings(moved, people)}  # fmt: skip
    assert standing["Anna"] == ("REQUEST", 1, "event_rescheduled")
    assert standing["Dario"] == ("CANCEL", 2, "attendee_left")


def test_the_organiser_reads_the_sentence_the_failures_and_each_person(client_of, organiser, moved):
    settle("anna", State.FAILED, reply="550 5.1.1 unknown mailbox")
    pump.pump()
    page = client_of(organiser).get(f"/en{path(moved)}").content.decode()
    assert "4 calendars updated, 1 failed" in page
    assert "550 5.1.1 unknown mailbox" in page
    assert page.count("<td>REQUEST</td>") == 5


def test_htmx_gets_the_sentence_alone(client_of, organiser, moved):
    fragment = client_of(organiser).get(f"/en{path(moved)}", headers={"hx-request": "true"}).content.decode()
    assert "5 waiting" in fragment
    assert "<html" not in fragment
    assert "anna@" not in fragment


def test_the_events_page_loads_it_once_the_event_has_moved(client_of, organiser, register, event):
    register("Anna")
    client = client_of(organiser)
    assert path(event) not in client.get(f"/manage/events/{event.slug}/").content.decode()
    events.change(event=event, by=organiser, venue="Sala grande")
    assert f'hx-get="{path(event)}"' in client.get(f"/manage/events/{event.slug}/").content.decode()


def test_only_who_manages_events_reads_it(client, client_of, stranger, signatory, moved):
    assert client.get(path(moved)).status_code == 302
    for user in (stranger, signatory):
        assert client_of(user).get(path(moved)).status_code == 403


def test_the_registration_desk_reads_it_without_links_to_the_outbox(client_of, stranger, moved):
    from organisations.models import RoleGrant
    from organisations.roles import Role

    RoleGrant.objects.create(user=stranger, role=Role.REGISTRATION_DESK)
    page = client_of(stranger).get(path(moved)).content.decode()
    assert "anna@ente01.example.org" in page
    assert "/manage/outbox/" not in page


def test_an_unknown_event_and_a_strange_page_are_answered(client_of, organiser, moved):
    client = client_of(organiser)
    assert client.get(path(moved).replace(moved.slug, "altro")).status_code == 404
    assert client.get(f"{path(moved)}?page=999").status_code == 200
    assert client.get(f"{path(moved)}?page=x").status_code == 200


def test_one_person_and_thirty_ask_the_same_number_of_queries(
    client_of, organiser, register, event, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(organiser)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path(event)).status_code == 200
        return len(captured)

    def change() -> None:
        pump.pump()
        event.refresh_from_db()
        events.change(event=event, by=organiser, venue=f"Sala {event.revision}")
        Delivery.objects.filter(kind="event_rescheduled", address__startswith="p0").update(state=State.FAILED)

    register("P0")
    change()
    one = queries()
    events.change(event=event, by=organiser, capacity=40)
    for start in range(1, 30, 10):
        register(*[f"P{number:02}" for number in range(start, start + 10)])
    change()
    assert queries() == one
