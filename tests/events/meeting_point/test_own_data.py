"""What is stored of somebody: read, taken along, erased on their wish and by time; the whole database is searched afterwards."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from events import retention
from events.meeting_point import services
from events.meeting_point.models import Appointment
from notifications import erasure
from notifications.models import Delivery, LocalMail, PendingErasure
from notifications.sending import pump
from tests.events.conftest import rome
from tests.events.meeting_point.conftest import MONDAY, tuesday
from tests.events.meeting_point.test_hours_pages import text_of
from tests.events.test_self_service import clock_goes_round, found

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
ZOE = {"email": "zoe.zanzibar@giovani77.example.org", "phone": "0744 777777"}
WORDS = ("Zoe Zanzibar", *ZOE.values())


@pytest.fixture(autouse=True)
def _in_the_trial_mailbox(settings):
    settings.MAIL_URL = "mailbox://"


@pytest.fixture
def zoe(book) -> Appointment:
    book("Anna", tuesday(11))
    return book("Zoe Zanzibar", topic="enterprise", **ZOE)


def test_everything_stored_is_read_and_taken_along_and_nothing_of_others(client, zoe):
    clock_goes_round()
    page = text_of(client.get(f"{zoe.get_absolute_url()}data/"))
    response = client.get(f"{zoe.get_absolute_url()}data.json")
    text = response.content.decode()
    assert response["Content-Disposition"] == f'attachment; filename="{zoe.reference}.json"'
    for word in (*WORDS, "un’impresa o una cooperativa propria", "2026-11"):
        assert word in page
        assert word in text
    assert "Anna" not in text
    data = json.loads(text)
    assert [section["about"] for section in data["data"]] == ["appointment", "message"]
    assert data["data"][0]["starts_at"] == "2026-12-01T09:00:00+00:00"


def test_looking_at_the_question_erases_nothing(client, zoe):
    assert "Prima l’appuntamento viene annullato" in text_of(client.get(f"{zoe.get_absolute_url()}erase/"))
    assert found(*WORDS) == [*WORDS]


def test_erasure_gives_the_time_back_says_goodbye_and_leaves_no_name(client, zoe):
    clock_goes_round()
    page = client.post(f"{zoe.get_absolute_url()}erase/")
    assert "I dati sono cancellati" in text_of(page)
    zoe.refresh_from_db()
    assert (zoe.state, zoe.first_name, zoe.email, zoe.phone, zoe.topic) == ("cancelled", "", "", "", "")
    assert PendingErasure.objects.count() == 1  # the last word, which empties the calendar
    pump.pump()
    (farewell,) = LocalMail.objects.filter(subject__startswith="Appuntamento annullato")
    assert b'method="CANCEL"' in bytes(farewell.content)
    erasure.forget_settled()
    assert found(*WORDS) == []
    assert found("Anna") == ["Anna"]
    assert "Da 30 novembre" in text_of(client.get(zoe.get_absolute_url()))
    for rest in ("move/", "cancel/", "erase/"):
        answer = client.post(f"{zoe.get_absolute_url()}{rest}")
        assert "I dati sono cancellati" in text_of(answer)


def test_erasing_twice_changes_nothing(zoe):
    first = services.erase(appointment=zoe, now=MONDAY)
    again = services.erase(appointment=zoe, now=MONDAY + timedelta(hours=1))
    assert again.erased_at == first.erased_at


def test_what_waits_to_be_sent_does_not_go_out_after_an_erasure(zoe):
    services.erase(appointment=zoe)
    assert dict(Delivery.objects.exclude(name="Anna").values_list("kind", "state")) == {
        "appointment_confirmed": "cancelled", "appointment_cancelled": "ready",
    }  # fmt: skip


def test_one_who_has_been_there_is_erased_without_a_word(client, zoe, clock):
    clock_goes_round()
    clock.move_to(tuesday(18))
    client.post(f"{zoe.get_absolute_url()}erase/")
    zoe.refresh_from_db()
    assert zoe.state == "booked"
    assert found(*WORDS) == []


# -- by time ------------------------------------------------------------------------------------------------------------


def test_names_leave_some_days_after_the_appointment_and_not_before(zoe, settings):
    settings.APPOINTMENTS_KEPT_DAYS = 14
    clock_goes_round()
    ends = zoe.ends_at + timedelta(days=14)
    assert retention.due(ends - timedelta(seconds=1))["appointment_contacts"] == 0
    assert retention.due(ends)["appointment_contacts"] == 1
    assert retention.purge(ends)["appointment_contacts"] == 1
    assert found(*WORDS) == []
    assert found("Anna") == ["Anna"]
    zoe.refresh_from_db()
    assert (zoe.erased_at, zoe.starts_at) == (ends, tuesday(10))
    assert retention.purge(ends)["appointment_contacts"] == 0


def test_names_of_a_cancelled_one_leave_as_long_after_the_cancellation(book):
    appointment = services.cancel(appointment=book("Gaia", rome(2026, 12, 29, 9, 0)), now=MONDAY)
    assert retention.due(MONDAY + timedelta(days=13))["appointment_contacts"] == 0
    assert retention.purge(MONDAY + timedelta(days=14))["appointment_contacts"] == 1
    appointment.refresh_from_db()
    assert appointment.first_name == ""


def test_what_is_to_come_is_never_emptied_by_time(book, settings):
    settings.APPOINTMENTS_KEPT_DAYS = 0
    book("Gaia", rome(2026, 12, 29, 9, 0))
    assert retention.due(rome(2026, 12, 29, 9, 10))["appointment_contacts"] == 0


def test_the_command_names_the_field(zoe, clock, capsys):
    clock.move_to(rome(2027, 1, 10, 12))
    call_command("purge", "--dry-run")
    assert "appointment_contacts: 2" in capsys.readouterr().out
    call_command("purge")
    assert found(*WORDS) == []
