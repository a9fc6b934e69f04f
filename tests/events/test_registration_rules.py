"""How many an organisation brings, and from when until when registrations are taken."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from events import services
from events.forms import EventForm
from events.models import Event

# -- the cap of an organisation --------------------------------------------------------------------------------------


def test_an_organisation_brings_no_more_than_the_cap(event, register, posted, client):
    event.max_per_organisation = 2
    event.save()
    with pytest.raises(services.TooManyAttendees) as too_many:
        register("Anna", "Bruno", "Carlo")
    assert too_many.value.most == 2
    answer = client.post("/events/info-day/register/", posted("Anna", "Bruno", "Carlo"))
    assert "al massimo 2 persone" in answer.content.decode()
    registration = register("Anna", "Bruno")
    with pytest.raises(services.TooManyAttendees):
        services.add_attendee(registration=registration, guest=services.Guest("Carlo"))


def test_a_lower_cap_leaves_those_who_are_there_and_names_them(event, register, organiser, client_of):
    registration = register("Anna", "Bruno", "Carlo")
    form = EventForm(instance=event)
    fields = {name: form[name].value() for name in form.fields}
    data = {name: "" if value is None else value for name, value in fields.items() if value is not False}
    for name in ("starts_at", "ends_at"):
        data[name] = f"{timezone.localtime(getattr(event, name)):%Y-%m-%dT%H:%M}"
    answer = client_of(organiser).post(
        "/manage/events/info-day/edit/", {**data, "max_per_organisation": "2"}, follow=True
    )
    assert "Cooperativa di prova (3)" in answer.content.decode()
    assert registration.attendees.seated().count() == 3
    services.replace_attendee(attendee=registration.attendees.get(full_name="Anna"), guest=services.Guest("Dora"))
    with pytest.raises(services.TooManyAttendees):
        services.add_attendee(registration=registration, guest=services.Guest("Elio"))


def test_a_cap_of_nobody_is_refused_by_the_database(event):
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(max_per_organisation=0)


# -- opening and closing ---------------------------------------------------------------------------------------------


def test_before_its_time_the_page_says_when_registration_opens(event, client):
    event.registration_opens_at = timezone.now() + timedelta(days=3)
    event.save()
    assert event.opens_later(timezone.now())
    for page in ("/events/info-day/", "/events/info-day/register/"):
        assert "Le iscrizioni si aprono" in client.get(page).content.decode()


def test_after_its_time_the_page_says_when_registration_closed(event, client):
    event.registration_closes_at = timezone.now() - timedelta(minutes=1)
    event.save()
    for page in ("/events/info-day/", "/events/info-day/register/"):
        assert "Le iscrizioni si sono chiuse" in client.get(page).content.decode()


@pytest.mark.parametrize(("opens_at", "said"), [
    (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), "28 Marzo 2027, 01:30"),  # half an hour before the clock is put forward
    (datetime(2027, 3, 28, 1, 30, tzinfo=UTC), "28 Marzo 2027, 03:30"),
    (datetime(2027, 10, 31, 2, 30, tzinfo=UTC), "31 Ottobre 2027, 03:30"),
])  # fmt: skip
def test_the_opening_is_told_in_italian_time_on_both_sides_of_a_change_of_the_clock(opens_at, said, event, client):
    event.starts_at, event.ends_at = opens_at + timedelta(days=9), opens_at + timedelta(days=9, hours=2)
    event.registration_opens_at = opens_at
    event.save()
    assert said.lower() in client.get("/events/info-day/register/").content.decode().lower()
    assert event.opens_later(opens_at - timedelta(seconds=1))
    assert event.is_open(opens_at)


@pytest.mark.parametrize("moment", ["2027-03-28T02:30", "2027-10-31T02:30"])
def test_a_time_that_is_not_there_or_there_twice_is_refused(moment, event):
    form = EventForm({"registration_opens_at": moment}, instance=event)
    assert "registration_opens_at" in form.errors


def test_registration_that_closes_before_it_opens_is_refused(event):
    data = {"registration_opens_at": "2027-05-02T10:00", "registration_closes_at": "2027-05-01T10:00"}
    assert "registration_opens_at" in EventForm(data, instance=event).errors
