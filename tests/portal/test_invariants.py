"""The command that checks what must hold finds what does not."""

import contextlib
import json

import pytest
from django.core.management import call_command
from django.db import connection

from events import services
from events.models import Attendee, Event
from notifications.models import Campaign
from portal import demo

pytestmark = pytest.mark.django_db


def report(capsys) -> list[str]:
    with contextlib.suppress(SystemExit):
        call_command("check_invariants", "--json")
    return json.loads(capsys.readouterr().out.splitlines()[-1])["broken"]


def test_the_demo_holds_everything(capsys):
    demo.load()
    assert report(capsys) == []


def test_an_event_with_several_people_and_one_who_left_is_in_order(capsys, event, register):
    registration = register("Anna", "Bea")
    register("Carla", "Dora")
    services.cancel_attendee(attendee=registration.attendees.first())
    assert report(capsys) == []


def test_a_place_that_is_held_twice_is_named(capsys, event, register):
    register("Anna", "Bea")
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX attendee_one_per_place")
    Attendee.objects.update(place_number=1)
    assert f"event {event.slug}: place 1 is held twice" in report(capsys)


def test_each_broken_invariant_is_named(capsys, organiser):
    demo.load()
    event = Event.objects.get(state="published", kind="info_day")
    services.register(
        event=event, submission_id="6f1d5f0e-6a3e-4a0f-9a50-0d6b2f1f7f10", privacy_notice_version="x",
        applicant=services.Applicant("E", "cso", "C", "c@example.org"), guests=[services.Guest("A"), services.Guest("B")],
    )  # fmt: skip
    with connection.cursor() as cursor:  # what the database itself would refuse
        table = " ON events_event" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER events_place_within_capacity_lower{table}")
    Event.objects.filter(pk=event.pk).update(capacity=1)
    Campaign.objects.create(event=event, name="x", subject_it="x", body_it="x", created_by=organiser, planned=3)
    found = " ".join(report(capsys))
    for words in ("more are held", "a place above 1", "3 planned"):
        assert words in found
