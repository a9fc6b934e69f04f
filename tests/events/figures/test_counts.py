"""Counts for organisers, against rows written by hand; days and quarters by the clocks in Rome."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from events.attendance import services as attendance
from events.checkin.models import Scan
from events.figures import counts, sheets
from events.figures import people as persons
from events.models import Event, Invitation, RegistrationSource, Session, SessionPlace, WaitingEntry, WaitingPerson
from events.services import erase_attendee, erase_registration
from organisations.models import Organisation
from tests.events.conftest import rome

pytestmark = pytest.mark.django_db


def all_of(event):
    return persons.of_event(event)


def test_of_nobody_there_is_nothing_to_show(event):
    found = sheets.of_event(event, timezone.now())
    assert found["tables"] == []
    assert (found["whole"].people, found["whole"].absent_rate) == (0, 0)


def test_one_registration_is_counted_once_with_its_people(event, people):
    people(event, 3, town="Terni", came=1)
    whole = counts.totals(all_of(event))
    assert (whole.registrations, whole.people, whole.came, whole.absent, whole.absent_rate) == (1, 3, 1, 2, 67)


def test_days_are_those_of_rome_and_add_up(event, people):
    people(event, 2, at=rome(2026, 3, 28, 23, 59))
    people(event, 1, at=rome(2026, 3, 29, 0, 1))  # the night in which the clocks go forward
    people(event, 1, at=rome(2026, 3, 29, 23, 59), state="cancelled", cancelled_at=rome(2026, 3, 30, 0, 0))
    assert counts.over_time(all_of(event)) == [
        counts.Day(date(2026, 3, 28), 1, 2, 0, 2),
        counts.Day(date(2026, 3, 29), 2, 2, 0, 4),
        counts.Day(date(2026, 3, 30), 0, 0, 1, 3),
    ]


def test_a_person_added_later_counts_from_the_day_they_were_added(event, people):
    registration = people(event, 2, at=rome(2026, 2, 2, 9))
    registration.attendees.filter(place_number=2).update(created_at=rome(2026, 2, 5, 9))
    assert [(one.day.day, one.registrations, one.people, one.standing) for one in counts.over_time(all_of(event))] == [
        (2, 1, 1, 1),
        (5, 0, 1, 2),
    ]


def test_arrivals_are_counted_by_quarters_also_in_the_hour_that_october_has_twice(event, people):
    Event.objects.filter(pk=event.pk).update(starts_at=rome(2026, 10, 25, 2, 0), ends_at=rome(2026, 10, 25, 5, 0))
    event.refresh_from_db()
    people(event, 2, came=2, arrived_at=rome(2026, 10, 25, 2, 50))
    people(event, 1, came=1, arrived_at=rome(2026, 10, 25, 2, 50).replace(fold=1))
    found = counts.arrivals(all_of(event))
    assert found[0] == ("02:45 CEST", 2)
    assert found[-1] == ("02:45 CET", 1)
    assert [number for _label, number in found] == [2, 0, 0, 0, 1]


def test_the_register_decides_who_came_and_the_desks_where_it_says_nothing(event, people, organiser):
    registration = people(event, 3, came=1)
    first, second, third = registration.attendees.order_by("pk")
    attendance.mark(attendee=first, status="absent", by=organiser)
    attendance.mark(attendee=second, status="present", by=organiser)
    attendance.mark(attendee=third, status="proxy", represented_by=second, by=organiser)
    assert [one.came for one in all_of(event)] == [False, True, False]


def test_an_arrival_that_was_taken_back_is_none(event, people, organiser):
    attendee = people(event, 1, came=1).attendees.get()
    now = event.starts_at + timedelta(minutes=1)
    Scan.objects.create(event=event, attendee=attendee, kind="taken_back", means="typed", verdict="admitted", arrival=1,
                        desk="Ingresso", by=organiser, happened_at=now, received_at=now)  # fmt: skip
    assert counts.totals(all_of(event)).came == 0


def test_who_was_erased_still_counts(many):
    before = sheets.of_event(many, many.ends_at)
    kept = [(table.name, table.rows) for table in before["tables"]]
    for registration in many.registrations.all()[:3]:
        erase_registration(registration=registration)
    erase_attendee(attendee=many.attendees.filter(erased_at=None).first())
    after = sheets.of_event(many, many.ends_at)
    assert [(table.name, table.rows) for table in after["tables"]] == kept
    assert after["whole"] == before["whole"]


def test_groups_by_kind_municipality_and_category(many):
    found = all_of(many)
    kinds = {row.name: (row.registrations, row.people, row.came) for row in counts.grouped(found, counts.kind_of)}
    assert kinds["comune"] == (3, 20, 14)
    assert kinds["persone private"] == (1, 2, 1)
    towns = {row.name: row.people for row in counts.grouped(found, counts.municipality_of)}
    assert towns == {"Terni": 30, "Narni": 29, "non in anagrafica": 10}
    categories = {row.name: row.people for row in counts.grouped(found, counts.category_of)}
    assert sum(categories.values()) == 69


def test_sources_have_their_labels_also_where_the_address_was_removed(event, people, organiser):
    RegistrationSource.objects.create(
        event=event, kind="poster", label="Manifesto", code="manifesto", created_by=organiser
    )
    for source in ("manifesto", "manifesto", "altro", ""):
        people(event, source=source)
    names = {row.name: row.registrations for row in counts.grouped(all_of(event), counts.source_of(event))}
    assert names == {"Manifesto": 2, "un indirizzo che è stato tolto": 1, "nessun indirizzo con codice": 1}


def test_the_waiting_list_day_by_day(event, people):
    registration = people(event, 3, state="waiting")
    entry = WaitingEntry.objects.create(
        event=event, registration=registration, created_at=rome(2026, 2, 3, 23, 30), ended_at=rome(2026, 2, 7, 8), state="left"
    )  # fmt: skip
    for one in registration.attendees.all():
        WaitingPerson.objects.create(entry=entry, attendee=one, state="left")
    assert counts.waiting_list(event) == [
        counts.Waiting(date(2026, 2, 3), 3, 0, 3),
        counts.Waiting(date(2026, 2, 7), 0, 3, 0),
    ]


def test_items_count_who_chose_them_and_who_of_these_came(event, people):
    item = Session.objects.create(
        event=event, title_it="Laboratorio", starts_at=event.starts_at, ends_at=event.ends_at, places=9, open_places=9
    )
    for number, one in enumerate(people(event, 4, came=3).attendees.order_by("pk")[:4], start=1):
        state = (
            {"state": "held", "number": number} if number < 4 else {"state": "released", "released_at": event.starts_at}
        )
        SessionPlace.objects.create(session=item, attendee=one, **state)
    assert counts.items(event) == [counts.Item("Laboratorio", 3, 3)]


def test_from_the_invitation_to_the_door(event, people):
    for place, (town, opened, registered, came) in enumerate(
        [("Terni", 1, 2, 1), ("Terni", 1, 0, 0), ("Narni", 0, 1, 0), ("Narni", 0, 0, 0)]
    ):
        if registered:
            people(event, registered, town=town, came=came, name=f"Invitato {place}")
        organisation, _new = Organisation.objects.get_or_create(
            name=f"Invitato {place} cso {town}", defaults={"kind": "cso", "municipality": town}
        )
        Invitation.objects.create(
            event=event, organisation=organisation, token_hash=str(place), opened_at=event.starts_at if opened else None
        )
    found = counts.funnel(event)
    # who registered without the personal link counts as further on, as in the campaigns' report
    assert found["all"] == [("", [4, 3, 2, 1])]
    assert found["municipalities"] == [("Narni", [2, 1, 1, 0]), ("Terni", [2, 2, 1, 1])]
    assert found["kinds"] == [("organizzazione della società civile", [4, 3, 2, 1])]


def test_a_copy_stands_beside_the_event_it_was_made_of(event, people):
    earlier = Event.objects.create(
        slug="first", state="held", title_it="La prima", venue="Sala", address="Terni", capacity=9,
        contact_email="a@socialneet.example.org", starts_at=rome(2020, 2, 21, 10), ends_at=rome(2020, 2, 21, 13),
    )  # fmt: skip
    people(earlier, 4, at=rome(2020, 2, 13, 10), came=3)
    people(event, 2, at=event.starts_at - timedelta(days=9))
    event.cloned_from = earlier
    table = sheets.of_event(event, timezone.now())["tables"][-1]
    rows = dict(table.rows)
    assert table.name == "earlier"
    assert rows["Persone presenti"] == [3, 0]
    assert rows["Persone, 14 giorni prima"] == [0, 0]
    assert rows["Persone, 7 giorni prima"] == [4, 2]


@pytest.mark.parametrize(("part", "whole", "said"), [(0, 0, 0), (1, 3, 33), (1, 8, 13), (7, 7, 100)])
def test_shares_are_rounded_half_up(part, whole, said):
    assert counts.share(part, whole) == said
