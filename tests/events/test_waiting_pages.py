"""The pages of places and waiting lists: what they offer, refuse and never do."""

import re
from datetime import timedelta

import pytest

from events import services
from events.models import Registration, Session, WaitingEntry
from notifications.models import Delivery


@pytest.fixture
def items(event):
    return [
        Session.objects.create(event=event, title_it=title, places=1, starts_at=event.starts_at,
                               ends_at=event.starts_at + timedelta(minutes=30))
        for title in ("Laboratorio A", "Laboratorio B")
    ]  # fmt: skip


def test_an_overlap_is_answered_with_a_swap_that_names_both(client, register, items):
    registration = register("Anna")
    anna = registration.attendees.get()
    base = f"{registration.get_absolute_url()}sessions/"
    chosen = [client.post(f"{base}choose/", {"attendee": anna.pk, "session": item.pk}) for item in items]
    assert [answer.status_code for answer in chosen] == [302, 409]
    assert "Laboratorio A" in chosen[1].content.decode()
    assert f"{base}swap/" in chosen[1].content.decode()
    assert client.post(f"{base}swap/", {"attendee": anna.pk, "session": items[1].pk}).status_code == 302
    assert anna.seats.held().get().session == items[1]


def test_a_full_item_offers_the_waiting_list_and_the_old_place_stays(client, register, items):
    registration = register("Anna", "Bruno")
    anna, bruno = registration.attendees.order_by("pk")
    services.choose(attendee=bruno, session=items[0])
    base = f"{registration.get_absolute_url()}sessions/"
    answer = client.post(f"{base}choose/", {"attendee": anna.pk, "session": items[0].pk})
    assert (answer.status_code, f"{base}wait/" in answer.content.decode()) == (409, True)
    client.post(f"{base}wait/", {"attendee": anna.pk, "session": items[0].pk})
    assert WaitingEntry.objects.get().session == items[0]


@pytest.mark.parametrize("data", [{}, {"attendee": "x", "session": "1"}, {"attendee": "999", "session": "999"}])
def test_hostile_choices_are_not_found(client, register, items, data):
    base = f"{register('Anna').get_absolute_url()}sessions/"
    assert client.post(f"{base}choose/", data).status_code == 404


def test_one_delegate_alone_can_be_shown(client, register, items):
    registration = register("Anna", "Bruno")
    anna = registration.attendees.get(full_name="Anna")
    page = client.get(f"{registration.get_absolute_url()}sessions/", {"attendee": anna.pk}).content.decode()
    assert "Anna" in page
    assert "Bruno" not in page


def test_the_sessions_page_asks_as_many_questions_for_one_as_for_ten(
    client, register, items, event, django_assert_num_queries
):
    type(event).objects.update(capacity=20)
    few, many = register("Anna"), register(*(f"Persona{n}" for n in range(10)))
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for registration in (few, many):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(f"{registration.get_absolute_url()}sessions/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_full_event_keeps_what_was_typed_and_lets_people_wait(client, register, posted, event):
    register("Anna", "Bruno", "Carlo", "Dora", "Elio")
    assert "?waiting=1" in client.get("/events/info-day/register/").content.decode()
    data = posted("Fulvia")
    refused = client.post("/events/info-day/register/", data).content.decode()
    assert "Fulvia" in refused
    assert 'name="waits"' in refused
    answer = client.post("/events/info-day/register/", data | {"waits": "all"})
    page = client.get(answer["Location"]).content.decode()
    registration = Registration.objects.get(state="waiting")
    assert registration.reference in page
    assert re.search(r"/waiting/\d+/", page)


def test_a_link_in_the_mail_declines_only_by_post(client, register, event):
    full = register("Anna", "Bruno", "Carlo", "Dora", "Elio")
    waiting, following = register("Fulvia", waits="all"), register("Gino", waits="all")
    services.cancel_attendee(attendee=full.attendees.get(full_name="Anna"))
    address = f"{waiting.get_absolute_url()}waiting/{waiting.waiting_entries.get().pk}/"
    assert client.get(address).status_code == 200
    assert Registration.objects.get(pk=waiting.pk).state == "confirmed"
    client.post(address)
    assert Registration.objects.get(pk=waiting.pk).state == "cancelled"
    assert Registration.objects.get(pk=following.pk).state == "confirmed"
    kinds = list(Delivery.objects.filter(kind__startswith="waiting").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["waiting_joined", "waiting_joined", "waiting_promoted", "waiting_left", "waiting_promoted"]


def test_organisers_see_places_queues_and_traces_and_may_move_an_entry(client, register, items, event, organiser):
    full = register("Anna", "Bruno", "Carlo", "Dora", "Elio")
    services.choose(attendee=full.attendees.get(full_name="Anna"), session=items[0])
    register("Fulvia", waits="all")
    last = register("Gino", waits="all")
    services.cancel_attendee(attendee=full.attendees.get(full_name="Bruno"))
    client.force_login(organiser)
    page = client.get("/manage/events/info-day/places/").content.decode()
    assert "Laboratorio A" in page
    assert last.reference in page
    entry = last.waiting_entries.get()
    client.post(f"/manage/events/info-day/places/{entry.pk}/front/", {"reason": "Relatore"})
    entry.refresh_from_db()
    assert (entry.priority, entry.priority_reason) == (-1, "Relatore")
    assert "Anna" in client.get("/manage/events/info-day/places.csv").content.decode()


def test_strangers_see_no_places(client, signatory, event):
    client.force_login(signatory)
    assert client.get("/manage/events/info-day/places/").status_code == 403


def test_fewer_places_than_are_taken_are_refused_in_the_form_with_the_names(client, register, items, event, organiser):
    Session.objects.filter(pk=items[0].pk).update(places=2)
    for person in register("Anna", "Bruno").attendees.all():
        services.choose(attendee=person, session=Session.objects.get(pk=items[0].pk))
    with pytest.raises(services.PlacesBelowTaken):
        services.save_session(event=event, by=organiser, session=items[0], places=1)


def test_the_public_page_tells_which_items_are_full(client, register, items):
    services.choose(attendee=register("Anna").attendees.get(), session=items[0])
    page = client.get("/en/events/info-day/").content.decode()
    assert ("full" in page, "few places left" in page) == (True, True)


def test_each_letter_of_the_waiting_list_can_be_written(register, event):
    from notifications.letters import letter_for as write

    full = register("Anna", "Bruno", "Carlo", "Dora", "Elio")
    register("Fulvia", waits="all")
    for delivery in Delivery.objects.filter(kind="waiting_joined"):
        assert write(delivery)
    services.cancel_attendee(attendee=full.attendees.get(full_name="Anna"))
    for delivery in Delivery.objects.filter(kind="waiting_promoted"):
        assert write(delivery)
