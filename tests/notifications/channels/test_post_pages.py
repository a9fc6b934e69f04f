"""The organisers' pages of posts."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from events.models import Event
from notifications import sayings
from notifications.channels import overview, services, worker
from notifications.models import ChannelPost
from organisations.models import RoleGrant, User
from organisations.roles import Role

pytestmark = pytest.mark.django_db
State, Kind = ChannelPost.State, ChannelPost.Kind


FIELDS = {"channel": "messenger:Canale Telegram", "label": "Canale", "text_it": "Ciao", "text_en": "", "due_at": ""}


def test_an_organiser_plans_a_post_looks_at_it_and_lets_it_go(listener, organiser, client_of, event):
    client, at = client_of(organiser), f"/manage/events/{event.slug}/posts/"
    assert "Non c’è ancora nulla" in client.get(at).content.decode()
    answer = client.post(f"{at}new/", FIELDS)
    assert answer.status_code == 302
    page = client.get(answer.url).content.decode()
    assert "Fallo uscire ora" in page
    assert "?via=canale" in page
    assert client.post(f"{answer.url}schedule/").status_code == 302
    assert client.post(f"{answer.url}schedule/", follow=True).content.decode().count("non è possibile") == 1
    worker.send_due()
    assert "https://t.me/socialneet_terni/7" in client.get(answer.url).content.decode()
    assert "pubblicato" in client.get(at).content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"channel": ""}, {"channel": "messenger:Altro"}, {"channel": "messenger"}, {"channel": "fax"}, {"label": ""}, {"label": "a\nb"},
        {"text_it": ""}, {"text_it": "x" * 5000}, {"text_it": "a\x00"}, {"text_en": "y" * 5000}, {"due_at": "domani"},
        {"text_it": "Il {data}"}, {"text_en": "On {date"}, {"due_at": "2999-01-01T10:00"},
    ],
)  # fmt: skip
def test_bad_input_is_named_and_plans_nothing(listener, organiser, client_of, event, changes):
    answer = client_of(organiser).post(f"/manage/events/{event.slug}/posts/new/", FIELDS | changes)
    assert answer.status_code == 422
    assert not ChannelPost.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"published_on": ""}, {"published_on": "3000-01-01"}, {"published_on": "ieri"}, {"link": "javascript:alert(1)"},
        {"link": "ftp://x.example.org/"}, {"link": "https://x.example.org/" + "y" * 500}, {"reach": "-1"}, {"reach": "molti"},
        {"reach": "99999999999"},
    ],
)  # fmt: skip
def test_a_bad_result_is_named_and_writes_nothing(by_hand, organiser, client_of, event, changes):
    planned = by_hand()
    fields = {"published_on": "2026-11-02", "link": "", "reach": ""} | changes
    answer = client_of(organiser).post(f"/manage/events/{event.slug}/posts/{planned.key}/record/", fields)
    assert answer.status_code == 422
    planned.refresh_from_db()
    assert planned.state == State.DRAFT


def test_every_button_does_what_it_says(listener, post, by_hand, organiser, client_of, event):
    client, at = client_of(organiser), f"/manage/events/{event.slug}/posts/"
    planned, paper = post(due_at=timezone.now() + timedelta(days=1)), by_hand()

    def press(row, verb, **fields):
        assert client.post(f"{at}{row.key}/{verb}/", fields, follow=True).status_code == 200
        row.refresh_from_db()
        return row.state

    assert press(planned, "schedule") == "waiting"
    assert press(planned, "take-back") == "draft"
    assert press(planned, "edit", **FIELDS) == "draft"
    assert planned.text_it == "Ciao"
    assert press(planned, "cancel") == "cancelled"
    assert press(planned, "edit", **FIELDS) == "cancelled"
    assert press(paper, "record", published_on="2026-11-02", link="https://g.example.org/", reach="900") == "recorded"
    assert press(paper, "reopen") == "draft"
    other = post(label="Altro")
    ChannelPost.objects.filter(pk=other.pk).update(state="uncertain", due_at=timezone.now())
    assert press(other, "again") == "waiting"
    ChannelPost.objects.filter(pk=other.pk).update(state="uncertain")
    assert press(other, "published") == "delivered"


def test_too_long_and_gone_are_said_in_words(listener, post, organiser, client_of, event, settings):
    client, at = client_of(organiser), f"/manage/events/{event.slug}/posts/"
    long, gone = post(text_it="x" * 4090), post("Bollettino", label="b")
    settings.MESSENGER_URLS = settings.MESSENGER_URLS[:1]
    said = client.post(f"{at}{long.key}/schedule/", follow=True).content.decode()
    assert "al massimo sono 4096" in said
    assert "non è più configurata" in client.post(f"{at}{gone.key}/schedule/", follow=True).content.decode()


@pytest.mark.parametrize("verb", ["schedule", "take-back", "cancel", "again", "published", "reopen"])
def test_opening_a_button_changes_nothing(post, organiser, client_of, event, verb, listener):
    assert client_of(organiser).get(f"/manage/events/{event.slug}/posts/{post().key}/{verb}/").status_code == 405


@pytest.mark.parametrize("number", [1, 30])
def test_the_plan_costs_the_same_whatever_its_length(
    by_hand, organiser, client_of, event, number, django_assert_num_queries
):
    for place in range(number):
        by_hand(label=f"Giornale {place}")
    client = client_of(organiser)
    with django_assert_num_queries(7):
        client.get(f"/manage/events/{event.slug}/posts/")


def test_only_who_sends_invitations_sees_the_plan(by_hand, client, client_of, signatory, stranger, event):
    at, planned = f"/manage/events/{event.slug}/posts/", by_hand()
    for path in ("", "new/", f"{planned.key}/", f"{planned.key}/edit/", f"{planned.key}/record/"):
        assert client.get(f"{at}{path}").status_code == 302
        for user in (signatory, stranger):
            assert client_of(user).get(f"{at}{path}").status_code == 403


def test_registrations_by_a_posts_address_stand_beside_it(by_hand, register, organiser, client_of, event):
    planned = by_hand()
    register("Anna", source=planned.source.code)
    page = client_of(organiser).get(f"/manage/events/{event.slug}/posts/").content.decode()
    assert "1 iscrizione" in page


def test_words_that_are_not_filled_in_are_named(listener, organiser, client_of, event):
    fields = FIELDS | {"text_it": "Il {data} a {place}"}
    page = client_of(organiser).post(f"/manage/events/{event.slug}/posts/new/", fields).content.decode()
    assert "“{data}” non è" in page
    assert "“{place}” non è" not in page


def test_what_is_recorded_by_hand_may_come_after_the_event(organiser, client_of, event):
    fields = FIELDS | {"channel": "press", "due_at": "2999-01-01T10:00"}
    assert client_of(organiser).post(f"/manage/events/{event.slug}/posts/new/", fields).status_code == 302


def test_a_post_whose_messenger_is_gone_does_not_slip_into_another_channel(
    listener, post, organiser, client_of, event, settings
):
    """A browser takes the first choice where the present one is missing."""
    planned = post("Bollettino")
    settings.MESSENGER_URLS = settings.MESSENGER_URLS[:1]
    client, at = client_of(organiser), f"/manage/events/{event.slug}/posts/{planned.key}/edit/"
    form = client.get(at).context["form"]
    assert form.fields["channel"].choices[0][0] == ""
    assert client.post(at, FIELDS | {"channel": ""}).status_code == 422
    planned.refresh_from_db()
    assert planned.messenger == "Bollettino"


def test_the_button_says_whether_it_goes_now_or_later(listener, post, organiser, client_of, event):
    client, at = client_of(organiser), f"/manage/events/{event.slug}/posts/"
    for number, (due_at, button, said) in enumerate((
        (None, "Fallo uscire ora", "Esce ora."),
        (timezone.now() - timedelta(hours=1), "Fallo uscire ora", "Esce ora."),
        (timezone.now() + timedelta(hours=1), "alla sua ora", "Esce da solo alla sua ora."),
    )):  # fmt: skip
        planned = post(label=f"Canale {number}", due_at=due_at)
        assert button in client.get(f"{at}{planned.key}/").content.decode()
        assert said in client.post(f"{at}{planned.key}/schedule/", follow=True).content.decode()


def test_a_post_of_an_event_that_is_over_says_so_and_has_no_button(listener, post, organiser, client_of, event):
    planned = post()
    Event.objects.update(starts_at=timezone.now() - timedelta(days=2), ends_at=timezone.now() - timedelta(days=1))
    page = client_of(organiser).get(f"/manage/events/{event.slug}/posts/{planned.key}/").content.decode()
    assert "L’evento è passato" in page
    assert f"{planned.key}/schedule/" not in page


def test_our_own_words_are_shown_in_the_readers_language(listener, post, organiser, client_of, event, monkeypatch):
    planned = post()
    ChannelPost.objects.update(state="failed", due_at=timezone.now(), reply="the event is over")
    planned.tries.create(words="seen in its place by olga@example.org")
    planned.tries.create(words="no answer in time")
    monkeypatch.setattr(sayings, "_", lambda words: f"<<{words}>>")
    page = client_of(organiser).get(f"/manage/events/{event.slug}/posts/{planned.key}/").content.decode()
    for words in ("the event is over", "seen in its place by olga@example.org", "no answer in time"):
        assert f"&lt;&lt;{words}&gt;&gt;" in page


@pytest.mark.parametrize(("prefix", "written"), [("", "12.000"), ("/en", "12,000")])
def test_large_numbers_are_written_as_people_read_them(by_hand, organiser, client_of, event, prefix, written):
    planned = by_hand()
    services.record(post=planned, by=organiser, published_on=date(2026, 11, 2), link="", reach=12_000)
    for path in ("posts/", f"events/{event.slug}/posts/", f"events/{event.slug}/posts/{planned.key}/"):
        assert written in client_of(organiser).get(f"{prefix}/manage/{path}").content.decode()


def test_plan_and_results_come_as_a_table_whose_cells_are_no_formulas(
    by_hand, register, organiser, client_of, stranger, event
):
    planned = by_hand(label="=HYPERLINK(1)", due_at=datetime(2026, 12, 1, 8, tzinfo=UTC))
    register("Anna", source=planned.source.code)
    services.record(
        post=planned, by=organiser, published_on=date(2026, 11, 2), link="https://g.example.org/", reach=900
    )
    at = f"/manage/events/{event.slug}/posts/posts.csv"
    answer = client_of(organiser).get(at)
    head, line = answer.content.decode("utf-8-sig").splitlines()
    assert head.split(";")[:2] == ["Canale", "Dove"]
    assert "'=HYPERLINK(1)" in line
    assert "2026-12-01 09:00;2026-11-02;https://g.example.org/;900;1;http" in line
    assert answer["Content-Disposition"] == f'attachment; filename="{event.slug}-posts.csv"'
    assert client_of(stranger).get(at).status_code == 403


@pytest.mark.parametrize("number", [1, 30])
def test_the_table_costs_the_same_whatever_its_length(by_hand, organiser, event, number, django_assert_num_queries):
    for place in range(number):
        by_hand(label=f"Giornale {place}")
    with django_assert_num_queries(3):
        overview.as_csv(event)


def test_who_does_publicity_and_no_more_finds_posts_and_addresses(by_hand, event, client_of, organiser):
    """From the organisers' first page, along links that open."""
    by_hand()
    user = User.objects.create_user("chiara@socialneet.example.org", name="Chiara Comunicazione")
    RoleGrant.objects.create(user=user, role=Role.COMMUNICATIONS)
    client, at = client_of(user), f"/manage/events/{event.slug}"
    way = ["/manage/", "/manage/posts/", f"{at}/posts/", f"{at}/addresses/"]
    for here, there in pairwise(way):
        assert f'href="{there}"' in client.get(here).content.decode()
    page = client.get(way[-1]).content.decode()
    assert all(client.get(link).status_code == 200 for link in re.findall(r'href="(/manage/[^"?]*)"', page))


def test_who_is_at_the_desk_sees_no_link_that_does_not_open(event, client_of):
    user = User.objects.create_user("desk@socialneet.example.org", name="Dario Desk")
    RoleGrant.objects.create(user=user, role=Role.REGISTRATION_DESK)
    client, at = client_of(user), f"/manage/events/{event.slug}"
    page = client.get(f"{at}/").content.decode()
    for path in ("posts", "addresses"):
        assert f"{at}/{path}/" not in page
        assert client.get(f"{at}/{path}/").status_code == 403


@pytest.mark.parametrize("number", [1, 30])
def test_every_event_stands_with_its_posts_at_the_same_cost(
    by_hand, event, organiser, client_of, number, django_assert_num_queries
):
    for place in range(number):
        services.record(post=by_hand(label=str(place)), by=organiser, published_on=date(2026, 1, 1), link="", reach=10)
    ChannelPost.objects.filter(pk=by_hand(label="x").pk).update(reach=99)  # of a plan: it reached nobody yet
    client = client_of(organiser)
    with django_assert_num_queries(5):
        page = client.get("/manage/posts/")
    [row] = page.context["page"]
    assert (row.planned_posts, row.published_posts, row.undecided_posts, row.reach) == (1, number, 0, number * 10)
