"""While a registration is to be approved its contact changes who comes; nobody has a place, so nobody is told of one."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from events import invariants, services
from events.models import Attendee, Event, Registration
from notifications.letters import letter_for
from notifications.models import Delivery

pytestmark = pytest.mark.django_db
State = Registration.State


@pytest.fixture
def pending(moderated, register) -> Registration:
    return register("Anna", "Bruno", "Carlo")


def names(registration) -> list[str]:
    return sorted(registration.attendees.standing().values_list("full_name", flat=True))


def kinds() -> list[str]:
    return sorted(Delivery.objects.values_list("kind", flat=True))


def person(registration, name: str) -> Attendee:
    return registration.attendees.get(full_name=name)


# -- people -----------------------------------------------------------------------------------------------------------


def test_one_person_is_left_out_and_the_others_wait_for_the_approval_as_before(pending, organiser):
    services.cancel_attendee(attendee=person(pending, "Bruno"))
    services.cancel_attendee(attendee=person(pending, "Bruno"))
    pending.refresh_from_db()
    assert (pending.state, names(pending), kinds()) == (State.PENDING, ["Anna", "Carlo"], ["registration_received"])
    services.approve(registration=pending, by=organiser)
    assert sorted(pending.attendees.seated().values_list("full_name", "place_number")) == [("Anna", 1), ("Carlo", 2)]
    assert not list(invariants.broken())


def test_the_last_one_left_out_cancels_the_registration(pending):
    for name in ("Anna", "Bruno", "Carlo"):
        services.cancel_attendee(attendee=person(pending, name))
    pending.refresh_from_db()
    assert pending.state == State.CANCELLED
    assert kinds() == ["registration_cancelled", "registration_received"]


def test_people_are_corrected_replaced_and_added_without_a_place_and_without_a_word(pending, moderated, organiser):
    services.edit_attendee(
        attendee=person(pending, "Anna"), guest=services.Guest("Anna Rossi", "anna@ente01.example.org")
    )
    services.replace_attendee(attendee=person(pending, "Bruno"), guest=services.Guest("Dora"))
    services.add_attendee(registration=pending, guest=services.Guest("Elio"))
    services.add_attendee(registration=pending, guest=services.Guest("Elio"))
    assert names(pending) == ["Anna Rossi", "Carlo", "Dora", "Elio"]
    assert set(pending.attendees.standing().values_list("state", "place_number")) == {("pending", None)}
    assert moderated.places_free() == moderated.capacity
    assert kinds() == ["registration_received"]
    services.approve(registration=pending, by=organiser)
    assert pending.attendees.seated().count() == 4
    assert not list(invariants.broken())


def test_the_cap_of_an_organisation_holds_before_the_approval_too(pending, moderated):
    Event.objects.update(max_per_organisation=3)
    with pytest.raises(services.TooManyAttendees):
        services.add_attendee(registration=pending, guest=services.Guest("Elio"))


def test_after_the_freeze_they_change_at_once_because_an_organiser_reads_them_anyhow(pending):
    Event.objects.update(changes_freeze_at=timezone.now() - timedelta(hours=1))
    coming = services.replace_attendee(attendee=person(pending, "Bruno"), guest=services.Guest("Dora"))
    assert isinstance(coming, Attendee)
    assert names(pending) == ["Anna", "Carlo", "Dora"]


@pytest.mark.parametrize("decide", ["refuse", "over"])
def test_nothing_changes_any_more_once_it_is_refused_or_over(pending, moderated, organiser, decide):
    anna = person(pending, "Anna")
    if decide == "refuse":
        services.refuse(registration=pending, reason="Non per enti.", by=organiser)
    else:
        Event.objects.update(starts_at=timezone.now() - timedelta(hours=2), ends_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(services.RegistrationClosed):
        services.add_attendee(registration=pending, guest=services.Guest("Elio"))
    with pytest.raises(services.RegistrationClosed):
        services.edit_attendee(attendee=anna, guest=services.Guest("Anna Rossi"))
    if decide == "over":
        with pytest.raises(services.RegistrationClosed):
            services.cancel_attendee(attendee=anna)


def test_the_page_lets_the_contact_do_it(pending, client):
    page = f"/en{pending.get_absolute_url()}"
    text = client.get(page).content.decode()
    assert "Leave out" in text
    assert "Add a person" in text
    bruno = person(pending, "Bruno")
    question = client.get(f"{page}attendees/{bruno.pk}/cancel/").content.decode()
    assert "An organiser reads the registration without them." in question
    said = client.post(f"{page}attendees/{bruno.pk}/cancel/", follow=True).content.decode()
    assert "Bruno does not come any more." in said
    fields = {"new-full_name": "Elio", "new-email": "", "new-office": ""}
    assert "Elio is added." in client.post(f"{page}add/", fields, follow=True).content.decode()
    assert names(pending) == ["Anna", "Carlo", "Elio"]


# -- cancelled before it was approved ---------------------------------------------------------------------------------


def letter(kind: str = "registration_cancelled"):
    row = Delivery.objects.get(kind=kind)
    return row, letter_for(row)


def test_what_was_never_approved_is_cancelled_without_a_word_of_places_and_without_a_calendar(pending, client):
    page = f"/en{pending.get_absolute_url()}cancel/"
    assert "It holds no place yet" in client.get(page).content.decode()
    said = client.post(page, follow=True).content.decode()
    assert "The registration was cancelled." in said
    assert "places are free" not in said
    row, written = letter()
    assert (row.calendar_method, row.calendar_sequence, written.calendar) == ("", None, None)
    assert written.paragraphs == ["l’iscrizione di Cooperativa di prova è annullata. Non occupava ancora alcun posto."]


def test_what_held_places_still_says_that_they_are_free_and_empties_the_calendar(event, register):
    services.cancel_registration(registration=register("Anna"))
    row, written = letter()
    assert row.calendar_method == "CANCEL"
    assert b"METHOD:CANCEL" in written.calendar
    assert "posti sono di nuovo liberi" in written.paragraphs[0]


# -- erased -----------------------------------------------------------------------------------------------------------


def test_an_erasure_takes_the_reason_of_a_refusal_along(pending, organiser, client_of):
    services.refuse(registration=pending, reason="Anna Rossi abita altrove.", by=organiser)
    services.erase_registration(registration=pending)
    pending.refresh_from_db()
    assert (pending.state, pending.refusal_reason) == (State.REFUSED, "")
    page = client_of(organiser).get(f"/manage/events/{pending.event.slug}/registrations/").content.decode()
    assert "abita altrove" not in page


def test_the_database_keeps_no_reason_of_somebody_erased(pending, organiser):
    services.refuse(registration=pending, reason="No.", by=organiser)
    services.erase_registration(registration=pending)
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=pending.pk).update(refusal_reason="No.")
