"""Questions are written, ordered, retired and copied so that no answer ever changes its meaning."""

import contextlib
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events import services as events
from events.models import Answer, Event, Question
from events.questions import services
from events.questions.services import Answers, HasAnswers, IsDependedOn

Kind, Audience, Moment = Question.Kind, Question.Audience, Question.Moment


def answered(register, question, value) -> Answer:
    register("Anna", answers=Answers({question.pk: value}))
    return question.answers.get()


def test_questions_stand_in_the_order_in_which_they_were_written(event, ask):
    for text in ("uno", "due", "tre"):
        ask(text)
    assert list(event.questions.asked().values_list("text_it", flat=True)) == ["uno", "due", "tre"]


def test_one_moves_up_and_stays_at_the_edge(event, ask, organiser):
    _one, two = ask("uno"), ask("due")
    for _click in range(2):
        services.move_question(question=two, steps=-1, by=organiser)
    assert list(event.questions.asked().values_list("text_it", flat=True)) == ["due", "uno"]


def test_the_meaning_of_what_was_answered_stays(event, ask, register, organiser):
    question = ask("Come arrivi?", Kind.CHOICE, options=["auto", "treno"])
    answered(register, question, [question.options.first().pk])
    with pytest.raises(HasAnswers):
        services.save_question(event=event, by=organiser, question=question, text_it="Come riparti?")
    services.save_question(
        event=event, by=organiser, question=question, required=True, options=[("treno", "train"), ("bici", "")]
    )
    auto = question.options.get(text_it="auto")
    assert auto.retired_at is not None  # somebody chose it
    assert question.options.get(text_it="treno").text_en == "train"


def test_what_was_answered_is_retired_and_not_removed(ask, register, organiser):
    question, other = ask("Targa?"), ask("Hobby?")
    answered(register, question, "AA000AA")
    with pytest.raises(HasAnswers):
        services.remove_question(question=question, by=organiser)
    for _click in range(2):
        services.retire_question(question=question, by=organiser)
    services.remove_question(question=other, by=organiser)
    assert [one.text_it for one in Question.objects.all()] == ["Targa?"]
    assert question.answers.count() == 1


def test_a_question_waits_only_for_one_before_it_of_the_same_people_and_not_later(event, ask, organiser):
    car = ask("Auto?", Kind.YES_NO, moment=Moment.LATER)
    with pytest.raises(IsDependedOn):
        ask("Targa?", depends_on=car, depends_values=["yes"])  # in the form, while the other comes later
    plate = ask("Targa?", depends_on=car, depends_values=["yes"], moment=Moment.LATER)
    with pytest.raises(IsDependedOn):
        ask(
            "Quanti?",
            Kind.NUMBER,
            audience=Audience.ATTENDEE,
            moment=Moment.LATER,
            depends_on=car,
            depends_values=["yes"],
        )
    for change in ({"depends_on": plate, "depends_values": ["yes"]}, {"depends_on": car, "depends_values": ["yes"]}):
        with pytest.raises(IsDependedOn):
            services.save_question(event=event, by=organiser, question=car, **change)
    with pytest.raises(IsDependedOn):
        services.move_question(question=plate, steps=-1, by=organiser)
    for verb in (services.retire_question, services.remove_question):
        with pytest.raises(IsDependedOn):
            verb(question=car, by=organiser)


MOVES = st.lists(st.tuples(st.integers(0, 5), st.sampled_from([-1, 1])), max_size=25)


@pytest.mark.django_db
@settings(max_examples=20, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(moves=MOVES)
def test_however_they_are_moved_nothing_waits_for_what_comes_after_it(event, ask, organiser, moves):
    with transaction.atomic():
        first = ask("1", Kind.YES_NO)
        second = ask("2", Kind.YES_NO, depends_on=first, depends_values=["yes"])
        rows = [first, second, ask("3"), ask("4", depends_on=second, depends_values=["no"]), ask("5"), ask("6")]
        for number, steps in moves:
            with contextlib.suppress(IsDependedOn):
                services.move_question(question=rows[number], steps=steps, by=organiser)
            order = list(event.questions.asked().values_list("pk", "depends_on"))
            seen = set()
            for pk, waits_for in order:
                assert waits_for is None or waits_for in seen
                seen.add(pk)
        transaction.set_rollback(True)


def test_questions_of_another_event_are_copied_with_their_conditions_and_options(event, ask, organiser):
    way = ask("Come arrivi?", Kind.CHOICE, options=["auto", "treno"])
    ask("Targa?", depends_on=way, depends_values=[str(way.options.first().pk)])
    other = events.create(
        by=organiser, slug="altro", title_it="Altro", venue="x", address="y", contact_email="a@b.example.org",
        starts_at=event.starts_at, ends_at=event.ends_at, capacity=3,
    )  # fmt: skip
    assert services.copy_questions(event=other, source=event, by=organiser) == 2
    assert services.copy_questions(event=other, source=event, by=organiser) == 0  # a second click
    copy, plate = other.questions.asked()
    assert copy.pk != way.pk
    assert (plate.depends_on, plate.depends_values) == (copy, [str(copy.options.get(text_it="auto").pk)])


def test_an_event_that_is_over_or_called_off_is_asked_nothing_new(event, ask, organiser):
    question = ask("Targa?")
    events.cancel(event=event, reason="Neve.", by=organiser)
    for verb in (services.retire_question, services.remove_question):
        with pytest.raises(events.WrongState):
            verb(question=question, by=organiser)
    with pytest.raises(events.WrongState):
        ask("Altro?")


def test_a_draft_with_questions_can_be_removed(event, organiser):
    draft = events.create(
        by=organiser, slug="bozza", title_it="Bozza", venue="x", address="y", contact_email="a@b.example.org",
        starts_at=event.starts_at, ends_at=event.ends_at, capacity=3,
    )  # fmt: skip
    car = services.save_question(event=draft, by=organiser, kind=Kind.YES_NO, text_it="Auto?")
    services.save_question(event=draft, by=organiser, text_it="Targa?", depends_on=car, depends_values=["yes"])
    events.remove(event=draft, by=organiser)
    assert not Question.objects.exists()


@pytest.mark.parametrize("fields", [
    {"minimum": 1}, {"unit_it": "auto"}, {"sensitive": True}, {"purpose_it": "x"},
    {"kind": Kind.NUMBER, "minimum": 3, "maximum": 2},
])  # fmt: skip
def test_the_schema_refuses_what_makes_no_sense(event, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.create(event=event, text_it="?", **fields)


def test_an_answer_belongs_to_a_registration_or_to_a_person_once(ask, register):
    question, registration = ask("Targa?"), register("Anna")
    anna = registration.attendees.get()
    for owner in ({}, {"registration": registration, "attendee": anna}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Answer.objects.create(question=question, text="x", **owner)
    for owner in ({"registration": registration}, {"attendee": anna}):
        Answer.objects.create(question=question, text="x", **owner)
        with pytest.raises(IntegrityError), transaction.atomic():
            Answer.objects.create(question=question, text="y", **owner)


# -- answers kept by the services --------------------------------------------------------------------------------------


def test_answers_are_kept_with_the_registration_once(event, ask, register):
    once, each = ask("Quanti soci?", Kind.NUMBER), ask("Vegetariano?", Kind.YES_NO, audience=Audience.ATTENDEE)
    number = uuid.uuid4()
    answers = Answers({once.pk: 12}, [{each.pk: True}, {each.pk: False}])
    for _click in range(2):
        registration = register("Anna", "Bruno", answers=answers, submission_id=number)
    assert registration.answers.get().number == 12
    assert list(each.answers.order_by("pk").values_list("attendee__full_name", "yes")) == [
        ("Anna", True),
        ("Bruno", False),
    ]


def test_what_fails_to_register_leaves_no_answer(event, ask, register):
    question = ask("Quanti soci?", Kind.NUMBER)
    with pytest.raises(events.EventFull):
        register(*"ABCDEF", answers=Answers({question.pk: 12}))
    assert Answer.objects.count() == 0


def test_what_was_not_asked_is_not_kept(event, ask, register, organiser):
    car = ask("Auto?", Kind.YES_NO)
    plate = ask("Targa?", depends_on=car, depends_values=["yes"])
    gone, of_people = ask("Via?"), ask("Vegetariano?", Kind.YES_NO, audience=Audience.ATTENDEE)
    services.retire_question(question=gone, by=organiser)
    given = {car.pk: False, plate.pk: "AA000AA", gone.pk: "x", of_people.pk: True, 999_999: "y"}
    registration = register("Anna", answers=Answers(given))
    assert [answer.question_id for answer in registration.answers.all()] == [car.pk]


def test_an_option_of_another_question_is_not_kept(event, ask, register):
    one, other = ask("Come?", Kind.CHOICE, options=["a", "b"]), ask("Dove?", Kind.CHOICE, options=["c", "d"])
    registration = register("Anna", answers=Answers({one.pk: [other.options.first().pk]}))
    assert registration.answers.get().chosen.count() == 0


def test_answers_change_until_it_begins_and_what_is_taken_back_goes(event, ask, register):
    question, other = ask("Targa?", moment=Moment.LATER), ask("Colore?", moment=Moment.LATER)
    registration = register("Anna")
    services.answer(
        registration=registration, given={question.pk: "AA", other.pk: "blu"}, asked=[question.pk, other.pk]
    )
    services.answer(registration=registration, given={question.pk: "BB"}, asked=[question.pk])
    assert dict(registration.answers.values_list("question__text_it", "text")) == {"Targa?": "BB", "Colore?": "blu"}
    services.answer(registration=registration, given={}, asked=[other.pk])
    assert registration.answers.count() == 1
    with pytest.raises(events.RegistrationClosed):
        services.answer(registration=registration, given={}, asked=[question.pk], now=event.starts_at)
    events.cancel_registration(registration=registration)
    with pytest.raises(events.RegistrationClosed):
        services.answer(registration=registration, given={}, asked=[question.pk])


def test_who_waits_or_is_to_be_approved_answers_too(event, ask, register):
    question = ask("Targa?", moment=Moment.LATER)
    register("A", "B", "C", "D", "E")
    waiting = register("F", waits="all")
    Event.objects.update(moderated=True)
    for registration in (waiting, register("G")):
        services.answer(registration=registration, given={question.pk: "AA"}, asked=[question.pk])
    assert question.answers.count() == 2


def test_who_comes_in_somebodys_place_answers_anew(ask, register):
    question = ask("Vegetariano?", Kind.YES_NO, audience=Audience.ATTENDEE)
    registration = register("Anna", answers=Answers({}, [{question.pk: True}]))
    events.replace_attendee(attendee=registration.attendees.get(), guest=events.Guest("Bruno"))
    assert question.answers.count() == 0


def test_an_erasure_takes_answers_along(ask, register):
    once, each = ask("Targa?"), ask("Vegetariano?", Kind.YES_NO, audience=Audience.ATTENDEE)
    registration = register("Anna", "Bruno", answers=Answers({once.pk: "AA"}, [{each.pk: True}, {each.pk: True}]))
    events.erase_attendee(attendee=registration.attendees.get(full_name="Anna"))
    assert Answer.objects.count() == 2
    events.erase_registration(registration=registration)
    assert Answer.objects.count() == 0


def test_sensitive_answers_leave_after_the_event_and_others_stay(event, ask, register, settings):
    from datetime import timedelta

    from events import retention

    health = ask("Allergie?", sensitive=True, purpose_it="il pranzo")
    plain = ask("Targa?")
    register("Anna", answers=Answers({health.pk: "noci", plain.pk: "AA"}))
    last = event.ends_at + timedelta(days=settings.NEEDS_KEPT_DAYS)
    assert retention.due(last - timedelta(seconds=1))["sensitive_answers"] == 0
    assert retention.purge(last)["sensitive_answers"] == 1
    assert [answer.question for answer in Answer.objects.all()] == [plain]
    assert retention.due(timezone.now())["sensitive_answers"] == 0
