"""The waiting list of an event: joined when it is full, promoted when a place is free, left in one click."""

from datetime import UTC, datetime, timedelta

import pytest

from events import invariants, services
from events.models import PromotionRun, Registration
from events.promotion import Entry, Reason, promote

NOW = datetime(2027, 2, 1, tzinfo=UTC)


def entry(pk: int, people: int, *, takes_any: bool = False, priority: int = 0) -> Entry:
    return Entry(pk, priority, NOW, people, takes_any, NOW + timedelta(days=20))


def given(free: int, *entries: Entry, now: datetime = NOW) -> list[tuple[int, int, Reason]]:
    return [(one.entry, one.given, one.reason) for one in promote(free, entries, now)]


def test_the_queue_is_served_in_its_order():
    assert given(1, entry(2, 1), entry(1, 1)) == [(1, 1, Reason.ALL_FIT), (2, 0, Reason.NO_PLACE)]


def test_a_group_that_wants_all_waits_and_lets_others_pass():
    assert given(1, entry(1, 2), entry(2, 1)) == [(1, 0, Reason.GROUP_TOO_LARGE), (2, 1, Reason.ALL_FIT)]


def test_a_group_that_takes_any_gets_what_is_free():
    assert given(2, entry(1, 3, takes_any=True)) == [(1, 2, Reason.SOME_FIT)]


def test_priority_goes_before_time():
    assert given(1, entry(1, 1), entry(2, 1, priority=-1))[0] == (2, 1, Reason.ALL_FIT)


def test_nobody_is_promoted_from_the_start_on():
    assert given(9, entry(1, 1), now=NOW + timedelta(days=20)) == [(1, 0, Reason.STARTED)]


@pytest.fixture
def full(register, event):
    return register("Anna", "Bruno", "Carlo", "Dora", "Elio")


def test_a_full_event_puts_the_next_on_the_list(full, register):
    waiting = register("Fulvia", waits="all")
    assert waiting.state == "waiting"
    assert waiting.attendees.get().state == "waiting"


def test_a_freed_place_promotes_the_first_with_a_trace(full, register, event):
    first, second = register("Fulvia", waits="all"), register("Gino", waits="all")
    services.cancel_attendee(attendee=full.attendees.get(full_name="Bruno"))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("confirmed", "waiting")
    assert first.attendees.get().place_number == 2
    run = PromotionRun.objects.get()
    assert [(one["reference"], one["reason"]) for one in run.decisions] == [
        (first.reference, "all_fit"), (second.reference, "no_place"),
    ]  # fmt: skip
    with pytest.raises(TypeError):
        run.save()
    assert list(invariants.broken()) == []


def test_a_group_that_takes_any_is_confirmed_in_part_and_keeps_waiting(full, register):
    group = register("Fulvia", "Gino", waits="any")
    services.cancel_attendee(attendee=full.attendees.get(full_name="Bruno"))
    group.refresh_from_db()
    assert group.state == "confirmed"
    assert sorted(group.attendees.values_list("state", flat=True)) == ["confirmed", "waiting"]
    assert list(invariants.broken()) == []


def test_declining_promotes_the_next(full, register):
    first, second = register("Fulvia", waits="all"), register("Gino", waits="all")
    services.cancel_attendee(attendee=full.attendees.get(full_name="Bruno"))
    declined = services.leave(entry=first.waiting_entries.get())
    again = services.leave(entry=declined)
    assert (declined.state, again.ended_at) == ("declined", declined.ended_at)
    assert Registration.objects.get(pk=first.pk).state == "cancelled"
    assert Registration.objects.get(pk=second.pk).state == "confirmed"
    assert list(invariants.broken()) == []


def test_a_waiting_registration_that_is_cancelled_waits_no_more(full, register):
    waiting = register("Fulvia", waits="all")
    services.cancel_registration(registration=waiting)
    assert waiting.waiting_entries.get().state == "left"
    assert list(invariants.broken()) == []


def test_an_organiser_moves_an_entry_to_the_front_with_a_reason(full, register, organiser):
    register("Fulvia", waits="all")
    second = register("Gino", waits="all")
    with pytest.raises(services.WrongState):
        services.move_to_front(entry=second.waiting_entries.get(), reason=" ", by=organiser)
    services.move_to_front(entry=second.waiting_entries.get(), reason="Relatore", by=organiser)
    services.cancel_attendee(attendee=full.attendees.get(full_name="Bruno"))
    second.refresh_from_db()
    assert second.state == "confirmed"


def test_a_cancelled_event_promotes_nobody(full, register, event, organiser):
    waiting = register("Fulvia", waits="all")
    services.cancel(event=event, reason="Neve", by=organiser)
    services.advance_due()
    assert Registration.objects.get(pk=waiting.pk).state == "waiting"
    assert waiting.waiting_entries.get().state == "expired"


def test_more_places_promote_by_themselves(full, register, event, organiser):
    waiting = register("Fulvia", waits="all")
    services.change(event=event, by=organiser, capacity=6)
    assert Registration.objects.get(pk=waiting.pk).state == "confirmed"


def test_the_clock_catches_what_nobody_promoted(full, register, event):
    waiting = register("Fulvia", waits="all")
    type(event).objects.update(capacity=6)
    assert services.advance_due() == 1
    assert services.advance_due() == 0
    assert Registration.objects.get(pk=waiting.pk).state == "confirmed"
