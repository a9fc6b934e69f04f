"""What follows from who came: audiences, what programs are told, and what stands on other pages."""

import pytest

from events.checkin import services
from events.checkin.services import Newcomer
from notifications.audiences.event_states import STANDINGS
from notifications.models import Fact, WebhookMessage
from notifications.webhooks import services as webhooks

pytestmark = pytest.mark.django_db


def addresses(event, standing: str) -> set[str]:
    return {row[0] for row in STANDINGS[standing].rows(event.pk)}


def test_those_who_came_and_those_who_stayed_away_are_two_audiences(event, register, show):
    anna, _bruno = register("Anna", "Bruno").attendees.all()
    show(anna)
    assert addresses(event, "came") == {"anna@ente01.example.org"}
    assert addresses(event, "stayed_away") == {"bruno@ente01.example.org"}


def test_whoever_has_no_mailbox_is_written_to_through_the_contact_and_who_walked_in_without_one_not_at_all(
    event, register, show, anna
):
    anna.email = ""
    anna.save()
    show(anna)
    show(anna, means="walk_in", code="", newcomer=Newcomer("Nino"))
    assert addresses(event, "came") == {"carla@ente01.example.org"}
    assert addresses(event, "registered") == {"carla@ente01.example.org"}


def test_an_arrival_taken_back_leaves_the_audience(event, anna, show, door):
    show(anna)
    services.take_back(attendee=anna, desk=door)
    assert addresses(event, "came") == set()


def test_other_programs_are_told_of_an_arrival_once_and_never_of_a_person(event, anna, show, organiser):
    webhooks.register(
        name="Tabellone", url="https://tabellone.example.org/", facts=[Fact.ATTENDEE_ARRIVED], by=organiser
    )
    show(anna)
    show(anna)
    message = WebhookMessage.objects.get(fact=Fact.ATTENDEE_ARRIVED)
    assert message.payload["data"] | {"at": ""} == {
        "event": "info-day", "registration": anna.registration.reference, "at": "", "desk": "Ingresso",
    }  # fmt: skip
    assert "Anna" not in str(message.payload)


def test_whoever_works_at_the_door_finds_the_desk_on_their_own_page(client_of, steward, stranger, event):
    link = '/en/manage/events/info-day/check-in/"'
    page = client_of(steward).get("/en/me/").content.decode()
    assert link in page
    assert "You work for the portal" not in page
    assert link not in client_of(stranger).get("/en/me/").content.decode()
    assert client_of(steward).get("/en/manage/").status_code == 403
    assert client_of(steward).get("/en/manage/events/info-day/").status_code == 403
