"""Registering, changing and cancelling: each way out once, each fact announced once."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from events import services, signals
from events.models import Event, Registration
from organisations.links import hash_token


@pytest.fixture
def facts():
    """Collects the signals of the app as (name, arguments)."""
    heard, receivers = [], []
    for name in ("registration_confirmed", "registration_changed", "registration_cancelled",
                 "registration_link_requested", "event_rescheduled", "event_cancelled"):  # fmt: skip

        def receiver(sender, _name=name, **arguments):
            heard.append((_name, arguments))

        getattr(signals, name).connect(receiver)
        receivers.append((getattr(signals, name), receiver))
    yield heard
    for signal, receiver in receivers:
        signal.disconnect(receiver)


def names(facts) -> list[str]:
    return [name for name, _arguments in facts]


def test_registering_announces_it_once(register, facts):
    submission_id = uuid.uuid4()
    register("Anna", submission_id=submission_id)
    register("Anna", submission_id=submission_id)
    assert names(facts) == ["registration_confirmed"]


@pytest.mark.parametrize("state", [Event.State.DRAFT, Event.State.CANCELLED, Event.State.HELD])
def test_only_a_published_event_takes_registrations(register, event, state):
    Event.objects.update(state=state, cancelled_at=timezone.now() if state == "cancelled" else None)
    with pytest.raises(services.RegistrationClosed):
        register("Anna")


def test_registration_opens_and_closes_at_its_instants(register, event):
    opens, closes = event.starts_at - timedelta(days=10), event.starts_at - timedelta(days=1)
    Event.objects.update(registration_opens_at=opens, registration_closes_at=closes)
    for moment in (opens - timedelta(seconds=1), closes):
        with time_machine.travel(moment, tick=False), pytest.raises(services.RegistrationClosed):
            register("Anna")
    with time_machine.travel(opens, tick=False):
        assert register("Anna").pk


def test_eleven_people_are_too_many(register, event):
    Event.objects.update(capacity=50)
    with pytest.raises(services.TooManyAttendees):
        register(*(f"Persona{number}" for number in range(11)))


def test_the_token_is_stored_hashed_only(register):
    registration = register("Anna")
    assert registration.token_hash == hash_token(registration.token)
    stored = " ".join(str(value) for value in Registration.objects.values().get().values())
    assert registration.token not in stored


def test_adding_a_person_tells_whose_calendar_fills(register, facts):
    registration = register("Anna")
    services.add_attendee(registration=registration, guest=services.Guest("Bruno", "bruno@ente01.example.org"))
    name, arguments = facts[-1]
    assert name == "registration_changed"
    assert arguments["joined"] == {"bruno@ente01.example.org": "Bruno"}
    assert arguments["left"] == {}


def test_changing_an_address_empties_the_old_calendar_and_fills_the_new(register, facts):
    registration = register("Anna", "Bruno")
    anna = registration.attendees.get(full_name="Anna")
    services.edit_attendee(attendee=anna, guest=services.Guest("Anna", "anna.nuova@ente01.example.org"))
    _name, arguments = facts[-1]
    assert arguments["left"] == {"anna@ente01.example.org": "Anna"}
    assert arguments["joined"] == {"anna.nuova@ente01.example.org": "Anna"}


def test_a_correction_that_changes_nothing_tells_nobody(register, facts):
    registration = register("Anna")
    anna = registration.attendees.get()
    services.edit_attendee(attendee=anna, guest=services.Guest(anna.full_name, anna.email, anna.office))
    assert names(facts) == ["registration_confirmed"]


def test_a_new_contact_address_gets_a_new_link_and_the_old_one_dies(register):
    registration = register("Anna")
    old = registration.token
    changed = services.edit_contact(
        registration=registration, name="Carla", email="carla.nuova@ente01.example.org", office="", phone=""
    )
    assert changed.token != old
    assert changed.token_hash == hash_token(changed.token)


def test_after_the_closing_date_people_may_leave_but_not_join(register, event):
    registration = register("Anna", "Bruno")
    Event.objects.update(registration_closes_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(services.RegistrationClosed):
        services.add_attendee(registration=registration, guest=services.Guest("Carlo"))
    services.cancel_attendee(attendee=registration.attendees.get(full_name="Bruno"))
    assert event.places_taken() == 1


def test_after_the_event_nothing_changes_any_more(register, event):
    registration = register("Anna", "Bruno")
    with time_machine.travel(event.ends_at + timedelta(minutes=1), tick=False):
        for change in (
            lambda: services.cancel_registration(registration=registration),
            lambda: services.cancel_attendee(attendee=registration.attendees.first()),
            lambda: services.edit_attendee(attendee=registration.attendees.first(), guest=services.Guest("Altra")),
        ):
            with pytest.raises(services.RegistrationClosed):
                change()
    assert event.places_taken() == 2


def test_moving_the_event_raises_its_revision_and_says_so(register, event, organiser, facts):
    register("Anna")
    changed = services.change(event=event, by=organiser, starts_at=event.starts_at + timedelta(minutes=30))
    assert changed.revision == 1
    assert names(facts)[-1] == "event_rescheduled"


def test_correcting_a_title_moves_no_calendar(event, organiser, facts):
    assert services.change(event=event, by=organiser, title_it="Altro titolo").revision == 0
    assert facts == []


def test_calling_the_event_off_is_said_once_and_is_final(event, organiser, facts):
    services.cancel(event=event, reason="neve", by=organiser)
    with pytest.raises(services.WrongState):
        services.cancel(event=event, reason="neve", by=organiser)
    assert names(facts) == ["event_cancelled"]


def test_asking_for_the_link_is_silent_for_unknown_addresses(register, event, facts):
    register("Anna")
    services.request_link(event=event, email="nobody@altrove.example.org")
    assert names(facts) == ["registration_confirmed"]
    services.request_link(event=event, email="CARLA@ente01.example.org")
    assert names(facts)[-1] == "registration_link_requested"


def test_an_invitation_is_made_once(event, cso):
    assert services.invite(event=event, organisation=cso) == services.invite(event=event, organisation=cso)


def test_a_registration_by_invitation_belongs_to_the_invited_organisation(register, event, cso):
    invitation = services.invite(event=event, organisation=cso)
    assert register("Anna", invitation=invitation).organisation == cso


@pytest.mark.parametrize(("verb", "allowed"), [
    ("publish", {Event.State.DRAFT}), ("cancel", {Event.State.DRAFT, Event.State.PUBLISHED}),
    ("close", {Event.State.PUBLISHED}),
])  # fmt: skip
@pytest.mark.parametrize("state", Event.State.values)
def test_the_table_of_transitions_is_what_the_services_do(event, organiser, verb, allowed, state):
    Event.objects.update(state=state, cancelled_at=timezone.now() if state == "cancelled" else None)
    extra = {"cancel": {"reason": "prova"}, "close": {"now": event.ends_at + timedelta(hours=1)}}.get(verb, {})
    call = lambda: getattr(services, verb)(event=event, by=organiser, **extra)  # noqa: E731
    if state in allowed:
        assert call().state in Event.TRANSITIONS[state]
    else:
        with pytest.raises(services.WrongState):
            call()
