"""The hours as everybody reads them, as programs read them, and as organisers change them."""

import json
import re
from datetime import date, time

import pytest

from events.meeting_point import services
from events.meeting_point.models import Appointment, MeetingPoint, OpeningException
from events.meeting_point.timetables import Hours
from tests.events.meeting_point.conftest import AFTERNOON, MORNING, timetable_of, tuesday

pytestmark = pytest.mark.django_db
PAGE = "/meeting-point/"
TUESDAY = date(2026, 12, 1)


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


# -- for everybody -----------------------------------------------------------------------------------------------------


def test_the_page_says_hours_exceptions_and_when_it_opens_again(client, clock, point, close):
    close(date(2026, 12, 8), reason="Immacolata")
    text = text_of(client.get(PAGE))
    assert "ora chiuso riapre domani alle 09:00" in text
    assert "martedì e giovedì 09:00–13:00" in text
    assert "martedì 8 dicembre 2026 : chiuso (Immacolata)" in text
    clock.move_to(tuesday(10))
    english = text_of(client.get(f"/en{PAGE}"))
    assert "open now until 13:00" in english
    assert "Tuesday and Thursday 09:00–13:00" in english
    assert client.cookies == {}


def test_past_exceptions_and_those_of_next_summer_are_not_shown(client, clock, close):
    close(date(2026, 11, 24), reason="scorsa settimana")
    close(date(2026, 11, 27), date(2026, 12, 1), reason="fino a domani")
    close(date(2027, 8, 10), reason="la prossima estate")
    text = text_of(client.get(PAGE))
    assert "scorsa settimana" not in text
    assert "la prossima estate" not in text
    assert "fino a domani" in text
    assert "la prossima estate" in client.get(f"{PAGE}hours.json").content.decode()


def test_without_a_point_and_without_hours_the_page_says_so(client, db):
    assert "non è ancora aperto" in text_of(client.get(PAGE))
    MeetingPoint.objects.create(name_it="Punto", address="Terni")
    assert "Su appuntamento" in text_of(client.get(PAGE))


def test_several_points_stand_on_one_page(client, clock, point, organiser):
    other = MeetingPoint.objects.create(name_it="Sportello di Narni", address="Narni")
    services.set_weekly(point=other, weekly={4: [AFTERNOON]}, by=organiser)
    text = text_of(client.get(PAGE))
    assert "Punto d’incontro" in text
    assert "venerdì 15:00–18:00" in text


@pytest.mark.parametrize("count", [1, 5])
def test_page_and_data_cost_the_same_whatever_there_is(
    client, clock, point, organiser, close, count, django_assert_num_queries
):
    for number in range(count):
        close(date(2026, 12, 8 + number), None, MORNING)
        other = MeetingPoint.objects.create(name_it=f"Sportello {number}", address="Narni")
        services.set_weekly(point=other, weekly={3: [MORNING]}, by=organiser)
    for path in (PAGE, f"{PAGE}hours.json"):
        with django_assert_num_queries(4):
            client.get(path)


def test_home_says_how_the_point_stands(client, clock, point):
    assert "ora chiuso riapre domani alle 09:00" in text_of(client.get("/"))


# -- for programs --------------------------------------------------------------------------------------------------------


def test_the_data_say_week_exceptions_and_standing_for_every_site(client, clock, point, close):
    close(date(2026, 12, 8), date(2026, 12, 9), Hours(time(9), time(10)), reason="ponte")
    close(date(2026, 12, 25), reason="Natale")
    response = client.get(f"{PAGE}hours.json")
    assert response["Access-Control-Allow-Origin"] == "*"
    data = json.loads(response.content)
    (found,) = data["meeting_points"]
    assert data["timezone"] == "Europe/Rome"
    assert data["at"] == "2026-11-30T10:00:00+01:00"
    assert (found["is_open"], found["opens_at"]) == (False, "2026-12-01T09:00:00+01:00")
    assert found["name"] == {"it": "Punto d’incontro", "en": "Meeting point"}
    assert found["weekly"][1] == {"day": "wednesday", "opens": "15:00", "closes": "18:00"}
    assert found["exceptions"] == [
        {"from": "2026-12-08", "until": "2026-12-09", "is_closed": False, "hours": [{"opens": "09:00", "closes": "10:00"}],
         "reason": {"it": "ponte", "en": ""}},
        {"from": "2026-12-25", "until": "2026-12-25", "is_closed": True, "hours": [], "reason": {"it": "Natale", "en": ""}},
    ]  # fmt: skip
    again = client.get(f"{PAGE}hours.json", headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304


def test_search_engines_read_the_hours_in_schema_orgs_words(client, clock, point, close):
    close(date(2026, 12, 8), reason="Immacolata")
    close(date(2026, 12, 9), None, MORNING)
    MeetingPoint.objects.update(about_it="Ascolto </script><script>alert(1)</script>")
    page = client.get(PAGE).content.decode()
    assert "<script>alert" not in page
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page).group(1)
    found = json.loads(block)
    assert found["@type"] == "Place"
    assert found["openingHoursSpecification"] == [
        {"@type": "OpeningHoursSpecification", "dayOfWeek": ["https://schema.org/Tuesday", "https://schema.org/Thursday"],
         "opens": "09:00", "closes": "13:00"},
        {"@type": "OpeningHoursSpecification", "dayOfWeek": ["https://schema.org/Wednesday"], "opens": "15:00", "closes": "18:00"},
    ]  # fmt: skip
    closed, other = found["specialOpeningHoursSpecification"]
    assert (closed["opens"], closed["closes"], closed["validFrom"]) == ("00:00", "00:00", "2026-12-08")
    assert (other["opens"], other["validThrough"]) == ("09:00", "2026-12-09")


# -- for organisers ------------------------------------------------------------------------------------------------------


def pages(point) -> list[str]:
    at = f"/manage/meeting-point/{point.pk}/"
    return [f"{at}{rest}" for rest in ("hours/", "hours/week/", "hours/exceptions/add/", "settings/")]


def test_hours_are_for_organisers_and_the_first_page_for_the_desk_too(
    client, client_of, point, organiser, desk, stranger
):
    for path in [*pages(point), "/manage/meeting-point/"]:
        assert client.get(path).status_code == 302
        assert client_of(stranger).get(path).status_code == 403
        assert client_of(organiser).get(path).status_code == 200
    for path in pages(point):
        assert client_of(desk).get(path).status_code == 403
        assert client_of(desk).post(path).status_code in {403, 405}
    page = client_of(desk).get("/manage/meeting-point/").content.decode()
    assert "/hours/" not in page


def week(**changes) -> dict[str, str]:
    fields = {f"day{day}_{name}_{number}": "" for day in range(7) for name in ("opens", "closes") for number in (0, 1)}
    return fields | changes


def test_an_organiser_changes_the_week(client_of, organiser, clock, point):
    path = f"/manage/meeting-point/{point.pk}/hours/week/"
    client = client_of(organiser)
    assert 'value="09:00"' in client.get(path).content.decode()
    times = {"day0_opens_0": "09:00", "day0_closes_0": "12:30", "day0_opens_1": "14:00", "day0_closes_1": "17:00"}
    assert client.post(path, week(**times)).status_code == 302
    assert timetable_of(point).weekly == {0: (Hours(time(9), time(12, 30)), Hours(time(14), time(17)))}


@pytest.mark.parametrize(
    "times",
    [
        {"day0_opens_0": "09:00"},
        {"day0_closes_1": "09:00"},
        {"day0_opens_0": "10:00", "day0_closes_0": "10:00"},
        {"day0_opens_0": "10:00", "day0_closes_0": "09:00"},
        {"day0_opens_0": "09:00", "day0_closes_0": "13:00", "day0_opens_1": "12:59", "day0_closes_1": "15:00"},
        {"day0_opens_0": "25:00", "day0_closes_0": "26:00"},
        {"day0_opens_0": "\x00", "day0_closes_0": "nove"},
    ],
)
def test_times_that_make_no_sense_are_refused(client_of, organiser, point, times):
    response = client_of(organiser).post(f"/manage/meeting-point/{point.pk}/hours/week/", week(**times))
    assert response.status_code == 422
    assert timetable_of(point).weekly == {1: (MORNING,), 2: (AFTERNOON,), 3: (MORNING,)}


def test_an_organiser_writes_corrects_and_removes_an_exception(client_of, organiser, clock, point):
    at, client = f"/manage/meeting-point/{point.pk}/hours/", client_of(organiser)
    fields = {"from_on": "2026-12-08", "until_on": "", "reason_it": "Immacolata", "reason_en": "Holiday"}
    assert client.post(f"{at}exceptions/add/", fields).status_code == 302
    one = OpeningException.objects.get()
    assert (one.from_on, one.until_on) == (date(2026, 12, 8), date(2026, 12, 8))
    assert "Immacolata" in client.get(at).content.decode()
    path = f"{at}exceptions/{one.pk}/"
    assert 'value="2026-12-08"' in client.get(path).content.decode()
    longer = fields | {"until_on": "2026-12-09", "day_opens_0": "10:00", "day_closes_0": "12:00"}
    assert client.post(path, longer).status_code == 302
    assert timetable_of(point).hours_on(date(2026, 12, 9)) == (Hours(time(10), time(12)),)
    client.post(f"{path}remove/")
    assert not OpeningException.objects.exists()
    assert client.get(f"{path}remove/").status_code == 405


@pytest.mark.parametrize(
    "wrong",
    [{"from_on": ""}, {"from_on": "2026-02-30"}, {"until_on": "2026-12-07"}, {"reason_it": ""}, {"reason_it": "a\nb"},
     {"day_opens_0": "10:00"}, {"reason_it": "x" * 201}],
)  # fmt: skip
def test_an_exception_that_makes_no_sense_is_refused(client_of, organiser, point, wrong):
    fields = {"from_on": "2026-12-08", "until_on": "", "reason_it": "Immacolata", "reason_en": ""} | wrong
    response = client_of(organiser).post(f"/manage/meeting-point/{point.pk}/hours/exceptions/add/", fields)
    assert response.status_code == 422
    assert not OpeningException.objects.exists()


def test_days_that_are_taken_and_people_in_the_way_are_named(client_of, organiser, clock, point, close):
    client, path = client_of(organiser), f"/manage/meeting-point/{point.pk}/hours/exceptions/add/"
    close(date(2026, 12, 8), reason="inventario")
    fields = {"from_on": "2026-12-07", "until_on": "2026-12-09", "reason_it": "ponte", "reason_en": ""}
    taken = client.post(path, fields)
    assert taken.status_code == 422
    assert "inventario" in text_of(taken)
    Appointment.objects.create(
        meeting_point=point, starts_at=tuesday(10), ends_at=tuesday(11), place_number=1, first_name="Gaia", phone="0744 9",
        token_hash="x",
    )  # fmt: skip
    shut_out = client.post(path, fields | {"from_on": "2026-12-01", "until_on": ""})
    assert shut_out.status_code == 409
    assert "martedì 1 dicembre 2026, 10:00–11:00: Gaia (senza e-mail: chiama 0744 9)" in text_of(shut_out)
    assert OpeningException.objects.count() == 1


def test_holidays_are_added_by_one_button_and_not_twice(client_of, organiser, clock, point):
    path = f"/manage/meeting-point/{point.pk}/hours/holidays/"
    first = client_of(organiser).post(path, follow=True)
    assert "festività." in text_of(first)
    number = OpeningException.objects.count()
    assert number > 2
    assert "Nulla da aggiungere" in text_of(client_of(organiser).post(path, follow=True))
    assert OpeningException.objects.count() == number


def test_settings_are_saved_and_what_is_out_of_reach_is_refused(client_of, organiser, point):
    path, client = f"/manage/meeting-point/{point.pk}/settings/", client_of(organiser)
    fields = {"name_it": "Punto", "name_en": "", "about_it": "", "about_en": "", "address": "Terni", "phone": "", "email": "",
              "takes_appointments": "on", "slot_minutes": "45", "places": "2", "lead_hours": "12", "horizon_days": "60"}  # fmt: skip
    assert client.post(path, fields).status_code == 302
    point.refresh_from_db()
    assert (point.slot_minutes, point.places, point.lead_hours, point.horizon_days) == (45, 2, 12, 60)
    for wrong in ({"slot_minutes": "0"}, {"places": "21"}, {"places": "-1"}, {"horizon_days": "999"}, {"name_it": ""},
                  {"lead_hours": "9" * 30}, {"email": "x"}, {"address": "a\nb"}):  # fmt: skip
        assert client.post(path, fields | wrong).status_code == 422, wrong
