"""What people see, take along and erase of their own through their link; the whole database is searched afterwards."""

import json
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from django.apps import apps
from django.core import serializers
from django.core.management import call_command
from django.utils import timezone

from events import personal_data, services
from events.models import Attendee, Event, Registration, SpecialNeeds
from notifications import erasure
from notifications.models import CalendarFeed, Delivery, LocalMail, PendingErasure

pytestmark = pytest.mark.django_db
#: Whatever names Zoe, who comes, or Quinto, the contact, in any row.
ZOE = ("Zoe Zanzibar", "zoe.zanzibar@ente77.example.org", "Capitana")
QUINTO = ("Quinto Quasimodo", "quinto@ente77.example.org", "Mozzo", "0744 777777")


@pytest.fixture(autouse=True)
def _in_the_trial_mailbox(settings):
    settings.MAIL_URL = "mailbox://"


@pytest.fixture
def registration(event) -> Registration:
    name, email, office, phone = QUINTO
    return services.register(
        event=event, submission_id="6f1d5f0e-6a3e-4a0f-9a50-0d6b2f1f7f10", privacy_notice_version="2026-11",
        applicant=services.Applicant("Veliero", "cso", name, email, office, phone),
        guests=[services.Guest(*ZOE), services.Guest("Anna", "anna@ente77.example.org"), services.Guest("Senza Posta")],
    )  # fmt: skip


@pytest.fixture
def zoe(registration) -> Attendee:
    zoe = registration.attendees.get(full_name=ZOE[0])
    services.tell_needs(attendee=zoe, access="Scala reale", dietary="Niente polpo")
    services.agree_to_photographs(attendee=zoe, agrees=True)
    zoe.refresh_from_db()
    return zoe


def everything() -> str:
    """All rows of all tables, mails of the trial mailbox decoded."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    rows = serializers.serialize(
        "json", (row for model in models for row in model._base_manager.all()), ensure_ascii=False
    )
    mails = (message_from_bytes(bytes(mail.content), policy=policy.default) for mail in LocalMail.objects.all())
    parts = (part for mail in mails for part in mail.walk() if part.get_content_maintype() == "text")
    return rows + "".join(str(part.get_content()) + str(part["To"]) for part in parts)


def found(*words: str) -> list[str]:
    text = everything()
    return [word for word in words if word in text]


def clock_goes_round() -> None:
    call_command("pump")


# -- see and take along --------------------------------------------------------------------------------------------------


def test_a_person_reads_and_takes_along_all_that_is_theirs_and_nothing_else(client, zoe, registration):
    clock_goes_round()
    page = client.get(f"{zoe.get_absolute_url()}data/").content.decode()
    response = client.get(f"{zoe.get_absolute_url()}data.json")
    text = response.content.decode()
    assert response["Content-Disposition"].startswith("attachment")
    assert "noindex" in response["X-Robots-Tag"]
    for word in (*ZOE, "Scala reale", "Niente polpo", "2026-11", "Veliero", QUINTO[0]):
        assert word in page
        assert word in text
    for word in ("Anna", "anna@ente77.example.org", "Senza Posta", QUINTO[1], QUINTO[3]):
        assert word not in page
        assert word not in text
    about = [section["about"] for section in json.loads(text)["data"]]
    assert about == ["person", "registered_by", "message"]


def test_the_contact_gets_the_registration_its_people_and_the_messages_but_no_needs_of_others(
    client, zoe, registration
):
    senza = registration.attendees.get(full_name="Senza Posta")
    services.tell_needs(attendee=senza, access="", dietary="Niente noci")
    data = json.loads(client.get(f"{registration.get_absolute_url()}data.json").content)["data"]
    text = json.dumps(data, ensure_ascii=False)
    for word in (*QUINTO, *ZOE, "Senza Posta", "Niente noci", "Veliero"):
        assert word in text
    assert "Niente polpo" not in text
    assert [section["about"] for section in data] == ["registration", "person", "person", "person", "message"]
    assert data[0]["created_at"].endswith("+00:00")


def test_what_other_rooms_keep_is_added_by_them(client, zoe, monkeypatch):
    entry = personal_data.Entry("answer", "Answer", "Blu")
    section = personal_data.Section("answers", "Answers", (entry,))
    monkeypatch.setattr(personal_data, "CONTRIBUTORS", [lambda registration, attendee: [section]])
    assert json.loads(client.get(f"{zoe.get_absolute_url()}data.json").content)["data"][-1]["answer"] == "Blu"


# -- erase ---------------------------------------------------------------------------------------------------------------


def test_looking_at_the_question_erases_nothing(client, zoe, registration):
    for owner in (zoe, registration):
        assert client.get(f"{owner.get_absolute_url()}erase/").status_code == 200
    assert found(*ZOE, *QUINTO) == [*ZOE, *QUINTO]


def test_after_the_erasure_of_one_person_no_row_names_them(client, zoe, registration, event):
    clock_goes_round()
    assert found(*ZOE, "polpo") == [*ZOE, "polpo"]
    page = client.post(f"{zoe.get_absolute_url()}erase/").content.decode()
    assert "I dati sono cancellati" in page
    clock_goes_round()
    assert found(*ZOE, "Zanzibar", "Scala reale", "polpo") == []
    assert found(*QUINTO, "Senza Posta") == [*QUINTO, "Senza Posta"]
    assert event.places_taken() == 2
    assert not SpecialNeeds.objects.exists()
    assert not CalendarFeed.objects.filter(address=ZOE[1]).exists()


def test_the_last_word_leaves_before_its_recipient_is_forgotten(client, zoe):
    clock_goes_round()
    services.erase_attendee(attendee=zoe)
    farewell = Delivery.objects.get(kind="attendee_left")
    assert (farewell.address, farewell.state, farewell.calendar_method) == (ZOE[1], "ready", "CANCEL")
    assert PendingErasure.objects.get().delivery == farewell
    clock_goes_round()
    farewell.refresh_from_db()
    assert (farewell.state, farewell.name) == ("accepted", "")
    assert farewell.address.endswith("@erased.invalid")
    assert not PendingErasure.objects.exists()


def test_after_the_erasure_by_the_contact_no_row_names_anybody(client, zoe, registration, event):
    clock_goes_round()
    client.post(f"{registration.get_absolute_url()}erase/")
    clock_goes_round()
    assert found(*ZOE, *QUINTO, "Zanzibar", "Quasimodo", "Senza Posta", "anna@ente77.example.org", "polpo") == []
    assert event.places_taken() == 0
    registration.refresh_from_db()
    assert (registration.state, registration.organisation_name) == ("cancelled", "Veliero")


def test_after_the_event_the_numbers_of_the_record_stay_without_names(zoe, registration, event):
    clock_goes_round()
    with time_machine.travel(event.ends_at + timedelta(days=1)):
        services.erase_registration(registration=registration)
        clock_goes_round()
    assert found(*ZOE, *QUINTO, "Senza Posta") == []
    assert sorted(registration.attendees.confirmed().values_list("place_number", flat=True)) == [1, 2, 3]
    registration.refresh_from_db()
    assert (registration.state, registration.contact_email, registration.registrant_key) == ("confirmed", "", "")
    call_command("check_invariants")


def test_a_private_persons_erasure_leaves_the_category_alone(event):
    person = services.Applicant("", "", *QUINTO[:2], category="person")
    registration = services.register(
        event=event, applicant=person, guests=[services.Guest(*QUINTO[:2])], privacy_notice_version="2026-11",
        submission_id="6f1d5f0e-6a3e-4a0f-9a50-0d6b2f1f7f10",
    )  # fmt: skip
    clock_goes_round()
    services.erase_registration(registration=registration)
    clock_goes_round()
    assert found(*QUINTO) == []
    registration.refresh_from_db()
    assert registration.category == "person"
    assert registration.registrant == "privato"


def test_the_press_may_be_erased_with_its_medium(event):
    press = services.Applicant("", "", *QUINTO[:3], category="press", medium="Gazzetta Quasimodo")
    registration = services.register(
        event=event, applicant=press, guests=[services.Guest(*QUINTO[:3])], privacy_notice_version="2026-11",
        submission_id="6f1d5f0e-6a3e-4a0f-9a50-0d6b2f1f7f10",
    )  # fmt: skip
    services.erase_registration(registration=registration)
    clock_goes_round()
    assert found("Gazzetta", *QUINTO) == []


def test_a_letter_that_waits_is_not_sent_to_somebody_who_was_erased_after_the_event(zoe, event):
    """Confirmations that wait are withdrawn with the data; a worker would find nobody to write to."""
    with time_machine.travel(event.ends_at + timedelta(days=1)):
        services.erase_attendee(attendee=zoe)
        rows = Delivery.objects.filter(reply="the recipient's data were erased")
        assert {row.state for row in rows} == {"cancelled"}
        assert found(ZOE[1]) == []


def test_a_message_that_a_worker_holds_is_forgotten_when_its_way_is_over(zoe, event):
    held = Delivery.objects.filter(address=ZOE[1])
    held.update(state="sending", owner="w", lease_until=timezone.now() + timedelta(minutes=5))
    services.erase_attendee(attendee=zoe)
    assert erasure.forget_settled() == 0
    assert found(ZOE[1]) == [ZOE[1]]
    Delivery.objects.filter(address=ZOE[1]).update(state="failed", owner="", reply=f"550 <{ZOE[1]}> unknown")
    assert erasure.forget_settled() == 2
    assert found(ZOE[1]) == []


def test_words_of_mail_servers_that_name_the_address_go_too(zoe):
    clock_goes_round()
    row = Delivery.objects.filter(address=ZOE[1]).first()
    row.tries.create(outcome="refused", reply=f"550 <{ZOE[1]}> unknown")
    services.erase_attendee(attendee=zoe)
    clock_goes_round()
    assert found(ZOE[1]) == []
    assert row.tries.count() >= 2


def test_somebody_else_at_the_same_address_keeps_the_feed_and_the_other_registration(zoe, register):
    other = register(guests=[services.Guest("Collega", ZOE[1])])
    services.erase_attendee(attendee=zoe)
    clock_goes_round()
    assert CalendarFeed.objects.filter(address=ZOE[1]).exists()
    assert other.attendees.get().email == ZOE[1]


def test_erasing_twice_and_opening_the_link_again_say_the_same(client, zoe, registration):
    for owner in (zoe, registration):
        path = owner.get_absolute_url()
        for _ in range(2):
            assert "I dati sono cancellati" in client.post(f"{path}erase/").content.decode()
        for page in ("", "data/", "data.json", "erase/", "needs/" if owner is zoe else "contact/"):
            assert "I dati sono cancellati" in client.get(f"{path}{page}").content.decode()
    assert services.erase_registration(registration=registration).erased_at == Registration.objects.get().erased_at
    assert services.erase_attendee(attendee=zoe).erased_at is not None


def test_a_person_cannot_erase_the_others(client, zoe, registration):
    assert client.post(f"/registrations/{zoe.token}/erase/").status_code == 404
    client.post(f"{zoe.get_absolute_url()}erase/")
    assert Attendee.objects.filter(erased_at=None).count() == 2


def test_links_of_erased_people_are_sent_to_nobody(client, zoe, event, registration):
    services.erase_registration(registration=registration)
    for address in (ZOE[1], QUINTO[1]):
        client.post("/events/info-day/lost-link/send/", {"email": address})
    assert not Delivery.objects.filter(kind__in=["registration_link", "attendee_link"]).exists()


def test_who_was_erased_may_register_again(registration, event):
    services.erase_registration(registration=registration)
    again = services.register(
        event=event, submission_id="7f1d5f0e-6a3e-4a0f-9a50-0d6b2f1f7f10", privacy_notice_version="2026-11",
        applicant=services.Applicant("Veliero", "cso", *QUINTO[:3]), guests=[services.Guest("Zoe")],
    )  # fmt: skip
    assert again.is_active


def test_nobody_left_is_reminded_listed_or_sent_a_calendar(client, zoe, registration, event):
    from notifications.audiences.event_states import STANDINGS
    from notifications.reminders.audiences import place_holders

    with time_machine.travel(event.ends_at + timedelta(days=1)):
        services.erase_registration(registration=registration)
        assert place_holders(event, timezone.now()) == []
        assert list(STANDINGS["registered"].rows(event.pk)) == []
        assert client.post(f"{registration.get_absolute_url()}calendar-address/").status_code == 404


def test_organisers_lists_live_with_nameless_people(client_of, organiser, zoe, registration, event):
    with time_machine.travel(event.ends_at + timedelta(days=1)):
        services.erase_attendee(attendee=zoe)
    client = client_of(organiser)
    assert "dati cancellati" in client.get("/manage/events/info-day/").content.decode()
    assert "dati cancellati" in client.get("/manage/events/info-day/registrations.csv").content.decode("utf-8-sig")
    row = Delivery.objects.filter(address__endswith="@erased.invalid").first()
    assert client.get(f"/manage/outbox/{row.key}/").status_code == 200
    assert client.get(f"/manage/outbox/{row.key}/raw/").status_code == 409


def test_whoever_keeps_more_of_a_person_is_told_to_delete_it(zoe, registration, monkeypatch):
    heard = []
    monkeypatch.setattr(services.erasure, "ON_ERASED", [lambda people, whole: heard.append((list(people), whole))])
    services.erase_attendee(attendee=zoe)
    services.erase_registration(registration=registration)
    others = [pk for pk in registration.attendees.order_by("pk").values_list("pk", flat=True) if pk != zoe.pk]
    assert heard == [([zoe.pk], None), (others, registration.pk)]


def test_the_search_would_find_what_is_left(zoe):
    """A control: without the erasure the names stand in many tables."""
    clock_goes_round()
    assert everything().count("Zanzibar") > 3
    assert Event.objects.count() == 1


def test_the_reason_of_a_refusal_goes_with_the_erasure(event, register, organiser):
    Event.objects.update(moderated=True)
    registration = services.refuse(
        registration=register("Anna"), reason="La signora Rossi non è un ente.", by=organiser
    )
    services.erase_registration(registration=registration)
    registration.refresh_from_db()
    assert (registration.state, registration.refusal_reason) == ("refused", "")


def test_the_last_word_to_who_never_held_a_place_speaks_of_none(event, register):
    from notifications.letters import letter_for

    Event.objects.update(moderated=True)
    services.cancel_registration(registration=register("Anna"))
    mail = Delivery.objects.get(kind="registration_cancelled")
    assert mail.calendar_method == ""
    assert "Non occupava ancora alcun posto." in letter_for(mail).paragraphs[0]
