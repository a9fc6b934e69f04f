"""Nobody writes to others, or takes all places, through the registration form; and nobody who just registers notices."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from events import limits, retention
from events.models import Attendee, Event, Pace, Registration

pytestmark = pytest.mark.django_db


def send(client, event, posted, number: int = 1, **changes):
    return client.post(f"/en/events/{event.slug}/register/", posted(f"Anna {number}", **changes))


def test_one_contact_registers_six_times_an_hour_and_then_is_told_when_again(client, event, posted):
    Event.objects.update(capacity=50)
    for number in range(6):
        assert send(client, event, posted, number).status_code == 302
    page = send(client, event, posted, 7).content.decode()
    assert "sent very often from this address" in page
    assert Registration.objects.count() == 6
    with time_machine.travel(timezone.now() + timedelta(hours=1, minutes=1)):
        assert send(client, event, posted, 8).status_code == 302


def test_another_contact_at_the_same_desk_is_not_stopped(client, event, posted):
    Event.objects.update(capacity=50)
    for number in range(10):
        assert send(client, event, posted, number, contact_email=f"c{number}@ente.example.org").status_code == 302


def test_a_stranger_is_not_written_to_again_and_again(client, event, posted):
    Event.objects.update(capacity=50)
    for number in range(8):
        fields = {"contact_email": f"c{number}@ente.example.org", "attendees-0-email": "vittima@altrove.example.org"}
        send(client, event, posted, number, **fields)
    assert Attendee.objects.filter(email="vittima@altrove.example.org").count() == 6


def test_a_stranger_is_not_written_to_through_one_link_either(client, event, register):
    Event.objects.update(capacity=50)
    registration = register("Anna")
    for number in range(8):
        fields = {"new-full_name": f"Bea {number}", "new-email": "vittima@altrove.example.org", "new-office": ""}
        client.post(f"{registration.get_absolute_url()}add/", fields)
    assert Attendee.objects.filter(email="vittima@altrove.example.org").count() == 6


def test_one_link_takes_sixty_changes_an_hour(client, register):
    registration = register("Anna")
    path = f"{registration.get_absolute_url()}contact/"
    fields = {"name": "Carla", "email": registration.contact_email, "office": "Presidente", "phone": ""}
    for number in range(62):
        client.post(path, fields | {"phone": str(number)})
    registration.refresh_from_db()
    assert registration.contact_phone == "59"
    assert client.get(registration.get_absolute_url()).status_code == 200  # reading is free


def test_what_is_refused_counts_for_none_of_those_named(event):
    now = timezone.now()
    for _ in range(6):
        limits.NAMED_BY_OTHERS.take("a@altrove.example.org", now=now)
    with pytest.raises(limits.TooOften):
        limits.NAMED_BY_OTHERS.take("a@altrove.example.org", "b@altrove.example.org", now=now)
    assert sorted(Pace.objects.values_list("count", flat=True)) == [6]


def test_only_hashes_are_kept_and_counts_go_the_night_after_their_time(event):
    now = timezone.now()
    limits.NAMED_BY_OTHERS.take("carla@ente01.example.org", now=now - timedelta(days=1))
    assert "@" not in Pace.objects.get().subject
    limits.NAMED_BY_OTHERS.take("dora@ente01.example.org", now=now - timedelta(hours=23))
    assert retention.due(now)["counts_of_forms"] == 1
    assert retention.purge(now)["counts_of_forms"] == 1
    assert Pace.objects.get().since == now - timedelta(hours=23)
    assert retention.purge(now)["counts_of_forms"] == 0


def test_a_count_begins_anew_when_its_time_is_over(event):
    now = timezone.now()
    for _ in range(limits.REGISTERING.most):
        limits.REGISTERING.take("carla@ente01.example.org", now=now)
    with pytest.raises(limits.TooOften) as often:
        limits.REGISTERING.take("carla@ente01.example.org", now=now + timedelta(minutes=59))
    assert often.value.again_at == now + timedelta(hours=1)
    limits.REGISTERING.take("carla@ente01.example.org", now=often.value.again_at)
    assert (Pace.objects.get().count, Pace.objects.get().since) == (1, often.value.again_at)


def test_counting_takes_one_statement_however_many_are_named(event, django_assert_num_queries):
    guests = [f"g{number}@altrove.example.org" for number in range(10)]
    with django_assert_num_queries(3):  # and the two of its transaction's savepoint
        limits.NAMED_BY_OTHERS.take(*guests, now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_forty_at_once_get_no_more_than_the_limit(event):
    start, let_through = threading.Barrier(40), []

    def run() -> None:
        start.wait(timeout=30)
        try:
            limits.REGISTERING.take("carla@ente01.example.org", now=timezone.now())
            let_through.append(1)
        except limits.TooOften:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(let_through) == limits.REGISTERING.most
