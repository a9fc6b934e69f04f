"""What a desk records of a pass, however late, often or wrongly it is shown."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from events import services as events
from events import signals
from events.checkin import codes, services
from events.checkin.models import Reconciliation, Scan
from events.checkin.services import Desk, Newcomer, Shown
from events.models import Attendee, Event, Registration

pytestmark = pytest.mark.django_db
Verdict = Scan.Verdict


def newcomer(name: str = "Nino Nuovo", **fields) -> dict:
    return {"means": Scan.Means.WALK_IN, "code": "", "newcomer": Newcomer(name, **fields)}


# -- the code --------------------------------------------------------------------------------------------------------


def test_a_code_is_ten_characters_without_lookalikes_and_is_stored_as_a_mark_alone(anna):
    code = anna.pass_code
    assert len(code) == 10
    assert not set(code) & set("ILOU")
    assert anna.pass_mark == codes.mark_of(code)
    assert code not in str(list(Attendee.objects.values()))


@pytest.mark.parametrize("write", [
    str.lower, lambda code: f" {code[:5]}-{code[5:]} ", lambda code: code.replace("0", "o").replace("1", "l"),
    lambda code: f"https://portale.example.org/passes/{code}/", lambda code: f"https://portale.example.org/en/passes/{code.lower()}/?x=1#y",
])  # fmt: skip
def test_a_code_is_understood_however_it_is_typed_or_read(write):
    for key in (uuid.UUID(int=number) for number in range(200)):
        code = codes.code_of(key, 1)
        assert codes.normal(write(code)) == code


@pytest.mark.parametrize(
    "text", ["", "K7QM3", "K7QM3XPT9DD", "K7QM3XPT9U", "ciao a tutti!", "💥💥💥💥💥💥💥💥💥💥", "\0" * 10]
)
def test_what_is_no_code_is_none(text):
    assert codes.normal(text) == ""


def test_another_link_is_another_pass_and_the_one_before_is_unknown(anna, show):
    old = anna.pass_code
    events.edit_attendee(attendee=anna, guest=events.Guest("Anna", "anna.nuova@ente01.example.org"))
    anna.refresh_from_db()
    assert anna.pass_code != old
    assert show(anna, code=old).scan.verdict == Verdict.UNKNOWN
    assert show(anna).scan.verdict == Verdict.ADMITTED


# -- verdicts --------------------------------------------------------------------------------------------------------


def test_a_pass_lets_in_once_and_the_second_time_says_when_and_where(anna, show, garden):
    first = show(anna)
    again = show(anna, desk=garden)
    assert (first.scan.verdict, again.scan.verdict) == (Verdict.ADMITTED, Verdict.AGAIN)
    assert (again.first.pk, again.first.desk) == (first.scan.pk, "Ingresso")
    assert Attendee.objects.present().get() == anna


def test_the_same_scan_sent_five_times_is_one_and_is_answered_alike(anna, show):
    key = uuid.uuid4()
    answers = [show(anna, key=key) for _ in range(5)]
    assert {(one.scan.pk, one.scan.verdict, one.first) for one in answers} == {(answers[0].scan.pk, "admitted", None)}
    unknown = [show(anna, key=uuid.UUID(int=7), code="K7QM3XPT9D").scan.pk for _ in range(5)]
    assert len(set(unknown)) == 1
    assert Scan.objects.count() == 2


def test_passes_that_were_given_back_and_people_without_a_place_are_told_apart(event, register, show, moderated):
    waiting = register("Bruno").attendees.get()
    assert show(waiting).scan.verdict == Verdict.NOT_CONFIRMED
    Event.objects.update(moderated=False)
    event.refresh_from_db()
    gone = register("Carla").attendees.get()
    events.cancel_attendee(attendee=gone)
    assert show(gone).scan.verdict == Verdict.CANCELLED
    assert not Attendee.objects.present().exists()


def test_forged_codes_and_passes_of_another_event_name_nobody(anna, event, show):
    assert show(anna, code="K7QM3XPT9D").scan.verdict == Verdict.UNKNOWN
    other = Event.objects.create(
        slug="altro", state="published", title_it="Altro", venue="x", address="x", capacity=5, contact_email="a@x.example.org",
        starts_at=event.starts_at, ends_at=event.ends_at,
    )  # fmt: skip
    [outcome] = services.record(
        event=other, shown=[Shown(uuid.uuid4(), Scan.Means.PASS, code=anna.pass_code)],
        desk=Desk("Altrove", Registration._meta.get_field("decided_by").related_model.objects.first()),
    )  # fmt: skip
    assert (outcome.scan.verdict, outcome.attendee, outcome.scan.attendee) == (Verdict.OTHER_EVENT, None, None)


def test_somebody_erased_is_unknown(anna, show):
    code = anna.pass_code
    events.erase_attendee(attendee=anna)
    assert show(anna, code=code).scan.verdict == Verdict.UNKNOWN


@pytest.mark.parametrize(("state", "days"), [("draft", 0), ("cancelled", 0), ("published", 40)])
def test_no_desk_reports_to_a_draft_a_cancelled_event_or_one_that_is_long_over(anna, event, show, state, days):
    Event.objects.update(state=state, cancelled_at=timezone.now() if state == "cancelled" else None)
    event.refresh_from_db()
    with pytest.raises(services.NotThatDay):
        show(anna, now=timezone.now() + timedelta(days=days))
    assert not Scan.objects.exists()


def test_an_arrival_is_announced_once(anna, show):
    heard = []
    signals.attendee_arrived.connect(receiver := lambda **said: heard.append(said["attendee"]))
    try:
        show(anna)
        show(anna)
    finally:
        signals.attendee_arrived.disconnect(receiver)
    assert heard == [anna]


# -- clocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [timedelta(days=-1), timedelta(hours=3), timedelta(days=1), timedelta(days=-9000)])
def test_a_device_whose_clock_goes_wrong_is_put_right_by_its_own_report(anna, show, receptionist, wrong):
    now = timezone.now()
    ten_minutes_ago = now - timedelta(minutes=10)
    desk = Desk("Ingresso", receptionist, uuid.uuid4(), ahead=-wrong)
    scan = show(anna, desk=desk, at=ten_minutes_ago + wrong, told="admitted", now=now).scan
    assert scan.happened_at == ten_minutes_ago
    assert (scan.device_at, scan.received_at) == (ten_minutes_ago + wrong, now)


def test_nothing_happens_after_it_was_received(anna, show):
    now = timezone.now()
    assert show(anna, at=now + timedelta(days=1), now=now).scan.happened_at == now


# -- two desks without network -----------------------------------------------------------------------------------------


def test_two_desks_that_let_the_same_pass_in_become_one_line_to_settle_and_no_error(anna, show, garden, receptionist):
    now = timezone.now()
    show(anna, at=now - timedelta(minutes=20), told="admitted", now=now)
    second = show(anna, desk=garden, at=now - timedelta(minutes=15), told="admitted", now=now)
    assert (second.scan.verdict, second.scan.is_contested) == (Verdict.AGAIN, True)
    assert list(Scan.objects.to_reconcile()) == [second.scan]
    assert Attendee.objects.present().count() == 1
    services.reconcile(scan=second.scan, finding="same_person", note="", by=receptionist)
    assert not Scan.objects.to_reconcile().exists()
    with pytest.raises(services.NothingContested):
        services.reconcile(scan=second.scan, finding="two_people", note="", by=receptionist)


def test_what_a_desk_rightly_refused_without_network_is_nothing_to_settle(anna, show, register):
    show(anna)
    show(anna, told="again")
    show(anna, code="K7QM3XPT9D", told="unknown")
    assert not Scan.objects.to_reconcile().exists()


def test_somebody_let_in_who_had_given_the_place_back_meanwhile_is_to_be_settled(anna, show):
    events.cancel_attendee(attendee=anna)
    assert show(anna, told="admitted").scan.verdict == Verdict.CANCELLED
    assert Scan.objects.to_reconcile().count() == 1


# -- taken back --------------------------------------------------------------------------------------------------------


def test_an_arrival_taken_back_is_another_fact_and_the_person_can_arrive_again(anna, show, door):
    show(anna)
    services.take_back(attendee=anna, desk=door)
    assert not Attendee.objects.present().exists()
    with pytest.raises(services.NotHere):
        services.take_back(attendee=anna, desk=door)
    third = show(anna)
    assert (third.scan.verdict, third.scan.arrival) == (Verdict.ADMITTED, 2)
    assert show(anna).first == third.scan
    assert Scan.objects.count() == 4


# -- newcomers ---------------------------------------------------------------------------------------------------------


def test_somebody_without_registration_needs_only_a_name_and_holds_a_place(event, show, anna):
    came = show(anna, **newcomer()).attendee
    assert (came.full_name, came.place_number, came.registration.category) == ("Nino Nuovo", 2, "person")
    assert came in Attendee.objects.present()
    assert came.registration.walked_in_at is not None
    again = show(anna, **newcomer()).attendee
    assert again != came


def test_whoever_comes_for_a_registered_organisation_joins_it(show, anna):
    organisation = anna.registration.organisation_name
    came = show(anna, **newcomer(organisation_name=organisation.upper(), organisation_kind="cso")).attendee
    assert came.registration == anna.registration
    other = show(anna, **newcomer(organisation_name="Pro loco di prova", organisation_kind="cso")).attendee
    assert other.registration.organisation_name == "Pro loco di prova"
    third = show(
        anna, **newcomer(name="Terza", organisation_name="pro loco DI prova", organisation_kind="cso")
    ).attendee
    assert third.registration == other.registration


def test_whoever_was_registered_after_all_is_simply_here(show, anna):
    outcome = show(anna, **newcomer(email="ANNA@ente01.example.org"))
    assert (outcome.attendee, outcome.scan.verdict) == (anna, Verdict.ADMITTED)
    assert Registration.objects.count() == 1


def test_a_newcomer_sent_five_times_is_one_person(show, anna):
    key = uuid.uuid4()
    assert len({show(anna, key=key, **newcomer()).attendee.pk for _ in range(5)}) == 1
    assert Attendee.objects.count() == 2


def test_when_all_places_are_taken_a_desk_with_network_is_told_and_nothing_is_saved(event, register, show, anna):
    register(*"BCDE")
    with pytest.raises(events.EventFull):
        show(anna, **newcomer())
    assert not Scan.objects.exists()


def test_a_newcomer_let_in_without_network_when_all_was_taken_waits_for_a_place_and_gets_it(
    event, register, show, anna, door
):
    register(*"BCDE")
    scan = show(anna, told="admitted", **newcomer()).scan
    assert scan.verdict == Verdict.FULL
    assert scan in Scan.objects.to_reconcile()
    with pytest.raises(events.EventFull):
        services.seat_walk_in(walk_in=scan.walk_in, desk=door)
    Event.objects.update(capacity=6)
    came = services.seat_walk_in(walk_in=scan.walk_in, desk=door).attendee
    assert (came.full_name, came.place_number) == ("Nino Nuovo", 6)
    assert came in Attendee.objects.present()
    assert not Scan.objects.to_reconcile().exists()
    assert Reconciliation.objects.get().scan == scan


def test_a_newcomer_with_a_mailbox_gets_the_confirmation_and_one_without_gets_nothing(show, anna):
    from notifications.models import Delivery

    before = Delivery.objects.count()
    show(anna, **newcomer())
    assert Delivery.objects.count() == before
    show(anna, **newcomer(name="Nina", email="nina@posta.example.org"))
    assert Delivery.objects.filter(address="nina@posta.example.org", kind="registration_confirmed").count() == 1


# -- the database itself -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["save", "update", "delete"])
def test_facts_are_never_changed_nor_deleted(anna, show, how):
    scan = show(anna).scan
    if connection.vendor == "sqlite" and how == "delete":
        pytest.skip("the suite takes this one trigger away, so that a flush may empty the table")
    with pytest.raises((IntegrityError, TypeError)), transaction.atomic():
        if how == "save":
            scan.save()
        elif how == "update":
            Scan.objects.update(desk="Altrove")
        else:
            Scan.objects.all().delete()


def test_the_schema_refuses_a_second_arrival_whoever_forgets_the_lock(anna, show):
    scan = show(anna).scan
    with pytest.raises(IntegrityError), transaction.atomic():
        Scan.objects.create(
            event=scan.event, attendee=anna, means="pass", verdict="admitted", arrival=1, desk="x", by=scan.by,
            happened_at=scan.happened_at, received_at=scan.received_at,
        )  # fmt: skip


def at_once(number: int, do) -> list:
    """What so many threads answer that start together."""
    start, answers = threading.Barrier(number), []

    def run(which: int) -> None:
        start.wait(timeout=30)
        try:
            answers.append(do(which))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(which,)) for which in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


@pytest.mark.django_db(transaction=True)
def test_eight_desks_at_once_let_one_pass_in_once(anna, show):
    answers = at_once(8, lambda _which: show(anna).scan.verdict)
    assert sorted(answers) == ["admitted"] + ["again"] * 7


@pytest.mark.django_db(transaction=True)
def test_the_same_report_from_two_requests_at_once_is_one_fact(anna, show):
    keys = [uuid.uuid4() for _ in range(5)]
    for code in (anna.pass_code, "K7QM3XPT9D"):
        at_once(4, lambda _which, code=code: [show(anna, key=uuid.uuid5(key, code), code=code).scan.pk for key in keys])
    assert Scan.objects.count() == 10


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_eight_desks_would_let_one_pass_in_more_than_once(anna, show, monkeypatch):
    """The negative control: the schema stops what the lock no longer orders."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite queues writers by itself: no race to show")
    monkeypatch.setattr(services, "_found", lambda shown: Attendee.objects.filter(pk=anna.pk).first())
    meet = threading.Barrier(8)
    written = services._scan

    def all_have_looked(*args, **fields):
        meet.wait(timeout=30)
        return written(*args, **fields)

    monkeypatch.setattr(services, "_scan", all_have_looked)

    def try_it(_which: int) -> str:
        try:
            return show(anna).scan.verdict
        except IntegrityError:
            return "stopped by the schema"

    assert sorted(at_once(8, try_it)) == ["admitted"] + ["stopped by the schema"] * 7
