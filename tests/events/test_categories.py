"""As what somebody registers: an organisation, a private person, the press; each asked only what fits, each once."""

import threading
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, connections, transaction

from events import services
from events.models import Attendee, Event, Registration
from notifications.letters import letter_for
from notifications.models import Delivery

pytestmark = pytest.mark.django_db
REGISTER = "/events/info-day/register/"
PERSON = {
    "submission_id": "6f1d5f0e-6a3e-4a0f-9a50-0d6b2f1f7f10", "contact_name": "Paola Privata",
    "contact_email": "paola@altrove.example.org", "contact_phone": "", "notice_read": "on", "notice_version": "2026-11",
}  # fmt: skip
NOT_SEEN = {"submission_id", "notice_read", "notice_version", "shown", "homepage", "event_revision"}
PRESS = PERSON | {"medium": "Il Giornale di prova", "contact_office": "Giornalista"}


def test_the_form_asks_only_what_fits_the_category(client, event):
    asked = {}
    for category in ("organisation", "person", "press", "castle", ""):
        page = client.get(f"{REGISTER}?as={category}")
        asked[category] = set(page.context["form"].fields) - NOT_SEEN
        assert (page.context["rows"] is not None) == (category not in {"person", "press"})
    contact = {"contact_name", "contact_email", "contact_phone"}
    assert asked["person"] == contact
    assert asked["press"] == contact | {"medium", "contact_office"}
    assert asked["organisation"] == contact | {"organisation_name", "organisation_kind", "contact_office"}
    assert asked["castle"] == asked[""] == asked["organisation"]


def test_the_choice_is_made_by_links_that_keep_where_one_came_from(client, event):
    page = client.get(f"{REGISTER}?via=manifesto").content.decode()
    for category in ("organisation", "person", "press"):
        assert f'href="?via=manifesto&amp;as={category}"' in page


def test_a_private_person_registers_and_comes(client, event):
    response = client.post(f"{REGISTER}?as=person", PERSON)
    registration = Registration.objects.get()
    assert response.url.startswith(registration.get_absolute_url())
    assert (registration.category, registration.organisation_name, registration.organisation_kind) == ("person", "", "")
    assert registration.registrant == "Paola Privata"
    assert list(Attendee.objects.values_list("full_name", "email")) == [("Paola Privata", "paola@altrove.example.org")]
    assert "privato" in client.get(response.url).content.decode()


def test_the_press_names_its_medium(client, event):
    assert "medium" in client.post(f"{REGISTER}?as=press", PRESS | {"medium": ""}).context["form"].errors
    client.post(f"{REGISTER}?as=press", PRESS)
    registration = Registration.objects.get()
    assert (registration.category, registration.registrant) == ("press", "Il Giornale di prova")
    assert Attendee.objects.get().office == "Giornalista"


def test_what_another_category_is_asked_is_not_kept(client, event):
    client.post(f"{REGISTER}?as=person", PRESS | {"organisation_name": "Ente", "organisation_kind": "cso"})
    registration = Registration.objects.get()
    assert (registration.medium, registration.organisation_name, registration.contact_office) == ("", "", "")


def test_a_personal_link_is_always_an_organisations(client, event, cso):
    invitation = services.invite(event=event, organisation=cso)
    page = client.get(f"{invitation.get_absolute_url()}&as=person")
    assert page.context["category"] == "organisation"
    assert "Chi si iscrive?" not in page.content.decode()


def test_a_private_person_is_never_taken_for_an_organisation_of_the_directory(event, register, cso, applicant):
    person = replace(applicant, organisation_name="", organisation_kind="", category="person")
    registration = services.register(
        event=event, applicant=person, guests=[services.Guest("Paola")], submission_id=PERSON["submission_id"],
        privacy_notice_version="2026-11", invitation=services.invite(event=event, organisation=cso),
    )  # fmt: skip
    assert registration.organisation is None


@pytest.mark.parametrize("changes", [
    {"category": "person"}, {"category": "press"}, {"medium": "Giornale"}, {"organisation_name": ""},
    {"organisation_kind": ""}, {"category": "castle"},
])  # fmt: skip
def test_the_database_keeps_the_categories_apart(register, changes):
    registration = register("Anna")
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=registration.pk).update(**changes)


# -- once ----------------------------------------------------------------------------------------------------------------


def test_an_organisation_registers_once_whoever_fills_the_form(event, applicant, register):
    register("Anna", applicant=applicant)
    for name in (applicant.organisation_name.upper(), f" {applicant.organisation_name.replace(' ', '  ')} "):
        with pytest.raises(services.AlreadyRegistered):
            register(
                "Bruno", applicant=replace(applicant, organisation_name=name, contact_email="b@ente01.example.org")
            )


def test_an_organisation_of_the_directory_registers_once_by_whatever_name(event, applicant, register, cso):
    register("Anna", applicant=replace(applicant, organisation_name=cso.name))
    invitation = services.invite(event=event, organisation=cso)
    with pytest.raises(services.AlreadyRegistered):
        register("Bruno", applicant=applicant, invitation=invitation)


def test_after_cancelling_it_may_register_again(event, applicant, register):
    services.cancel_registration(registration=register("Anna", applicant=applicant))
    assert register("Anna", applicant=applicant).is_active


def test_the_database_refuses_a_second_registration_of_the_same_registrant(register):
    first, second = register("Anna"), register("Bruno")
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=second.pk).update(registrant_key=first.registrant_key)


def test_a_second_form_of_an_organisation_does_not_say_whose_the_first_was(client, event, posted, register):
    earlier = register("Anna")
    fields = posted("Bruno", organisation_name=earlier.organisation_name, contact_email="b@ente01.example.org")
    page = client.post(REGISTER, fields).content.decode()
    assert "è già tra gli iscritti" in page
    assert 'value="Bruno"' in page
    assert earlier.contact_email not in page
    assert earlier.contact_name not in page.replace(fields["contact_name"], "")
    assert earlier.token not in page


def test_a_private_address_registers_once_and_gets_its_link_again(client, event):
    client.post(f"{REGISTER}?as=person", PERSON)
    again = PERSON | {
        "submission_id": "7f1d5f0e-6a3e-4a0f-9a50-0d6b2f1f7f10",
        "contact_email": "PAOLA@altrove.example.org",
    }
    page = client.post(f"{REGISTER}?as=person", again).content.decode()
    assert "c’è già un’iscrizione" in page
    assert Registration.objects.get().token not in page
    assert Delivery.objects.filter(kind="registration_link", address="paola@altrove.example.org").count() == 1
    assert Registration.objects.count() == 1


def test_a_person_may_register_for_their_organisation_too(client, event, posted):
    client.post(f"{REGISTER}?as=person", PERSON)
    assert client.post(REGISTER, posted("Anna", contact_email=PERSON["contact_email"])).status_code == 302
    assert (
        client.post(f"{REGISTER}?as=press", PRESS | {"submission_id": posted("x")["submission_id"]}).status_code == 302
    )


def test_two_of_one_medium_may_come_each_with_an_address(client, event, posted):
    client.post(f"{REGISTER}?as=press", PRESS)
    other = PRESS | {"submission_id": posted("x")["submission_id"], "contact_email": "fotografo@altrove.example.org"}
    assert client.post(f"{REGISTER}?as=press", other).status_code == 302


def test_a_private_contact_cannot_take_an_address_that_is_registered_already(client, event, posted):
    client.post(f"{REGISTER}?as=person", PERSON)
    other = PERSON | {"submission_id": posted("x")["submission_id"], "contact_email": "piero@altrove.example.org"}
    client.post(f"{REGISTER}?as=person", other)
    piero = Registration.objects.get(contact_email="piero@altrove.example.org")
    fields = {"name": "Piero", "email": PERSON["contact_email"], "office": "", "phone": ""}
    page = client.post(f"{piero.get_absolute_url()}contact/", fields, follow=True).content.decode()
    assert "ha già un’altra iscrizione" in page
    piero.refresh_from_db()
    assert piero.contact_email == "piero@altrove.example.org"
    assert (
        services.edit_contact(
            registration=piero, name="Piero", email="piero.due@altrove.example.org", office="", phone=""
        ).contact_email
        == "piero.due@altrove.example.org"
    )
    assert (
        client.post(f"{REGISTER}?as=person", other | {"submission_id": posted("x")["submission_id"]}).status_code == 302
    )


# -- where it is said ----------------------------------------------------------------------------------------------------


def test_list_export_mail_and_counts_say_the_category(client, client_of, organiser, event, register, posted):
    register("Anna")
    client.post(f"{REGISTER}?as=person", PERSON)
    client.post(f"{REGISTER}?as=press", PRESS | {"submission_id": posted("x")["submission_id"]})
    page = client_of(organiser).get("/manage/events/info-day/").content.decode()
    assert "ente: 1 · privato: 1 · stampa: 1" in page
    assert "Il Giornale di prova" in page
    rows = (
        client_of(organiser).get("/manage/events/info-day/registrations.csv").content.decode("utf-8-sig").splitlines()
    )
    cells = [row.split(";") for row in rows]
    assert [(row[7], row[4]) for row in cells] == [
        ("Categoria", "Ente"), ("ente", "Cooperativa di prova"), ("privato", ""), ("stampa", "Il Giornale di prova"),
    ]  # fmt: skip
    letters = [letter_for(row) for row in Delivery.objects.filter(kind="registration_confirmed").order_by("pk")]
    assert [dict(letter.facts)["Iscrizione come"] for letter in letters] == ["ente", "privato", "stampa"]
    assert "l’iscrizione di Paola Privata è confermata." in letters[1].paragraphs


# -- at the same time ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_eight_colleagues_at_once_make_one_registration_of_their_organisation(event, applicant, register):
    Event.objects.update(capacity=50)
    results = at_once(lambda number: register(f"Persona{number}", applicant=applicant), 8)
    assert sum(isinstance(result, Registration) for result in results) == 1
    assert sum(isinstance(result, services.AlreadyRegistered) for result in results) == 7
    assert Registration.objects.count() == Attendee.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite queues writers by itself: no race to show")
@pytest.mark.django_db(transaction=True)
def test_the_index_alone_holds_when_a_code_path_forgets_the_lock(event, applicant, register, monkeypatch):
    """The control of the test above: without the lock the race is there, and the schema still lets one through."""
    Event.objects.update(capacity=50)
    monkeypatch.setattr(services.registrations, "lock", lambda event: Event.objects.get(pk=event.pk))
    results = at_once(lambda number: register(f"Persona{number}", applicant=applicant), 16)
    assert any(isinstance(result, IntegrityError) for result in results)
    assert Registration.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_replacements_of_one_person_at_once_are_one(event, register):
    attendee = register("Anna").attendees.get()

    def replace_by(number: int) -> Attendee:
        return services.replace_attendee(attendee=attendee, guest=services.Guest(f"Nuova {number}"))

    results = at_once(replace_by, 6)
    assert sum(isinstance(result, Attendee) for result in results) == 1
    assert sum(isinstance(result, services.RegistrationClosed) for result in results) == 5
    assert event.places_taken() == 1


@pytest.mark.django_db(transaction=True)
def test_erasing_and_changing_at_once_leave_no_name_in_an_erased_row(event, register):
    registration = register("Anna", "Bruno")
    anna = registration.attendees.get(full_name="Anna")

    def work(number: int) -> object:
        if number % 2:
            return services.edit_attendee(attendee=anna, guest=services.Guest(f"Anna {number}", anna.email))
        return services.erase_registration(registration=registration)

    at_once(work, 8)
    assert list(Attendee.objects.values_list("full_name", "email").distinct()) == [("", "")]
    assert Registration.objects.get().erased_at is not None


def at_once(work, count: int) -> list[object]:
    """Run `work(n)` in `count` threads that start together, each with its own connection."""
    start, results = threading.Barrier(count), []

    def run(number: int) -> None:
        start.wait(timeout=30)
        try:
            results.append(work(number))
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results
