"""What people and organisers send that does not fit: refused with a word, nothing lost, nothing half done."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from events import calendars, services
from events.models import Attendee, Event, Registration
from notifications.campaigns import services as campaigns
from notifications.letters import letter_for, render
from notifications.models import Delivery
from notifications.sending import mime, patterns
from organisations.links import hash_token

pytestmark = pytest.mark.django_db
REGISTER = "/events/info-day/register/"
PERSON = {"contact_name": "Paola Privata", "contact_email": "paola@altrove.example.org", "notice_read": "on",
          "notice_version": "2026-11"}  # fmt: skip
RTL = "محمد بن عبد الله العربي"
EMOJI = "Zoë 👩🏽‍🦽 O’Brien-Łódź"


def send(client, category: str, posted):
    """The form of a category as a browser sends it."""
    fields = posted("Anna") if category == "organisation" else PERSON | {"submission_id": str(uuid.uuid4())}
    fields |= {"medium": "Giornale", "contact_office": "Giornalista"} if category == "press" else {}
    return client.post(f"{REGISTER}?as={category}", fields)


# -- an event that takes nobody ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("category", ["organisation", "person", "press"])
@pytest.mark.parametrize(("state", "status"), [("draft", 404), ("cancelled", 200), ("held", 200)])
def test_nobody_registers_for_a_draft_a_cancelled_or_a_held_event(client, event, posted, category, state, status):
    Event.objects.update(state=state, cancelled_at=timezone.now() if state == "cancelled" else None)
    assert send(client, category, posted).status_code == status
    assert Registration.objects.count() == 0


@pytest.mark.parametrize("category", ["organisation", "person", "press"])
def test_nobody_registers_for_a_past_or_a_full_event(client, event, posted, register, category):
    with time_machine.travel(event.ends_at + timedelta(seconds=1)):
        assert send(client, category, posted).status_code == 410
    Event.objects.update(capacity=1)
    register("Prima")
    page = send(client, category, posted).content.decode()
    assert "Non è stato ancora salvato nulla" in page
    assert Registration.objects.count() == 1
    Event.objects.update(has_waiting_list=False)
    assert "Non è stato salvato nulla" in send(client, category, posted).content.decode()


def test_a_link_of_a_full_event_adds_nobody(client, event, register):
    registration = register("A", "B", "C", "D", "E")
    fields = {"new-full_name": "Sesto", "new-email": "", "new-office": ""}
    client.post(f"{registration.get_absolute_url()}add/", fields)
    assert event.places_taken() == 5


# -- a form that is older than the event ---------------------------------------------------------------------------------


def test_a_form_opened_before_the_event_moved_is_asked_again_with_all_that_was_typed(client, event, posted, organiser):
    fields = posted("Anna") | {"event_revision": str(client.get(REGISTER).context["form"]["event_revision"].value())}
    services.change(event=event, by=organiser, venue="Altra sala")
    page = client.post(REGISTER, fields)
    text = page.content.decode()
    assert "sono cambiati da quando hai aperto il modulo" in text
    assert "Altra sala" in text
    assert 'value="Anna"' in text
    assert Registration.objects.count() == 0
    assert (
        client.post(REGISTER, fields | {"event_revision": page.context["form"]["event_revision"].value()}).status_code
        == 302
    )


def test_a_corrected_title_asks_nobody_again(client, event, posted, organiser):
    fields = posted("Anna") | {"event_revision": "0"}
    services.change(event=event, by=organiser, title_it="Altro titolo")
    assert client.post(REGISTER, fields).status_code == 302


@pytest.mark.parametrize("revision", ["x", "-1", "9" * 400, "\x00"])
def test_a_nonsense_revision_is_no_error_of_the_server(client, event, posted, revision):
    assert client.post(REGISTER, posted("Anna") | {"event_revision": revision}).status_code == 200
    assert Registration.objects.count() == 0


def test_a_form_sent_after_the_event_was_called_off_says_so(client, event, posted, organiser):
    client.get(REGISTER)
    services.cancel(event=event, reason="neve", by=organiser)
    assert "Questo evento è annullato." in client.post(REGISTER, posted("Anna")).content.decode()
    assert Registration.objects.count() == 0


def test_a_stale_page_of_the_contact_changes_nobody_who_left_meanwhile(client, event, register):
    registration = register("Anna", "Bruno")
    anna, base = registration.attendees.get(full_name="Anna"), registration.get_absolute_url()
    services.cancel_attendee(attendee=anna)
    guest = {"full_name": "Altra", "email": "", "office": ""}
    assert client.post(f"{base}attendees/{anna.pk}/edit/", guest).status_code == 404
    page = client.post(f"{base}attendees/{anna.pk}/replace/", guest, follow=True).content.decode()
    assert "non si può più modificare" in page
    assert registration.attendees.confirmed().count() == 1


# -- names ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [RTL, EMOJI, "a" * 150, 'O\'Brien; "x", <b>', "李小龍"])
def test_odd_names_travel_whole_through_page_letter_sheet_and_calendar(
    client, client_of, organiser, event, posted, name
):
    url = client.post(REGISTER, posted(name, contact_name=name, organisation_name=name)).url
    registration = Registration.objects.get()
    assert registration.contact_name == registration.attendees.get().full_name == name
    assert client.get(url).status_code == 200
    sheet = client_of(organiser).get("/manage/events/info-day/registrations.csv").content.decode("utf-8-sig")
    assert name.replace('"', '""') in sheet
    row = Delivery.objects.get()
    letter = letter_for(row)
    assert name in "\n".join(letter.paragraphs)
    assert name in render(letter, name=row.name, language="it").text
    raw = mime.build(row, *patterns.written(row))
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert calendars.publication([event], language="it").decode()


@pytest.mark.parametrize(("field", "most"), [
    ("organisation_name", 200), ("contact_name", 150), ("contact_office", 150), ("contact_phone", 40),
    ("attendees-0-full_name", 150), ("attendees-0-office", 150),
])  # fmt: skip
def test_what_is_too_long_comes_back_as_it_was_typed(client, event, posted, field, most):
    long = "é" * (most + 1)
    page = client.post(REGISTER, posted("Anna") | {field: long}).content.decode()
    assert long in page
    assert Registration.objects.count() == 0
    assert client.post(REGISTER, posted("Anna") | {field: long[:-1]}).status_code == 302


def test_a_name_that_turns_the_direction_of_what_follows_is_set_straight(client, event, posted):
    client.post(REGISTER, posted("\u202egnirts\u202c Anna", contact_name="\u2067Carla\u2069"))
    assert Attendee.objects.get().full_name == "gnirts Anna"
    assert Registration.objects.get().contact_name == "Carla"


# -- organisers ----------------------------------------------------------------------------------------------------------


def test_an_event_with_registrations_is_not_removed_and_says_whose(client_of, organiser, event, register):
    services.cancel_registration(registration=register("Anna"))
    register("Bruno")
    client, path = client_of(organiser), "/manage/events/info-day/remove/"
    for answer in (client.get(path), client.post(path)):
        page = answer.content.decode()
        assert "Cooperativa di prova 2" in page
        assert "2 iscrizioni" in page
        assert '<form method="post" data-once>' not in page
    assert client.post(path).status_code == 409
    assert Event.objects.exists()
    with pytest.raises(services.HasRegistrations) as refused:
        services.remove(event=event, by=organiser)
    assert refused.value.count == 2


def test_of_many_registrations_the_refusal_names_fifty_and_counts_the_rest(client_of, organiser, event):
    many(event, 60)
    page = client_of(organiser).get("/manage/events/info-day/remove/").content.decode()
    assert page.count("Ente ") == 50
    assert "e altri 10" in page


def test_what_was_public_stays_on_record(client_of, organiser, event):
    for state in ("published", "cancelled", "held"):
        Event.objects.update(state=state, cancelled_at=timezone.now() if state == "cancelled" else None)
        page = client_of(organiser).post("/manage/events/info-day/remove/").content.decode()
        assert "Solo una bozza" in page
    assert Event.objects.exists()


def test_a_draft_goes_with_its_agenda_but_not_while_a_campaign_refers_to_it(client_of, organiser, event, add):
    Event.objects.update(state="draft")
    add("Saluti")
    campaign = campaigns.prepare(
        by=organiser, event=event, name="Inviti", subject_it="Invito", body_it="Testo",
        audience={"sources": [{"kind": "directory"}]},
    )  # fmt: skip
    client, path = client_of(organiser), "/manage/events/info-day/remove/"
    assert "ancora in uso" in client.post(path).content.decode()
    campaign.delete()
    assert client.get(path).status_code == 200
    assert Event.objects.exists()
    assert client.post(path, follow=True).status_code == 200
    assert not Event.objects.exists()


def test_strangers_remove_nothing(client_of, stranger, event):
    assert client_of(stranger).post("/manage/events/info-day/remove/").status_code == 403


def test_a_capacity_below_the_places_held_is_refused_with_the_list(client_of, organiser, event, register):
    register("Anna", "Bruno")
    register("Carlo")
    client, path = client_of(organiser), "/manage/events/info-day/edit/"
    values = {name: value for name, value in client.get(path).context["form"].initial.items() if value is not None}
    values |= {name: timezone.localtime(values[name]).strftime("%Y-%m-%dT%H:%M") for name in ("starts_at", "ends_at")}
    response = client.post(path, values | {"capacity": 2})
    page = response.content.decode()
    assert response.status_code == 422
    assert response.context["form"].errors["capacity"] == ["3 posti sono già occupati."]
    assert page.index("Cooperativa di prova 2") < page.index("Cooperativa di prova <")
    assert "2 posti" in page
    assert Event.objects.get().capacity == 5
    assert client.post(path, values | {"capacity": 3}).status_code == 302


# -- clocks --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("opens", "closes"), [
    # spring: 02:00 becomes 03:00 in Rome, at 01:00 UTC
    (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), datetime(2027, 3, 28, 1, 1, tzinfo=UTC)),
    # autumn: 03:00 becomes 02:00 in Rome, at 01:00 UTC; the hour between two and three comes twice
    (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
])  # fmt: skip
def test_registration_opens_and_closes_at_its_instant_in_both_nights_of_the_clock(event, register, opens, closes):
    Event.objects.update(
        registration_opens_at=opens, registration_closes_at=closes, starts_at=closes + timedelta(days=1),
        ends_at=closes + timedelta(days=1, hours=2),
    )  # fmt: skip
    for moment in (opens - timedelta(seconds=1), closes):
        with time_machine.travel(moment, tick=False), pytest.raises(services.RegistrationClosed):
            register("Anna")
    with time_machine.travel(opens, tick=False):
        assert register("Anna").pk
    with time_machine.travel(closes - timedelta(seconds=1), tick=False):
        assert register("Bruno").pk


@pytest.mark.parametrize("local", ["2027-03-28T02:30", "2027-10-31T02:30"])
def test_an_hour_that_does_not_exist_or_comes_twice_is_refused_in_the_form(client_of, organiser, event, local):
    client, path = client_of(organiser), "/manage/events/info-day/edit/"
    values = {name: value for name, value in client.get(path).context["form"].initial.items() if value is not None}
    values |= {name: timezone.localtime(values[name]).strftime("%Y-%m-%dT%H:%M") for name in ("starts_at", "ends_at")}
    response = client.post(path, values | {"registration_closes_at": local})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["registration_closes_at"]


# -- ten thousand ---------------------------------------------------------------------------------------------------------


def many(event: Event, count: int, each: int = 1) -> None:
    """So many registrations of so many people."""
    Event.objects.update(capacity=count * each)
    registrations = Registration.objects.bulk_create(
        (
            Registration(event=event, organisation_name=f"Ente {n}", organisation_kind="cso", contact_name=f"Contatto {n}",
                         contact_email=f"contatto.{n}@ente.example.org", submission_id=uuid.uuid4(),
                         privacy_notice_version="1", token_hash=hash_token(f"{n}"))
            for n in range(count)
        ),
        batch_size=500,
    )  # fmt: skip
    Attendee.objects.bulk_create(
        (
            Attendee(registration=registrations[n // each], event=event, full_name=f"Persona {n}", place_number=n + 1,
                     email=f"persona.{n}@ente.example.org")
            for n in range(count * each)
        ),
        batch_size=500,
    )  # fmt: skip


PAGES = ["/manage/events/", "/manage/events/info-day/", "/manage/events/info-day/?page=2", "/manage/events/info-day/needs/",
         "/manage/events/info-day/remove/", "/manage/events/info-day/registrations.csv", "/events/info-day/", REGISTER]  # fmt: skip


def test_pages_of_ten_thousand_people_are_paged_and_cost_as_many_queries_as_those_of_a_hundred(
    client_of, organiser, event, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = client_of(organiser), {}
    many(event, 60)
    for path in PAGES:
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(path).status_code == 200
        counts[path] = len(queries)
    Attendee.objects.all().delete()
    Registration.objects.all().delete()
    many(event, 1000, each=10)
    for path, count in counts.items():
        with django_assert_max_num_queries(count):
            content = client.get(path).content
        assert len(content) < (2_000_000 if path.endswith("csv") else 120_000), path
    page = client.get("/manage/events/info-day/").content.decode()
    assert "pagina 1 di 20" in page
    assert page.count("Contatto ") == 50
