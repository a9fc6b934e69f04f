"""Who gets in: what an organiser approves or refuses, once, and what is told to whom."""

import threading
import uuid

import pytest
from django.db import IntegrityError, connection, connections, transaction

from events import invariants, services
from events.models import Attendee, Event, Registration
from events.services import moderation
from notifications.models import Delivery
from organisations.models import User

State = Registration.State


def kinds() -> list[str]:
    return sorted(Delivery.objects.exclude(kind="calendar_link").values_list("kind", flat=True))


def page_of(event: Event, rest: str = "") -> str:
    return f"/manage/events/{event.slug}/registrations/{rest}"


# -- approval --------------------------------------------------------------------------------------------------------


def test_a_registration_to_be_approved_holds_no_place_and_its_contact_is_told(moderated, register):
    registration = register("Anna", "Bruno")
    assert registration.state == State.PENDING
    assert moderated.places_free() == moderated.capacity
    assert kinds() == ["registration_received"]
    assert not list(invariants.broken())


def test_approval_gives_the_places_and_tells_everybody(moderated, register, organiser):
    registration = services.approve(registration=register("Anna", "Bruno"), by=organiser)
    assert (registration.state, registration.decided_by) == (State.CONFIRMED, organiser)
    assert sorted(registration.attendees.values_list("state", "place_number")) == [("confirmed", 1), ("confirmed", 2)]
    assert kinds() == ["attendee_registered", "attendee_registered", "registration_confirmed", "registration_received"]


def test_approval_of_what_does_not_fit_changes_nothing_and_says_how_many_places_are_free(
    moderated, register, organiser
):
    first, second = register("Anna", "Bruno", "Carlo"), register("Dora", "Elio", "Fulvia")
    services.approve(registration=first, by=organiser)
    with pytest.raises(services.EventFull) as full:
        services.approve(registration=second, by=organiser)
    second.refresh_from_db()
    assert (full.value.free, second.state, second.decided_by) == (2, State.PENDING, None)
    assert not second.attendees.seated().exists()


def test_the_same_click_twice_decides_once(moderated, register, organiser):
    one, other = register("Anna"), register("Bruno")
    for _click in range(2):
        services.approve(registration=one, by=organiser)
        services.refuse(registration=other, reason="Solo enti del terzo settore.", by=organiser)
    assert kinds().count("registration_confirmed") == kinds().count("registration_refused") == 1


def test_the_second_organiser_is_told_who_decided(moderated, register, organiser, second, client_of):
    registration = register("Anna")
    services.approve(registration=registration, by=organiser)
    with pytest.raises(services.AlreadyDecided):
        services.refuse(registration=registration, reason="Troppo tardi.", by=second)
    data = {"registration": registration.pk, "reason": "Troppo tardi."}
    answer = client_of(second).post(page_of(moderated, "refuse/"), data, follow=True)
    assert "Olga Organizzatrice" in answer.content.decode()
    registration.refresh_from_db()
    assert registration.state == State.CONFIRMED


def test_a_refusal_tells_its_reason_on_the_page_and_in_the_mail(moderated, register, organiser, client):
    registration = register("Anna")
    services.refuse(registration=registration, reason="Solo enti del terzo settore.", by=organiser)
    from notifications.letters import letter_for

    letter = letter_for(Delivery.objects.get(kind="registration_refused"))
    assert "Solo enti del terzo settore." in letter.paragraphs[0]
    page = client.get(registration.get_absolute_url()).content.decode()
    assert "Solo enti del terzo settore." in page
    assert not registration.attendees.standing().exists()


def test_after_a_refusal_the_organisation_may_register_again(moderated, register, organiser, applicant):
    services.refuse(registration=register("Anna", applicant=applicant), reason="Manca il nome.", by=organiser)
    assert register("Anna Rossi", applicant=applicant).state == State.PENDING


def test_nothing_is_decided_when_the_event_is_over_or_called_off(moderated, register, organiser):
    registration = register("Anna")
    with pytest.raises(services.RegistrationClosed):
        services.approve(registration=registration, by=organiser, now=moderated.ends_at)
    services.cancel(event=moderated, reason="Neve.", by=organiser)
    with pytest.raises(services.RegistrationClosed):
        services.refuse(registration=registration, reason="No.", by=organiser)
    assert "event_cancelled" in kinds()


def test_whoever_waits_for_approval_may_cancel_at_once(moderated, register, organiser):
    registration = services.cancel_registration(registration=register("Anna"))
    assert registration.state == State.CANCELLED
    with pytest.raises(services.AlreadyDecided):
        services.approve(registration=registration, by=organiser)


def test_the_database_refuses_a_refusal_without_a_reason_and_a_place_before_the_approval(moderated, register):
    registration = register("Anna")
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=registration.pk).update(state=State.REFUSED)
    with pytest.raises(IntegrityError), transaction.atomic():
        registration.attendees.update(place_number=1)
    Attendee.objects.create(registration=registration, event=moderated, full_name="Bruno", place_number=2)
    assert any("nobody approved it" in sentence for sentence in invariants.broken())


def both_approve(registration: Registration, *organisers: User) -> list[str]:
    """What each is answered when they press at once."""
    start, outcomes = threading.Barrier(2), []

    def decide(by: User) -> None:
        start.wait()
        try:
            services.approve(registration=registration, by=by)
            outcomes.append("decided")
        except services.AlreadyDecided:
            outcomes.append("told")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=decide, args=(by,)) for by in organisers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_two_organisers_at_once_decide_once(moderated, register, organiser, second):
    registration = register("Anna")
    assert both_approve(registration, organiser, second) == ["decided", "told"]
    assert registration.attendees.seated().count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite queues writers by itself: no race to show")
def test_without_the_lock_both_would_decide(moderated, register, organiser, second, monkeypatch):
    registration, looked = register("Anna"), threading.Barrier(2, timeout=20)

    def look(registration, now):
        found = Registration.objects.get(pk=registration.pk)
        looked.wait()
        return found.event, found

    monkeypatch.setattr(moderation, "_lock_pending", look)
    assert both_approve(registration, organiser, second) == ["decided", "decided"]


# -- the organisers' page --------------------------------------------------------------------------------------------


def test_several_are_approved_at_once_and_what_does_not_fit_stops_no_other(moderated, register, organiser, client_of):
    rows = [register("Anna", "Bruno", "Carlo"), register("Dora", "Elio", "Fulvia"), register("Gina")]
    answer = client_of(organiser).post(
        page_of(moderated, "approve/"), {"registration": [row.pk for row in rows]}, follow=True
    )
    assert [Registration.objects.get(pk=row.pk).state for row in rows] == ["confirmed", "pending", "confirmed"]
    assert "2 iscrizioni sono approvate" in answer.content.decode()
    assert "non ci sta" in answer.content.decode()


def test_a_refusal_without_a_reason_is_shown_again_with_what_was_ticked(moderated, register, organiser, client_of):
    registration = register("Anna")
    answer = client_of(organiser).post(page_of(moderated, "refuse/"), {"registration": registration.pk, "reason": " "})
    assert answer.status_code == 422
    assert "checked" in answer.content.decode()
    registration.refresh_from_db()
    assert registration.state == State.PENDING


@pytest.mark.parametrize("keys", [[], ["x"], ["9" * 30], ["-1"]])
def test_keys_that_name_nothing_decide_nothing(keys, moderated, register, organiser, client_of):
    register("Anna")
    answer = client_of(organiser).post(page_of(moderated, "approve/"), {"registration": keys}, follow=True)
    assert answer.status_code == 200
    assert Registration.objects.get().state == State.PENDING


def test_registrations_of_another_event_are_not_decided_here(moderated, register, organiser, client_of):
    registration = register("Anna")
    other = Event.objects.get(pk=moderated.pk)
    other.pk, other.slug, other.uid = None, "altro", uuid.uuid4()
    other.save()
    client_of(organiser).post(page_of(other, "approve/"), {"registration": registration.pk})
    registration.refresh_from_db()
    assert registration.state == State.PENDING


def test_the_page_filters_by_state_category_and_words(moderated, register, organiser, client_of):
    services.approve(registration=register("Anna"), by=organiser)
    register("Bruno")
    client = client_of(organiser)

    def shown(query: str) -> set[str]:
        page = client.get(page_of(moderated, query)).content.decode()
        return {name for name in ("Anna", "Bruno") if name in page}

    assert shown("") == {"Anna", "Bruno"}
    assert shown("?state=pending") == {"Bruno"}
    assert shown("?q=anna") == {"Anna"}
    assert shown("?category=press") == set()
    assert shown("?state=nonsense&page=x") == {"Anna", "Bruno"}


@pytest.mark.parametrize("rest", ["", "approve/", "refuse/"])
def test_strangers_decide_nothing(rest, moderated, stranger, client_of):
    client = client_of(stranger)
    answer = client.post(page_of(moderated, rest)) if rest else client.get(page_of(moderated))
    assert answer.status_code == 403


def test_the_page_asks_as_many_queries_for_thirty_as_for_one(
    moderated, register, organiser, client_of, django_assert_num_queries
):
    from django.test.utils import CaptureQueriesContext

    client = client_of(organiser)
    services.approve(registration=register("Anna"), by=organiser)
    client.get(page_of(moderated))
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(page_of(moderated))
    for number in range(30):
        register(f"Persona {number}".replace(" ", ""))
    with django_assert_num_queries(len(one)):
        client.get(page_of(moderated))


def test_whoever_waits_for_approval_is_not_reminded_to_register(moderated, register, cso):
    from notifications import audiences

    invitation = services.invite(event=moderated, organisation=cso)
    register("Anna", invitation=invitation)
    everybody = audiences.definition_of({"kind": "directory", "kinds": ["cso"]})
    assert [one.counted_as for one in audiences.candidates(everybody, event=moderated)] == [audiences.Reason.REGISTERED]
