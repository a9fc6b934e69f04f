"""The database itself refuses a place above the ceiling, and a ceiling below a place that is held."""

import pytest
from django.db import IntegrityError, connection, transaction

from events import ceilings, services
from events.models import Attendee, Event, Session, SessionPlace


@pytest.fixture
def item(event, add, released) -> Session:
    session = add("Laboratorio", places=2)
    released()
    session.refresh_from_db()
    return session


def refused(write) -> bool:
    """Whether our trigger, and nothing else, stopped it."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        return any(one.name in str(error) for one in ceilings.CEILINGS)
    return False


def test_a_number_above_the_capacity_is_refused_written_new_or_changed(event, register):
    registration = register("Anna")
    anna = registration.attendees.get()
    new = {"registration": registration, "event": event, "full_name": "Bruno"}
    assert refused(lambda: Attendee.objects.create(**new, place_number=6))
    assert refused(lambda: Attendee.objects.bulk_create([Attendee(**new, place_number=7)]))
    assert refused(lambda: Attendee.objects.filter(pk=anna.pk).update(place_number=6))
    assert not refused(lambda: Attendee.objects.filter(pk=anna.pk).update(place_number=5))


def test_a_capacity_below_a_number_that_is_held_is_refused(event, register):
    register("Anna", "Bruno")
    assert refused(lambda: Event.objects.update(capacity=1))
    assert not refused(lambda: Event.objects.update(capacity=2))


def test_a_number_above_the_released_places_of_an_item_is_refused(event, register, item):
    anna = register("Anna").attendees.get()
    assert refused(lambda: SessionPlace.objects.create(session=item, attendee=anna, number=3))
    services.choose(attendee=anna, session=item)
    assert refused(lambda: SessionPlace.objects.update(number=3))
    assert refused(lambda: Session.objects.filter(pk=item.pk).update(open_places=0))
    assert not refused(lambda: Session.objects.filter(pk=item.pk).update(open_places=1))


def test_an_item_without_places_of_its_own_takes_nobody_and_one_that_lost_them_keeps_who_was_there(
    event, register, item
):
    anna, bruno = register("Anna", "Bruno").attendees.order_by("pk")
    services.choose(attendee=anna, session=item)
    assert not refused(lambda: Session.objects.filter(pk=item.pk).update(open_places=None))
    assert refused(lambda: SessionPlace.objects.create(session=item, attendee=bruno, number=1))
    assert item.seats.held().count() == 1


def test_negative_control_without_the_triggers_the_same_writes_pass(event, register):
    registration = register("Anna")
    with connection.schema_editor() if connection.vendor == "postgresql" else _plain() as editor:
        ceilings.uninstall(None, editor)
    try:
        new = {"registration": registration, "event": event, "full_name": "Bruno"}
        assert not refused(lambda: Attendee.objects.create(**new, place_number=6).delete())
    finally:
        with connection.schema_editor() if connection.vendor == "postgresql" else _plain() as editor:
            ceilings.install(None, editor)
    assert refused(lambda: Attendee.objects.filter(registration=registration).update(place_number=6))


class _plain:
    """A schema editor for SQLite, whose own cannot begin inside a transaction."""

    def __init__(self) -> None:
        self.connection = connection

    def __enter__(self):
        return self

    def __exit__(self, *_error) -> None:
        return None

    def execute(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
