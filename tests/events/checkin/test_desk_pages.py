"""The desk as plain pages, and what its script asks: who may, who may not, what comes of it, what is refused."""

import json
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from events import services as events
from events.checkin import services, snapshot
from events.checkin.models import Rehearsal, Scan
from events.models import Attendee, Event

pytestmark = pytest.mark.django_db
DESK = "/en/manage/events/info-day/check-in/"


def report(client, *scans, **fields):
    body = {
        "desk": "Giardino",
        "device": str(uuid.uuid4()),
        "device_now": int(timezone.now().timestamp() * 1000),
    } | fields
    return client.post(f"{DESK}scans/", json.dumps(body | {"scans": list(scans)}), content_type="application/json")


def told(attendee: Attendee | None = None, **fields) -> dict:
    code = attendee.pass_code if attendee else ""
    return {"key": str(uuid.uuid4()), "means": "pass", "code": code, "told": ""} | fields


@pytest.fixture
def at_desk(client_of, receptionist):
    return client_of(receptionist)


@pytest.fixture
def at_door(client_of, steward):
    return client_of(steward)


# -- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "live/", "rehearsal/", "snapshot.json", "worker.js"])
def test_who_may_read_passes_sees_the_desk_and_others_do_not(client, client_of, steward, stranger, event, path):
    assert client_of(steward).get(DESK + path).status_code == 200
    assert client_of(stranger).get(DESK + path).status_code == 403
    assert client.get(DESK + path).status_code == 302


@pytest.mark.parametrize("path", ["find/?q=a", "newcomer/", "present/", "contested/", "badges.pdf", "sign-in.pdf"])
def test_who_only_reads_passes_finds_nobody_and_lets_nobody_else_in(at_door, at_desk, event, path):
    assert at_desk.get(DESK + path).status_code == 200
    assert at_door.get(DESK + path).status_code == 403


def test_a_steward_sees_initials_and_the_desk_sees_names(at_door, at_desk, anna):
    anna.full_name = "Anna Maria Rossi"
    anna.save()
    said = at_door.post(DESK, {"key": uuid.uuid4(), "code": anna.pass_code}).content.decode()
    assert "A. M. R." in said
    assert "Rossi" not in said
    assert "Anna Maria Rossi" in at_desk.post(DESK, {"key": uuid.uuid4(), "code": anna.pass_code}).content.decode()
    [person] = at_door.get(f"{DESK}snapshot.json").json()["people"]
    assert person[2] == "A. M. R."
    assert at_desk.get(f"{DESK}snapshot.json").json()["people"][0][2] == "A. Maria Rossi"


def test_a_stewards_report_lets_nobody_in_without_a_pass(at_door, anna):
    newcomer = told(means="walk_in", newcomer={"full_name": "Nino"})
    found = {"means": "found", "person": str(anna.key)}  # keys stand in the list that its device takes along
    for one in (newcomer, told(**found), told(**found | {"told": "admitted"})):
        assert report(at_door, one).status_code == 403
    assert not Scan.objects.exists()


# -- plain pages -----------------------------------------------------------------------------------------------------


def test_a_code_is_typed_and_the_answer_stands_on_the_page(at_desk, anna):
    at_desk.post(f"{DESK}name/", {"desk": "Ingresso principale"})
    page = at_desk.post(DESK, {"key": uuid.uuid4(), "code": anna.pass_code.lower()}).content.decode()
    assert 'data-verdict="admitted"' in page
    again = at_desk.post(DESK, {"key": uuid.uuid4(), "code": anna.pass_code}).content.decode()
    assert 'data-verdict="again"' in again
    assert "recorded at: Ingresso principale" in again
    assert Scan.objects.arrivals().get().desk == "Ingresso principale"


def test_the_same_form_sent_twice_is_answered_alike(at_desk, anna):
    fields = {"key": uuid.uuid4(), "code": anna.pass_code}
    for _ in range(2):
        assert 'data-verdict="admitted"' in at_desk.post(DESK, fields).content.decode()
    assert Scan.objects.count() == 1


def test_nonsense_and_nothing_are_answered_kindly(at_desk, anna):
    assert 'data-verdict="unknown"' in at_desk.post(DESK, {"key": uuid.uuid4(), "code": "<b>ciao</b>"}).content.decode()
    page = at_desk.post(DESK, {"key": "x", "code": ""})
    assert page.status_code == 200
    assert Scan.objects.count() == 1


def test_people_are_found_by_name_and_by_organisation_and_recorded_with_one_click(at_desk, register):
    register("Anna", "Bruno")
    page = at_desk.get(f"{DESK}find/?q=cooperativa an").content.decode()
    assert "Anna" in page
    assert "Bruno" not in page
    anna = Attendee.objects.get(full_name="Anna")
    assert 'data-verdict="admitted"' in at_desk.post(f"{DESK}admit/{anna.key}/", {"key": uuid.uuid4()}).content.decode()
    assert "already here" in at_desk.get(f"{DESK}find/?q=anna").content.decode()
    assert at_desk.get(f"{DESK}find/?q=%00anna").status_code == 200
    assert "Nobody of this name" in at_desk.get(f"{DESK}find/?q=zorro").content.decode()


def test_somebody_without_registration_is_let_in_and_told_when_it_is_full(at_desk, event, register):
    register(*"ABCD")
    fields = {"key": uuid.uuid4(), "full_name": "Nino Nuovo", "organisation_name": "", "email": ""}
    assert 'data-verdict="admitted"' in at_desk.post(f"{DESK}newcomer/", fields).content.decode()
    full = at_desk.post(f"{DESK}newcomer/", fields | {"key": uuid.uuid4()})
    assert full.status_code == 422
    assert "an organiser can raise the number of places" in full.content.decode()
    without = at_desk.post(
        f"{DESK}newcomer/", fields | {"full_name": "", "organisation_name": "Ente", "organisation_kind": ""}
    )
    assert without.status_code == 422


def test_who_is_here_is_listed_and_an_arrival_can_be_taken_back(at_desk, anna, show):
    show(anna)
    assert "Anna" in at_desk.get(f"{DESK}present/").content.decode()
    said = at_desk.post(f"{DESK}present/{anna.key}/take-back/", follow=True).content.decode()
    assert "Anna is no longer counted as present." in said
    assert "Nobody has arrived yet." in said
    assert "was not here any more" in at_desk.post(f"{DESK}present/{anna.key}/take-back/", follow=True).content.decode()


def test_what_two_desks_let_in_is_settled_on_a_page(at_desk, anna, show, garden):
    show(anna, told="admitted")
    scan = show(anna, desk=garden, told="admitted").scan
    assert "To be settled (1)" in at_desk.get(DESK).content.decode().replace("\n", " ")
    page = at_desk.get(f"{DESK}contested/").content.decode()
    assert "Giardino" in page
    assert "Ingresso" in page
    wrong = at_desk.post(f"{DESK}contested/{scan.pk}/", {f"{scan.pk}-finding": "magic"})
    assert wrong.status_code == 422
    fields = {f"{scan.pk}-finding": "same_person", f"{scan.pk}-note": "Vista due volte"}
    said = at_desk.post(f"{DESK}contested/{scan.pk}/", fields, follow=True).content.decode()
    assert "It is settled." in said
    assert "Vista due volte" in said
    assert "Nothing is to be settled." in said
    assert (
        "Somebody has settled this meanwhile."
        in at_desk.post(f"{DESK}contested/{scan.pk}/", fields, follow=True).content.decode()
    )


def test_a_newcomer_without_place_gets_one_from_the_page(at_desk, event, register, anna, show):
    register(*"BCDE")
    walk_in = show(anna, means="walk_in", code="", told="admitted", newcomer=services.Newcomer("Nino")).scan.walk_in
    seat = f"{DESK}contested/{walk_in.pk}/seat/"
    assert "All places are taken still" in at_desk.post(seat, follow=True).content.decode()
    Event.objects.update(capacity=6)
    assert "Nino has a place." in at_desk.post(seat, follow=True).content.decode()
    assert at_desk.post(seat).status_code == 404


@pytest.mark.parametrize("page", ["present/", "contested/", "live/", "find/?q=ente", "snapshot.json"])
def test_pages_of_the_day_cost_the_same_however_many_people(
    at_desk, event, register, show, garden, page, django_assert_max_num_queries
):
    Event.objects.update(capacity=60)

    def come(number: int) -> None:
        for attendee in register(*[f"P{number}-{one}" for one in range(8)], invitation=None).attendees.all():
            show(attendee, told="admitted")
            show(attendee, desk=garden, told="admitted")

    come(1)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    at_desk.get(DESK + page)
    with CaptureQueriesContext(connection) as few:
        at_desk.get(DESK + page)
    for number in range(2, 6):
        come(number)
    with django_assert_max_num_queries(len(few)):
        assert at_desk.get(DESK + page).status_code == 200


def test_the_live_figures_count_kinds_and_walk_ins_and_come_as_a_part(at_door, register, anna, show):
    register("Bruno")
    show(anna)
    show(anna, means="walk_in", code="", newcomer=services.Newcomer("Nino"))
    page = at_door.get(f"{DESK}live/").content.decode()
    assert "private persons" in page
    part = at_door.get(f"{DESK}live/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'hx-trigger="every 5s"' in part


# -- the pass's own address ------------------------------------------------------------------------------------------


def test_the_camera_of_a_desks_telephone_shows_who_it_is_and_records_with_one_click(at_desk, anna):
    address = f"/en/passes/{anna.pass_code}/"
    page = at_desk.get(address).content.decode()
    assert "Anna" in page
    assert not Scan.objects.exists()  # opening changes nothing
    assert 'data-verdict="admitted"' in at_desk.post(address, {"key": uuid.uuid4()}).content.decode()
    assert "already here" in at_desk.get(address).content.decode()


def test_anybody_elses_camera_learns_nothing_of_anybody(client, client_of, stranger, anna):
    for visitor in (client, client_of(stranger)):
        page = visitor.get(f"/en/passes/{anna.pass_code}/")
        assert page.status_code == 200
        assert "Anna" not in page.content.decode()
        assert page.content.decode().replace("K7QM3XPT9D", anna.pass_code) == page.content.decode()
        visitor.post(f"/en/passes/{anna.pass_code}/", {"key": uuid.uuid4()})
    assert not Scan.objects.exists()


def test_a_forged_address_and_one_of_a_day_long_over_say_so(at_desk, anna, event):
    assert at_desk.get("/en/passes/K7QM3XPT9D/").status_code == 404
    assert at_desk.get("/en/passes/%F0%9F%92%A5/").status_code == 404
    Event.objects.update(starts_at=event.starts_at - timedelta(days=60), ends_at=event.ends_at - timedelta(days=60))
    page = at_desk.get(f"/en/passes/{anna.pass_code}/")
    assert page.status_code == 404
    assert "takes no arrivals now" in page.content.decode()


# -- reports of devices ------------------------------------------------------------------------------------------------


def test_a_report_is_answered_under_each_key_and_again_alike(at_desk, register):
    people = list(register("Anna", "Bruno").attendees.all())
    scans = [told(one) for one in people] + [told(code="K7QM3XPT9D")]
    answers = [report(at_desk, *scans).json()["answers"] for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert [answers[0][one["key"]]["verdict"] for one in scans] == ["admitted", "admitted", "unknown"]
    assert answers[0][scans[0]["key"]]["name"] == "Anna"
    assert Scan.objects.count() == 3


def test_two_devices_that_report_late_are_both_taken_and_one_line_is_to_be_settled(at_desk, anna):
    early = int((timezone.now() - timedelta(minutes=30)).timestamp() * 1000)
    for minutes in (0, 5):
        answer = report(at_desk, told(anna, told="admitted", at=early + minutes * 60_000))
        assert answer.status_code == 200
    assert list(Scan.objects.order_by("pk").values_list("verdict", flat=True)) == ["admitted", "again"]
    assert Scan.objects.to_reconcile().count() == 1


def test_a_device_a_day_off_is_put_right(at_desk, anna):
    now = timezone.now()
    tomorrow = int((now + timedelta(days=1)).timestamp() * 1000)
    report(at_desk, told(anna, told="admitted", at=tomorrow - 600_000), device_now=tomorrow)
    scan = Scan.objects.get()
    assert abs(scan.happened_at - (now - timedelta(minutes=10))) < timedelta(seconds=30)


@pytest.mark.parametrize("broken", [
    b"", b"[]", b"{", b'{"scans": []}', b'{"scans": {}}', b"\xff\xfe", b"[" * 100_000, b'{"scans": [1], "desk": "x"}',
    json.dumps({"desk": "x", "scans": [{"key": "no"}]}).encode(), b" " * 300_000,
])  # fmt: skip
def test_what_is_no_report_is_refused_whole(at_desk, event, broken):
    assert at_desk.post(f"{DESK}scans/", broken, content_type="application/json").status_code == 400


@pytest.mark.parametrize("fields", [
    {"key": "7"}, {"key": None}, {"means": "magic"}, {"told": "sure"}, {"code": "x" * 301}, {"code": ["x"]}, {"code": "a\0b"},
    {"at": "now"}, {"at": -1}, {"at": 1e400}, {"at": True}, {"at": 99_999_999_999_999_999}, {"person": "x"},
    {"means": "walk_in"}, {"means": "walk_in", "newcomer": {"full_name": " "}},
    {"means": "walk_in", "newcomer": {"full_name": "N", "email": "nobody"}},
    {"means": "walk_in", "newcomer": {"full_name": "N", "organisation_name": "E", "organisation_kind": "circus"}},
])  # fmt: skip
def test_a_report_with_one_thing_that_is_wrong_records_nothing(at_desk, anna, fields):
    assert report(at_desk, told(anna), told(anna, **fields)).status_code == 400
    assert not Scan.objects.exists()


@pytest.mark.parametrize(
    "fields", [{"desk": ""}, {"desk": "x" * 61}, {"desk": 7}, {"device": "x"}, {"device_now": "x"}]
)
def test_a_report_of_no_desk_is_refused(at_desk, anna, fields):
    assert report(at_desk, told(anna), **fields).status_code == 400


def test_a_report_without_the_token_against_forged_requests_is_refused(receptionist, anna):
    from django.test import Client

    forged = Client(enforce_csrf_checks=True)
    forged.force_login(receptionist)
    assert report(forged, told(anna)).status_code == 403
    token = forged.get(f"{DESK}snapshot.json").json()["csrf"]
    body = json.dumps({"desk": "x", "device": str(uuid.uuid4()), "scans": [told(anna)]})
    answer = forged.post(f"{DESK}scans/", body, content_type="application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 200


def test_a_full_event_is_said_to_a_desk_with_network_and_kept_for_later_of_one_without(at_desk, event, register):
    register(*"ABCDE")
    newcomer = {"means": "walk_in", "newcomer": {"full_name": "Nino"}}
    assert report(at_desk, told(**newcomer)).status_code == 409
    answer = report(at_desk, told(**newcomer, told="admitted"))
    assert [one["verdict"] for one in answer.json()["answers"].values()] == ["full"]


# -- what a device takes along -------------------------------------------------------------------------------------------


def test_the_snapshot_finds_a_pass_by_its_hash_and_holds_neither_codes_nor_addresses(at_desk, anna, show):
    show(anna)
    answer = at_desk.get(f"{DESK}snapshot.json")
    found = answer.json()
    [person] = found["people"]
    assert person[0] == snapshot.hash_of(found["salt"], anna.pass_code)
    assert person[4:6] == ["admitted", [person[5][0], "Ingresso"]]
    text = answer.content.decode()
    for secret in (anna.pass_code, anna.email, anna.pass_mark, anna.token, "carla@ente01"):
        assert secret not in text
    assert at_desk.get(f"{DESK}snapshot.json").json()["salt"] != found["salt"]
    assert answer["Cache-Control"].startswith("max-age=0")


def test_the_snapshot_lasts_a_day_and_never_long_after_the_event(event, anna):
    now = timezone.now()
    assert snapshot.taken(event, now, names=True)["expires_at"] == (now + timedelta(hours=24)).isoformat()
    evening = event.ends_at + timedelta(hours=1)
    assert snapshot.taken(event, evening, names=True)["expires_at"] == (event.ends_at + timedelta(hours=12)).isoformat()


def test_the_snapshot_says_who_gave_back_and_who_waits(at_desk, register, anna, show):
    gone = register("Bruno").attendees.get()
    events.cancel_attendee(attendee=gone)
    states = {person[2]: person[4] for person in at_desk.get(f"{DESK}snapshot.json").json()["people"]}
    assert states == {"Anna": "admitted", "Bruno": "cancelled"}


def test_a_device_that_passed_its_rehearsal_is_listed_and_nonsense_is_not(at_door, anna):
    body = {"device": str(uuid.uuid4()), "desk": "Ingresso", "people": 1, "seconds": 12}
    address = f"{DESK}rehearsal/passed/"
    assert at_door.post(address, json.dumps(body), content_type="application/json").status_code == 200
    assert "12" in at_door.get(f"{DESK}rehearsal/").content.decode()
    for wrong in ({"people": -1}, {"seconds": True}, {"device": "x"}, {"desk": ""}, {"people": None}):
        assert at_door.post(address, json.dumps(body | wrong), content_type="application/json").status_code == 400
    assert Rehearsal.objects.count() == 1
