"""A person's own calendar: everything they are registered for, under an address that only their mailbox is told."""

import dataclasses
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
import vobject
from django.utils import timezone, translation

from events import services as events
from events.models import Event
from notifications.calendars import feeds
from notifications.models import CalendarFeed, Delivery, hash_address
from notifications.sending import pump
from tests.notifications.test_messages import mail

pytestmark = pytest.mark.django_db
ANNA, CARLA = "anna@ente01.example.org", "carla@ente01.example.org"


@pytest.fixture(autouse=True)
def _italian():
    with translation.override("it"):
        yield


@pytest.fixture
def other(event) -> Event:
    """A second event, a week later."""
    week = timedelta(days=7)
    return Event.objects.create(
        slug="altro", state=Event.State.PUBLISHED, title_it="Altro incontro", title_en="Another meeting", venue="Sala",
        address="Narni", contact_email="a@socialneet.example.org", starts_at=event.starts_at + week,
        ends_at=event.ends_at + week, capacity=5,
    )  # fmt: skip


def feed_of(address: str) -> CalendarFeed:
    return CalendarFeed.objects.get(address=address)


def shown(client, address: str, prefix: str = "") -> dict[str, object]:
    """Title -> entry of what a subscribed calendar sees."""
    with translation.override("it"):
        path = feed_of(address).get_file_url()
    response = client.get(f"{prefix}{path}")
    assert response.status_code == 200
    read = vobject.readOne(response.content.decode())
    return {entry.summary.value: entry for entry in read.contents.get("vevent", [])}


# -- what it shows ---------------------------------------------------------------------------------------------------


def test_it_lists_every_event_of_an_address_as_contact_and_as_guest(client, register, other, applicant):
    register("Anna")
    register("Bruno", event=other, applicant=dataclasses.replace(applicant, contact_email=ANNA))
    assert list(shown(client, ANNA)) == ["Giornata informativa", "Altro incontro"]
    assert list(shown(client, CARLA)) == ["Giornata informativa"]
    assert list(shown(client, "bruno@ente01.example.org")) == ["Altro incontro"]


def test_it_is_a_publication_with_a_name_and_a_rhythm_that_lists_nobody(client, register):
    register("Anna")
    content = client.get(feed_of(ANNA).get_file_url()).content
    assert b"METHOD:PUBLISH" in content
    assert b"ATTENDEE" not in content
    assert b"anna@" not in content
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in content
    assert "NAME:Le mie iscrizioni" in content.decode() or "NAME:My registrations" in content.decode()


def test_a_place_given_back_leaves_the_calendar(client, register):
    registration = register("Anna", "Bruno")
    events.cancel_attendee(attendee=registration.attendees.get(full_name="Anna"))
    assert shown(client, ANNA) == {}
    assert list(shown(client, CARLA)) == ["Giornata informativa"]
    events.cancel_registration(registration=registration)
    assert shown(client, CARLA) == {}


def test_a_cancelled_event_is_listed_as_cancelled_for_thirty_days(client, register, event, organiser):
    register("Anna")
    events.cancel(event=event, reason="neve", by=organiser)
    assert shown(client, ANNA)["Giornata informativa"].status.value == "CANCELLED"
    with time_machine.travel(timezone.now() + timedelta(days=29, hours=23)):
        assert "Giornata informativa" in shown(client, ANNA)
    with time_machine.travel(timezone.now() + timedelta(days=30, minutes=1)):
        assert shown(client, ANNA) == {}


def test_it_carries_the_sequence_that_the_mails_carried(client, register, event):
    events.cancel_registration(registration=register("Anna"))
    register("Anna")
    entry = shown(client, ANNA)["Giornata informativa"]
    last = Delivery.objects.filter(address=ANNA).latest("pk")
    assert int(entry.sequence.value) == last.calendar_sequence == 2
    assert entry.uid.value == f"{event.uid}@socialneet.example.org"


def test_it_speaks_the_language_of_its_address(client, register):
    register("Anna")
    assert "Info day" in shown(client, ANNA, prefix="/en")


def test_an_event_of_the_night_when_the_clocks_change_keeps_its_moment(client, register, event):
    night = datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("UTC"))
    register("Anna")
    Event.objects.filter(pk=event.pk).update(starts_at=night, ends_at=night + timedelta(hours=1))
    assert shown(client, ANNA)["Giornata informativa"].dtstart.value == night


def test_many_events_ask_as_many_queries_as_one(client, register, event, django_assert_max_num_queries):
    register("Anna")
    for number in range(20):
        again = Event.objects.get(pk=event.pk)
        again.pk, again.slug, again.uid = None, f"n{number}", f"00000000-0000-4000-8000-0000000000{number:02}"
        again.save()
        register("Anna", event=again)
    url = feed_of(ANNA).get_file_url()
    with django_assert_max_num_queries(5):
        response = client.get(url)
    assert response.content.count(b"BEGIN:VEVENT") == 21


# -- how it is fetched ---------------------------------------------------------------------------------------------------


def test_it_is_fetched_without_login_or_cookie_and_kept_out_of_shared_caches(client, register):
    register("Anna")
    response = client.get(feed_of(ANNA).get_file_url())
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Last-Modified"].endswith("GMT")
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert not response.cookies


def test_what_has_not_changed_is_not_sent_again(client, register, event, organiser):
    register("Anna")
    url = feed_of(ANNA).get_file_url()
    etag = client.get(url)["ETag"]
    same = client.get(url, headers={"if-none-match": etag})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", etag)
    assert same["Cache-Control"] == "private, no-cache"
    events.change(event=event, by=organiser, title_it="Altro titolo")
    assert client.get(url, headers={"if-none-match": etag}).status_code == 200


def test_a_head_request_says_the_same_without_the_file(client, register):
    register("Anna")
    url = feed_of(ANNA).get_file_url()
    assert client.head(url)["ETag"] == client.get(url)["ETag"]


@pytest.mark.parametrize("token", ["x", "A" * 32, "%00", "..%2f..", "è"])
def test_a_wrong_address_opens_nothing(client, register, token):
    register("Anna")
    assert client.get(f"/me/calendar/{token}.ics").status_code == 404
    assert client.get(f"/me/calendar/{token}/").status_code == 404
    assert client.post(f"/me/calendar/{token}/renew/").status_code == 404


def test_the_address_says_nothing_of_the_person_and_the_database_does_not_hold_it(register):
    register("Anna")
    feed = feed_of(ANNA)
    assert re.fullmatch(r"[\w-]{32}", feed.token)
    assert "anna" not in feed.get_file_url()
    assert hash_address(ANNA)[:8] not in feed.get_file_url()
    assert feed.token not in str(CalendarFeed.objects.values().get(pk=feed.pk))


def test_a_get_changes_nothing(client, register):
    register("Anna")
    feed = feed_of(ANNA)
    for path in (feed.get_file_url(), feed.get_absolute_url()):
        assert client.get(path).status_code == 200
    assert client.get(f"{feed.get_absolute_url()}renew/").status_code == 405
    assert feed_of(ANNA).version == 1


# -- how its owner comes to know it ----------------------------------------------------------------------------------------


def test_each_persons_letter_brings_that_persons_own_address(register, settings):
    register("Anna")
    for address in (ANNA, CARLA):
        text = mail(Delivery.objects.get(address=address)).get_body(("plain",)).get_content()
        assert f"{settings.SITE_URL}{feed_of(address).get_absolute_url()}" in text
    assert feed_of(CARLA).token not in mail(Delivery.objects.get(address=ANNA)).as_string()


def test_the_page_of_a_registration_offers_to_send_it_and_never_shows_it(client, register):
    """Whoever registers with somebody else's address sees that page."""
    registration = register("Anna")
    page = client.get(registration.get_absolute_url()).content.decode()
    assert f"/registrations/{registration.token}/calendar-address/" in page
    assert feed_of(CARLA).token not in page
    assert "/me/calendar/" not in page


def test_asking_for_it_sends_it_to_the_contact_at_most_once_a_minute(client, register):
    registration = register("Anna")
    for _time in range(3):
        response = client.post(f"/registrations/{registration.token}/calendar-address/")
        assert response.status_code == 200
        assert feed_of(CARLA).token not in response.content.decode()
    letter = Delivery.objects.get(kind="calendar_link")
    assert letter.address == CARLA
    assert feed_of(CARLA).token in mail(letter).get_body(("plain",)).get_content()


def test_asking_makes_the_address_of_who_registered_before_there_was_one(client, register):
    registration = register("Anna")
    CalendarFeed.objects.all().delete()
    assert client.post(f"/registrations/{registration.token}/calendar-address/").status_code == 200
    assert feed_of(CARLA).token in mail(Delivery.objects.get(kind="calendar_link")).as_string()


def test_asking_needs_a_living_registration_and_a_post(client, register):
    registration = register("Anna")
    path = f"/registrations/{registration.token}/calendar-address/"
    assert client.get(path).status_code == 405
    assert client.post("/registrations/x/calendar-address/").status_code == 404
    events.cancel_registration(registration=registration)
    assert client.post(path).status_code == 404


def test_the_page_shows_how_to_subscribe(client, register, settings):
    settings.SITE_URL = "https://socialneet.example.org"
    register("Anna")
    feed = feed_of(ANNA)
    page = client.get(feed.get_absolute_url()).content.decode()
    assert f'href="webcal://socialneet.example.org{feed.get_file_url()}"' in page
    assert f"https://socialneet.example.org{feed.get_file_url()}" in page


def test_a_new_address_is_mailed_not_shown_and_the_old_one_dies(client, register):
    register("Anna")
    old = feed_of(ANNA)
    response = client.post(f"{old.get_absolute_url()}renew/")
    new = feed_of(ANNA)
    assert (response.status_code, new.version) == (200, 2)
    assert new.token not in response.content.decode()
    assert client.get(old.get_file_url()).status_code == 404
    assert client.get(new.get_file_url()).status_code == 200
    letter = Delivery.objects.get(kind="calendar_link")
    assert (letter.address, new.token in mail(letter).as_string()) == (ANNA, True)
    pump.pump()
    assert Delivery.objects.get(kind="calendar_link").state == Delivery.State.ACCEPTED


def test_one_person_has_one_address_however_often_they_register_and_however_they_write_it(register, other, applicant):
    register("Anna")
    register("ANNA", event=other, guests=[events.Guest("Anna", ANNA.upper())])
    assert CalendarFeed.objects.filter(address__iexact=ANNA).count() == 1
    assert len(feeds.events_of(ANNA, timezone.now())) == 2


def test_who_joins_later_gets_an_address_too(register):
    registration = register("Anna")
    events.add_attendee(registration=registration, guest=events.Guest("Bruno", "bruno@ente01.example.org"))
    assert feed_of("bruno@ente01.example.org")


def test_who_signed_in_by_that_mailbox_finds_it_on_their_page(client_of, stranger, register):
    registration = register("Anna", guests=[events.Guest("Stella", stranger.email)])
    page = client_of(stranger).get("/me/").content.decode()
    assert feed_of(stranger.email).get_absolute_url() in page
    assert feed_of(registration.contact_email).token not in page
