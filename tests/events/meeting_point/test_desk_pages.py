"""The desk's pages: a day with its people, visits in one form, the log, the figures; for those alone who may."""

import re
import uuid
from datetime import date, timedelta

import pytest

from events.meeting_point import services, slots
from events.meeting_point.models import Appointment, MeetingPoint, Visit
from notifications.models import Delivery
from tests.events.conftest import rome
from tests.events.meeting_point.conftest import MORNING, tuesday
from tests.events.meeting_point.test_booking_pages import hidden
from tests.events.meeting_point.test_hours_pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def at(point) -> str:
    return f"/manage/meeting-point/{point.pk}/"


@pytest.fixture
def client(client_of, desk, settings):
    settings.SESSION_COOKIE_AGE = 10**8  # tests travel further than a session lasts
    return client_of(desk)


@pytest.fixture
def gaia(book) -> Appointment:
    return book("Gaia", tuesday(10), topic="cv", phone="0744 123")


def walk_in(**changes) -> dict[str, str]:
    fields = {"submission_id": str(uuid.uuid4()), "arrived_at": "2026-12-01T11:30", "purpose": "search", "outcome": ""}
    return fields | changes


def test_only_the_desk_and_organisers_look_and_record(client_of, at, gaia, organiser, stranger, desk):
    visit = services.record_walk_in(point=gaia.meeting_point, arrived_at=rome(2026, 11, 30, 9), purpose="cv", by=desk,
                                    submission_id=uuid.uuid4())  # fmt: skip
    gets = ("", "book/", f"book/{gaia and slots.code(tuesday(11))}/", "visits/", "visits.csv", "figures/", "figures.csv",
            f"appointments/{gaia.pk}/", f"appointments/{gaia.pk}/move/", f"visits/{visit.pk}/")  # fmt: skip
    posts = ("walk-in/", f"appointments/{gaia.pk}/came/", f"appointments/{gaia.pk}/missed/", f"visits/{visit.pk}/strike/",
             f"appointments/{gaia.pk}/not-missed/", f"appointments/{gaia.pk}/", f"visits/{visit.pk}/")  # fmt: skip
    from django.test import Client

    for rest in gets:
        assert Client().get(f"{at}{rest}").status_code == 302, rest
        assert client_of(stranger).get(f"{at}{rest}").status_code == 403, rest
        for user in (desk, organiser):
            assert client_of(user).get(f"{at}{rest}").status_code == 200, rest
    for rest in posts:
        assert Client().post(f"{at}{rest}").status_code == 302, rest
        assert client_of(stranger).post(f"{at}{rest}").status_code == 403, rest
    gaia.refresh_from_db()
    assert gaia.state == "booked"


# -- the day -------------------------------------------------------------------------------------------------------------


def test_today_is_shown_unless_another_day_is_asked_for(client, at, gaia):
    assert "lunedì 30 novembre 2026" in text_of(client.get(at))
    page = client.get(f"{at}?on=2026-12-01")
    text = text_of(page)
    for said in ("martedì 1 dicembre 2026", "09:00–13:00", "10:00–10:30", "Gaia", "0744 123", "curriculum e lettere"):
        assert said in text
    assert re.findall(r'href="\?on=([\d-]+)"', page.content.decode()) == ["2026-11-30", "2026-12-02"]
    for odd in ("x", "2026-02-30", "\x00", "9999-12-31", "0001-01-01"):
        assert "lunedì 30 novembre 2026" in text_of(client.get(at, {"on": odd}))
    assert "no-store" in page["Cache-Control"]


def test_a_closed_day_says_why_and_people_outside_the_hours_are_marked(client, at, gaia, close):
    Appointment.objects.update(starts_at=tuesday(14), ends_at=tuesday(14, 30))  # the desk stayed on for her
    close(date(2026, 12, 1), None, MORNING, reason="sciopero")
    text = text_of(client.get(f"{at}?on=2026-12-01"))
    assert "sciopero" in text
    assert "fuori orario" in text


def test_one_click_records_who_came_and_the_outcome_follows(client, at, gaia, clock):
    clock.move_to(tuesday(10, 5))
    page = client.post(f"{at}appointments/{gaia.pk}/came/", follow=True)
    assert "Registrato: presente." in text_of(page)
    assert "martedì 1 dicembre 2026" in text_of(page)
    visit = Visit.objects.get()
    assert f'href="{at}visits/{visit.pk}/"' in page.content.decode()
    form = client.get(f"{at}visits/{visit.pk}/").content.decode()
    typed = re.search(r'name="arrived_at" value="([^"]+)"', form).group(1)
    client.post(f"{at}visits/{visit.pk}/", {"arrived_at": typed, "purpose": "cv", "outcome": "document", "reason": ""})
    visit.refresh_from_db()
    assert (visit.outcome, visit.arrived_at) == ("document", tuesday(10, 5))
    assert "curriculum o lettera preparati" in text_of(client.get(f"{at}?on=2026-12-01"))


def test_one_click_records_who_did_not_come_and_one_takes_it_back(client, at, gaia, clock):
    early = client.post(f"{at}appointments/{gaia.pk}/missed/", follow=True)
    assert "Non è ancora cominciato." in text_of(early)
    clock.move_to(tuesday(11))
    assert "Registrato: assente." in text_of(client.post(f"{at}appointments/{gaia.pk}/missed/", follow=True))
    assert "Ritirato" in text_of(client.post(f"{at}appointments/{gaia.pk}/not-missed/", follow=True))
    assert "guardalo di nuovo" in text_of(client.post(f"{at}appointments/{gaia.pk}/not-missed/", follow=True))


def test_buttons_stand_only_where_they_can_do_something(client, at, gaia, clock):
    assert "/came/" not in client.get(f"{at}?on=2026-12-01").content.decode()  # tomorrow
    clock.move_to(tuesday(9))
    page = client.get(at).content.decode()
    assert "/came/" in page
    assert "/missed/" not in page
    clock.move_to(tuesday(10, 1))
    assert "/missed/" in client.get(at).content.decode()


def test_what_is_erased_is_named_as_such(client, at, gaia, clock):
    clock.move_to(tuesday(18))
    services.erase(appointment=gaia)
    text = text_of(client.get(at))
    assert "nome cancellato" in text
    assert "Gaia" not in text
    assert "Nome e recapiti sono stati cancellati" in text_of(client.get(f"{at}appointments/{gaia.pk}/"))


@pytest.mark.parametrize("count", [1, 8])
def test_a_day_costs_the_same_however_many_come(client, at, book, point, desk, clock, count, django_assert_num_queries):
    MeetingPoint.objects.update(places=20)
    for number in range(count):
        book(f"Persona{number}", tuesday(10))
    clock.move_to(tuesday(12))
    for appointment in Appointment.objects.all()[: count // 2]:
        services.record_arrival(appointment=appointment, by=desk)
        services.record_walk_in(point=point, arrived_at=tuesday(9), purpose="cv", by=desk, submission_id=uuid.uuid4())
    client.get(at)
    with django_assert_num_queries(10):
        client.get(at)


# -- visits --------------------------------------------------------------------------------------------------------------


def test_a_walk_in_is_recorded_in_one_form_once(client, at, clock):
    clock.move_to(tuesday(12))
    form = client.get(at)
    fields = walk_in(submission_id=hidden(form)["submission_id"])
    for _click in range(2):
        assert client.post(f"{at}walk-in/", fields).url == f"{at}?on=2026-12-01"
    visit = Visit.objects.get()
    assert (visit.arrived_at, visit.purpose, visit.is_walk_in) == (tuesday(11, 30), "search", True)
    assert "cercare lavoro" in text_of(client.get(at))


@pytest.mark.parametrize(
    "wrong",
    [{"purpose": ""}, {"purpose": "love"}, {"outcome": "love"}, {"arrived_at": ""}, {"arrived_at": "2026-12-01T23:00"},
     {"arrived_at": "2026-10-01T10:00"}, {"arrived_at": "\x00"}, {"submission_id": "x"}, {"arrived_at": "2026-10-25T02:30"}],
)  # fmt: skip
def test_a_walk_in_that_makes_no_sense_is_refused_with_the_day_around_it(client, at, clock, wrong):
    clock.move_to(tuesday(12))
    response = client.post(f"{at}walk-in/", walk_in(on="2026-12-01") | wrong)
    assert response.status_code == 422
    assert "martedì 1 dicembre 2026" in text_of(response)
    assert not Visit.objects.exists()


def test_forged_fields_of_a_walk_in_change_nothing(client, at, gaia, organiser, clock, desk):
    clock.move_to(tuesday(12))
    client.post(
        f"{at}walk-in/",
        walk_in(appointment=gaia.pk, recorded_by=organiser.pk, struck_at="2026-01-01", meeting_point="9"),
    )
    visit = Visit.objects.get()
    assert (visit.appointment, visit.recorded_by, visit.struck_at) == (None, desk, None)


def test_a_correction_asks_why_and_stands_below_with_its_trace(client, at, point, desk, clock):
    clock.move_to(tuesday(12))
    visit = services.record_walk_in(point=point, arrived_at=tuesday(9), purpose="cv", outcome="plan", by=desk,
                                    submission_id=uuid.uuid4())  # fmt: skip
    path, fields = (
        f"{at}visits/{visit.pk}/",
        {"arrived_at": "2026-12-01T09:00", "purpose": "training", "outcome": "plan", "reason": ""},
    )
    refused = client.post(path, fields)
    assert refused.status_code == 422
    assert "solo dicendo perché" in text_of(refused)
    assert client.post(path, fields | {"reason": "Riga <b>sbagliata</b>"}).status_code == 302
    text = client.get(path).content.decode()
    assert "motivo della visita: curriculum e lettere → corsi e formazione" in text
    assert "Riga &lt;b&gt;sbagliata&lt;/b&gt;" in text
    assert "Dora Desk" in text
    for wrong in ({"purpose": "love"}, {"arrived_at": "2026-12-05T09:00", "reason": "x"}, {"reason": "a\nb"}):
        assert client.post(path, fields | wrong).status_code == 422


def test_a_visit_is_struck_out_with_a_reason(client, at, gaia, clock):
    clock.move_to(tuesday(12))
    client.post(f"{at}appointments/{gaia.pk}/came/")
    path = f"{at}visits/{Visit.objects.get().pk}/"
    assert client.post(f"{path}strike/", {"reason": ""}).status_code == 422
    page = client.post(f"{path}strike/", {"reason": "Era un’altra persona."}, follow=True)
    assert "non conta più" in text_of(page)
    assert "Era un’altra persona." in text_of(page)
    assert (
        client.post(
            path, {"arrived_at": "2026-12-01T12:00", "purpose": "cv", "outcome": "plan", "reason": "x"}
        ).status_code
        == 422
    )
    gaia.refresh_from_db()
    assert gaia.state == "booked"


def test_the_log_of_a_month_and_its_file(client, at, point, desk, clock):
    clock.move_to(tuesday(12))
    for moment in (tuesday(9), rome(2026, 11, 24, 9)):
        services.record_walk_in(point=point, arrived_at=moment, purpose="cv", by=desk, submission_id=uuid.uuid4())
    text = text_of(client.get(f"{at}visits/"))
    assert "1 dicembre 2026, 09:00" in text
    assert "24 novembre 2026" not in text
    assert "24 novembre 2026, 09:00" in text_of(client.get(f"{at}visits/?month=2026-11"))
    assert "Nessuna visita" in text_of(client.get(f"{at}visits/?month=2026-10"))
    for odd in ("x", "2026-13", "\x00", "9999-99"):
        assert "1 dicembre 2026, 09:00" in text_of(client.get(f"{at}visits/", {"month": odd}))
    response = client.get(f"{at}visits.csv?month=2026-11")
    assert response["Content-Disposition"] == f'attachment; filename="visits-{point.pk}-2026-11.csv"'
    assert b"2026-11-24;no;" in b"".join(response.streaming_content)


@pytest.mark.parametrize("count", [1, 30])
def test_the_log_costs_the_same_whatever_its_length(client, at, point, desk, count, django_assert_num_queries):
    for number in range(count):
        services.record_walk_in(point=point, arrived_at=rome(2026, 11, 30, 9) - timedelta(minutes=number), purpose="cv", by=desk,
                                submission_id=uuid.uuid4())  # fmt: skip
    client.get(f"{at}visits/")
    with django_assert_num_queries(8):
        client.get(f"{at}visits/")


def test_figures_stand_as_a_table_beside_a_plot(client, at, point, desk, clock):
    clock.move_to(tuesday(12))
    for _number in range(7):
        services.record_walk_in(point=point, arrived_at=tuesday(9), purpose="cv", by=desk, submission_id=uuid.uuid4())
    page = client.get(f"{at}figures/").content.decode()
    assert '<svg class="plot"' in page
    assert "dicembre 2026" in page
    assert client.get(f"{at}figures/?month=x").status_code == 200
    response = client.get(f"{at}figures.csv")
    assert b"2026-12;7;0;7;0;0;" in b"".join(response.streaming_content)


# -- the desk books, moves, calls off -------------------------------------------------------------------------------------


def booking(**changes) -> dict[str, str]:
    fields = {
        "submission_id": str(uuid.uuid4()),
        "first_name": "Luca",
        "phone": "0744 9",
        "email": "",
        "topic": "",
        "language": "it",
    }
    return fields | changes


def test_the_desk_books_for_somebody_who_calls_today(client, at, clock, desk):
    clock.move_to(tuesday(9, 10))
    times = client.get(f"{at}book/").content.decode()
    path = f"{at}book/{slots.code(tuesday(9, 30))}/"
    assert f'href="{path}"' in times
    assert "dalle 09:30 alle 10:00" in text_of(client.get(path))
    fields = booking()
    for _click in range(2):
        done = client.post(path, fields, follow=True)
    assert "comunica l’orario e il codice" in text_of(done)
    appointment = Appointment.objects.get()
    assert (appointment.first_name, appointment.booked_by, appointment.privacy_notice_version) == ("Luca", desk, "")
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"first_name": ""}, {"phone": ""}, {"email": "x"}, {"topic": "love"}, {"language": "xx"}]
)
def test_the_desk_is_asked_for_a_name_and_one_way_to_answer(client, at, wrong):
    response = client.post(f"{at}book/{slots.code(tuesday(11))}/", booking() | wrong)
    assert response.status_code == 422
    assert not Appointment.objects.exists()


def test_the_desk_is_told_of_a_time_taken_meanwhile_and_of_a_doubled_address(client, at, gaia):
    taken = f"{at}book/{slots.code(tuesday(10))}/"
    assert client.get(taken).url == f"{at}book/"
    assert client.post(taken, booking()).status_code == 422
    MeetingPoint.objects.update(places=2)
    same = client.post(taken, booking(email="gaia@giovani.example.org"))
    assert "Questo indirizzo ha un altro appuntamento" in text_of(same)
    assert client.get(f"{at}book/x/").status_code == 404
    assert Appointment.objects.count() == 1


def test_the_desk_calls_off_and_says_why(client, at, gaia, desk):
    path = f"{at}appointments/{gaia.pk}/"
    assert client.post(path, {"reason": ""}).status_code == 422
    page = client.post(path, {"reason": "L’operatrice è malata."}, follow=True)
    assert "La persona viene avvisata." in text_of(page)
    gaia.refresh_from_db()
    assert (gaia.state, gaia.cancelled_by, gaia.cancellation_reason) == ("cancelled", desk, "L’operatrice è malata.")
    assert "è stato annullato" in text_of(client.get(f"{at}?on=2026-12-01"))
    assert "Annullato da Dora Desk" in text_of(client.get(path))


def test_the_desk_moves_an_appointment_in_one_click(client, at, gaia):
    path = f"{at}appointments/{gaia.pk}/move/"
    assert f'value="{slots.code(tuesday(9))}"' in client.get(path).content.decode()  # no lead time for the desk
    done = client.post(path, {"slot": slots.code(tuesday(9))}, follow=True)
    assert "Spostato." in text_of(done)
    for slot in ("", "x", slots.code(tuesday(14))):
        assert client.post(path, {"slot": slot}).status_code == 409
    gaia.refresh_from_db()
    assert (gaia.starts_at, gaia.sequence) == (tuesday(9), 1)
    services.cancel(appointment=gaia)
    assert "non si può più cambiare" in text_of(client.post(path, {"slot": slots.code(tuesday(11))}, follow=True))


def test_new_hours_are_saved_with_a_tick_that_calls_off_who_no_longer_fits(client_of, organiser, at, gaia):
    path = f"{at}hours/exceptions/add/"
    fields = {"from_on": "2026-12-01", "until_on": "", "reason_it": "sciopero", "reason_en": "strike"}
    page = client_of(organiser).post(path, fields)
    assert page.status_code == 409
    assert 'name="calls_off"' in page.content.decode()
    assert client_of(organiser).post(path, fields | {"calls_off": "on"}).status_code == 302
    gaia.refresh_from_db()
    assert (gaia.state, gaia.cancellation_reason) == ("cancelled", "sciopero")


def test_another_points_appointments_and_visits_are_not_found(client, gaia, desk, clock):
    clock.move_to(tuesday(12))
    visit = services.record_arrival(appointment=gaia, by=desk)
    other = MeetingPoint.objects.create(name_it="Altro", address="Narni")
    elsewhere = f"/manage/meeting-point/{other.pk}/"
    for rest in (f"appointments/{gaia.pk}/", f"appointments/{gaia.pk}/move/", f"visits/{visit.pk}/"):
        assert client.get(f"{elsewhere}{rest}").status_code == 404
    assert client.post(f"{elsewhere}appointments/{gaia.pk}/missed/").status_code == 404
