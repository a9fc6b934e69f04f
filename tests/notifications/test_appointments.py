"""What somebody with an appointment gets by mail, when, and what it does to their calendar."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
import vobject
from django.core.management import call_command
from icalendar import Calendar

from events.meeting_point import services
from events.meeting_point.models import Appointment
from notifications.letters import Overtaken, letter_for
from notifications.models import CalendarFeed, Delivery, LocalMail
from notifications.sending import mime, patterns
from tests.events.conftest import rome
from tests.events.meeting_point.conftest import MONDAY, book, clock, close, desk, point, tuesday  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
THURSDAY = rome(2026, 12, 3, 9)


@pytest.fixture(autouse=True)
def _in_the_trial_mailbox(settings):
    settings.MAIL_URL = "mailbox://"


def mail_of(kind: str):
    """The mail of the last message of a kind, as it leaves."""
    row = Delivery.objects.filter(kind=kind).latest("pk")
    return message_from_bytes(mime.build(row, *patterns.written(row)), policy=policy.default)


def parts(message) -> dict[str, str]:
    return {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}


def vevent_of(kind: str):
    """Its calendar entry, and the method."""
    message = mail_of(kind)
    (part,) = [one for one in message.walk() if one.get_content_type() == "text/calendar"]
    text = part.get_content()
    calendar = Calendar.from_ical(text)
    assert vobject.readOne(text).vevent.uid.value  # another reader of its own making
    assert part.get_param("method") == calendar["METHOD"]
    return calendar["METHOD"], calendar.walk("VEVENT")[0]


# -- what it says -------------------------------------------------------------------------------------------------------


def test_the_confirmation_says_when_and_where_with_link_and_calendar(book):  # noqa: F811
    appointment = book("Gaia", topic="cv")
    message = mail_of("appointment_confirmed")
    text = parts(message)["text/plain"]
    assert message["Subject"] == "Appuntamento di martedì 1 dicembre alle 10:00"
    assert message["To"] == "Gaia <gaia@giovani.example.org>"
    for said in (
        "dalle 10:00 alle 10:30",
        "Punto d’incontro, Terni",
        appointment.reference,
        appointment.get_absolute_url(),
    ):
        assert said in text
    assert "curriculum" not in text  # what it is about is nobody else's who reads this mailbox
    method, vevent = vevent_of("appointment_confirmed")
    assert (method, vevent["SEQUENCE"], vevent["STATUS"]) == ("REQUEST", 0, "CONFIRMED")
    assert vevent["DTSTART"].dt == tuesday(10)
    assert vevent["ATTENDEE"].lower() == "mailto:gaia@giovani.example.org"
    assert appointment.token not in vevent.to_ical().decode()
    assert vevent["CLASS"] == "PRIVATE"


def test_it_comes_in_the_language_in_which_somebody_booked(book):  # noqa: F811
    book("Gaia", language="en")
    message = mail_of("appointment_confirmed")
    assert message["Subject"] == "Appointment on Tuesday 1 December at 10:00"
    assert "/en/" not in parts(message)["text/plain"] or "/en/meeting-point/" in parts(message)["text/plain"]


def test_uid_stays_and_sequence_grows_from_request_to_move_to_cancel(book):  # noqa: F811
    appointment = book("Gaia")
    seen = [vevent_of("appointment_confirmed")]
    services.move(appointment=appointment, starts_at=THURSDAY)
    seen.append(vevent_of("appointment_moved"))
    services.cancel(appointment=appointment)
    seen.append(vevent_of("appointment_cancelled"))
    assert [method for method, _vevent in seen] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [vevent["SEQUENCE"] for _method, vevent in seen] == [0, 1, 2]
    assert {str(vevent["UID"]) for _method, vevent in seen} == {f"{appointment.key}@socialneet.example.org"}
    assert [vevent["STATUS"] for _method, vevent in seen] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert seen[1][1]["DTSTART"].dt == THURSDAY
    stamps = [vevent["DTSTAMP"].dt for _method, vevent in seen]
    assert stamps == sorted(set(stamps))  # though the clock stood still


def test_the_hour_that_october_has_twice_stands_in_utc_and_is_named(book, organiser, clock, point):  # noqa: F811
    from datetime import time

    from events.meeting_point.timetables import Hours

    clock.move_to(rome(2026, 10, 23, 12))
    services.set_weekly(point=point, weekly={6: [Hours(time(1), time(4))]}, by=organiser)
    second = rome(2026, 10, 25, 2).replace(fold=1)
    book("Gaia", second, now=rome(2026, 10, 23, 12))
    _method, vevent = vevent_of("appointment_confirmed")
    assert vevent["DTSTART"].to_ical() == b"20261025T010000Z"
    assert "alle 02:00 CET" in mail_of("appointment_confirmed")["Subject"]


def test_the_desk_says_why_it_calls_off_and_the_person_is_thanked(book, organiser):  # noqa: F811
    services.cancel(appointment=book("Gaia"), by=organiser, reason="L’operatrice è malata.")
    text = parts(mail_of("appointment_cancelled"))["text/plain"]
    assert "dobbiamo annullare il tuo appuntamento" in text
    assert "L’operatrice è malata." in text
    assert "/meeting-point/book/" in text
    services.cancel(appointment=book("Luca"))
    assert "come hai chiesto" in parts(mail_of("appointment_cancelled"))["text/plain"]


def test_nobody_is_written_to_without_an_address(book, desk, organiser):  # noqa: F811
    appointment = book("Gaia", by=desk, email="", phone="0744 1")
    services.move(appointment=appointment, starts_at=THURSDAY, by=desk)
    services.cancel(appointment=appointment, by=organiser, reason="x")
    assert not Delivery.objects.exists()
    assert not CalendarFeed.objects.exists()


# -- what is overtaken ---------------------------------------------------------------------------------------------------


def test_a_confirmation_that_waited_is_overtaken_by_a_move_and_by_a_cancellation(book):  # noqa: F811
    appointment = book("Gaia")
    services.move(appointment=appointment, starts_at=THURSDAY)
    confirmed, moved = Delivery.objects.order_by("pk")
    with pytest.raises(Overtaken):
        letter_for(confirmed)
    assert "giovedì 3 dicembre" in letter_for(moved).subject
    services.cancel(appointment=appointment)
    for row in (confirmed, moved):
        with pytest.raises(Overtaken):
            letter_for(row)
    call_command("pump")
    assert [mail.subject for mail in LocalMail.objects.all()] == [
        "Appuntamento annullato: giovedì 3 dicembre alle 09:00"
    ]


# -- the day before ------------------------------------------------------------------------------------------------------


def reminders() -> int:
    return Delivery.objects.filter(kind="appointment_reminder").count()


def test_people_are_reminded_the_day_before_at_nine_once(book, clock):  # noqa: F811
    book("Gaia", THURSDAY)
    clock.move_to(rome(2026, 12, 2, 8, 59))
    call_command("pump")
    assert reminders() == 0
    clock.move_to(rome(2026, 12, 2, 9, 0))
    for _round in range(3):
        call_command("pump")
    assert reminders() == 1
    assert (
        mail_of("appointment_reminder")["Subject"].strip()
        == "Promemoria: appuntamento di giovedì 3 dicembre alle 09:00"
    )


def test_nobody_is_reminded_who_has_just_booked_or_cancelled(book, clock):  # noqa: F811
    book("Gaia", tuesday(10))  # it is Monday at ten: the reminder would have been at nine
    services.cancel(appointment=book("Luca", THURSDAY))
    clock.move_to(rome(2026, 12, 2, 9, 30))
    assert services.remind_due() == 0


def test_a_move_moves_the_reminder(book, clock):  # noqa: F811
    appointment = book("Gaia", THURSDAY)
    services.move(appointment=appointment, starts_at=rome(2026, 12, 8, 9))
    clock.move_to(rome(2026, 12, 2, 9, 30))
    assert services.remind_due() == 0
    clock.move_to(rome(2026, 12, 7, 9, 30))
    assert services.remind_due() == 1


def test_a_clock_that_was_down_reminds_late_but_never_after_the_beginning(book, clock):  # noqa: F811
    book("Gaia", THURSDAY)
    book("Luca", rome(2026, 12, 2, 15))
    clock.move_to(rome(2026, 12, 2, 15, 0))
    assert services.remind_due() == 1
    row = Delivery.objects.get(kind="appointment_reminder")
    assert (row.address, row.expires_at) == ("gaia@giovani.example.org", THURSDAY)
    assert not Appointment.objects.filter(remind_at__isnull=False).exists()


def test_one_that_cannot_be_reminded_of_does_not_stop_the_clock(book, clock, monkeypatch, caplog):  # noqa: F811
    from notifications.kinds import appointments as letters

    book("Gaia", THURSDAY)
    luca, write = book("Luca", rome(2026, 12, 3, 10)), letters.messages

    def fails_for_gaia(kind, appointment, *args, **kwargs):
        if appointment.pk != luca.pk:
            raise ValueError(kind)
        return write(kind, appointment, *args, **kwargs)

    monkeypatch.setattr(letters, "messages", fails_for_gaia)
    clock.move_to(rome(2026, 12, 2, 9, 30))
    assert services.remind_due() == 1
    assert "cannot remind of the appointment" in caplog.text
    assert "giovani.example.org" not in caplog.text
    monkeypatch.undo()
    assert services.remind_due() == 1  # the one that failed is still due


def test_the_clock_asks_one_question_where_nobody_is_to_be_reminded(point, django_assert_num_queries):  # noqa: F811
    with django_assert_num_queries(1):
        services.remind_due()


def test_the_day_before_is_counted_by_the_wall_over_the_change_of_the_clock(book, organiser, clock, point):  # noqa: F811
    from datetime import time

    from events.meeting_point.timetables import Hours

    services.set_weekly(point=point, weekly={0: [Hours(time(9), time(13))]}, by=organiser)
    clock.move_to(rome(2027, 3, 25, 12))
    appointment = book("Gaia", rome(2027, 3, 29, 9), now=rome(2027, 3, 25, 12))  # the clock changes on Sunday, the 28th
    assert appointment.remind_at == datetime(2027, 3, 28, 7, 0, tzinfo=UTC)


# -- who sees what about a message ----------------------------------------------------------------------------------------


def test_organisers_read_why_a_message_exists(book, client_of, organiser):  # noqa: F811
    book("Gaia")
    row = Delivery.objects.get()
    page = client_of(organiser).get(f"/manage/outbox/{row.key}/").content.decode()
    assert "conferma di un appuntamento" in page
    assert f"Appuntamento {Appointment.objects.get().reference} al punto d’incontro" in page
    assert Appointment.objects.get().token not in page


def test_logs_hold_no_link_of_an_appointment():
    from organisations.masks import mask_tokens

    token = "abcDEF_-0123456789abcDEF01234567"
    for rest in ("", "move/", "data.json"):
        masked = mask_tokens(f"GET /meeting-point/appointments/{token}/{rest} 200")
        assert token not in masked
        assert mask_tokens(f"/en/meeting-point/appointments/short/{rest}").count("short") == 0
