"""The event's page is rendered once and kept, and yet says at once what has changed."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.utils import timezone

from events import services
from events.models import Event

pytestmark = pytest.mark.django_db
PAGE = "/events/info-day/"


def words(client, path: str = PAGE) -> str:
    return client.get(path).content.decode()


def test_a_kept_page_costs_one_query(client, event, django_assert_num_queries):
    first = words(client)
    with django_assert_num_queries(1):
        assert words(client) == first


def changed_value(field, event):
    if field.name in {"state", "cancelled_at", "uid", "slug", "id", "kind", "cloned_from"}:
        return None
    old = getattr(event, field.attname)
    match field.get_internal_type():
        case "DateTimeField":
            return (old or event.starts_at - timedelta(days=400)) - timedelta(minutes=7)
        case "BooleanField":
            return not old
        case "PositiveIntegerField" | "PositiveSmallIntegerField":
            return (old or 0) + 3
        case _:
            return f"{old} cambiato"[-200:]


@pytest.mark.parametrize("field", Event._meta.concrete_fields, ids=lambda field: field.name)
def test_whatever_column_changes_the_page_is_made_anew(client, event, django_assert_num_queries, field):
    value = changed_value(field, event)
    if value is None:
        pytest.skip("changed by the tests below, or never")
    before = words(client)
    Event.objects.filter(pk=event.pk).update(**{field.attname: value})
    after = client.get(PAGE)
    if field.name == "title_it":
        assert "cambiato" in after.content.decode()
        assert before != after.content.decode()
    with django_assert_num_queries(1):
        assert words(client) == after.content.decode()
    caches["pages"].clear()
    assert words(client) == after.content.decode()


def test_a_place_that_is_taken_and_given_back_shows_at_once(client, event, register):
    free = words(client)
    registration = register("Anna")
    taken = words(client)
    assert taken != free
    services.cancel_registration(registration=registration)
    assert words(client) == free


def test_a_cancelled_event_and_a_draft_are_never_shown_as_they_were(client, event):
    words(client)
    services.cancel(event=event, reason="Sala inagibile", by=None)
    assert "Sala inagibile" in words(client)
    Event.objects.filter(pk=event.pk).update(state=Event.State.DRAFT, cancelled_at=None)
    assert client.get(PAGE).status_code == 404


def test_the_hours_at_which_registration_opens_and_closes_pass_by_themselves(client, event, monkeypatch):
    now = timezone.now()
    opens, closes = now + timedelta(hours=1), now + timedelta(hours=2)
    Event.objects.filter(pk=event.pk).update(registration_opens_at=opens, registration_closes_at=closes)
    seen = []
    for moment in (now, opens, closes - timedelta(seconds=1), closes):
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        seen.append(words(client))
    assert len({seen[0], seen[1], seen[3]}) == 3
    assert seen[1] == seen[2]


def test_languages_filters_and_codes_have_their_own_page(client, event):
    pages = {words(client, path) for path in (PAGE, f"/en{PAGE}", f"{PAGE}?via=abc123")}
    assert len(pages) == 3


def test_a_reader_who_has_the_page_gets_304_and_who_is_signed_in_their_own(client, event, django_user_model):
    mark = client.get(PAGE)["ETag"]
    again = client.get(PAGE, headers={"if-none-match": mark})
    assert (again.status_code, again.content) == (304, b"")
    user = django_user_model.objects.create(email="anna@example.org", name="Anna Rossi")
    client.force_login(user)
    mine = client.get(PAGE, headers={"if-none-match": mark})
    assert mine.status_code == 200
    assert "ETag" not in mine
    assert "Esci" in mine.content.decode()
    client.logout()
    client.cookies.clear()
    assert "Esci" not in words(client)
