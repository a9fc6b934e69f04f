"""The organisers' page: what every event holds, when it leaves, what is overdue and why; and a deletion by hand."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events import holdings, services
from events.holdings import State
from events.models import Event
from notifications import retention
from notifications.models import PurgeRun
from organisations.models import RoleGrant, User
from organisations.roles import Role
from tests.events.conftest import rome

pytestmark = pytest.mark.django_db
PAGE = "/en/manage/kept/"


@pytest.fixture
def page(client_of, organiser):
    def page(address: str = PAGE, at=None, user=organiser):
        client = client_of(user)
        if at is None:
            return client.get(address)
        with time_machine.travel(at, tick=True):
            client.force_login(user)
            return client.get(address)

    return page


def states(event, at) -> dict[str, str]:
    [line] = holdings.lines([event], at)
    return {cell.kept.key: cell.state for cell in line.cells}


# -- who may -----------------------------------------------------------------------------------------------------------


def test_organisers_see_it_and_strangers_and_signatories_do_not(page, event, organiser, signatory, stranger, client):
    for address in (PAGE, f"{PAGE}{event.slug}/"):
        assert page(address).status_code == 200
        for user in (signatory, stranger):
            assert page(address, user=user).status_code == 403
        assert client.get(address).status_code == 302


def test_the_desk_sees_it_and_lets_nothing_leave(page, event, client_of):
    desk = User.objects.create_user("dina@socialneet.example.org")
    RoleGrant.objects.create(user=desk, role=Role.REGISTRATION_DESK)
    shown = page(user=desk)
    assert shown.status_code == 200
    assert "Let it leave now" not in shown.content.decode()
    assert client_of(desk).post(f"{PAGE}run/").status_code == 403


def test_the_first_page_and_the_events_page_lead_there(page, event):
    assert PAGE in page("/en/manage/").content.decode()
    assert f"{PAGE}{event.slug}/" in page(f"/en/manage/events/{event.slug}/").content.decode()


# -- what it says ------------------------------------------------------------------------------------------------------


def test_each_class_of_data_goes_its_way(past):
    at = rome(2026, 12, 16, 12)
    now = states(past, at)
    assert (now["access_needs"], now["contacts"], now["attendance"]) == (State.LEAVES,) * 3
    assert states(past, past.starts_at - timedelta(days=1))["contacts"] == State.IN_USE
    assert states(past, past.ends_at + timedelta(days=7))["access_needs"] == State.TONIGHT
    assert states(past, past.ends_at + timedelta(days=9))["access_needs"] == State.OVERDUE
    retention.purge(rome(2026, 12, 22, 4))
    after = states(past, rome(2026, 12, 22, 12))
    assert (after["access_needs"], after["contacts"]) == (State.GONE, State.LEAVES)
    retention.purge(rome(2027, 6, 20, 4))
    after = states(past, rome(2027, 6, 20, 12))
    assert {key for key, state in after.items() if state == State.LEAVES} == {"attendance"}
    assert State.OVERDUE not in after.values()


def test_an_event_without_anybody_holds_nothing(event):
    assert set(states(event, timezone.now()).values()) == {State.NOTHING}


def test_the_page_names_what_is_overdue_and_why(page, past):
    at = past.ends_at + timedelta(days=10)
    said = page(at=at).content.decode()
    assert "Something should have left and is still here" in said
    assert "The nightly deletion has never run." in said
    PurgeRun.objects.create(began_at=at, ended_at=at, outcome="broken", step="needs")
    assert "did not come to its end (broke off, step “needs”)" in page(at=at).content.decode()
    PurgeRun.objects.create(began_at=at - timedelta(days=5), ended_at=at, outcome="whole")
    assert "the clock of the portal stands still" in page(f"{PAGE}{past.slug}/", at=at).content.decode()
    PurgeRun.objects.create(began_at=at, ended_at=at, outcome="whole")
    assert "did not take it" in page(at=at).content.decode()


def test_one_event_tells_purpose_ground_and_period(page, past):
    said = page(f"{PAGE}{past.slug}/", at=rome(2026, 12, 16, 12)).content.decode()
    for words in ("so that you can take part", "your explicit consent (article 9(2)(a))", "organisers alone",
                  "5 years after the end of the project", "12 Jun 2027", "31 December 2027"):  # fmt: skip
        assert words in said
    assert "anzibarra" not in said


def test_an_unknown_event_is_not_found(page):
    assert page(f"{PAGE}nessuno/").status_code == 404


# -- by hand -----------------------------------------------------------------------------------------------------------


def test_an_organiser_lets_what_is_due_leave(client_of, organiser, past):
    client = client_of(organiser)
    assert client.get(f"{PAGE}run/").status_code == 405
    with time_machine.travel(rome(2027, 6, 20, 12), tick=True):
        client.force_login(organiser)
        said = client.post(f"{PAGE}run/", follow=True).content.decode()
        assert "Done: " in said
        assert "Olga Organizzatrice" in said
        said = client.post(f"{PAGE}run/", follow=True).content.decode()
    assert "Done: nothing was due." in said
    assert [run.by for run in PurgeRun.objects.all()] == [organiser, organiser]


def test_while_one_goes_on_the_button_says_so(client_of, organiser):
    PurgeRun.objects.create(began_at=timezone.now())
    said = client_of(organiser).post(f"{PAGE}run/", follow=True).content.decode()
    assert "A deletion is going on already" in said


# -- many --------------------------------------------------------------------------------------------------------------


def queries(ask) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        ask()
    return len(caught)


def test_thirty_events_ask_no_more_questions_than_one(client_of, organiser, event, register):
    client = client_of(organiser)
    for name in ("Anna", "Bruno"):
        services.tell_needs(attendee=register(name).attendees.get(), access="LIS", dietary="")
    client.get(PAGE)
    one = queries(lambda: client.get(PAGE))
    fields = {field.attname: getattr(event, field.attname) for field in Event._meta.concrete_fields}
    for name in ("id", "uid", "slug"):
        fields.pop(name)
    for number in range(29):
        Event.objects.create(**fields, slug=f"altro-{number}")
    assert queries(lambda: client.get(PAGE)) == one
    assert client.get(f"{PAGE}?page=2").status_code == 200
