"""After the freeze a change of people is a request; giving places back stays possible at once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events import services
from events.models import Attendee, ChangeRequest, Event
from events.services import Guest
from notifications.letters import letter_for
from notifications.models import Delivery

State = ChangeRequest.State
DORA = Guest("Dora", "dora@ente01.example.org")


@pytest.fixture
def registration(event, register):
    """Two people, registered before the freeze."""
    registration = register("Anna", "Bruno")
    Event.objects.filter(pk=event.pk).update(changes_freeze_at=timezone.now() - timedelta(hours=1))
    event.refresh_from_db()
    registration.event.refresh_from_db()
    return registration


@pytest.fixture
def asked(registration) -> ChangeRequest:
    return services.add_attendee(registration=registration, guest=DORA)


def people(registration) -> list[tuple[str, int]]:
    seated = registration.attendees.seated().order_by("place_number")
    return list(seated.values_list("full_name", "place_number"))


def test_before_the_freeze_a_change_is_made_at_once(event, register):
    registration = register("Anna")
    Event.objects.filter(pk=event.pk).update(changes_freeze_at=timezone.now() + timedelta(hours=1))
    assert isinstance(services.add_attendee(registration=registration, guest=DORA), Attendee)


def test_from_its_very_instant_the_freeze_makes_requests(event, register):
    registration = register("Anna")
    Event.objects.filter(pk=event.pk).update(changes_freeze_at=event.starts_at - timedelta(days=1))
    at = event.starts_at - timedelta(days=1)
    assert isinstance(services.add_attendee(registration=registration, guest=DORA, now=at), ChangeRequest)
    earlier = at - timedelta(microseconds=1)
    assert isinstance(services.add_attendee(registration=registration, guest=DORA, now=earlier), Attendee)


def test_adding_correcting_and_replacing_are_requests_and_change_nothing(registration):
    anna = registration.attendees.get(full_name="Anna")
    before = Delivery.objects.count()
    services.add_attendee(registration=registration, guest=DORA)
    services.edit_attendee(attendee=anna, guest=Guest("Anna Rossi", anna.email))
    services.replace_attendee(attendee=anna, guest=Guest("Elio"))
    assert sorted(ChangeRequest.objects.values_list("kind", flat=True)) == ["add", "correct", "replace"]
    assert people(registration) == [("Anna", 1), ("Bruno", 2)]
    assert Delivery.objects.count() == before


def test_the_same_form_twice_is_one_request(registration, asked):
    assert services.add_attendee(registration=registration, guest=DORA) == asked
    assert ChangeRequest.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.create(
            event=asked.event, registration=registration, kind="add", full_name="Dora", fingerprint=asked.fingerprint
        )


def test_places_are_given_back_at_once_also_after_the_freeze(registration):
    services.cancel_attendee(attendee=registration.attendees.get(full_name="Anna"))
    assert people(registration) == [("Bruno", 2)]
    assert services.cancel_registration(registration=registration).state == "cancelled"


def test_an_approval_makes_the_change_and_tells_those_concerned(registration, asked, organiser):
    anna = registration.attendees.get(full_name="Anna")
    correction = services.edit_attendee(attendee=anna, guest=Guest("Anna Rossi", anna.email))
    replacement = services.replace_attendee(attendee=registration.attendees.get(full_name="Bruno"), guest=Guest("Elio"))
    for request in (asked, correction, replacement):
        assert services.approve_change(request=request, by=organiser).state == State.APPROVED
    assert people(registration) == [("Anna Rossi", 1), ("Elio", 2), ("Dora", 3)]
    assert Delivery.objects.filter(kind="attendee_registered", address=DORA.email).count() == 1


def test_an_approval_counts_also_after_registration_has_closed(registration, asked, organiser):
    Event.objects.filter(pk=asked.event_id).update(registration_closes_at=timezone.now())
    services.approve_change(request=asked, by=organiser)
    assert ("Dora", 3) in people(registration)


def test_what_no_longer_fits_stays_open(registration, asked, organiser, register, client_of):
    register("Carlo", "Elio", "Fulvia")
    with pytest.raises(services.EventFull):
        services.approve_change(request=asked, by=organiser)
    answer = client_of(organiser).post(f"/manage/events/info-day/changes/{asked.pk}/approve/", follow=True)
    assert "Non ci sta più" in answer.content.decode()
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == (State.OPEN, None)


def test_a_change_of_somebody_who_left_cannot_be_approved(registration, organiser):
    anna = registration.attendees.get(full_name="Anna")
    request = services.edit_attendee(attendee=anna, guest=Guest("Anna Rossi", anna.email))
    services.cancel_attendee(attendee=anna)
    with pytest.raises(services.RegistrationClosed):
        services.approve_change(request=request, by=organiser)


def test_the_same_click_twice_decides_once_and_the_second_organiser_is_told(registration, asked, organiser, second):
    for _click in range(2):
        services.approve_change(request=asked, by=organiser)
    assert len(people(registration)) == 3
    with pytest.raises(services.AlreadyDecided) as earlier:
        services.refuse_change(request=asked, reason="No.", by=second)
    assert earlier.value.decided.decided_by == organiser


def test_a_refusal_is_read_on_the_page_and_in_the_mail(registration, asked, organiser, client_of, client):
    page = f"/manage/events/info-day/changes/{asked.pk}/refuse/"
    assert client_of(organiser).post(page, {"reason": " "}).status_code == 422
    client_of(organiser).post(page, {"reason": "La sala è piccola."})
    letter = letter_for(Delivery.objects.get(kind="change_refused"))
    assert "La sala è piccola." in letter.paragraphs[0]
    assert "La sala è piccola." in client.get(registration.get_absolute_url()).content.decode()


def test_a_registrant_reads_that_it_is_a_request_and_may_withdraw_it(registration, client):
    page = registration.get_absolute_url()
    fields = {"new-full_name": "Dora", "new-email": "", "new-office": ""}
    assert "ora è una richiesta" in client.post(f"{page}add/", fields, follow=True).content.decode()
    request = ChangeRequest.objects.get()
    for _click in range(2):
        client.post(f"{page}changes/{request.pk}/withdraw/")
    request.refresh_from_db()
    assert request.state == State.WITHDRAWN
    services.add_attendee(registration=registration, guest=Guest("Dora"))
    assert ChangeRequest.objects.filter(state=State.OPEN).count() == 1


def test_a_withdrawn_request_is_not_approved(asked, organiser):
    services.withdraw_change(request=asked)
    with pytest.raises(services.AlreadyDecided):
        services.approve_change(request=asked, by=organiser)


def test_nobody_withdraws_anothers_request(asked, register, client):
    other = register("Gina")
    assert client.post(f"{other.get_absolute_url()}changes/{asked.pk}/withdraw/").status_code == 404


def test_an_erasure_takes_the_requests_along(registration, asked):
    services.erase_registration(registration=registration)
    assert not ChangeRequest.objects.exists()


def test_the_database_refuses_a_decision_by_nobody(asked):
    for state in (State.APPROVED, State.REFUSED, State.WITHDRAWN):
        with pytest.raises(IntegrityError), transaction.atomic():
            ChangeRequest.objects.update(state=state)


def test_the_page_asks_as_many_queries_for_thirty_as_for_one(asked, registration, organiser, client_of):
    client = client_of(organiser)
    client.get("/manage/events/info-day/changes/")
    with CaptureQueriesContext(connection) as one:
        client.get("/manage/events/info-day/changes/")
    anna = registration.attendees.get(full_name="Anna")
    for number in range(30):
        services.replace_attendee(attendee=anna, guest=Guest(f"Persona {number}"))
    with CaptureQueriesContext(connection) as thirty:
        assert client.get("/manage/events/info-day/changes/").content.count(b"Persona") == 30
    assert len(thirty) == len(one)


@pytest.mark.parametrize("rest", ["", "1/approve/", "1/refuse/"])
def test_strangers_see_and_decide_nothing(rest, asked, stranger, client_of):
    client, page = client_of(stranger), f"/manage/events/info-day/changes/{rest}"
    assert (client.post(page) if rest else client.get(page)).status_code == 403


def test_the_data_of_the_contact_hold_the_requests_and_nobody_elses(registration, asked, client):
    page = client.get(f"{registration.get_absolute_url()}data/").content.decode()
    assert DORA.email in page
    bruno = registration.attendees.get(full_name="Bruno")
    assert DORA.email not in client.get(f"{bruno.get_absolute_url()}data/").content.decode()
