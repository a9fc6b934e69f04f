"""The pages of the timeline: who sees them, the next date marked, the calendar file, the public page as of any date."""

from datetime import timedelta

import pytest
import time_machine
import vobject
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from events import services
from events.models import Event, LogEntry, Room, Track
from notifications.reminders import services as reminders
from tests.events.conftest import rome

pytestmark = pytest.mark.django_db
PAGE = "/manage/events/info-day/timeline/"


def body(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}timeline.ics", f"{PAGE}as-of/", f"{PAGE}as-of/?at=2027-02-19T11:00"])
def test_only_who_manages_events_sees_them_and_looking_changes_nothing(
    event, client, client_of, stranger, desk, address
):
    before = (LogEntry.objects.count(), Event.objects.values().get())
    assert client.get(address).status_code == 302
    assert client_of(stranger).get(address).status_code == 403
    assert desk.get(address).status_code == 200
    assert desk.post(address).status_code == 405
    assert desk.get(address.replace("info-day", "non-esiste")).status_code == 404
    assert (LogEntry.objects.count(), Event.objects.values().get()) == before


def test_the_next_date_is_marked_once_and_what_is_late_stands_on_top(event, organiser, desk, client_of):
    services.change(event=event, by=organiser, registration_opens_at=rome(2027, 1, 25, 9))
    page = body(desk.get(PAGE))
    assert page.count('aria-current="step"') == 1
    assert 'id="opens" class="timeline-entry timeline-to_come timeline-next" aria-current="step"' in page
    assert (
        'Prossima data: <a href="#opens"><strong>Aprono le iscrizioni</strong></a>, lunedì 25 gennaio 2027, 09:00.'
        in page
    )
    assert "In ritardo: guarda qui" not in page
    with time_machine.travel(rome(2033, 1, 10), tick=False):
        page = body(client_of(organiser).get(PAGE))
    assert 'href="#held"' in page.split("In ritardo: guarda qui", 1)[1].split("</ul>", 1)[0]
    assert "Non c’è più niente in arrivo." in page
    assert 'aria-current="step"' not in page
    assert f'href="{PAGE}"' in body(desk.get("/manage/events/info-day/"))
    assert "The event begins" in body(desk.get(f"/en{PAGE}"))


def test_an_hour_that_october_has_twice_says_which_of_the_two_it_is(event, desk):
    Event.objects.filter(pk=event.pk).update(starts_at=rome(2027, 10, 31, 2, 30), ends_at=rome(2027, 10, 31, 5))
    assert "02:30 CEST" in body(desk.get(PAGE))


def test_the_page_costs_the_same_whatever_the_event_holds(event, organiser, register, add, released, desk):
    def queries(address: str = PAGE) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(address).status_code == 200
        return len(captured)

    add("Primo")
    released()
    register("Anna")
    reminders.add_rule(target=event, by=organiser, days=1, local_time="09:00")
    few, preview = queries(), queries(f"{PAGE}as-of/?at=2027-01-01T10:00")
    for number in range(8):
        add(f"Punto {number}", 30 + number, 10)
        reminders.add_rule(target=event, by=organiser, days=number + 2, local_time="09:00")
        services.change(event=event, by=organiser, capacity=10 + number)
    released()
    register("Bruno")
    assert queries() == few
    assert few <= 22
    assert queries(f"{PAGE}as-of/?at=2027-01-01T10:00") == preview


# -- the calendar file -------------------------------------------------------------------------------------------------


def test_the_file_holds_what_is_to_come_and_what_is_late_with_uids_for_life(event, organiser, desk):
    services.change(event=event, by=organiser, registration_opens_at=rome(2027, 1, 11, 9))
    answer = desk.get(f"{PAGE}timeline.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="info-day-timeline.ics"'
    calendar = Calendar.from_ical(answer.content)
    found = {str(one["summary"]): one for one in calendar.walk("VEVENT")}
    assert "Giornata informativa: Aprono le iscrizioni" not in found  # done
    closes = found["Giornata informativa: Chiudono le iscrizioni"]
    assert closes["dtstart"].dt == rome(2027, 2, 19, 10, 30)
    assert closes["dtend"].dt - closes["dtstart"].dt == timedelta(minutes=15)
    assert str(closes["transp"]) == "TRANSPARENT"
    assert "attendee" not in closes
    assert [one.summary.value for one in vobject.readOne(answer.content.decode()).vevent_list] == list(found)
    event.refresh_from_db()
    services.change(event=event, by=organiser, registration_closes_at=rome(2027, 2, 17, 18))
    again = {
        str(one["summary"]): one for one in Calendar.from_ical(desk.get(f"{PAGE}timeline.ics").content).walk("VEVENT")
    }
    moved = again["Giornata informativa: Chiudono le iscrizioni"]
    assert (moved["uid"], moved["dtstart"].dt) == (closes["uid"], rome(2027, 2, 17, 18))
    assert len({str(one["uid"]) for one in again.values()}) == len(again)


def test_what_is_late_says_so_in_the_calendar_too_and_a_hostile_title_starts_no_line(event, organiser, client_of):
    Event.objects.filter(pk=event.pk).update(title_it="Giornata\r\nATTENDEE:mailto:x@example.org")
    with time_machine.travel(rome(2027, 2, 20), tick=False):
        content = body(client_of(organiser).get(f"{PAGE}timeline.ics"))
    assert "\r\nATTENDEE" not in content
    unfolded = content.replace("\r\n ", "")
    assert "Dopo la fine\\, da registrare come tenuto (in ritardo)" in unfolded


# -- the public page as of a date ----------------------------------------------------------------------------------------


def as_of(desk, moment: str) -> str:
    answer = desk.get(f"{PAGE}as-of/?at={moment}")
    assert answer.status_code == 200
    return body(answer)


def test_the_page_to_come_opens_and_closes_by_its_own_clock(event, organiser, desk):
    services.change(
        event=event,
        by=organiser,
        registration_opens_at=rome(2027, 1, 25, 9),
        registration_closes_at=rome(2027, 2, 18, 18),
    )
    for moment, words in (
        ("2027-01-25T08:59", "iscrizioni non ancora aperte"),
        ("2027-01-25T09:00", "iscrizioni aperte"),
        ("2027-02-18T17:59", "iscrizioni aperte"),
        ("2027-02-18T18:00", "iscrizioni chiuse"),
        ("2027-02-19T13:00", "concluso"),
    ):
        assert f">{words}</span>" in as_of(desk, moment), moment
    assert ">iscrizioni non ancora aperte</span>" in body(desk.get(f"{PAGE}as-of/"))
    assert "Anteprima per chi organizza" in body(desk.get(f"{PAGE}as-of/"))


def test_the_page_as_it_was_by_the_log_and_the_versions_of_the_agenda(event, organiser, add, released, desk):
    with time_machine.travel(rome(2027, 1, 5), tick=False):
        item = add("Saluti")
        released()
    with time_machine.travel(rome(2027, 1, 8), tick=False):
        services.change(event=event, by=organiser, venue="Sala grande", moderated=True, capacity=9)
        services.save_session(session=item, event=event, by=organiser, title_it="Saluti istituzionali")
        released()
    with time_machine.travel(rome(2027, 1, 10), tick=False):
        services.change(
            event=event,
            by=organiser,
            starts_at=rome(2027, 2, 20, 10, 30),
            ends_at=rome(2027, 2, 20, 13),
            venue="Teatro",
        )
    was = as_of(desk, "2027-01-07T12:00")
    assert all(words in was for words in ("Sala conferenze", "Saluti<", "venerdì 19 febbraio 2027", "5 su 5"))
    assert not any(words in was for words in ("Sala grande", "Teatro", "istituzionali", "La data è cambiata"))
    then = as_of(desk, "2027-01-09T12:00")
    assert all(words in then for words in ("Sala grande", "Saluti istituzionali", "venerdì 19 febbraio 2027", "9 su 9"))
    now = as_of(desk, "2027-01-11T12:00")
    assert all(words in now for words in ("Teatro", "sabato 20 febbraio 2027"))
    assert "La data è cambiata" in now
    event.refresh_from_db()
    assert (event.venue, event.capacity) == ("Teatro", 9)


def test_before_it_was_public_the_page_says_that_nobody_saw_it_and_before_its_cancellation_it_stands(
    event, organiser, desk, client_of
):
    Event.objects.filter(pk=event.pk).update(state="draft")
    event.refresh_from_db()
    draft = as_of(desk, "2027-01-25T12:00")
    assert "così apparirebbe se fosse pubblico" in draft
    services.publish(event=event, by=organiser)
    assert "nessuno ha visto questa pagina" in as_of(desk, "2027-01-19T12:00")
    with time_machine.travel(rome(2027, 1, 22), tick=False):
        services.cancel(event=event, by=organiser, reason="Neve")
    with time_machine.travel(rome(2027, 1, 23), tick=False):
        desk = client_of(organiser)
        assert "Questo evento è annullato." not in as_of(desk, "2027-01-21T12:00")
        off = as_of(desk, "2027-01-22T12:00")
    assert "Questo evento è annullato." in off
    assert "Neve" in off


def test_a_draft_shows_its_draft_agenda_and_links_of_the_agenda_keep_the_moment(event, organiser, add, desk):
    Event.objects.filter(pk=event.pk).update(state="draft")
    tracks = [services.save_part(event=event, by=organiser, part=Track(name_it=name)) for name in ("Lavoro", "Scuola")]
    services.save_part(event=event, by=organiser, part=Room(name_it="Sala A"))
    add("Solo lavoro", track=tracks[0])
    add("Solo scuola", 30, track=tracks[1])
    page = as_of(desk, "2027-01-25T12:00")
    assert "Solo lavoro" in page
    assert f"at=2027-01-25T12%3A00&amp;track={tracks[0].pk}" in page
    narrowed = body(desk.get(f"{PAGE}as-of/?at=2027-01-25T12:00&track={tracks[0].pk}"))
    assert "Solo lavoro" in narrowed
    assert "Solo scuola" not in narrowed


@pytest.mark.parametrize(
    "moment", ["", "ieri", "%00", "9999-12-31T23:59", "0001-01-01T00:00", "2027-10-31T02:30", "9" * 40]
)
def test_a_moment_that_is_none_is_refused_beside_its_field(event, desk, moment):
    answer = desk.get(f"{PAGE}as-of/?at={moment}")
    assert answer.status_code == 422
    assert "error" in body(answer)


def test_values_of_the_log_that_are_strange_stop_no_preview(event, desk):
    for changes in ({"gone": [1, 2]}, {"capacity": None}, {"registrations": [1, 2]}):
        LogEntry.objects.create(
            event_uid=event.uid, actor="portal", action="event.changed", values={"changes": changes}
        )
    assert "Giornata informativa" in as_of(desk, "2027-01-01T12:00")
