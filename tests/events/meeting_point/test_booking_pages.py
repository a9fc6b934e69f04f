"""From the place to the confirmation, page by page and without a script; what is forged, late or doubled is refused kindly."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.test import Client

from events import limits
from events.forms.guard import stamp
from events.meeting_point import services, slots
from events.meeting_point.models import Appointment, MeetingPoint
from events.meeting_point.timetables import Hours
from tests.events.conftest import rome
from tests.events.meeting_point.conftest import AFTERNOON, MONDAY, MORNING, page_of, posted, tuesday
from tests.events.meeting_point.test_hours_pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def hidden(response) -> dict[str, str]:
    """Every hidden field of a page's main form, as a browser would send it."""
    page = response.content.decode()
    return dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page[page.index("<main") :]))


def booked(client, point, at=None, **fields):
    """The last step at once."""
    return client.post(page_of(point, at or tuesday(10)), posted() | {"confirm": "1"} | fields)


# -- step by step ------------------------------------------------------------------------------------------------------


def test_one_place_alone_is_passed_over_and_two_are_to_choose_from(client, point, organiser):
    assert client.get("/meeting-point/book/").url == f"/meeting-point/{point.pk}/book/"
    other = MeetingPoint.objects.create(name_it="Sportello di Narni", address="Narni")
    assert client.get("/meeting-point/book/").status_code == 302  # it has no hours yet
    services.set_weekly(point=other, weekly={4: [AFTERNOON]}, by=organiser)
    text = text_of(client.get("/meeting-point/book/"))
    assert "Sportello di Narni" in text
    assert "venerdì: 15:00–18:00" in text
    assert "Un altro luogo" in text_of(client.get(f"/meeting-point/{other.pk}/book/"))


def test_without_anything_to_book_the_page_says_what_to_do(client, point):
    MeetingPoint.objects.update(takes_appointments=False)
    for path in ("/meeting-point/book/", f"/meeting-point/{point.pk}/book/", page_of(point, tuesday(10))):
        assert "Al momento qui non si prenotano appuntamenti" in text_of(client.get(path))
    assert "Prenota un appuntamento" not in text_of(client.get("/meeting-point/"))


def test_the_times_are_links_by_day_with_reasons_where_there_are_none(client, point, book, close):
    close(date(2026, 12, 3), reason="sciopero")
    book("Luca", tuesday(11))
    page = client.get(f"/meeting-point/{point.pk}/book/")
    text = text_of(page)
    assert f'href="{page_of(point, tuesday(10))}"' in page.content.decode()
    assert f'href="{page_of(point, tuesday(11))}"' not in page.content.decode()
    assert f'href="{page_of(point, tuesday(9))}"' not in page.content.decode()
    assert "giovedì 3 dicembre chiuso: sciopero" in text
    assert client.cookies == {}


def test_days_go_on_page_by_page_up_to_the_horizon(client, point):
    at = f"/meeting-point/{point.pk}/book/"
    first = client.get(at).content.decode()
    (later,) = re.findall(r'href="\?from=([\d-]+)"', first)
    assert later == "2026-12-08"
    page = client.get(f"{at}?from={later}").content.decode()
    assert page_of(point, rome(2026, 12, 8, 9)) in page
    for odd in ("x", "2026-02-30", "1999-01-01", "9999-12-31", "\x00", "0000-00-00"):
        assert client.get(at, {"from": odd}).status_code == 200
    assert page_of(point, rome(2026, 12, 30, 15)) in client.get(at, {"from": "9999-12-31"}).content.decode()


def test_a_full_week_leads_to_the_first_free_time(client, point, close):
    close(date(2026, 12, 1), date(2026, 12, 6))
    page = client.get(f"/meeting-point/{point.pk}/book/", {"from": "2026-12-01"})
    assert "Il primo è martedì 8 dicembre." in text_of(page)
    assert "martedì 8 dicembre" in text_of(
        client.get(f"/meeting-point/{point.pk}/book/")
    )  # without a wish, it begins there
    close(date(2026, 12, 7), date(2026, 12, 31))
    assert "Al momento nessun orario è libero" in text_of(client.get(f"/meeting-point/{point.pk}/book/"))


def test_from_the_form_over_the_summary_to_the_confirmation(client, point):
    path = page_of(point, tuesday(10))
    form = client.get(path)
    asked = re.findall(r'<(?:input|select) [^>]*name="(\w+)"', form.content.decode().split("<main")[1])
    assert set(asked) == {
        "csrfmiddlewaretoken", "submission_id", "notice_version", "shown", "homepage", "first_name", "email", "phone", "topic",
        "notice_read",
    }  # fmt: skip
    summary = client.post(path, posted(first_name="Gaia", email="Gaia@Giovani.example.org", topic="cv") | hidden(form))
    text = text_of(summary)
    assert "Non è ancora prenotato nulla." in text
    for said in (
        "martedì 1 dicembre 2026, dalle 10:00 alle 10:30",
        "Gaia",
        "gaia@giovani.example.org",
        "curriculum e lettere",
    ):
        assert said in text
    assert not Appointment.objects.exists()
    done = client.post(path, hidden(summary) | {"confirm": "1"})
    appointment = Appointment.objects.get()
    assert done.url == f"{appointment.get_absolute_url()}?new=1"
    assert (appointment.first_name, appointment.email, appointment.topic) == ("Gaia", "gaia@giovani.example.org", "cv")
    assert appointment.privacy_notice_version == "2026-11"
    assert "L’appuntamento è prenotato." in text_of(client.get(done.url))


def test_correcting_brings_the_form_back_with_everything_and_no_complaint(client, point):
    path = page_of(point, tuesday(10))
    summary = client.post(path, posted(first_name="Gaia", phone="0744 5", topic="search"))
    form = client.post(path, hidden(summary) | {"correct": "1"})
    page = form.content.decode()
    assert 'value="Gaia"' in page
    assert 'value="0744 5"' in page
    assert '<option value="search" selected>' in page
    assert hidden(form)["submission_id"] == hidden(summary)["submission_id"]
    assert "error-summary" not in page


def test_in_english_everything_is_english(client, point):
    done = client.post(f"/en{page_of(point, tuesday(10))}", posted() | {"confirm": "1"})
    assert Appointment.objects.get().language == "en"
    assert "The appointment is booked." in text_of(client.get(done.url))


@pytest.mark.parametrize("count", [1, 9])
def test_the_page_of_times_costs_the_same_whatever_is_booked(
    client, point, book, close, count, django_assert_num_queries
):
    MeetingPoint.objects.update(places=20)
    for number in range(count):
        book(f"Persona{number}", tuesday(10 + number % 3))
        close(date(2026, 12, 8 + number))
    with django_assert_num_queries(6):
        client.get(f"/meeting-point/{point.pk}/book/")


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [{"first_name": ""}, {"first_name": "x" * 61}, {"first_name": "www.truffa.example.org"}, {"first_name": "a\r\nBcc: b"},
     {"email": "niente"}, {"email": ""}, {"phone": "1" * 41}, {"topic": "love"}, {"notice_read": ""}, {"notice_version": "1999"},
     {"submission_id": "x"}, {"homepage": "https://x.example.org"}],
)  # fmt: skip
@pytest.mark.parametrize("step", [{}, {"confirm": "1"}])
def test_a_form_that_makes_no_sense_books_nothing_at_either_step(client, point, wrong, step):
    response = client.post(page_of(point, tuesday(10)), posted() | wrong | step)
    assert response.status_code == 422
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("slot", ["x", "20261201T0900", "20261301T0900Z", "%00", "à", "9" * 300])
def test_a_time_that_is_none_is_not_found(client, point, slot):
    for response in (
        client.get(f"/meeting-point/{point.pk}/book/{slot}/"),
        client.post(f"/meeting-point/{point.pk}/book/{slot}/"),
    ):
        assert response.status_code == 404


@pytest.mark.parametrize(
    "at", [rome(2026, 11, 24, 10), tuesday(9), tuesday(13), tuesday(10, 7), rome(2026, 12, 4, 10), rome(2028, 2, 1, 9)]
)
def test_a_time_past_too_soon_outside_or_off_the_grid_is_refused_at_every_step(client, point, at):
    path = page_of(point, at)
    looked = client.get(path)
    assert looked.status_code == 409
    assert "Scegline un altro." in text_of(looked)
    for step in ({}, {"confirm": "1"}):
        response = client.post(path, posted(first_name="Gaia") | step)
        assert response.status_code == 409
        assert "Nulla" in text_of(response) or "nulla" in text_of(response)
    assert not Appointment.objects.exists()


def test_forged_fields_change_nothing(client, point, organiser):
    other = MeetingPoint.objects.create(name_it="Altro", address="Narni")
    forged = {
        "meeting_point": other.pk, "meeting_point_id": other.pk, "place_number": "7", "state": "attended", "starts_at": "2020-01-01",
        "booked_by": organiser.pk, "language": "xx", "key": str(uuid.uuid4()), "token_hash": "x", "slot": slots.code(tuesday(12)),
        "ends_at": "2030-01-01", "sequence": "9", "erased_at": "2020-01-01", "surname": "Rossi", "birth_date": "2010-01-01",
    }  # fmt: skip
    booked(client, point, **forged)
    appointment = Appointment.objects.get()
    assert (appointment.meeting_point, appointment.place_number, appointment.state) == (point, 1, "booked")
    assert (appointment.starts_at, appointment.ends_at) == (tuesday(10), tuesday(10, 30))
    assert (appointment.booked_by, appointment.language, appointment.sequence) == (None, "it", 0)


def test_a_double_click_leads_to_the_same_page_and_one_appointment(client, point):
    fields = posted() | {"confirm": "1"}
    first, second = (client.post(page_of(point, tuesday(10)), fields) for _click in range(2))
    assert first.url == second.url
    assert Appointment.objects.count() == 1


def test_whoever_was_slower_keeps_what_they_typed_and_is_offered_times_nearby(client, point, book):
    path = page_of(point, tuesday(10))
    summary = client.post(path, posted(first_name="Gaia", topic="cv"))
    book("Luca", tuesday(10))
    refused = client.post(path, hidden(summary) | {"confirm": "1"})
    assert refused.status_code == 409
    assert "qualcuno è stato più veloce" in text_of(refused)
    others = re.findall(r'formaction="([^"]+)"', refused.content.decode())
    assert others[0] == page_of(point, tuesday(10, 30))
    assert len(others) == 6
    again = client.post(others[0], hidden(refused))
    assert "dalle 10:30 alle 11:00" in text_of(again)
    client.post(others[0], hidden(again) | {"confirm": "1"})
    assert Appointment.objects.filter(first_name="Gaia", topic="cv").get().starts_at == tuesday(10, 30)
    assert client.get(path).status_code == 409


def test_hours_that_close_between_two_steps_book_nothing(client, point, close):
    path = page_of(point, tuesday(10))
    summary = client.post(path, posted())
    close(date(2026, 12, 1))
    assert client.post(path, hidden(summary) | {"confirm": "1"}).status_code == 409
    MeetingPoint.objects.update(takes_appointments=False)
    assert "Al momento qui non si prenotano" in text_of(client.post(path, hidden(summary) | {"confirm": "1"}))
    assert not Appointment.objects.exists()


def test_an_address_with_enough_appointments_is_told_and_nothing_more_is_said(client, point, book):
    for at in (tuesday(10), tuesday(11), tuesday(12)):
        book("Gaia", at)
    refused = booked(client, point, rome(2026, 12, 3, 9))
    assert refused.status_code == 409
    assert "non si può prenotare un altro appuntamento" in text_of(refused)
    assert Appointment.objects.count() == 3
    same_time = booked(client, point, tuesday(10, 30), email="gaia@giovani.example.org")
    assert "non si può prenotare un altro appuntamento" in text_of(same_time)


def test_an_address_books_so_many_an_hour_and_then_is_told_when_again(client, point, clock):
    for number in range(limits.BOOKING.most):
        booked(client, point, tuesday(10), email="tanti@giovani.example.org")
        Appointment.objects.all().delete()
        assert number >= 0
    refused = booked(client, point, email="tanti@giovani.example.org")
    assert "molte volte" in text_of(refused)
    clock.shift(timedelta(hours=1, minutes=1))
    assert booked(client, point, rome(2026, 12, 3, 9), email="tanti@giovani.example.org").status_code == 302


def test_a_program_that_sends_at_once_is_asked_to_send_again(client, point, clock, settings):
    settings.REGISTRATION_MIN_SECONDS = 3
    path = page_of(point, tuesday(10))
    form = client.get(path)
    fields = posted(shown=hidden(form)["shown"])
    for step in ({}, {"confirm": "1"}):
        refused = client.post(path, fields | step)
        assert refused.status_code == 422
        assert "Nulla è andato perso" in text_of(refused)
    clock.shift(timedelta(seconds=4))
    summary = client.post(path, fields)
    assert client.post(path, hidden(summary) | {"confirm": "1"}).status_code == 302
    assert client.post(path, posted(shown=stamp(MONDAY - timedelta(days=2)))).status_code == 422


def test_without_the_token_of_the_form_nothing_is_booked(point):
    client = Client(enforce_csrf_checks=True)
    assert client.post(page_of(point, tuesday(10)), posted() | {"confirm": "1"}).status_code == 403
    assert not Appointment.objects.exists()


def test_a_day_on_which_the_clock_changes_is_booked_hour_by_hour(client, point, organiser, clock):
    services.set_weekly(point=point, weekly={6: [Hours(MORNING.opens_at.replace(hour=1), MORNING.opens_at.replace(hour=4))]},
                        by=organiser)  # fmt: skip
    MeetingPoint.objects.update(slot_minutes=60, lead_hours=1)
    clock.move_to(rome(2027, 3, 27, 12))
    page = client.get(f"/meeting-point/{point.pk}/book/").content.decode()
    assert page.count("/book/20270328T") == 2  # one o'clock, and three: there is no two
    clock.move_to(rome(2026, 10, 24, 12))
    page = client.get(f"/meeting-point/{point.pk}/book/").content.decode()
    assert page.count("/book/20261024T2300Z/") == 1
    assert page.count("/book/20261025T") == 3  # two of them at two o’clock
    assert "02:00 CEST" in page
    assert "02:00 CET" in page
    second = rome(2026, 10, 25, 2).replace(fold=1)
    booked(client, point, second)
    assert Appointment.objects.get().starts_at.hour == 1  # UTC
    assert "02:00 CET" in text_of(client.get(Appointment.objects.get().get_absolute_url()))


# -- behind the link ----------------------------------------------------------------------------------------------------


def test_the_page_behind_the_link_is_secret_and_says_what_is_booked(client, book):
    appointment = book("Gaia", topic="cv", phone="0744 9")
    response = client.get(appointment.get_absolute_url())
    text = text_of(response)
    for said in ("martedì 1 dicembre 2026, dalle 10:00 alle 10:30", "Gaia", "curriculum e lettere", "0744 9"):
        assert said in text
    assert "noindex" in response["X-Robots-Tag"]
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert appointment.token not in Appointment.objects.values_list("token_hash", flat=True)


@pytest.mark.parametrize("rest", ["", "move/", "calendar.ics", "data/", "data.json", "erase/"])
def test_a_wrong_link_opens_nothing(client, book, rest):
    appointment = book("Gaia")
    for token in (
        "x",
        appointment.token[:-1],
        appointment.token.swapcase(),
        str(appointment.key),
        appointment.token_hash,
    ):
        response = client.get(f"/meeting-point/appointments/{token}/{rest}")
        assert response.status_code == 404
        assert "Gaia" not in response.content.decode()


def test_one_click_moves_and_one_click_cancels(client, book):
    appointment = book("Gaia")
    here = appointment.get_absolute_url()
    page = client.get(f"{here}move/").content.decode()
    assert f'value="{slots.code(tuesday(11))}"' in page
    assert f'value="{slots.code(tuesday(10))}"' not in page  # its own
    moved = client.post(f"{here}move/", {"slot": slots.code(tuesday(11))}, follow=True)
    assert "dalle 11:00 alle 11:30" in text_of(moved)
    assert "L’appuntamento è spostato." in text_of(moved)
    cancelled = client.post(f"{here}cancel/", follow=True)
    assert "L’appuntamento è annullato." in text_of(cancelled)
    assert "annullato" in text_of(client.get(here))
    assert "Scegli un altro orario" not in text_of(client.get(here))
    assert client.post(f"{here}cancel/").status_code == 302  # twice changes nothing


def test_looking_changes_nothing(client, book):
    appointment = book("Gaia")
    here = appointment.get_absolute_url()
    for rest in ("", "move/", "calendar.ics", "data/", "data.json", "erase/"):
        assert client.get(f"{here}{rest}").status_code == 200
    assert client.get(f"{here}cancel/").status_code == 405
    appointment.refresh_from_db()
    assert (appointment.state, appointment.sequence, appointment.first_name) == ("booked", 0, "Gaia")


@pytest.mark.parametrize(
    "slot", ["", "x", "\x00", slots.code(tuesday(13)), slots.code(rome(2026, 11, 24, 10)), slots.code(tuesday(9))]
)
def test_a_move_to_no_time_says_so_and_keeps_the_old_one(client, book, slot):
    appointment = book("Gaia")
    response = client.post(f"{appointment.get_absolute_url()}move/", {"slot": slot})
    assert response.status_code == 409
    assert "Il tuo resta com’è" in text_of(response)
    appointment.refresh_from_db()
    assert appointment.starts_at == tuesday(10)


def test_a_move_to_a_time_taken_meanwhile_says_so(client, book):
    appointment = book("Gaia")
    book("Luca", tuesday(11))
    response = client.post(f"{appointment.get_absolute_url()}move/", {"slot": slots.code(tuesday(11))})
    assert response.status_code == 409
    MeetingPoint.objects.update(places=2)
    book("Gaia", tuesday(12))
    doubled = client.post(f"{appointment.get_absolute_url()}move/", {"slot": slots.code(tuesday(12))})
    assert "Hai un altro appuntamento a quell’ora" in text_of(doubled)
    MeetingPoint.objects.update(takes_appointments=False)
    refused = client.post(f"{appointment.get_absolute_url()}move/", {"slot": slots.code(tuesday(12))})
    assert "chiamaci o scrivici" in text_of(refused)


def test_after_it_has_begun_nothing_can_be_changed(client, book, clock):
    here = book("Gaia").get_absolute_url()
    clock.move_to(tuesday(10))
    for response in (client.get(f"{here}move/", follow=True), client.post(f"{here}cancel/", follow=True)):
        assert "non si può più cambiare" in text_of(response)
    assert Appointment.objects.get().state == "booked"


def test_one_link_changes_thirty_times_an_hour_at_most(client, book):
    here = book("Gaia").get_absolute_url()
    for number in range(31):
        response = client.post(f"{here}move/", {"slot": slots.code(tuesday(10 + number % 2))}, follow=True)
    assert "molte volte" in text_of(response)


def test_the_calendar_file_says_the_present_state(client, book):
    appointment = book("Gaia")
    services.move(appointment=appointment, starts_at=tuesday(11), now=MONDAY)
    text = client.get(f"{appointment.get_absolute_url()}calendar.ics").content.decode()
    assert f"UID:{appointment.key}@" in text
    assert "SEQUENCE:1" in text
    assert "DTSTART;TZID=Europe/Rome:20261201T110000" in text
    assert "Gaia" not in text
    assert appointment.token not in text


# -- a lost link --------------------------------------------------------------------------------------------------------


def test_a_lost_link_is_sent_again_with_one_answer_for_everybody(client, book):
    from notifications.models import Delivery

    book("Gaia", tuesday(10))
    book("Gaia", tuesday(11))
    answers = {
        email: text_of(client.post("/meeting-point/lost-link/send/", {"email": email}))
        for email in ("GAIA@giovani.example.org", "nessuno@giovani.example.org")
    }
    assert len(set(answers.values())) == 1
    assert Delivery.objects.filter(kind="appointment_link").count() == 2
    assert client.post("/meeting-point/lost-link/send/", {"email": "x"}).status_code == 422
    assert client.get("/meeting-point/lost-link/").status_code == 200


def test_links_are_not_asked_for_without_end(client, book, clock):
    from notifications.models import Delivery

    book("Gaia")
    for _minute in range(9):
        clock.shift(timedelta(minutes=2))
        assert client.post("/meeting-point/lost-link/send/", {"email": "gaia@giovani.example.org"}).status_code == 200
    assert Delivery.objects.filter(kind="appointment_link").count() == limits.ASKING_FOR_LINKS.most
