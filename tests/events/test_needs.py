"""Needs and photographs: voluntary, apart, read by few, gone in time."""

import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from events import retention, services
from events.models import Attendee, Event, SpecialNeeds
from notifications import nightly
from organisations.models import RoleGrant, User
from organisations.roles import Role
from organisations.zone import ROME

pytestmark = pytest.mark.django_db
NOTHING = {"access_needs": 0, "dietary_needs": 0, "counts_of_forms": 0}
NEEDS = {"has_access": "on", "access": "Sedia a rotelle", "has_dietary": "on", "dietary": "Celiachia", "photos": "on",
         "photos_version": "2026-11"}  # fmt: skip


@pytest.fixture
def registration(register):
    return register("Anna", "Bruno")


@pytest.fixture
def anna(registration) -> Attendee:
    return registration.attendees.get(full_name="Anna")


@pytest.fixture
def told(client, anna) -> Attendee:
    assert client.post(f"{anna.get_absolute_url()}needs/", NEEDS).status_code == 302
    anna.refresh_from_db()
    return anna


def test_no_box_is_ticked_beforehand(client, anna):
    page = client.get(f"{anna.get_absolute_url()}needs/").content.decode()
    assert page.count('type="checkbox"') == 3
    assert "checked" not in page


def test_each_question_is_answered_by_itself(client, anna):
    fields = {"has_dietary": "on", "dietary": "Celiachia", "access": "", "photos_version": "2026-11"}
    client.post(f"{anna.get_absolute_url()}needs/", fields)
    assert SpecialNeeds.objects.values_list("access", "dietary").get() == ("", "Celiachia")
    anna.refresh_from_db()
    assert anna.photo_consent_at is None


@pytest.mark.parametrize(("changes", "field"), [
    ({"has_access": ""}, "has_access"), ({"access": " "}, "access"), ({"has_dietary": ""}, "has_dietary"),
    ({"dietary": ""}, "dietary"), ({"access": "x" * 501}, "access"), ({"photos_version": "2020-01"}, "photos_version"),
])  # fmt: skip
def test_a_box_without_words_or_words_without_a_box_are_pointed_out(client, anna, changes, field):
    response = client.post(f"{anna.get_absolute_url()}needs/", NEEDS | changes)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not SpecialNeeds.objects.exists()


def test_consent_to_photographs_has_time_and_wording_and_can_be_taken_back_after_the_event(client, told, event):
    assert (told.photo_consent_version, told.photo_consent_at is None) == ("2026-11", False)
    first = told.photo_consent_at
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        services.agree_to_photographs(attendee=told, agrees=True)
    told.refresh_from_db()
    assert told.photo_consent_at == first
    with time_machine.travel(event.ends_at + timedelta(days=3)):
        services.agree_to_photographs(attendee=told, agrees=False)
    told.refresh_from_db()
    assert (told.photo_consent_at, told.photo_consent_version) == (None, "")


def test_another_wording_asks_again(client, told, settings):
    settings.PHOTO_CONSENT_VERSION = "2027-01"
    page = client.get(f"{told.get_absolute_url()}needs/")
    assert page.context["form"].initial["photos"] is False


def test_emptying_the_fields_forgets_the_needs(client, told):
    client.post(f"{told.get_absolute_url()}needs/", {"photos_version": "2026-11"})
    assert not SpecialNeeds.objects.exists()


def test_the_database_keeps_no_empty_needs_and_no_consent_without_wording(anna):
    with pytest.raises(IntegrityError), transaction.atomic():
        SpecialNeeds.objects.create(attendee=anna)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendee.objects.filter(pk=anna.pk).update(photo_consent_at=timezone.now())


def test_the_contact_answers_for_nobody_who_has_a_mailbox(client, told, registration):
    response = client.get(f"{registration.get_absolute_url()}attendees/{told.pk}/needs/", follow=True)
    page = response.content.decode()
    assert "risponde dal proprio collegamento" in page
    assert "Celiachia" not in page
    client.post(f"{registration.get_absolute_url()}attendees/{told.pk}/needs/", {"photos_version": "2026-11"})
    assert SpecialNeeds.objects.exists()


def test_the_contact_passes_on_needs_of_somebody_without_a_mailbox_but_no_consent(client, event, register):
    registration = register(guests=[services.Guest("Dora")])
    dora = registration.attendees.get()
    path = f"{registration.get_absolute_url()}attendees/{dora.pk}/needs/"
    page = client.get(path).content.decode()
    assert dora.token in page
    assert 'name="photos"' not in page
    assert client.post(path, NEEDS).status_code == 302
    dora.refresh_from_db()
    assert dora.needs.dietary == "Celiachia"
    assert dora.photo_consent_at is None


def test_giving_the_place_back_forgets_what_was_told_for_the_day(told):
    services.cancel_attendee(attendee=told)
    told.refresh_from_db()
    assert not SpecialNeeds.objects.exists()
    assert told.photo_consent_at is None


def test_who_replaces_somebody_inherits_neither_needs_nor_consent(told):
    came = services.replace_attendee(attendee=told, guest=services.Guest("Carla"))
    assert not SpecialNeeds.objects.exists()
    assert came.photo_consent_version == ""


def test_nobody_tells_needs_for_an_event_that_is_over(told, event):
    with time_machine.travel(event.ends_at + timedelta(hours=1)), pytest.raises(services.RegistrationClosed):
        services.tell_needs(attendee=told, access="Altro", dietary="")


def test_only_few_read_needs(client, client_of, told, organiser, stranger, signatory, event):
    desk = User.objects.create_user("desk@socialneet.example.org", name="Dina Desk")
    RoleGrant.objects.create(user=desk, role=Role.REGISTRATION_DESK)
    path = "/manage/events/info-day/needs/"
    assert client.get(path).status_code == 302
    for user in (desk, stranger, signatory):
        assert client_of(user).get(path).status_code == 403
    page = client_of(organiser).get(path).content.decode()
    assert "Celiachia" in page
    assert "Sedia a rotelle" in page
    assert path not in client_of(desk).get("/manage/events/info-day/").content.decode()


def test_needs_stand_in_no_export_list_or_letter(client, client_of, told, organiser, registration):
    from notifications.letters import letter_for
    from notifications.models import Delivery

    at = "/manage/events/info-day/"
    seen = [client_of(organiser).get(path).content.decode() for path in (at, f"{at}registrations.csv")]
    seen += [client.get(registration.get_absolute_url()).content.decode(), str(told.needs)]
    seen += [str(letter_for(row)) for row in Delivery.objects.all()]
    for text in seen:
        assert "Celiachia" not in text
        assert "rotelle" not in text


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_of_needs_costs_the_same_whatever_its_length(
    client_of, organiser, event, register, count, django_assert_max_num_queries
):
    Event.objects.update(capacity=100)
    for number in range(count):
        attendee = register(f"P{number}").attendees.get()
        services.tell_needs(attendee=attendee, access="x", dietary="")
    client = client_of(organiser)
    with django_assert_max_num_queries(14):
        assert client.get("/manage/events/info-day/needs/").status_code == 200


# -- gone in time --------------------------------------------------------------------------------------------------------


def test_needs_leave_a_week_after_the_event_and_not_a_day_sooner(told, event):
    week = event.ends_at + timedelta(days=7)
    none, all_of_them = {"access_needs": 0, "dietary_needs": 0}, {"access_needs": 1, "dietary_needs": 1}
    assert retention.purge(week - timedelta(seconds=1)).items() >= none.items()
    assert SpecialNeeds.objects.exists()
    assert retention.due(week).items() >= all_of_them.items()
    assert retention.purge(week).items() >= all_of_them.items()
    assert not SpecialNeeds.objects.exists()


def test_needs_for_an_event_that_is_called_off_leave_at_once(told, event, organiser):
    services.cancel(event=event, reason="neve", by=organiser)
    assert retention.purge(timezone.now())["access_needs"] == 1


def test_the_clock_deletes_them_in_the_night(told, event):
    night = (event.ends_at + timedelta(days=9)).astimezone(ROME).replace(hour=3, minute=30)
    with time_machine.travel(night):
        check = nightly.run_if_due(timezone.now())
    assert check is not None
    assert not SpecialNeeds.objects.exists()


def test_the_command_says_per_field_what_leaves_and_a_dry_run_deletes_nothing(told, event):
    with time_machine.travel(event.ends_at + timedelta(days=8)):
        for arguments, remain in ((["--dry-run"], True), ([], False)):
            out = StringIO()
            call_command("purge", "--json", *arguments, stdout=out)
            numbers = json.loads(out.getvalue().splitlines()[-1])
            assert (numbers["access_needs"], numbers["dietary_needs"]) == (1, 1)
            assert SpecialNeeds.objects.exists() == remain
