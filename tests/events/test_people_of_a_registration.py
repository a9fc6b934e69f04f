"""The contact's people and their own links: who may see and do what, and who is told."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from events import services
from events.models import Attendee, Event, Registration
from notifications.letters import letter_for
from notifications.models import Delivery
from organisations.links import hash_token

pytestmark = pytest.mark.django_db
BRUNO = {"full_name": "Bruno Due", "email": "bruno.due@ente01.example.org", "office": "Socio"}


@pytest.fixture
def registration(register) -> Registration:
    return register("Anna", "Bruno")


@pytest.fixture
def anna(registration) -> Attendee:
    return registration.attendees.get(full_name="Anna")


@pytest.fixture
def bruno(registration) -> Attendee:
    return registration.attendees.get(full_name="Bruno")


def texts(kind: str) -> dict[str, str]:
    """Address -> everything that the waiting letter of a kind says."""
    found = {}
    for row in Delivery.objects.filter(kind=kind, state="ready"):
        letter = letter_for(row)
        facts = [f"{label} {value}" for label, value in letter.facts]
        found[row.address] = "\n".join(
            [letter.subject, *letter.paragraphs, *facts, *(letter.link or ()), *letter.closing]
        )
    return found


def test_each_person_has_a_link_of_their_own_that_is_stored_hashed_only(anna, bruno, registration):
    tokens = {anna.token, bruno.token, registration.token}
    assert len(tokens) == 3
    assert anna.token_hash == hash_token(anna.token)
    stored = str([*Attendee.objects.values(), *Registration.objects.values()])
    assert not any(token in stored for token in tokens)


def test_a_letter_carries_the_link_of_whoever_reads_it_and_no_other(anna, bruno, registration):
    told = texts("attendee_registered") | texts("registration_confirmed")
    links = {anna.email: anna, bruno.email: bruno, registration.contact_email: registration}
    assert set(told) == set(links)
    for address, text in told.items():
        for reader, owner in links.items():
            assert (owner.token in text) == (reader == address), (address, reader)


def test_an_office_mailbox_of_two_people_gets_both_links_by_name(event, register):
    guests = [services.Guest("Anna", "ufficio@ente01.example.org"), services.Guest("Bea", "ufficio@ente01.example.org")]
    registration = register(guests=guests)
    text = texts("attendee_registered")["ufficio@ente01.example.org"]
    for attendee in registration.attendees.all():
        assert f"{attendee.full_name} " in text
        assert attendee.token in text


def test_the_own_page_shows_the_own_place_and_nothing_of_the_others(client, anna, bruno, registration):
    response = client.get(anna.get_absolute_url())
    page = response.content.decode()
    assert "Anna" in page
    assert "Il tuo posto" in page
    for secret in (bruno.full_name, bruno.email, bruno.token, registration.token, registration.contact_email):
        assert secret not in page
    assert response["Referrer-Policy"] == "same-origin"
    assert "noindex" in response["X-Robots-Tag"]
    assert "no-store" in response["Cache-Control"]


def test_a_persons_link_opens_no_page_of_the_contact(client, anna, bruno):
    for path in ("", "cancel/", "contact/", f"attendees/{bruno.pk}/edit/", f"attendees/{bruno.pk}/cancel/"):
        assert client.get(f"/registrations/{anna.token}/{path}").status_code == 404
        assert client.post(f"/registrations/{anna.token}/{path}").status_code in {404, 405}
    assert Attendee.objects.confirmed().count() == 2


def test_the_contacts_link_is_no_persons_link(client, registration):
    for path in ("", "edit/", "cancel/"):
        assert client.get(f"/attendees/{registration.token}/{path}").status_code == 404


def test_looking_at_the_own_pages_changes_nothing(client, anna):
    for path in ("", "edit/", "cancel/"):
        assert client.get(f"{anna.get_absolute_url()}{path}").status_code == 200
    assert client.get(f"{anna.get_absolute_url()}confirm/").status_code == 405
    anna.refresh_from_db()
    assert (anna.state, anna.coming_confirmed_at) == ("confirmed", None)


def test_a_person_corrects_the_own_name_but_not_the_address(client, anna):
    fields = {"full_name": "Anna Maria", "office": "Presidente", "email": "altra@ente01.example.org"}
    assert client.post(f"{anna.get_absolute_url()}edit/", fields).status_code == 302
    old = anna.email
    anna.refresh_from_db()
    assert (anna.full_name, anna.office, anna.email) == ("Anna Maria", "Presidente", old)
    assert client.post(f"{anna.get_absolute_url()}edit/", {"full_name": ""}).status_code == 422


def test_a_person_says_that_they_come_and_saying_it_again_keeps_the_first_time(client, anna, bruno):
    client.post(f"{anna.get_absolute_url()}confirm/")
    anna.refresh_from_db()
    first = anna.coming_confirmed_at
    assert first is not None
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        client.post(f"{anna.get_absolute_url()}confirm/")
    anna.refresh_from_db()
    bruno.refresh_from_db()
    assert (anna.coming_confirmed_at, bruno.coming_confirmed_at) == (first, None)


def test_a_person_gives_the_own_place_back_and_the_contact_is_told(client, anna, event, registration):
    assert client.post(f"{anna.get_absolute_url()}cancel/").status_code == 302
    assert event.places_taken() == 1
    assert registration.contact_email in texts("registration_changed")
    assert anna.email in texts("attendee_left")
    page = client.get(anna.get_absolute_url()).content.decode()
    assert "posto restituito" in page
    assert "/cancel/" not in page


def test_the_contact_confirms_one_or_all(client, anna, bruno, registration):
    base = registration.get_absolute_url()
    client.post(f"{base}attendees/{anna.pk}/confirm/")
    assert list(Attendee.objects.filter(coming_confirmed_at=None)) == [bruno]
    client.post(f"{base}confirm/")
    assert not Attendee.objects.filter(coming_confirmed_at=None).exists()
    assert "presenza confermata" in client.get(base).content.decode()


def test_after_the_event_nobody_confirms_any_more(registration, event):
    with time_machine.travel(event.ends_at + timedelta(minutes=1)), pytest.raises(services.RegistrationClosed):
        services.confirm_coming(registration=registration)


def test_a_replacement_keeps_the_number_kills_the_old_link_and_tells_both(client, anna, registration):
    number, old = anna.place_number, anna.get_absolute_url()
    Delivery.objects.update(state="accepted", accepted_at=timezone.now())
    response = client.post(f"{registration.get_absolute_url()}attendees/{anna.pk}/replace/", BRUNO)
    assert response.status_code == 302
    came = Attendee.objects.get(full_name="Bruno Due")
    assert came.place_number == number
    assert set(texts("attendee_left")) == {anna.email}
    assert came.token in texts("attendee_registered")[came.email]
    page = client.get(old).content.decode()
    assert "posto restituito" in page
    assert client.post(f"{old}confirm/").status_code == 302
    came.refresh_from_db()
    assert came.coming_confirmed_at is None


def test_who_comes_in_the_place_of_another_inherits_nothing_they_had_said(anna, registration):
    services.confirm_coming(registration=registration)
    came = services.replace_attendee(attendee=anna, guest=services.Guest("Carla"))
    assert came.pk != anna.pk
    assert came.coming_confirmed_at is None


def test_replacing_twice_by_a_double_click_is_one_replacement(anna, registration):
    guest = services.Guest("Carla", "carla.due@ente01.example.org")
    first = services.replace_attendee(attendee=anna, guest=guest)
    assert services.replace_attendee(attendee=anna, guest=guest) == first
    assert registration.attendees.confirmed().count() == 2


def test_a_successor_at_the_same_address_gets_the_new_link_all_the_same(anna, registration):
    Delivery.objects.update(state="accepted", accepted_at=timezone.now())
    came = services.replace_attendee(attendee=anna, guest=services.Guest("Carla", anna.email))
    assert came.token in texts("attendee_registered")[anna.email]
    assert anna.token not in texts("attendee_registered")[anna.email]
    assert texts("attendee_left") == {}


def test_nobody_is_replaced_by_somebody_who_comes_already(client, anna, bruno, registration):
    with pytest.raises(services.AlreadyComing):
        services.replace_attendee(attendee=anna, guest=services.Guest("BRUNO", bruno.email))
    path = f"{registration.get_absolute_url()}attendees/{anna.pk}/replace/"
    fields = {"full_name": "Bruno", "email": bruno.email, "office": ""}
    assert "già nell’elenco" in client.post(path, fields, follow=True).content.decode()
    assert anna.place_number == Attendee.objects.get(pk=anna.pk).place_number


def test_what_somebody_keeps_for_a_person_hears_of_the_one_who_came(anna, monkeypatch):
    heard = []
    monkeypatch.setattr(services.people, "ON_REPLACED", [lambda *pair: heard.append(pair)])
    came = services.replace_attendee(attendee=anna, guest=services.Guest("Carla"))
    assert heard == [(anna, came)]


def test_a_person_of_another_registration_can_be_neither_replaced_nor_confirmed(client, anna, register):
    other = register("Carlo")
    for verb in ("replace", "confirm", "send-link"):
        assert client.post(f"{other.get_absolute_url()}attendees/{anna.pk}/{verb}/", BRUNO).status_code == 404


def test_the_contact_sends_a_person_their_link_again_once_a_minute(client, anna, registration):
    path = f"{registration.get_absolute_url()}attendees/{anna.pk}/send-link/"
    with time_machine.travel(timezone.now().replace(second=10), tick=False):
        for _ in range(3):
            assert client.post(path).status_code == 302
    assert anna.token in texts("attendee_link")[anna.email]
    assert Delivery.objects.filter(kind="attendee_link").count() == 1


def test_sending_links_again_and_again_fills_nobodys_mailbox(client, anna, registration):
    path, start = f"{registration.get_absolute_url()}attendees/{anna.pk}/send-link/", timezone.now()
    for minute in range(9):
        with time_machine.travel(start + timedelta(minutes=minute)):
            client.post(path)
    assert Delivery.objects.filter(kind="attendee_link").count() == 6


def test_a_new_address_gets_a_new_link_and_the_old_one_dies(client, anna):
    old = anna.get_absolute_url()
    changed = services.edit_attendee(attendee=anna, guest=services.Guest("Anna", "anna.nuova@ente01.example.org"))
    assert client.get(old).status_code == 404
    assert client.get(changed.get_absolute_url()).status_code == 200


def test_the_lost_link_comes_to_people_registered_by_others_too(client, anna, bruno, event):
    answers = {
        client.post("/events/info-day/lost-link/send/", {"email": address}).content
        for address in (anna.email.upper(), "carla@ente01.example.org", "nessuno@altrove.example.org")
    }
    assert len(answers) == 1
    assert set(texts("attendee_link")) == {anna.email}
    assert set(texts("registration_link")) == {"carla@ente01.example.org"}


def test_asking_for_links_too_often_gets_the_same_answer_and_no_more_mail(client, anna, event):
    start, answers = timezone.now(), set()
    for minute in range(8):
        with time_machine.travel(start + timedelta(minutes=minute)):
            answers.add(client.post("/events/info-day/lost-link/send/", {"email": anna.email}).content)
    assert len(answers) == 1
    assert Delivery.objects.filter(kind="attendee_link").count() == 6


def test_whoever_has_only_a_cancelled_registration_still_gets_its_link(event, register):
    registration = register("Anna")
    services.cancel_registration(registration=registration)
    services.request_link(event=event, email="carla@ente01.example.org")
    services.request_link(event=event, email="anna@ente01.example.org")
    assert registration.token in texts("registration_link")["carla@ente01.example.org"]
    assert registration.attendees.get().token in texts("attendee_link")["anna@ente01.example.org"]


def test_a_person_named_as_contact_gets_the_contacts_link_alone(register, event):
    register(guests=[services.Guest("Carla Contatto", "carla@ente01.example.org")])
    services.request_link(event=event, email="carla@ente01.example.org")
    assert texts("attendee_link") == {}
    assert len(texts("registration_link")) == 1


def test_one_persons_link_takes_thirty_changes_an_hour(client, anna):
    for number in range(32):
        client.post(f"{anna.get_absolute_url()}edit/", {"full_name": f"Anna {number}", "office": ""})
    anna.refresh_from_db()
    assert anna.full_name == "Anna 29"


def test_the_database_keeps_no_name_of_somebody_whose_data_were_erased(anna):
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendee.objects.filter(pk=anna.pk).update(erased_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendee.objects.filter(pk=anna.pk).update(full_name="")


@pytest.mark.parametrize("kind", ["reminder", "event_rescheduled"])
def test_a_reminder_and_a_move_carry_the_readers_own_link(anna, registration, kind):
    for address, owner in ((anna.email, anna), (registration.contact_email, registration)):
        row = Delivery.objects.create(
            kind=kind, idempotency_key=address, address=address, payload={"registration": registration.pk}
        )
        letter = letter_for(row)
        assert letter.link is not None
        assert owner.token in letter.link[1]


def test_signed_in_people_find_the_places_others_gave_them(client_of, anna, registration):
    from organisations.models import User

    page = client_of(User.objects.create_user(anna.email, name="Anna")).get("/me/").content.decode()
    assert anna.get_absolute_url() in page
    assert registration.token not in page
    page = client_of(User.objects.create_user(registration.contact_email, name="Carla")).get("/me/").content.decode()
    assert registration.get_absolute_url() in page
    assert anna.token not in page


def test_organisers_see_who_said_that_they_come(client_of, organiser, anna, registration):
    services.confirm_coming(registration=registration, attendee=anna)
    page = client_of(organiser).get("/manage/events/info-day/").content.decode()
    assert page.count("presenza confermata") == 2  # the number, and beside one name
    sheet = client_of(organiser).get("/manage/events/info-day/registrations.csv").content.decode("utf-8-sig")
    assert [row.split(";")[9] for row in sheet.splitlines()] == ["Presenza confermata", "sì", ""]


def test_a_draft_behind_a_link_shows_no_agenda_that_is_not_public(client, anna, add, released):
    add("Saluti segreti")
    assert "Saluti segreti" not in client.get(anna.get_absolute_url()).content.decode()
    released()
    assert "Saluti segreti" in client.get(anna.get_absolute_url()).content.decode()


def test_a_cancelled_event_explains_itself_on_the_own_page(client, anna, event, organiser):
    services.cancel(event=event, reason="Sala allagata", by=organiser)
    page = client.get(anna.get_absolute_url()).content.decode()
    assert "Sala allagata" in page
    assert "/cancel/" not in page
    assert Event.objects.get().state == "cancelled"
    assert uuid.UUID(str(anna.key))
