"""Every address of ours in a campaign's letters says which campaign it was, and a registration remembers it."""

import re
from email import message_from_bytes, policy

import pytest

from events.attribution import counts
from events.models import Event, Registration
from notifications.campaigns import services as campaigns
from notifications.campaigns.tagging import tagged
from notifications.models import Delivery
from notifications.sending import desk, mime, patterns

pytestmark = pytest.mark.django_db
SITE = "http://localhost:8000"


@pytest.fixture
def campaign(event, organiser, terni):
    def campaign(**changes):
        fields = {
            "event": event, "name": "Inviti ai comuni", "subject_it": "Invito: {event}",
            "body_it": "Vi aspettiamo: {event_page}. [Il progetto](https://progetto.example.org/pagina?a=1#b).\n\n"
            "Anche su https://altro.example.org/x. Scrivete a [noi](mailto:a@socialneet.example.org).",
            "audience": {"sources": [{"kind": "directory"}]},
        }  # fmt: skip
        return campaigns.prepare(by=organiser, **(fields | changes))

    return campaign


def letter_of(row: Delivery) -> tuple[str, str]:
    """The text and the HTML part, as they leave."""
    message = message_from_bytes(mime.build(row, *patterns.written(row)), policy=policy.default)
    parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
    return parts["text/plain"].replace("\r\n", " "), parts["text/html"].replace("&amp;", "&")


def row_of(campaign) -> Delivery:
    return Delivery.objects.select_related("campaign__event").filter(campaign=campaign).get()


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (f"{SITE}/events/", f"{SITE}/events/?via=c7"),
        (f"{SITE}/events/?a=1#agenda", f"{SITE}/events/?a=1&via=c7#agenda"),
        (f"{SITE}/events/?via=manifesto", f"{SITE}/events/?via=manifesto"),
        ("https://altro.example.org/", "https://altro.example.org/"),
        ("mailto:a@socialneet.example.org", "mailto:a@socialneet.example.org"),
        ("/events/", "/events/"), ("https://[", "https://["), ("", ""),
        ("http://localhost:8000.altro.example.org/", "http://localhost:8000.altro.example.org/"),
    ],
)  # fmt: skip
def test_our_own_pages_get_the_code_and_others_stay_as_they_are(url, wanted):
    assert tagged(url, code="c7") == wanted


def test_other_pages_get_utm_words_only_where_the_organiser_wishes():
    assert tagged("https://altro.example.org/?a=1#b", code="c7", has_utm=True) == (
        "https://altro.example.org/?a=1&utm_source=localhost&utm_medium=email&utm_campaign=c7#b"
    )
    kept = "https://altro.example.org/?utm_source=loro"
    assert tagged(kept, code="c7", has_utm=True) == kept


def test_every_link_to_our_pages_carries_the_campaign(campaign, send_now):
    sent = campaign(calendar="link")
    send_now(sent)
    code = f"c{sent.pk}"
    for part in letter_of(row_of(sent)):
        ours = {url.rstrip(".,;") for url in re.findall(rf"{SITE}/[^\s<>\"']*", part)}
        own = {url for url in ours if re.search(r"/(unsubscribe|preferences|messages|privacy|static)/", url)}
        assert ours - own
        assert all(f"via={code}" in url for url in ours - own), ours - own
        assert not any("via=" in url for url in own)
        assert "utm_" not in part


def test_the_organisers_wish_tags_links_to_others_in_both_parts(campaign, send_now):
    sent = campaign(tags_links=True, text_it="Leggete https://terzo.example.org/y?z=1, grazie. {link}")
    send_now(sent)
    text, html = letter_of(row_of(sent))
    tail = f"utm_source=localhost&utm_medium=email&utm_campaign=c{sent.pk}"
    assert f"https://terzo.example.org/y?z=1&{tail}, grazie" in text
    assert f"https://progetto.example.org/pagina?a=1&{tail}#b" in html
    assert f"https://altro.example.org/x?{tail}." in html
    assert 'mailto:a@socialneet.example.org"' in html


def test_both_ways_of_writing_say_the_same_code(campaign, send_now):
    sent = campaign()
    send_now(sent)
    row = row_of(sent)
    table = desk.Desk()
    table.lay_out([row])
    fast = message_from_bytes(table.write(row, eight_bit=True), policy=policy.default)
    slow = message_from_bytes(mime.build(row, *patterns.written(row)), policy=policy.default)
    for kind in ("plain", "html"):
        assert fast.get_body((kind,)).get_content() == slow.get_body((kind,)).get_content()
        assert f"via=c{sent.pk}" in fast.get_body((kind,)).get_content()


def test_whoever_registers_by_the_personal_link_came_by_the_campaign(campaign, send_now, client, posted):
    sent = campaign()
    send_now(sent)
    link = re.search(rf"{SITE}(/events/\S+invitation=\S+)", letter_of(row_of(sent))[0])[1]
    assert client.post(link, posted("Anna")).status_code == 302
    registration = Registration.objects.get()
    assert registration.source == f"c{sent.pk}"
    assert registration.invitation is not None


def test_a_campaign_counts_from_its_confirmation_on_and_no_longer_when_taken_back(campaign, event, organiser):
    draft = campaign()
    assert not event.sources.exists()
    campaigns.send(campaign=draft, expected=1, by=organiser)
    assert event.sources.get().label == "Inviti ai comuni"
    campaigns.withdraw(campaign=draft, by=organiser)
    assert not event.sources.exists()
    draft.refresh_from_db()
    campaigns.edit(campaign=draft, by=organiser, name="Inviti, seconda stesura")
    campaigns.send(campaign=draft, expected=1, by=organiser)
    assert event.sources.get().label == "Inviti, seconda stesura"


def test_a_copy_has_a_code_of_its_own_and_the_same_wish(campaign, send_now, organiser, event):
    first = campaign(tags_links=True)
    send_now(first)
    second = campaigns.copy(campaign=first, by=organiser)
    assert second.tags_links
    send_now(second)
    assert set(event.sources.values_list("code", flat=True)) == {f"c{first.pk}", f"c{second.pk}"}
    assert f"via=c{second.pk}" in letter_of(row_of(second))[0]


def test_the_report_marks_the_campaigns_own_line(campaign, send_now, register, organiser, client_of):
    sent = campaign()
    send_now(sent)
    register("Anna", source=f"c{sent.pk}")
    page = client_of(organiser).get(f"/manage/campaigns/{sent.pk}/report/").content.decode()
    assert "Iscrizioni per provenienza" in page
    assert "questa" in page
    rows = counts.of_event(Event.objects.get()).rows
    assert [(row.code, row.registrations) for row in rows] == [(f"c{sent.pk}", 1)]


def test_the_form_asks_for_the_wish_and_the_draft_keeps_it(campaign, organiser, client_of, event):
    page = client_of(organiser).get("/manage/campaigns/new/").content.decode()
    assert 'name="tags_links"' in page


def test_campaigns_confirmed_before_are_declared_by_the_migration(campaign, send_now, event):
    from importlib import import_module
    from pathlib import Path

    from django.apps import apps

    import notifications.migrations as folder

    [path] = Path(folder.__path__[0]).glob("*_campaign_links.py")
    sent, draft = campaign(), campaign()
    send_now(sent)
    event.sources.all().delete()
    for _twice in range(2):
        import_module(f"notifications.migrations.{path.stem}").declare_sources(apps, None)
    assert list(event.sources.values_list("code", "label", "kind")) == [(f"c{sent.pk}", "Inviti ai comuni", "campaign")]
    assert draft.is_draft
