"""One item of the agenda is called off: it stays there, struck through, and who is registered is told."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from events import services
from events.models import Event, Session
from notifications import letters
from notifications.models import CalendarEntry, Delivery
from notifications.sending import pump
from tests.notifications.test_skeleton import assert_same, fast, slow

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(add, released) -> Session:
    session = add("Due buone pratiche", minutes=60, kind="panel", title_en="Two good practices")
    released()
    return session


@pytest.fixture
def other(session, add, released) -> Session:
    other = add("Altro", minutes=60, kind="talk")
    released()
    return other


def told() -> list[str]:
    return sorted(Delivery.objects.filter(kind="session_cancelled").values_list("address", flat=True))


def test_everybody_registered_is_told_once_and_nobody_else(session, organiser, register):
    register("Anna")
    gone = register("Bruno", submission_id="11111111-1111-4111-8111-111111111111")
    services.cancel_registration(registration=gone)
    services.cancel_session(session=session, reason="La relatrice è malata.", by=organiser)
    assert told() == ["anna@ente01.example.org", "carla@ente01.example.org"]
    with pytest.raises(services.WrongState):
        services.cancel_session(session=session, reason="x", by=organiser)
    assert len(told()) == 2


def test_the_letter_names_the_item_and_the_reason_and_moves_no_calendar(session, event, organiser, register):
    register("Anna")
    before = list(CalendarEntry.objects.values())
    services.cancel_session(session=session, reason="La relatrice è malata.", by=organiser)
    row = Delivery.objects.filter(kind="session_cancelled").first()
    letter = letters.letter_for(row)
    assert "Due buone pratiche" in letter.paragraphs[0]
    assert "La relatrice è malata." in letter.paragraphs[0]
    assert letter.calendar is None
    event.refresh_from_db()
    assert (event.revision, list(CalendarEntry.objects.values())) == (0, before)


def test_two_items_called_off_are_two_letters_on_the_fast_path_too(session, other, organiser, register):
    register("Anna")
    services.cancel_session(session=session, reason="Una.", by=organiser)
    services.cancel_session(session=other, reason="Altra.", by=organiser)
    rows = list(Delivery.objects.filter(kind="session_cancelled").order_by("pk"))
    assert len({fast(row).split(b"Content-Type: text/plain")[1] for row in rows}) >= 2
    for row in rows:
        assert_same(fast(row), slow(row))


def test_who_would_be_told_of_an_event_that_was_called_off_meanwhile_is_not(session, event, organiser, register):
    register("Anna")
    services.cancel_session(session=session, reason="x", by=organiser)
    services.cancel(event=event, reason="Neve.", by=organiser)
    pump.pump()
    assert set(Delivery.objects.filter(kind="session_cancelled").values_list("state", flat=True)) == {"failed"}


@pytest.mark.parametrize("state", [Event.State.DRAFT, Event.State.CANCELLED, Event.State.HELD])
def test_only_an_item_of_a_public_agenda_can_be_called_off(session, organiser, state):
    changes = {"cancelled_at": timezone.now(), "cancellation_reason": "x"} if state == Event.State.CANCELLED else {}
    Event.objects.update(state=state, **changes)
    with pytest.raises(services.WrongState):
        services.cancel_session(session=session, reason="x", by=organiser)


def test_the_database_wants_a_date_with_the_reason(session):
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.update(cancellation_reason="x")


def test_the_page_asks_first_and_needs_a_reason(session, event, organiser, client_of, register):
    register("Anna")
    client, path = client_of(organiser), f"/en/manage/events/{event.slug}/agenda/{session.pk}/cancel/"
    assert "1 person holds a place" in client.get(path).content.decode()
    assert client.post(path, {"reason": ""}).status_code == 422
    session.refresh_from_db()
    assert session.cancelled_at is None
    client.post(path, {"reason": "La relatrice è malata."})
    page = client.get(f"/en/events/{event.slug}/").content.decode()
    assert "<del>Two good practices</del>" in page
    assert "La relatrice è malata." in page
    again = client.post(path, {"reason": "x"}, follow=True).content.decode()
    assert "can no longer be called off" in again


def test_it_is_for_those_who_manage_events(session, event, signatory, stranger, client_of, client):
    path = f"/manage/events/{event.slug}/agenda/{session.pk}/cancel/"
    assert client.get(path).status_code == 302
    for user in (signatory, stranger):
        assert client_of(user).post(path, {"reason": "x"}).status_code == 403
    session.refresh_from_db()
    assert session.cancelled_at is None
