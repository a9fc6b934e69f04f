"""A copy of an event forgets nothing by accident: every table that hangs on an event, and every column that is copied, is decided about."""

import pytest
from django.apps import apps
from django.db import models

from events.cloning import parts
from events.models import Event, Room, Session, Speaker, Track
from notifications import copies
from notifications.models.reminders import ReminderRule


def hanging_on_events() -> set[str]:
    """The labels of all tables from which relations lead to an event, over however many others."""
    found: set[type[models.Model]] = {Event}
    grew = True
    while grew:
        grew = False
        for model in apps.get_models(include_auto_created=True):
            relations = (
                field.related_model
                for field in model._meta.get_fields()
                if field.is_relation and not field.auto_created
            )
            if model not in found and any(related in found for related in relations):
                found.add(model)
                grew = True
    return {model._meta.label for model in found}


def decided() -> list[str]:
    return [label for one in (*parts.PARTS, *parts.LEFT) for label in one.models]


def test_every_table_that_hangs_on_an_event_comes_along_or_is_left_behind_with_a_reason():
    missing = hanging_on_events() - set(decided())
    assert not missing, f"say in a room's take_along or leave_behind what becomes of {missing} when an event is copied"
    assert all(str(one.reason) for one in parts.LEFT)


def test_the_walk_finds_what_hangs_on_an_event_over_several_others():
    found = hanging_on_events()
    assert {
        "events.Event",
        "events.Session",
        "events.SpecialNeeds",
        "events.Answer_chosen",
        "notifications.Attempt",
    } <= found
    assert not {"organisations.Organisation", "events.MeetingPoint", "agreements.Agreement"} & found


def test_no_table_is_decided_about_twice():
    assert len(decided()) == len(set(decided()))


@pytest.mark.parametrize(
    ("model", "known"),
    [
        (Event, (*parts.EVENT, *parts.DATES, *parts.DEADLINES, *parts.EVENT_ANEW)),
        (Room, ("event", *parts.ROOM)),
        (Track, ("event", *parts.TRACK)),
        (Speaker, ("event", *parts.SPEAKER, *parts.SPEAKER_ANEW)),
        (Session, (*parts.SESSION, *parts.SESSION_MAPPED, *parts.SESSION_ANEW)),
        (ReminderRule, (*copies.RULE, *copies.RULE_ANEW)),
    ],
)
def test_every_column_of_what_is_copied_is_copied_or_begins_anew(model, known):
    columns = {field.name for field in model._meta.concrete_fields} - {"id"}
    assert columns == set(known)
    assert len(known) == len(set(known))
