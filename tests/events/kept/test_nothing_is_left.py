"""Words of people in every column; their time goes by; the whole database and all files are searched for them."""

from datetime import date, timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.utils import timezone

from events.attendance import rows
from events.models import Answer, Attendee, ChangeRequest, Registration
from notifications import nightly, retention
from notifications.models import CalendarEntry
from organisations.kept import DECLARED, Ending
from tests.events.conftest import rome
from tests.events.kept.conftest import MARK, database, name, places

pytestmark = pytest.mark.django_db
#: A day after the last of the periods: the attendance register's.
LAST = rome(2033, 1, 2, 4)
#: Columns whose words nobody can read anything from: hashes.
HASHED = ("token_hash", "registrant_key", "fingerprint", "address_hash", "pass_mark", "idempotency_key")
#: Chosen from a list of ours, or a date: no room for words.
NO_WORDS = {
    "events.Appointment.topic", "events.Attendee.photo_consent_version", "events.Answer.day", "events.Answer.number",
    "events.Answer.yes", "organisations.StakeholderImport.outcome", "events.Appointment.phone",
    "events.Registration.contact_phone", "events.Pace.subject",
}  # fmt: skip


def dated_columns() -> dict[str, str]:
    """Column of the declarations -> column of the database, for what leaves one day."""
    from django.apps import apps

    found = {}
    for kept in DECLARED.values():
        for column in kept.columns if kept.ending != Ending.STAYS else ():
            label, _dot, field = column.rpartition(".")
            model = apps.get_model(label)
            if not isinstance(model._meta.get_field(field), models.DecimalField | models.BooleanField):
                found[column] = f"{model._meta.db_table}.{model._meta.get_field(field).column}"
    return found


def purge(at):
    with time_machine.travel(at, tick=True):
        return retention.purge(at).numbers


def test_before_the_purge_words_stand_in_every_column_that_is_declared(past):
    """The negative control: what is searched for below is there, and the search finds it, column by column."""
    found = places()
    for column, place in dated_columns().items():
        if column not in NO_WORDS and not column.endswith(HASHED):
            assert place in found, column
    assert places("90909090") >= {"events_registration.contact_phone", "events_appointment.phone"}
    assert any(place.endswith(".unreadable") for place in found)
    assert database()["portal_cache.value"]  # packed: words in it cannot be searched for


def test_after_the_periods_no_table_and_no_file_holds_a_word_of_anybody(past):
    purge(LAST)
    assert places() == set()
    assert places("90909090") == set()
    assert "portal_cache.value" not in database()


def test_half_a_year_later_only_those_who_came_are_named(past):
    purge(rome(2027, 6, 13, 4))
    registers = {"events_attendee.full_name", "events_attendee.office"}
    mail = {place for place in places() if place.startswith("notifications_") or place.endswith(".unreadable")}
    lists = {f"notifications_contact.{column}" for column in ("address", "name", "organisation_name")}
    assert places() - mail == registers
    assert [person.full_name for person in Attendee.objects.exclude(full_name="")] == [name("Presente")]
    assert not Attendee.objects.exclude(email="").exists()
    purge(rome(2027, 12, 16, 4))
    assert places() == registers | lists


def test_nothing_leaves_too_early(past):
    before = places()
    just_before = rome(2026, 12, 15, 8, 59)  # the appointment that was called off on the 1st at nine, by a minute
    with time_machine.travel(just_before, tick=False):
        left = retention.purge(just_before).numbers
    assert not {key for key, number in left.items() if number} - {"counts_of_forms", "cached_pages"}
    assert places() == before


def test_the_numbers_stay(past):
    counted = dict(Registration.objects.values_list("category").annotate(models.Count("pk")))
    states = sorted(Registration.objects.values_list("state", flat=True))
    people = Attendee.objects.count()
    purge(LAST)
    assert dict(Registration.objects.values_list("category").annotate(models.Count("pk"))) == counted
    assert sorted(Registration.objects.values_list("state", flat=True)) == states
    assert Attendee.objects.count() == people
    assert Attendee.objects.present().count() == 1
    assert [answer.number for answer in Answer.objects.all()] == [7]
    assert not ChangeRequest.objects.exists()
    assert not CalendarEntry.objects.exists()


def test_the_closed_register_says_how_many_came_and_no_longer_who(past):
    [register] = past.registers.all()
    sheet = rows.closed(register)
    assert name("Presente") in [line.attendee.full_name for line in sheet.lines]
    before = sheet.counts
    purge(LAST)
    register.refresh_from_db()
    sheet = rows.closed(register)
    assert sheet.counts == before
    assert {str(line.attendee) for line in sheet.lines} == {"dati cancellati"}
    assert not rows.has_changed(register, rows.now_of(past))


def test_a_register_of_the_first_portals_is_read_all_the_same(past, organiser):
    """It named people by their keys: these are kept then."""
    from events.attendance import services
    from events.attendance.models import AttendanceRegister

    keyed = [
        {
            "registration": str(group.registration.key),
            "people": [
                {"attendee": str(line.attendee.key), "status": line.status, "arrived_at": None, "represented_by": None}
                for line in group.lines
            ],
        }
        for group in rows.now_of(past).groups
    ]
    old = AttendanceRegister.objects.create(
        event=past, edition=2, reason="prova", content=keyed, sha256=services.fingerprint(keyed, ""),
        closed_at=past.ends_at, closed_by=organiser,
    )  # fmt: skip
    count = len(rows.closed(old).lines)
    purge(LAST)
    assert len(rows.closed(old).lines) == count == 3


def test_old_links_lead_nowhere_and_the_certificate_says_what_it_can(past, client):
    registration = Registration.objects.get(organisation_name="Veliero")
    here = Attendee.objects.get(full_name=name("Presente"))
    from events.attendance.services import code_of

    code = code_of(here)
    links = [registration.get_absolute_url(), here.get_absolute_url()]
    assert [client.get(link).status_code for link in links] == [200, 200]
    keys = set(Attendee.objects.values_list("key", flat=True)) | set(Registration.objects.values_list("key", flat=True))
    purge(rome(2027, 6, 13, 4))
    assert [client.get(link).status_code for link in links] == [
        404,
        200,
    ]  # who came sees and erases until the name goes
    purge(LAST)
    assert [client.get(link).status_code for link in links] == [404, 404]
    kept = set(Attendee.objects.values_list("key", flat=True)) | set(Registration.objects.values_list("key", flat=True))
    assert keys & kept == set()
    page = client.get(f"/en/certificates/{code}/").content.decode()
    assert "Genuine" in page
    assert "The name has been deleted: its time was over." in page
    assert MARK not in page.lower()


def test_whatever_must_hold_holds_afterwards(past):
    before = set(nightly.broken())  # the invitation above was written without its campaign's plan
    assert all("campaign" in sentence or "tally" in sentence for sentence in before)
    for at in (rome(2027, 6, 13, 4), LAST):
        purge(at)
        assert set(nightly.broken()) <= before


def test_organisers_pages_about_the_event_still_open(past, client_of, organiser):
    purge(rome(2027, 6, 13, 4))
    purge(LAST)
    with time_machine.travel(LAST, tick=True):
        client = client_of(organiser)
        at = f"/manage/events/{past.slug}/"
        pages = (
            "",
            "registrations/",
            "places/",
            "attendance/",
            "attendance/1/register.pdf",
            "changes/",
            "log/",
            "timeline/",
            "needs/",
        )
        found = {page: client.get(f"{at}{page}").status_code for page in pages}
    assert {page for page, status in found.items() if status not in (200, 404)} == set()
    assert found[""] == found["attendance/"] == found["log/"] == found["registrations/"] == 200


def test_an_event_that_was_called_off_counts_from_that_day(event, register, organiser):
    from events import services

    with time_machine.travel(event.starts_at - timedelta(days=10), tick=True):
        register("Anna")
        services.cancel(event=event, by=organiser, reason="neve")
    event.refresh_from_db()
    due = event.cancelled_at + timedelta(days=settings.REGISTRATIONS_KEPT_DAYS)
    assert retention.due(due - timedelta(seconds=1))["contacts"] == 0
    assert retention.due(due)["contacts"] == 1


def test_the_end_of_the_project_and_the_years_after_it_come_from_the_settings(past, settings):
    settings.PROJECT_ENDS_ON, settings.ATTENDANCE_KEPT_YEARS = date(2028, 2, 29), 3
    purge(rome(2027, 6, 13, 4))
    assert retention.due(rome(2031, 2, 28, 23))["attendance"] == 0
    assert retention.due(rome(2031, 3, 1, 0))["attendance"] == 1


def test_who_need_not_be_proved_any_more_goes_with_the_contacts(past, settings):
    settings.PROJECT_ENDS_ON, settings.ATTENDANCE_KEPT_YEARS = date(2020, 1, 1), 0
    purge(rome(2027, 6, 13, 4))
    assert not Attendee.objects.exclude(full_name="").exists()


def test_what_would_leave_is_told_per_field_before_it_does(past, capsys):
    with time_machine.travel(LAST, tick=True):
        due = retention.due(LAST)
        call_command("purge", "--dry-run", "--json")
        assert places() != set()
        call_command("purge")
    told = capsys.readouterr().out
    for key in ("contacts", "people", "answers", "requests", "walk_ins", "recipients", "list_contacts"):
        assert due[key] > 0
        assert f"{key}: {due[key]}" in told
    assert database()  # it can still be read


@pytest.mark.django_db
def test_the_demos_past_edition_keeps_the_register_and_nothing_else():
    """Loaded, it is as a portal would be that had run all the time; loaded again nothing changes."""
    for _again in range(2):
        call_command("load_demo", verbosity=0)
        past = Registration.objects.filter(event__slug="giornata-informativa-2020")
        assert not past.exclude(contact_name="").exists()
        assert Attendee.objects.filter(registration__in=past).exclude(full_name="").count() == 8
    assert not any(retention.due(timezone.now()).values())
