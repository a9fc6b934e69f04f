"""Rules go out once, to who belonged in time; moved, cancelled, late and doubled clocks make no difference."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from agreements import services as agreements
from events import services as events
from events.models import Event
from notifications import letters
from notifications.campaigns import planning as planning_of_campaigns
from notifications.campaigns import services as campaigns
from notifications.models import Delivery, Suppression, hash_address
from notifications.models.reminders import ReminderOccurrence, ReminderRule
from notifications.recipients import services as people
from notifications.reminders import planning
from notifications.reminders import services as reminder_services
from notifications.sending import pump
from organisations.models import RoleGrant
from organisations.roles import Role
from tests.agreements.conftest import draft, shared  # noqa: F401
from tests.notifications.conftest import DIRECTORY

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")
INVITATION = {"name": "Inviti", "subject_it": "Invito", "body_it": "Testo", "audience": DIRECTORY}
State, Reason, Audience = ReminderOccurrence.State, ReminderOccurrence.Reason, ReminderRule.Audience


def at(*moment: int) -> time_machine.travel:
    return time_machine.travel(datetime(*moment, tzinfo=ROME), tick=False)


def plan_at(*moment: int) -> int:
    with at(*moment):
        return planning.plan_due()


@pytest.fixture
def friday(event, register):
    """An event on Friday 12 March 2027 at 10:30, one registration from the week before, no rule yet."""
    starts_at = datetime(2027, 3, 12, 10, 30, tzinfo=ROME)
    Event.objects.update(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
    event.refresh_from_db()
    with at(2027, 3, 5, 12):
        register("Anna", event=event)
    return event


@pytest.fixture
def rule(friday, organiser) -> ReminderRule:
    """The default: the day before at nine, to those who hold a place."""
    with at(2027, 3, 1, 12):
        return reminder_services.add_default_rule(event=friday, by=organiser)


def sent(kind: str = "reminder") -> list[str]:
    return sorted(Delivery.objects.filter(kind=kind).values_list("address", flat=True))


def history(rule: ReminderRule) -> list[tuple[str, str]]:
    return list(rule.occurrences.values_list("state", "reason"))


def move(event: Event, organiser, *moment: int) -> None:
    starts_at = datetime(*moment, tzinfo=ROME)
    events.change(event=event, by=organiser, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))


@pytest.mark.parametrize("count", [2, 20])
def test_firing_costs_the_same_for_few_and_many(rule, register, count, django_assert_max_num_queries):
    Event.objects.update(capacity=30)
    rule.event.refresh_from_db()
    with at(2027, 3, 5, 13):
        for start in range(0, count, 2):
            register(f"Ospite{start}", f"Ospite{start + 1}", event=rule.event)
    Delivery.objects.all().delete()
    with at(2027, 3, 11, 9), django_assert_max_num_queries(20):
        assert planning.plan_due() == len(sent()) == count + 1
    assert Delivery.objects.filter(kind="reminder", calendar_method="REQUEST").count() == len(sent())


# -- the default, as it always was ------------------------------------------------------------------------------------


def test_before_nine_nobody_is_reminded(rule):
    assert plan_at(2027, 3, 11, 8, 59) == 0
    assert sent() == []


def test_at_nine_everybody_is_reminded_with_the_calendar(rule):
    assert plan_at(2027, 3, 11, 9, 0) == 1
    assert sent() == ["anna@ente01.example.org"]
    reminder = Delivery.objects.get(kind="reminder")
    assert (reminder.calendar_method, reminder.calendar_sequence) == ("REQUEST", 0)
    assert reminder.idempotency_key.startswith(f"r:{rule.pk}:1:")


def test_what_went_out_is_written_down(rule):
    plan_at(2027, 3, 11, 9, 7)
    fired = rule.occurrences.get()
    assert (fired.state, fired.sent) == (State.FIRED, 1)
    assert fired.fired_at == datetime(2027, 3, 11, 9, 7, tzinfo=ROME)


def test_a_clock_that_ran_twice_reminds_once(rule):
    assert plan_at(2027, 3, 11, 9, 0) == 1
    assert plan_at(2027, 3, 11, 9, 0) == 0
    assert plan_at(2027, 3, 11, 15, 0) == 0
    assert len(sent()) == 1


def test_people_without_an_address_are_reminded_through_their_contact_once(rule, friday, register):
    with at(2027, 3, 6, 12):
        register("X", event=friday, guests=[events.Guest("Uno"), events.Guest("Due")])
    plan_at(2027, 3, 11, 9, 0)
    assert sent() == ["anna@ente01.example.org", "carla@ente01.example.org"]


def test_publishing_gives_an_event_the_default_rule_once(organiser, event):
    Event.objects.update(state="draft")
    events.publish(event=event, by=organiser)
    rule = event.reminder_rules.get()
    assert (rule.days, rule.local_time, rule.audience) == (1, time(9), Audience.PLACE_HOLDERS)
    assert rule.occurrences.get().state == State.PLANNED
    assert reminder_services.add_default_rule(event=event, by=organiser) is None


def test_publishing_leaves_a_choice_that_organisers_made_before(organiser, event):
    Event.objects.update(state="draft")
    own = reminder_services.add_rule(target=event, by=organiser, days=3, local_time=time(18))
    assert not own.occurrences.exists()
    events.publish(event=event, by=organiser)
    assert event.reminder_rules.get() == own
    assert own.occurrences.get().state == State.PLANNED


# -- the clock was down ------------------------------------------------------------------------------------------------


def test_a_clock_that_was_down_within_the_grace_reminds_later(rule):
    assert plan_at(2027, 3, 11, 20, 59) == 1


def test_past_the_grace_it_expires_and_says_so(rule):
    assert plan_at(2027, 3, 11, 21, 0) == 0
    assert history(rule) == [(State.EXPIRED, Reason.TOO_LATE)]
    assert plan_at(2027, 3, 11, 21, 1) == 0
    assert rule.occurrences.count() == 1


def test_a_clock_that_was_down_for_a_day_sends_what_is_in_time_and_shows_what_is_not(rule, friday, organiser):
    with at(2027, 3, 1, 12):
        longer = reminder_services.add_rule(
            target=friday, by=organiser, days=1, local_time=time(9), grace=timedelta(hours=24)
        )
    plan_at(2027, 3, 11, 8, 50)
    assert plan_at(2027, 3, 12, 8, 50) == 1
    assert history(longer) == [(State.FIRED, "")]
    assert history(rule) == [(State.EXPIRED, Reason.TOO_LATE)]


def test_after_the_start_nobody_is_reminded_however_long_the_grace(rule, organiser):
    with at(2027, 3, 1, 12):
        reminder_services.change_rule(rule=rule, by=organiser, grace=timedelta(days=3))
    assert plan_at(2027, 3, 12, 10, 30) == 0
    assert history(rule) == [(State.EXPIRED, Reason.TOO_LATE)]


def test_past_the_grace_not_even_the_outbox_sends_it(rule):
    plan_at(2027, 3, 11, 20, 0)
    with at(2027, 3, 11, 21, 1):
        pump.pump()
    assert Delivery.objects.get(kind="reminder").state == Delivery.State.EXPIRED


def test_a_date_moved_behind_our_back_is_noticed_by_the_clock(rule):
    starts_at = datetime(2027, 3, 19, 10, 30, tzinfo=ROME)
    Event.objects.update(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
    assert plan_at(2027, 3, 11, 9, 0) == 0
    assert history(rule) == [(State.SUPERSEDED, ""), (State.PLANNED, "")]
    assert plan_at(2027, 3, 18, 9, 0) == 1


def test_one_rule_that_cannot_be_worked_does_not_stop_the_others(rule, friday, organiser, monkeypatch, caplog):
    with at(2027, 3, 1, 12):
        second = reminder_services.add_rule(target=friday, by=organiser, days=1, local_time=time(9))
    Event.objects.filter(pk=friday.pk).update(starts_at=datetime(1, 1, 1, tzinfo=UTC))
    monkeypatch.setattr(planning, "_has_work", lambda *_: True)
    assert plan_at(2027, 3, 11, 9, 0) == 0
    assert [record.message for record in caplog.records] == [
        f"cannot work the reminder rule {pk}" for pk in (rule.pk, second.pk)
    ]


# -- who joined, who left ----------------------------------------------------------------------------------------------


def test_who_registers_after_the_due_moment_is_not_reminded(rule, friday, register):
    with at(2027, 3, 11, 9, 0):
        register("Tardi", event=friday)
    plan_at(2027, 3, 11, 9, 5)
    assert sent() == ["anna@ente01.example.org"]


def test_the_audience_is_asked_at_the_moment_of_sending(rule, friday, register):
    with at(2027, 3, 10, 9):
        events.cancel_registration(registration=friday.registrations.get())
        register("Bruno", event=friday)
    plan_at(2027, 3, 11, 9, 0)
    assert sent() == ["bruno@ente01.example.org"]


# -- moved -------------------------------------------------------------------------------------------------------------


def test_a_moved_event_moves_its_reminder(rule, friday, organiser):
    with at(2027, 3, 10, 10):
        move(friday, organiser, 2027, 3, 20, 10, 30)
    assert history(rule) == [(State.SUPERSEDED, ""), (State.PLANNED, "")]
    assert plan_at(2027, 3, 11, 9, 0) == 0
    assert plan_at(2027, 3, 19, 9, 0) == 1
    assert Delivery.objects.get(kind="reminder").idempotency_key.startswith(f"r:{rule.pk}:2:")


def test_an_event_moved_after_its_reminder_reminds_again_for_the_new_date_only(rule, friday, organiser):
    plan_at(2027, 3, 11, 9, 0)
    with at(2027, 3, 11, 10):
        move(friday, organiser, 2027, 3, 20, 10, 30)
    assert plan_at(2027, 3, 11, 10, 1) == 0
    assert plan_at(2027, 3, 19, 9, 0) == 1
    assert history(rule) == [(State.FIRED, ""), (State.FIRED, "")]


def test_an_event_moved_and_moved_back_does_not_remind_twice(rule, friday, organiser):
    plan_at(2027, 3, 11, 9, 0)
    with at(2027, 3, 11, 10):
        move(friday, organiser, 2027, 3, 20, 10, 30)
        move(friday, organiser, 2027, 3, 12, 10, 30)
    assert plan_at(2027, 3, 11, 10, 1) == 0
    assert history(rule) == [(State.FIRED, ""), (State.SUPERSEDED, "")]


def test_another_room_is_no_new_date(rule, friday, organiser):
    plan_at(2027, 3, 11, 9, 0)
    with at(2027, 3, 11, 10):
        events.change(event=friday, by=organiser, venue="Sala grande")
    assert plan_at(2027, 3, 11, 10, 1) == 0
    assert rule.occurrences.count() == 1


def test_moved_so_near_that_its_time_is_past_it_expires_because_the_move_itself_was_announced(rule, friday, organiser):
    with at(2027, 3, 9, 11):
        move(friday, organiser, 2027, 3, 10, 10, 30)
    assert history(rule) == [(State.SUPERSEDED, ""), (State.EXPIRED, Reason.PAST_ALREADY)]
    assert plan_at(2027, 3, 9, 11, 1) == 0


def test_what_waits_in_the_outbox_for_an_old_date_never_leaves_it(rule, friday, organiser):
    plan_at(2027, 3, 11, 9, 0)
    with at(2027, 3, 11, 10):
        move(friday, organiser, 2027, 3, 20, 10, 30)
    assert Delivery.objects.get(kind="reminder").state == Delivery.State.CANCELLED


def test_the_closing_of_registrations_moves_without_the_events_revision(friday, organiser):
    with at(2027, 3, 1, 12):
        events.change(event=friday, by=organiser, registration_closes_at=datetime(2027, 3, 10, 18, tzinfo=ROME))
        rule = reminder_services.add_rule(
            target=friday, by=organiser, anchor="registration_deadline", days=1, local_time=time(9)
        )
        events.change(event=friday, by=organiser, registration_closes_at=datetime(2027, 3, 11, 18, tzinfo=ROME))
    assert plan_at(2027, 3, 9, 9, 0) == 0
    assert history(rule) == [(State.SUPERSEDED, ""), (State.PLANNED, "")]
    assert plan_at(2027, 3, 10, 9, 0) == 1


def test_moved_to_before_its_time_of_day_it_is_refused_and_never_sent_after_the_start(friday, organiser):
    with at(2027, 3, 1, 12):
        rule = reminder_services.add_rule(target=friday, by=organiser, days=0, local_time=time(9))
        move(friday, organiser, 2027, 3, 12, 8, 30)
    assert history(rule) == [(State.SUPERSEDED, ""), (State.EXPIRED, Reason.NOT_BEFORE)]
    assert plan_at(2027, 3, 12, 9, 0) == 0


# -- not live ----------------------------------------------------------------------------------------------------------


def test_a_cancelled_event_reminds_nobody_and_says_why(rule, friday, organiser):
    with at(2027, 3, 10, 9):
        events.cancel(event=friday, reason="neve", by=organiser)
    assert history(rule) == [(State.CANCELLED, Reason.NOT_LIVE)]
    assert plan_at(2027, 3, 11, 9, 0) == 0


def test_a_reminder_that_waits_while_the_event_is_cancelled_is_stopped(rule, friday, organiser):
    plan_at(2027, 3, 11, 9, 0)
    with at(2027, 3, 11, 9, 30):
        events.cancel(event=friday, reason="neve", by=organiser)
    reminder = Delivery.objects.get(kind="reminder")
    assert reminder.state == Delivery.State.CANCELLED
    with pytest.raises(letters.CannotWrite):
        letters.letter_for(reminder)


def test_a_held_event_sends_nothing_any_more(rule, friday, organiser):
    with at(2027, 3, 1, 12):
        after = reminder_services.add_rule(
            target=friday, by=organiser, anchor="end", is_after=True, days=1, local_time=time(9)
        )
    plan_at(2027, 3, 11, 9, 0)
    with at(2027, 3, 12, 14):
        events.close(event=friday, by=organiser)
    assert plan_at(2027, 3, 13, 9, 0) == 0
    assert history(after) == [(State.CANCELLED, Reason.NOT_LIVE)]


@pytest.mark.parametrize("state", ["draft", "published"])
def test_a_clone_never_fires(rule, friday, state):
    values = model_to_dict(friday, exclude=["id"]) | {"slug": "clone", "state": state}
    clone = Event.objects.create(**values)
    assert plan_at(2027, 3, 11, 9, 0) == 1
    assert not ReminderRule.objects.filter(event=clone).exists()
    assert ReminderOccurrence.objects.count() == 1


def test_a_clone_with_copied_rules_rests_as_a_draft_and_makes_up_for_nothing_when_published(
    rule, friday, register, organiser
):
    values = model_to_dict(friday, exclude=["id"]) | {"slug": "clone", "state": "draft"}
    clone = Event.objects.create(**values)
    copied = ReminderRule.objects.get(pk=rule.pk)
    copied.pk, copied.event = None, clone
    copied.save()
    assert plan_at(2027, 3, 11, 9, 0) == 1
    assert history(copied) == []
    with at(2027, 3, 11, 9, 1):
        events.publish(event=clone, by=organiser)
        register("Nuova", event=clone)
    assert plan_at(2027, 3, 11, 9, 2) == 0
    assert history(copied) == [(State.EXPIRED, Reason.PAST_ALREADY)]


# -- rules and their verbs ---------------------------------------------------------------------------------------------


def test_a_rule_made_after_its_time_expires_at_once(friday, organiser):
    with at(2027, 3, 11, 9, 30):
        rule = reminder_services.add_rule(target=friday, by=organiser, days=1, local_time=time(9))
    assert history(rule) == [(State.EXPIRED, Reason.PAST_ALREADY)]
    assert plan_at(2027, 3, 11, 9, 31) == 0


def test_a_changed_rule_goes_out_at_its_new_time_only(rule, organiser):
    with at(2027, 3, 2, 12):
        reminder_services.change_rule(rule=rule, by=organiser, days=2)
    assert plan_at(2027, 3, 10, 9, 0) == 1
    assert plan_at(2027, 3, 11, 9, 0) == 0
    assert history(rule) == [(State.SUPERSEDED, ""), (State.FIRED, "")]


def test_a_rule_changed_after_it_went_out_does_not_go_out_again_for_the_same_date(rule, organiser):
    plan_at(2027, 3, 11, 9, 0)
    with at(2027, 3, 11, 10):
        reminder_services.change_rule(rule=rule, by=organiser, local_time=time(12))
    assert plan_at(2027, 3, 11, 12, 0) == 0


def test_an_expired_rule_may_be_given_a_later_time(friday, organiser):
    with at(2027, 3, 11, 9, 30):
        rule = reminder_services.add_rule(target=friday, by=organiser, days=1, local_time=time(9))
        reminder_services.change_rule(rule=rule, by=organiser, local_time=time(12))
    assert plan_at(2027, 3, 11, 12, 0) == 1
    assert history(rule) == [(State.EXPIRED, Reason.PAST_ALREADY), (State.FIRED, "")]


def test_a_rule_switched_off_rests_and_switched_on_in_time_goes_out(rule, organiser):
    with at(2027, 3, 2, 12):
        reminder_services.switch_off(rule=rule, by=organiser)
        reminder_services.switch_off(rule=rule, by=organiser)
    assert history(rule) == [(State.CANCELLED, Reason.SWITCHED_OFF)]
    with at(2027, 3, 3, 12):
        reminder_services.switch_on(rule=rule, by=organiser)
    assert plan_at(2027, 3, 11, 9, 0) == 1


def test_a_rule_switched_off_at_its_time_sends_nothing_also_later(rule, organiser):
    with at(2027, 3, 2, 12):
        reminder_services.switch_off(rule=rule, by=organiser)
    assert plan_at(2027, 3, 11, 9, 0) == 0
    with at(2027, 3, 11, 10):
        reminder_services.switch_on(rule=rule, by=organiser)
    assert plan_at(2027, 3, 11, 10, 1) == 0
    assert history(rule) == [(State.CANCELLED, Reason.SWITCHED_OFF), (State.EXPIRED, Reason.PAST_ALREADY)]


def test_switching_a_rule_off_stops_what_still_waits_in_the_outbox(rule, organiser):
    plan_at(2027, 3, 11, 9, 0)
    with at(2027, 3, 11, 9, 1):
        reminder_services.switch_off(rule=rule, by=organiser)
    assert Delivery.objects.get(kind="reminder").state == Delivery.State.CANCELLED


def test_a_rule_is_deleted_only_before_it_ever_went_out(rule, friday, organiser):
    with at(2027, 3, 2, 12):
        unused = reminder_services.add_rule(target=friday, by=organiser, days=5, local_time=time(9))
        reminder_services.delete_rule(rule=unused, by=organiser)
    with pytest.raises(reminder_services.AlreadyGone):
        reminder_services.change_rule(rule=unused, by=organiser, days=2)
    plan_at(2027, 3, 11, 9, 0)
    with pytest.raises(reminder_services.AlreadyFired):
        reminder_services.delete_rule(rule=rule, by=organiser)


def test_two_rules_remind_of_the_same_date_each_once(rule, friday, organiser):
    with at(2027, 3, 1, 12):
        reminder_services.add_rule(
            target=friday, by=organiser, method="duration", duration=timedelta(hours=2)
        )  # fmt: skip
    assert plan_at(2027, 3, 11, 9, 0) == 1
    assert plan_at(2027, 3, 12, 8, 29) == 0
    assert plan_at(2027, 3, 12, 8, 30) == 1
    assert len(sent()) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"event": None},
        {"anchor": "review_deadline"},
        {"audience": "silent_parties"},
        {"duration": timedelta(hours=1)},
        {"days": None},
        {"method": "duration"},
        {"method": "duration", "days": None, "local_time": None, "duration": timedelta(0)},
        {"grace": timedelta(0)},
    ],
)
def test_the_database_refuses_rules_that_mean_nothing(rule, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        ReminderRule.objects.filter(pk=rule.pk).update(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [{"state": "fired"}, {"state": "expired"}, {"reason": "too_late"}, {"sent": 1},
     {"state": "fired", "fired_at": datetime(2027, 3, 11, 8, 59, tzinfo=ROME)}],
)  # fmt: skip
def test_the_database_refuses_occurrences_that_cannot_be(rule, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        rule.occurrences.update(**wrong)


def test_the_database_keeps_one_plan_for_each_rule(rule):
    occurrence = rule.occurrences.get()
    for number in (occurrence.revision, occurrence.revision + 1):
        occurrence.pk, occurrence.revision = None, number
        with pytest.raises(IntegrityError), transaction.atomic():
            occurrence.save()


# -- the other audiences -----------------------------------------------------------------------------------------------


@pytest.fixture
def invited(friday, organiser, send_now, terni, orvieto, narni, cso):
    """Four organisations whose invitations were handed over on 2 March, and a rule three days before registrations end."""
    with at(2027, 3, 2, 10):
        campaign = campaigns.prepare(by=organiser, event=friday, **INVITATION)
        assert send_now(campaign) == 4
        pump.pump()
        return reminder_services.add_rule(
            target=friday, by=organiser, audience="invited", anchor="registration_deadline", days=3, local_time=time(9)
        )


def test_invited_organisations_are_reminded_unless_registered_or_unwilling(
    invited, friday, register, terni, orvieto, narni, cso
):
    with at(2027, 3, 5, 10):
        register("Rosa", event=friday, invitation=events.invite(event=friday, organisation=terni))
        people.unsubscribe(address_hash=hash_address(orvieto.email))
    assert plan_at(2027, 3, 9, 9, 0) == 2
    assert sent("invitation_reminder") == sorted([narni.email, cso.email])
    assert set(Delivery.objects.filter(kind="invitation_reminder").values_list("lane", flat=True)) == {"bulk"}


@pytest.mark.parametrize(("also", "at_night"), [(False, 0), (True, 4)])
def test_reminders_of_invitations_that_were_held_up_leave_at_night_only_by_a_rule_that_says_so(
    invited, organiser, also, at_night
):
    with at(2027, 3, 2, 10):
        reminder_services.change_rule(rule=invited, by=organiser, also_at_quiet_times=also, grace=timedelta(days=2))
    assert plan_at(2027, 3, 9, 9, 0) == 4
    with at(2027, 3, 10, 3):
        pump.pump()
    held_up = Delivery.objects.filter(kind="invitation_reminder")
    assert held_up.filter(state="accepted").count() == at_night
    with at(2027, 3, 10, 8):
        pump.pump()
    assert held_up.filter(state="accepted").count() == 4


def test_the_reminder_of_an_invitation_has_the_personal_link_and_the_way_out(invited, narni):
    plan_at(2027, 3, 9, 9, 0)
    row = Delivery.objects.get(kind="invitation_reminder", address=narni.email)
    letter = letters.letter_for(row)
    assert narni.invitations.get().token in letter.link[1]
    assert "/unsubscribe/" in letter.unsubscribe_url
    assert letter.calendar is None


def test_who_unsubscribes_while_the_reminder_waits_is_left_out(invited, narni):
    plan_at(2027, 3, 9, 9, 0)
    Suppression.objects.create(address_hash=hash_address(narni.email), reason="unsubscribed")
    with at(2027, 3, 9, 9, 1):
        pump.pump()
    assert Delivery.objects.get(kind="invitation_reminder", address=narni.email).state == Delivery.State.SUPPRESSED


def test_who_was_only_looked_at_or_tested_is_not_reminded_of_an_invitation_that_never_left(friday, organiser, terni):
    with at(2027, 3, 2, 10):
        campaign = campaigns.prepare(by=organiser, event=friday, **INVITATION)
        campaigns.send_test(campaign=campaign, candidate=planning_of_campaigns.audience(campaign)[0], by=organiser)
        pump.pump()
        reminder_services.add_rule(target=friday, by=organiser, audience="invited", days=3, local_time=time(9))
    assert not friday.invitations.exists()  # a test invites nobody
    events.invite(event=friday, organisation=terni)  # made, and yet no mail left
    assert plan_at(2027, 3, 9, 9, 0) == 0


def test_who_was_invited_after_the_due_moment_is_not_reminded(invited, friday, organiser):
    Delivery.objects.filter(kind="invitation").update(accepted_at=datetime(2027, 3, 9, 9, 0, tzinfo=ROME))
    assert plan_at(2027, 3, 9, 9, 5) == 0


@pytest.mark.parametrize(
    "change", [{"capacity": 1}, {"registration_closes_at": datetime(2027, 3, 9, 9, 4, tzinfo=ROME)}]
)
def test_nobody_is_called_to_an_event_that_takes_no_registrations(invited, friday, change):
    if "registration_closes_at" in change:  # kept out of the rule's date, which would move with it
        ReminderRule.objects.update(anchor="start")
    Event.objects.update(**change)
    assert plan_at(2027, 3, 9, 9, 5) == 0
    assert history(invited)[-1] == (State.FIRED, "")


@pytest.fixture
def review(shared, organiser):  # noqa: F811
    """The rule of an agreement under review: exactly two days before its date."""
    return reminder_services.add_rule(
        target=shared, by=organiser, anchor="review_deadline", audience="silent_parties", method="duration",
        duration=timedelta(days=2),
    )  # fmt: skip


def plan_when_due(rule: ReminderRule) -> int:
    rule = ReminderRule.objects.get(pk=rule.pk)
    with time_machine.travel(rule.occurrences.get(state="planned").due_at, tick=False):
        return planning.plan_due()


def test_parties_without_a_position_are_reminded_of_the_review(review, shared, signatory, reviewer, organiser, narni):  # noqa: F811
    other = type(signatory).objects.create_user("ufficio@comune.narni.example.org", name="Ufficio")
    RoleGrant.objects.create(user=other, role=Role.REVIEWER, organisation=narni)
    agreements.record_position(agreement=shared, kind="no_remarks", note="", by=signatory)
    assert plan_when_due(review) == 1
    reminder = Delivery.objects.get(kind="review_reminder")
    assert reminder.address == other.email
    letter = letters.letter_for(reminder)
    assert "Comune di Narni" in letter.paragraphs[0]
    assert letter.link[1].endswith("/agreements/protocollo/review/")


def test_who_was_let_in_after_the_due_moment_is_not_reminded_of_the_review(review, signatory):
    RoleGrant.objects.filter(user=signatory).update(granted_at=review.occurrences.get().due_at)
    assert plan_when_due(review) == 0


def test_a_closed_review_reminds_nobody_and_the_next_one_reminds_again(review, shared, signatory, organiser):  # noqa: F811
    agreements.close_observations(agreement=shared, by=organiser)
    planning.plan_due()
    assert history(review) == [(State.CANCELLED, Reason.NOT_LIVE)]
    agreements.prepare_version(agreement=shared, note="", by=organiser)
    agreements.share(agreement=shared, closes_at=datetime.now(UTC) + timedelta(days=9), by=organiser)
    assert plan_when_due(review) == 1


def test_a_withdrawn_agreement_reminds_nobody(review, shared, organiser):  # noqa: F811
    agreements.withdraw(agreement=shared, reason="accordo mancato", by=organiser)
    assert history(review) == [(State.CANCELLED, Reason.NOT_LIVE)]


# -- words -------------------------------------------------------------------------------------------------------------


def test_a_rule_may_have_its_own_words_in_the_readers_language(rule, organiser):
    with at(2027, 3, 2, 12):
        reminder_services.change_rule(
            rule=rule, by=organiser, subject_it="Domani: {event}", body_it="Per {organisation}.\r\n\r\nA {place}.",
            subject_en="Tomorrow: {event}", body_en="For {organisation}.",
        )  # fmt: skip
    plan_at(2027, 3, 11, 9, 0)
    row = Delivery.objects.get(kind="reminder")
    letter = letters.letter_for(row)
    assert letter.subject == "Domani: Giornata informativa"
    assert letter.paragraphs == ["Per Cooperativa di prova.", "A Sala conferenze, Terni."]
    row.language = "en"
    assert letters.letter_for(row).subject == "Tomorrow: Info day"


def test_a_letter_after_the_event_asks_nobody_to_give_the_place_back(friday, organiser):
    with at(2027, 3, 1, 12):
        reminder_services.add_rule(
            target=friday, by=organiser, anchor="end", is_after=True, method="duration", duration=timedelta(hours=3),
            subject_it="Grazie", body_it="Grazie di essere venuti.",
        )  # fmt: skip
    assert plan_at(2027, 3, 12, 15, 30) == 1
    row = Delivery.objects.get(kind="reminder")
    with at(2027, 3, 12, 15, 30):
        letter = letters.letter_for(row)
    assert (letter.closing, letter.calendar) == ([], None)


# -- cost --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 30])
def test_a_clock_with_nothing_to_do_asks_little_however_many_events(
    friday, organiser, count, django_assert_max_num_queries, review
):
    for number in range(count):
        values = model_to_dict(friday, exclude=["id"]) | {"slug": f"event-{number}"}
        with at(2027, 3, 1, 12):
            reminder_services.add_default_rule(event=Event.objects.create(**values), by=organiser)
    with at(2027, 3, 2, 12):
        planning.plan_due()
        with django_assert_max_num_queries(4):
            assert planning.plan_due() == 0
