"""The empty registration form is rendered once, and yet each visitor gets one of their own."""

import re
import uuid

import pytest
from django.core.cache import caches
from django.test import Client

from events import services
from events.models import Event, Registration
from organisations.models import Organisation

pytestmark = pytest.mark.django_db
REGISTER = "/en/events/info-day/register/"
OWN = ("csrfmiddlewaretoken", "submission_id", "shown")


def hidden(page) -> dict[str, str]:
    """The values that are one visitor's own."""
    text = page.content.decode()
    return {name: re.search(rf'name="{name}" value="([^"]+)"', text)[1] for name in OWN}


def without_own(page) -> str:
    text = page.content.decode()
    for value in hidden(page).values():
        text = text.replace(value, "…")
    return text


def test_a_kept_form_costs_two_queries(client, event, django_assert_num_queries):
    client.get(REGISTER)
    with django_assert_num_queries(2):  # the event with its places, its questions
        assert client.get(REGISTER).status_code == 200


@pytest.mark.parametrize("category", ["organisation", "person", "press"])
def test_two_visitors_get_the_same_page_with_values_of_their_own(event, category):
    pages = [Client().get(f"{REGISTER}?as={category}") for _ in range(3)]
    assert len({without_own(page) for page in pages}) == 1
    for name in OWN[:2]:
        assert len({hidden(page)[name] for page in pages}) == 3
    assert all(uuid.UUID(hidden(page)["submission_id"]) for page in pages)


def test_a_kept_form_says_what_one_made_anew_says(event):
    Client().get(REGISTER)
    kept = Client().get(REGISTER)
    caches["pages"].clear()
    assert without_own(Client().get(REGISTER)) == without_own(kept)
    assert "free_words" not in kept.content.decode()


def test_its_token_holds_only_with_the_cookie_that_came_along(event, posted):
    Client().get(REGISTER)
    anna, eve = (Client(enforce_csrf_checks=True) for _ in range(2))
    mine, other = hidden(anna.get(REGISTER)), hidden(eve.get(REGISTER))
    assert anna.post(REGISTER, posted("Anna") | other).status_code == 403
    assert anna.post(REGISTER, posted("Anna") | mine).status_code == 302
    assert Registration.objects.get().submission_id == uuid.UUID(mine["submission_id"])


def test_the_free_places_are_those_of_this_moment(client, event, register):
    assert "5 places are free." in client.get(REGISTER).content.decode()
    registration = register("Anna", "Bruno", "Carla", "Dora")
    assert "1 place is free." in client.get(REGISTER).content.decode()
    services.cancel_registration(registration=registration)
    assert "5 places are free." in client.get(REGISTER).content.decode()
    register("Anna", "Bruno", "Carla", "Dora", "Elio")
    assert "you can join the waiting list" in client.get(REGISTER).content.decode()


def test_what_changes_of_the_event_shows_at_once(client, event):
    client.get(REGISTER)
    Event.objects.update(title_en="Another day", revision=7)
    text = client.get(REGISTER).content.decode()
    assert "Another day" in text
    assert 'name="event_revision" value="7"' in text


def test_an_organisations_personal_form_is_nobody_elses(client, event):
    organisation = Organisation.objects.create(
        name="Comune di Prova", kind="municipality", email="p@comune.example.org"
    )
    invitation = services.invite(event=event, organisation=organisation)
    mine = client.get(f"{REGISTER}?invitation={invitation.token}").content.decode()
    assert 'value="Comune di Prova"' in mine
    assert invitation.token in mine
    for path in (REGISTER, f"{REGISTER}?invitation=wrong"):
        assert "Comune di Prova" not in Client().get(path).content.decode()
    assert not any(invitation.token in str(value) for value in caches["pages"]._cache.values())


def test_nobody_gets_the_frame_of_somebody_who_is_signed_in(client, event, organiser):
    client.force_login(organiser)
    mine = client.get(REGISTER)
    assert "Sign out" in mine.content.decode()
    assert uuid.UUID(hidden(mine)["submission_id"])
    assert "Sign out" not in Client().get(REGISTER).content.decode()


def test_words_of_organisers_cannot_be_taken_for_a_value(client, event):
    Event.objects.update(title_en='submission_id <b> csrf_token "x"')
    for _ in range(2):
        text = client.get(REGISTER).content.decode()
        assert "submission_id &lt;b&gt; csrf_token &quot;x&quot;" in text
