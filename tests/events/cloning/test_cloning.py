"""A copy is a draft with all that is the same the next time, and nothing of what belongs to the first event alone."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from events import services
from events.attribution import services as attribution
from events.cloning import services as cloning
from events.cloning.services import AddressTaken, clone_event
from events.models import Event, LogEntry, Registration, Room, Session, Speaker, Track
from events.questions import services as questions
from events.questions.models import Question
from notifications.models import Delivery
from tests.events.conftest import rome
from tests.events.test_places import _at_once

pytestmark = pytest.mark.django_db
Kind = Question.Kind
NEXT = rome(2028, 4, 7, 10, 30)


@pytest.fixture(autouse=True)
def _in_january():
    with time_machine.travel(rome(2027, 1, 20, 12), tick=False):
        yield


@pytest.fixture
def full(event, organiser, register, add, released, cso):
    """An event at 10:30 on 19 February 2027, with everything that an event can have."""
    starts_at = rome(2027, 2, 19, 10, 30)
    services.change(
        event=event, by=organiser, starts_at=starts_at, ends_at=rome(2027, 2, 19, 13), capacity=9,
        registration_opens_at=rome(2027, 1, 11, 9), registration_closes_at=rome(2027, 2, 18, 18),
        changes_freeze_at=rome(2027, 2, 15), max_per_organisation=4, audience_it="Enti", accessibility_en="Lift",
    )  # fmt: skip
    event.refresh_from_db()
    part = lambda one: services.save_part(event=event, by=organiser, part=one)  # noqa: E731
    small, large = part(Room(name_it="Piccola", capacity=5)), part(Room(name_it="Grande", name_en="Large", capacity=80))
    services.move_part(part=large, steps=-1, by=organiser)
    work = part(Track(name_it="Lavoro"))
    anna = part(Speaker(full_name="Anna Relatrice", email="anna.relatrice@ente02.example.org"))
    office = part(Speaker(office_it="Presidente", organisation=cso, organisation_name=cso.name))
    add("Saluti", kind=Session.Kind.GREETING, room=large, track=work, speakers=[office, anna], about_it="Benvenuti")
    add("Laboratorio", 30, 60, room=small, places=3, speakers_it="Chi accompagna")
    add("Firma", 90, kind=Session.Kind.SIGNING, agreement="protocollo")
    off = add("Annullata", 120)
    gone = add("Tolta", 120, 20)
    released()
    services.cancel_session(session=off, reason="Neve", by=organiser)
    services.remove_session(session=gone, by=organiser)
    way = questions.save_question(
        event=event, by=organiser, text_it="Come arrivi?", kind=Kind.CHOICE, options=[("auto", "car"), ("treno", "")]
    )
    questions.save_question(
        event=event, by=organiser, text_it="Targa?", depends_on=way, depends_values=[str(way.options.first().pk)], sensitive=True,
        purpose_it="Parcheggio",
    )  # fmt: skip
    questions.retire_question(
        question=questions.save_question(event=event, by=organiser, text_it="Non più"), by=organiser
    )
    register("Bruna", "Carlo", event=event)
    services.invite_by_hand(event=event, organisation=cso, sends=False, by=organiser)
    attribution.declare(event=event, kind="poster", label="Stazione", by=organiser)
    event.refresh_from_db()
    return event


@pytest.fixture
def copy(full, organiser) -> Event:
    return clone_event(event=full, by=organiser, starts_at=NEXT, slug="edizione-2028")


def test_the_copy_is_a_draft_at_the_new_date_with_every_setting(full, copy):
    assert (copy.state, copy.slug, copy.revision, copy.moved_from, copy.cloned_from) == (
        "draft",
        "edizione-2028",
        0,
        None,
        full,
    )
    assert copy.uid != full.uid
    assert [copy.title_it, copy.title_en, copy.audience_it, copy.accessibility_en] == [
        "Giornata informativa", "Info day", "Enti", "Lift",
    ]  # fmt: skip
    assert (copy.capacity, copy.max_per_organisation, copy.contact_email) == (9, 4, full.contact_email)
    assert (copy.starts_at, copy.ends_at) == (NEXT, rome(2028, 4, 7, 13))
    assert copy.registration_opens_at == rome(2028, 2, 28, 9)
    assert copy.registration_closes_at == rome(2028, 4, 6, 18)
    assert copy.changes_freeze_at == rome(2028, 4, 3)


def test_rooms_tracks_and_speakers_come_along_in_their_order_as_rows_of_their_own(full, copy, cso):
    assert list(copy.rooms.order_by("position").values_list("name_it", "name_en", "capacity")) == [
        ("Grande", "Large", 80), ("Piccola", "", 5),
    ]  # fmt: skip
    assert list(copy.tracks.values_list("name_it", flat=True)) == ["Lavoro"]
    anna, office = copy.speakers.order_by("position")
    assert (anna.full_name, anna.email) == ("Anna Relatrice", "anna.relatrice@ente02.example.org")
    assert (office.office_it, office.organisation) == ("Presidente", cso)
    assert not {one.key for one in copy.speakers.all()} & {one.key for one in full.speakers.all()}
    room = copy.rooms.get(name_it="Grande")
    room.name_it = "Cambiata"
    room.save()
    assert full.rooms.filter(name_it="Grande").exists()


def test_the_draft_of_the_agenda_comes_along_at_the_same_hours_with_who_speaks(full, copy):
    greeting, laboratory, signing = copy.sessions.order_by("starts_at")
    assert [greeting.title_it, laboratory.title_it, signing.title_it] == ["Saluti", "Laboratorio", "Firma"]
    assert (greeting.starts_at, greeting.ends_at) == (rome(2028, 4, 7, 10, 30), rome(2028, 4, 7, 11))
    assert (laboratory.starts_at, laboratory.ends_at) == (rome(2028, 4, 7, 11), rome(2028, 4, 7, 12))
    assert (greeting.room, greeting.track) == (copy.rooms.get(name_it="Grande"), copy.tracks.get())
    assert [str(one.speaker.event_id) for one in greeting.appearances.order_by("position")] == [str(copy.pk)] * 2
    assert [one.speaker.office_it or one.speaker.full_name for one in greeting.appearances.order_by("position")] == [
        "Presidente", "Anna Relatrice",
    ]  # fmt: skip
    assert (laboratory.places, laboratory.open_places, laboratory.speakers_it) == (3, None, "Chi accompagna")
    assert (signing.kind, signing.agreement) == ("signing", "")
    assert {one.revision for one in copy.sessions.all()} == {0}
    assert not {one.key for one in copy.sessions.all()} & {one.key for one in full.sessions.all()}


def test_questions_come_along_with_options_and_conditions_and_without_those_that_are_retired(full, copy):
    way, plate = copy.questions.order_by("position")
    assert (way.text_it, plate.text_it) == ("Come arrivi?", "Targa?")
    assert list(way.options.values_list("text_it", "text_en")) == [("auto", "car"), ("treno", "")]
    assert (plate.depends_on, plate.depends_values) == (way, [str(way.options.get(text_it="auto").pk)])
    assert (plate.sensitive, plate.purpose_it) == (True, "Parcheggio")


def test_a_condition_on_an_answer_that_is_no_longer_offered_is_not_copied(event, organiser, register):
    way = questions.save_question(
        event=event, by=organiser, text_it="Come arrivi?", kind=Kind.CHOICE, options=[("auto", ""), ("treno", "")]
    )
    car = way.options.get(text_it="auto")
    questions.save_question(event=event, by=organiser, text_it="Targa?", depends_on=way, depends_values=[str(car.pk)])
    questions.save_question(event=event, question=way, by=organiser, options=[("treno", ""), ("piedi", "")])
    copy = clone_event(event=event, by=organiser, starts_at=NEXT, slug="x")
    assert [one.text_it for one in copy.questions.all()] == ["Come arrivi?"]


def test_nothing_of_the_first_event_alone_comes_along(full, copy):
    for name in ("registrations", "attendees", "invitations", "agenda_releases", "sources", "waiting_entries",
                 "promotion_runs", "change_requests", "campaigns", "channel_posts"):  # fmt: skip
        assert not getattr(copy, name).exists(), name
    assert full.registrations.count() == full.invitations.count() == full.sources.count() == 1


def test_copying_changes_nothing_of_the_source_and_tells_nobody(full, organiser):
    def dump():
        return [
            list(model.objects.filter(event=full).order_by("pk").values())
            for model in (Room, Track, Speaker, Session, Registration)
        ]

    before, mails, itself = dump(), Delivery.objects.count(), Event.objects.filter(pk=full.pk).values().get()
    clone_event(event=full, by=organiser, starts_at=NEXT, slug="x")
    assert (dump(), Delivery.objects.count()) == (before, mails)
    assert Event.objects.filter(pk=full.pk).values().get() == itself


def test_both_logs_say_so(full, copy):
    last = LogEntry.objects.filter(event_uid=full.uid).latest("pk")
    assert (last.action, last.values) == ("event.copied", {"slug": "edizione-2028"})
    found = list(LogEntry.objects.filter(event_uid=copy.uid).order_by("pk").values_list("action", flat=True))
    assert found == ["event.made_from", "question.copied"]


@pytest.mark.parametrize("state", ["cancelled", "held", "draft"])
def test_whatever_became_of_an_event_it_can_be_copied(event, organiser, state):
    if state == "cancelled":
        services.cancel(event=event, by=organiser, reason="Neve")
    elif state == "held":
        services.close(event=event, by=organiser, now=event.ends_at)
    else:
        Event.objects.filter(pk=event.pk).update(state="draft")
    copy = clone_event(event=event, by=organiser, starts_at=NEXT, slug="x")
    assert (copy.state, copy.cancelled_at, copy.cancellation_reason) == ("draft", None, "")


def test_a_copy_of_a_copy_and_a_source_that_goes(event, organiser):
    Event.objects.filter(pk=event.pk).update(state="draft")
    copy = clone_event(event=event, by=organiser, starts_at=NEXT, slug="x")
    second = clone_event(event=copy, by=organiser, starts_at=NEXT + timedelta(days=364), slug="y")
    assert second.cloned_from == copy
    services.remove(event=event, by=organiser)
    copy.refresh_from_db()
    assert copy.cloned_from is None


def test_the_copy_can_be_published_at_once_and_is_released_as_version_1(copy, organiser):
    published = services.publish(event=copy, by=organiser)
    assert [one.number for one in published.agenda_releases.all()] == [1]
    assert published.sessions.get(title_it="Laboratorio").open_places == 3


# -- once --------------------------------------------------------------------------------------------------------------


def test_the_same_click_twice_makes_one_copy(full, organiser):
    first, second = (clone_event(event=full, by=organiser, starts_at=NEXT, slug="x") for _click in range(2))
    assert first == second
    assert Event.objects.count() == 2
    assert LogEntry.objects.filter(action="event.copied").count() == 1


def test_another_copy_under_the_same_address_is_refused_and_leaves_nothing(full, organiser):
    clone_event(event=full, by=organiser, starts_at=NEXT, slug="x")
    for event, starts_at, slug in (
        (full, NEXT + timedelta(days=1), "x"),
        (full, NEXT, full.slug),
        (Event.objects.get(slug="x"), NEXT, "x"),
    ):
        with pytest.raises(AddressTaken):
            clone_event(event=event, by=organiser, starts_at=starts_at, slug=slug)
    assert Event.objects.count() == 2
    assert Room.objects.filter(event__slug="x").count() == full.rooms.count()


@pytest.mark.django_db(transaction=True)
def test_the_same_click_twice_at_the_same_instant_makes_one_copy(full, organiser):
    results = _at_once(lambda _number: clone_event(event=full, by=organiser, starts_at=NEXT, slug="x"), 6)
    assert {type(result) for result in results} == {Event}, results
    assert len({result.pk for result in results}) == 1
    assert Event.objects.count() == 2
    copy = Event.objects.get(slug="x")
    assert (copy.rooms.count(), copy.sessions.count(), copy.questions.count()) == (2, 3, 2)


@pytest.mark.postgresql
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite queues writers by itself: no race to show")
@pytest.mark.django_db(transaction=True)
def test_negative_control_without_the_lock_the_clicks_meet(full, organiser, monkeypatch):
    """Then only the address stops the second copy, and the second click is told that it is taken."""
    monkeypatch.setattr(cloning, "lock", lambda event: event)
    results = _at_once(lambda _number: clone_event(event=full, by=organiser, starts_at=NEXT, slug="x"), 6)
    assert any(isinstance(result, AddressTaken) for result in results)
    assert Event.objects.count() == 2
