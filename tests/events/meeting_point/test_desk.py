"""What the desk records: came, did not come, came without an appointment; corrected with a trace, and never twice."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from events.meeting_point import invariants, services
from events.meeting_point.models import Appointment, MeetingPoint, Visit, VisitChange
from tests.events.conftest import rome
from tests.events.meeting_point.conftest import MONDAY, tuesday
from tests.events.meeting_point.test_booking_services import at_once

pytestmark = pytest.mark.django_db
NOON = tuesday(12)


@pytest.fixture
def gaia(book) -> Appointment:
    return book("Gaia", tuesday(10), topic="cv")


@pytest.fixture
def walk_in(point, desk):
    def walk_in(at=NOON, **changes) -> Visit:
        arguments = {
            "point": point,
            "arrived_at": at,
            "purpose": "search",
            "by": desk,
            "submission_id": uuid.uuid4(),
            "now": NOON,
        }
        return services.record_walk_in(**(arguments | changes))

    return walk_in


def state_of(appointment: Appointment) -> tuple[str, bool]:
    appointment.refresh_from_db()
    return appointment.state, appointment.settled_at is not None


# -- appointments --------------------------------------------------------------------------------------------------------


def test_an_arrival_is_a_visit_about_what_was_said_when_booking(gaia, desk):
    visit = services.record_arrival(appointment=gaia, by=desk, now=tuesday(10, 3))
    assert (visit.arrived_at, visit.purpose, visit.outcome) == (tuesday(10, 3), "cv", "")
    assert (visit.appointment, visit.recorded_by) == (gaia, desk)
    assert state_of(gaia) == ("attended", True)
    assert list(invariants.broken()) == []


def test_a_second_click_gives_back_the_same_visit(gaia, desk, organiser):
    first = services.record_arrival(appointment=gaia, by=desk, now=tuesday(10))
    assert services.record_arrival(appointment=gaia, by=organiser, now=tuesday(11)) == first
    assert Visit.objects.count() == 1


def test_somebody_may_come_early_on_the_day_but_not_the_day_before(gaia, desk):
    with pytest.raises(services.NotYet):
        services.record_arrival(appointment=gaia, by=desk, now=rome(2026, 11, 30, 23, 59))
    assert services.record_arrival(appointment=gaia, by=desk, now=tuesday(8)).arrived_at == tuesday(8)


def test_what_is_recorded_days_later_took_place_when_it_was_to(book, desk):
    gaia = book("Gaia", tuesday(10))
    visit = services.record_arrival(appointment=gaia, by=desk, purpose="training", now=rome(2026, 12, 3, 9))
    assert (visit.arrived_at, visit.purpose) == (tuesday(10), "training")


def test_nobody_is_missing_before_it_begins(gaia, desk):
    with pytest.raises(services.NotYet):
        services.record_missed(appointment=gaia, by=desk, now=tuesday(9, 59))
    for _twice in range(2):
        services.record_missed(appointment=gaia, by=desk, now=tuesday(10))
    assert state_of(gaia) == ("missed", True)


def test_missing_is_taken_back_or_the_person_comes_after_all(gaia, desk):
    services.record_missed(appointment=gaia, by=desk, now=tuesday(11))
    services.take_back_missed(appointment=gaia, by=desk)
    assert state_of(gaia) == ("booked", False)
    with pytest.raises(services.WrongState):
        services.take_back_missed(appointment=gaia, by=desk)
    services.record_missed(appointment=gaia, by=desk, now=tuesday(11))
    services.record_arrival(appointment=gaia, by=desk, now=tuesday(11, 30))
    assert state_of(gaia) == ("attended", True)


def test_a_cancelled_appointment_is_neither_kept_nor_missed_and_a_kept_one_is_not_missed(book, desk):
    cancelled = services.cancel(appointment=book("Luca", tuesday(11)), now=MONDAY)
    for verb in (services.record_arrival, services.record_missed):
        with pytest.raises(services.WrongState):
            verb(appointment=cancelled, by=desk, now=NOON)
    kept = book("Gaia", tuesday(10))
    services.record_arrival(appointment=kept, by=desk, now=NOON)
    with pytest.raises(services.WrongState):
        services.record_missed(appointment=kept, by=desk, now=NOON)
    assert Visit.objects.count() == 1


@pytest.mark.parametrize("state", Appointment.State.values)
@pytest.mark.parametrize("wanted", Appointment.State.values)
def test_every_verb_keeps_to_the_table_of_transitions(book, desk, state, wanted):
    gaia = book("Gaia", tuesday(10))
    verbs = {
        "cancelled": lambda: services.cancel(appointment=gaia, by=desk, now=MONDAY),
        "attended": lambda: services.record_arrival(appointment=gaia, by=desk, now=NOON),
        "missed": lambda: services.record_missed(appointment=gaia, by=desk, now=NOON),
    }
    if state in verbs:
        verbs[state]()
    verbs["booked"] = lambda: (
        services.take_back_missed(appointment=gaia, by=desk)
        if state != "attended"
        else services.strike_visit(visit=Visit.objects.get(), by=desk, reason="Errore.")
    )
    try:
        with transaction.atomic():
            verbs[wanted]()
    except (services.WrongState, services.NoLongerBooked):
        pass
    after = state_of(gaia)[0]
    assert after == wanted if wanted in Appointment.TRANSITIONS[state] else after == state
    assert list(invariants.broken()) == []


@pytest.mark.django_db(transaction=True)
def test_two_desks_that_record_the_same_arrival_at_once_write_one_visit(gaia, desk):
    found = at_once(4, lambda _who: services.record_arrival(appointment=gaia, by=desk, now=tuesday(10)))
    assert {visit.pk for visit in found} == {Visit.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_came_and_did_not_come_at_once_are_not_both_true(gaia, desk):
    verbs = (services.record_arrival, services.record_missed)
    at_once(2, lambda who: verbs[who](appointment=gaia, by=desk, now=NOON))
    assert state_of(gaia)[0] in {"attended", "missed"}
    assert list(invariants.broken()) == []


# -- without an appointment ----------------------------------------------------------------------------------------------


def test_a_walk_in_is_recorded_without_any_name(walk_in, desk):
    visit = walk_in(outcome="informed")
    assert (visit.is_walk_in, visit.purpose, visit.outcome, visit.recorded_by) == (True, "search", "informed", desk)
    assert not {field.name for field in Visit._meta.fields} & {
        "first_name",
        "name",
        "email",
        "phone",
        "note",
        "birth_date",
    }


def test_a_walk_in_sent_twice_is_one_visit(walk_in):
    same = uuid.uuid4()
    assert walk_in(submission_id=same) == walk_in(submission_id=same)
    assert Visit.objects.count() == 1


def test_a_visit_lies_neither_ahead_nor_longer_ago_than_a_month(walk_in):
    with pytest.raises(services.NotYet):
        walk_in(NOON + timedelta(seconds=1))
    with pytest.raises(services.TooLongAgo):
        walk_in(NOON - timedelta(days=31, seconds=1))
    walk_in(NOON - timedelta(days=31))
    assert Visit.objects.count() == 1


# -- corrections ---------------------------------------------------------------------------------------------------------


def change(visit: Visit, by, **changes) -> Visit:
    values = {name: getattr(visit, name) for name in ("purpose", "outcome", "arrived_at")}
    return services.change_visit(visit=visit, by=by, now=NOON, **(values | changes))


def test_a_missing_outcome_is_added_without_a_reason_and_traced(walk_in, organiser):
    visit = change(walk_in(), organiser, outcome="plan")
    assert visit.outcome == "plan"
    trace = visit.changes.get()
    assert (trace.by, trace.at, trace.changed, trace.reason) == (organiser, NOON, {"outcome": ["", "plan"]}, "")


@pytest.mark.parametrize(
    "changes", [{"purpose": "cv"}, {"outcome": "none"}, {"arrived_at": tuesday(11)}, {"outcome": ""}]
)
def test_what_was_written_is_changed_only_with_a_word_on_why(walk_in, desk, changes):
    visit = walk_in(outcome="informed")
    with pytest.raises(services.ReasonNeeded):
        change(visit, desk, **changes)
    assert not VisitChange.objects.exists()
    (name, value), = changes.items()  # fmt: skip
    assert getattr(change(visit, desk, reason="Sbagliato riga.", **changes), name) == value
    assert visit.changes.get().reason == "Sbagliato riga."


def test_the_same_again_leaves_no_trace(walk_in, desk):
    visit = walk_in(outcome="informed")
    change(visit, desk)
    change(visit, desk, arrived_at=NOON)
    assert not VisitChange.objects.exists()


def test_a_correction_lies_neither_ahead_nor_too_long_ago(walk_in, desk):
    visit = walk_in()
    for at, refusal in ((NOON + timedelta(hours=1), services.NotYet), (NOON - timedelta(days=40), services.TooLongAgo)):
        with pytest.raises(refusal):
            change(visit, desk, arrived_at=at, reason="x")


def test_a_visit_recorded_by_mistake_is_struck_out_and_its_appointment_is_as_before(gaia, desk, walk_in):
    visit = services.record_arrival(appointment=gaia, by=desk, now=NOON)
    with pytest.raises(services.ReasonNeeded):
        services.strike_visit(visit=visit, by=desk, reason="", now=NOON)
    for _twice in range(2):
        services.strike_visit(visit=visit, by=desk, reason="Era un altro.", now=NOON)
    assert state_of(gaia) == ("booked", False)
    assert Visit.objects.counted().count() == 0
    assert VisitChange.objects.get().changed == {"struck": [False, True]}
    again = services.record_arrival(appointment=gaia, by=desk, now=NOON)
    assert again != visit
    with pytest.raises(services.WrongState):
        change(visit, desk, outcome="plan")


def test_the_database_keeps_the_trace_as_it_was_written(walk_in, desk):
    change(walk_in(), desk, outcome="plan")
    with pytest.raises(DatabaseError), transaction.atomic():
        VisitChange.objects.update(reason="riscritto")
    trace = VisitChange.objects.get()
    assert trace.reason == ""


def test_the_database_refuses_a_second_visit_of_one_appointment(gaia, desk, walk_in):
    services.record_arrival(appointment=gaia, by=desk, now=NOON)
    other = walk_in()
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.filter(pk=other.pk).update(appointment=gaia)


def test_the_invariants_see_who_came_without_a_visit_and_a_visit_of_nobody_who_came(gaia, desk):
    visit = services.record_arrival(appointment=gaia, by=desk, now=NOON)
    Visit.objects.filter(pk=visit.pk).update(struck_at=NOON)
    assert "no visit is recorded" in next(invariants.broken())
    Visit.objects.filter(pk=visit.pk).update(struck_at=None)
    Appointment.objects.update(state="booked", settled_at=None, settled_by=None)
    assert "not among those kept" in next(invariants.broken())
    other = MeetingPoint.objects.create(name_it="Altro", address="Narni")
    services.strike_visit(visit=visit, by=desk, reason="x", now=NOON)
    Visit.objects.update(meeting_point=other)
    assert "another meeting point" in next(invariants.broken())
