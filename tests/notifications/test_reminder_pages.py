"""Organisers' pages of reminder rules: who may, what they say, what they refuse, what they change."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from events import services as events
from events.models import Event
from notifications.models import CalendarEntry, Delivery
from notifications.models.reminders import ReminderRule
from notifications.reminders import planning
from notifications.reminders import services as reminder_services
from organisations.models import RoleGrant, User
from organisations.roles import Role

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")
LIST = "/en/manage/events/info-day/reminders/"


@pytest.fixture(autouse=True)
def _first_of_march():
    with time_machine.travel(datetime(2027, 3, 1, 12, 0, tzinfo=ROME), tick=False):
        yield


@pytest.fixture
def friday(event) -> Event:
    """Friday 12 March 2027, 10:30."""
    starts_at = datetime(2027, 3, 12, 10, 30, tzinfo=ROME)
    Event.objects.update(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
    event.refresh_from_db()
    return event


@pytest.fixture
def rule(friday, organiser) -> ReminderRule:
    return reminder_services.add_default_rule(event=friday, by=organiser)


@pytest.fixture
def page(client_of, organiser) -> Client:
    return client_of(organiser)


def typed(**changes: object) -> dict[str, object]:
    fields = {"audience": "place_holders", "anchor": "start", "is_after": "before", "method": "wall_clock", "days": "2",
              "local_time": "18:00", "hours": "", "minutes": "", "grace_hours": "12", "subject_it": "", "body_it": "",
              "subject_en": "", "body_en": ""}  # fmt: skip
    return fields | changes


def text(response) -> str:
    return response.content.decode()


def errors(response) -> set[str]:
    assert response.status_code == 422
    return set(response.context["form"].errors)


# -- who may ----------------------------------------------------------------------------------------------------------


PATHS = ["", "new/", "{pk}/edit/", "{pk}/preview/", "{pk}/preview/html/"]
VERBS = ["{pk}/on/", "{pk}/off/", "{pk}/delete/"]


@pytest.mark.parametrize("path", PATHS)
def test_organisers_may_read_and_others_may_not(rule, client_of, organiser, signatory, stranger, path):
    address = LIST + path.format(pk=rule.pk)
    assert client_of(organiser).get(address).status_code == 200
    assert client_of(signatory).get(address).status_code == 403
    assert client_of(stranger).get(address).status_code == 403
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("path", VERBS)
def test_verbs_want_a_post_and_the_permission(rule, client_of, organiser, stranger, path):
    address = LIST + path.format(pk=rule.pk)
    assert client_of(organiser).get(address).status_code == 405
    assert client_of(stranger).post(address).status_code == 403
    rule.refresh_from_db()
    assert rule.is_active


def test_communications_may_too(rule, client_of):
    user = User.objects.create_user("carlo@socialneet.example.org", name="Carlo")
    RoleGrant.objects.create(user=user, role=Role.COMMUNICATIONS)
    assert client_of(user).get(LIST).status_code == 200


def test_a_rule_of_another_event_is_not_found_under_this_one(rule, page, friday):
    Event.objects.create(slug="altro", title_it="Altro", venue="a", address="b", contact_email="a@altro.example.org",
                         starts_at=friday.starts_at, ends_at=friday.ends_at, capacity=5)  # fmt: skip
    assert page.get(f"/en/manage/events/altro/reminders/{rule.pk}/edit/").status_code == 404
    assert page.get("/en/manage/events/nessuno/reminders/").status_code == 404


def test_a_look_changes_nothing(rule, page, register, friday):
    register("Anna", event=friday)
    before = (Delivery.objects.count(), CalendarEntry.objects.count(), list(rule.occurrences.values()))
    for path in PATHS:
        page.get(LIST + path.format(pk=rule.pk))
    assert before == (Delivery.objects.count(), CalendarEntry.objects.count(), list(rule.occurrences.values()))


# -- what the list says -----------------------------------------------------------------------------------------------


def test_the_events_page_leads_to_its_reminders(page, friday):
    assert 'href="/en/manage/events/info-day/reminders/"' in text(page.get("/en/manage/events/info-day/"))


def test_the_list_says_in_a_sentence_when_why_and_to_how_many(rule, page, register, friday):
    register("Anna", "Bruno", event=friday)
    shown = text(page.get(LIST))
    assert "goes out on 11 March 2027, 9:00, because 1 day before the start" in shown
    assert "2 addresses would get it now" in shown


def test_the_sentence_follows_the_event_when_it_moves(rule, page, friday, organiser):
    starts_at = friday.starts_at + timedelta(days=7)
    events.change(event=friday, by=organiser, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
    shown = text(page.get(LIST))
    assert "goes out on 18 March 2027, 9:00, because 1 day before the start" in shown
    assert "replaced by a new date" in shown


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"days": 7, "local_time": time(18)}, "5 March 2027, 18:00, because 7 days before the start"),
        ({"days": 0, "local_time": time(8)}, "12 March 2027, 8:00, because the day of the start"),
        ({"method": "duration", "duration": timedelta(hours=24)}, "11 March 2027, 10:30, because 24 hours before"),
        ({"method": "duration", "duration": timedelta(minutes=90)}, "12 March 2027, 9:00, because 1 hour and 30 minutes"),
        ({"anchor": "end", "is_after": True, "days": 3, "local_time": time(9)}, "because 3 days after the end"),
        ({"anchor": "registration_deadline", "days": 2, "local_time": time(9)}, "2 days before registrations close"),
    ],
)  # fmt: skip
def test_every_way_of_counting_has_its_words(friday, organiser, page, fields, words):
    reminder_services.add_rule(target=friday, by=organiser, **fields)
    assert words in text(page.get(LIST))


def test_the_list_shows_what_happened(rule, page, register, friday, organiser):
    register("Anna", event=friday)
    with time_machine.travel(datetime(2027, 3, 11, 9, 1, tzinfo=ROME), tick=False):
        planning.plan_due()
        late = reminder_services.add_rule(target=friday, by=organiser, days=1, local_time=time(8))
    shown = text(page.get(LIST))
    assert "on 11 March 2027, 9:01, 1 message" in shown
    assert "It has gone out for this date" in shown
    assert "its time had already passed when it was planned" in shown
    assert f"{rule.pk}/delete/" not in shown
    assert f"{late.pk}/delete/" in shown


def test_a_rule_that_rests_says_why(rule, page, friday, organiser):
    reminder_services.switch_off(rule=rule, by=organiser)
    assert "Switched off: nothing goes out." in text(page.get(LIST))
    reminder_services.switch_on(rule=rule, by=organiser)
    Event.objects.update(state="draft")
    assert "nothing goes out before it is public" in text(page.get(LIST))
    Event.objects.update(state="held")
    assert "Nothing goes out any more" in text(page.get(LIST))


def test_a_time_that_has_become_quiet_is_pointed_out(rule, page, friday, organiser):
    starts_at = datetime(2027, 3, 15, 10, 30, tzinfo=ROME)
    events.change(event=friday, by=organiser, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
    assert "This is at night or on a Sunday." in text(page.get(LIST))


def test_an_event_without_rules_says_so(friday, page):
    assert "nobody is reminded" in text(page.get(LIST))


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_whatever_its_length(
    friday, page, organiser, register, count, django_assert_max_num_queries
):
    register("Anna", event=friday)
    for _ in range(count):
        reminder_services.add_rule(target=friday, by=organiser, days=1, local_time=time(9))
        reminder_services.add_rule(target=friday, by=organiser, audience="invited", days=2, local_time=time(9))
    with django_assert_max_num_queries(13):
        page.get(LIST)


# -- the form ---------------------------------------------------------------------------------------------------------


def test_a_rule_is_added_and_planned(friday, page, organiser):
    response = page.post(f"{LIST}new/", typed())
    assert response.status_code == 302
    rule = friday.reminder_rules.get()
    assert (rule.days, rule.local_time, rule.duration, rule.created_by) == (2, time(18), None, organiser)
    assert rule.occurrences.get().due_at == datetime(2027, 3, 10, 18, 0, tzinfo=ROME)


def test_a_rule_of_hours_leaves_the_days_out(friday, page):
    page.post(f"{LIST}new/", typed(method="duration", hours="24", minutes="30", days="x", grace_hours="3"))
    rule = friday.reminder_rules.get()
    assert (rule.days, rule.local_time) == (None, None)
    assert (rule.duration, rule.grace) == (timedelta(hours=24, minutes=30), timedelta(hours=3))


def test_a_rule_is_changed_and_planned_anew(rule, page):
    shown = page.get(f"{LIST}{rule.pk}/edit/").context["form"]
    assert (shown["days"].value(), shown["grace_hours"].value(), shown["is_after"].value()) == (1, 12, "before")
    assert page.post(f"{LIST}{rule.pk}/edit/", typed()).status_code == 302
    rule.refresh_from_db()
    assert (rule.days, rule.also_at_quiet_times) == (2, False)
    assert [o.state for o in rule.occurrences.all()] == ["superseded", "planned"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"days": ""}, "days"),
        ({"local_time": ""}, "local_time"),
        ({"local_time": "25:00"}, "local_time"),
        ({"days": "-1"}, "days"),
        ({"days": "366"}, "days"),
        ({"days": "99999999999999999999"}, "days"),
        ({"method": "duration"}, "hours"),
        ({"method": "duration", "hours": "999999999999"}, "hours"),
        ({"method": "duration", "minutes": "60"}, "minutes"),
        ({"method": "monthly"}, "method"),
        ({"anchor": "review_deadline"}, "anchor"),
        ({"audience": "silent_parties"}, "audience"),
        ({"is_after": "sideways"}, "is_after"),
        ({"grace_hours": "0"}, "grace_hours"),
        ({"grace_hours": "73"}, "grace_hours"),
        ({"days": "0", "local_time": "11:00"}, "local_time"),
        ({"days": "0", "local_time": "10:30"}, "local_time"),
        ({"is_after": "after"}, "body_it"),
        ({"subject_it": "Solo oggetto"}, "subject_it"),
        ({"subject_en": "Only", "body_en": "English"}, "subject_it"),
        ({"subject_it": "Ciao", "body_it": "{password}"}, "body_it"),
        ({"subject_it": "Ciao\nBcc: x@altrove.example.org", "body_it": "a"}, "subject_it"),
        ({"audience": "invited", "is_after": "after", "subject_it": "a", "body_it": "b"}, "days"),
    ],
)
def test_what_could_not_be_meant_is_refused(friday, page, changes, field):
    assert field in errors(page.post(f"{LIST}new/", typed(**changes)))
    assert not friday.reminder_rules.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"local_time": "21:00"},
        {"local_time": "07:59"},
        {"days": "5", "local_time": "12:00"},
        {"method": "duration", "hours": "2", "minutes": "31"},
    ],
)
def test_night_and_sunday_are_refused_unless_the_organiser_says_so(friday, page, changes):
    response = page.post(f"{LIST}new/", typed(**changes))
    assert errors(response) <= {"days", "hours"}
    assert "at night (21 to 8) or on a Sunday" in text(response)
    assert page.post(f"{LIST}new/", typed(**changes, also_at_quiet_times="on")).status_code == 302


def test_a_rule_after_the_event_needs_and_gets_its_own_words(friday, page):
    words = {"subject_it": "Grazie", "body_it": "Grazie di essere venuti."}
    assert page.post(f"{LIST}new/", typed(is_after="after", anchor="end", days="1", **words)).status_code == 302
    assert friday.reminder_rules.get().occurrences.get().due_at == datetime(2027, 3, 13, 18, 0, tzinfo=ROME)


# -- the verbs --------------------------------------------------------------------------------------------------------


def test_off_and_on_and_delete(rule, page):
    page.post(f"{LIST}{rule.pk}/off/")
    rule.refresh_from_db()
    assert not rule.is_active
    page.post(f"{LIST}{rule.pk}/on/")
    rule.refresh_from_db()
    assert rule.is_active
    page.post(f"{LIST}{rule.pk}/delete/")
    assert not ReminderRule.objects.exists()
    assert page.post(f"{LIST}{rule.pk}/delete/").status_code == 404


def test_a_rule_that_went_out_is_not_deleted(rule, page, register, friday):
    register("Anna", event=friday)
    with time_machine.travel(datetime(2027, 3, 11, 9, 1, tzinfo=ROME), tick=False):
        planning.plan_due()
    response = page.post(f"{LIST}{rule.pk}/delete/", follow=True)
    assert "stays on record" in text(response)
    assert ReminderRule.objects.exists()


# -- the preview ------------------------------------------------------------------------------------------------------


def test_the_preview_shows_the_letter_of_the_first_person(rule, page, register, friday):
    register("Anna", event=friday)
    shown = text(page.get(f"{LIST}{rule.pk}/preview/"))
    assert "anna@ente01.example.org" in shown
    assert "Giornata informativa" in text(page.get(f"{LIST}{rule.pk}/preview/html/"))


@pytest.mark.parametrize("state", ["published", "cancelled"])
def test_without_anybody_to_write_to_the_preview_says_so(rule, page, register, friday, organiser, state):
    if state == "cancelled":
        register("Anna", event=friday)
        events.cancel(event=friday, reason="neve", by=organiser)
    assert "Nobody would get it now" in text(page.get(f"{LIST}{rule.pk}/preview/"))
    assert text(page.get(f"{LIST}{rule.pk}/preview/html/")) == ""
