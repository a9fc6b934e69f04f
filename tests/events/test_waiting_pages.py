"""What people see of places in items and of waiting lists: the registrants' pages, the organisers', bad input, letters."""

import pytest

from events import services
from events.models import Attendee, Event, Registration, Session, WaitingEntry
from notifications.letters import Overtaken, letter_for
from notifications.models import Delivery

REGISTER = "/events/info-day/register/"
PLACES = "/manage/events/info-day/places/"


@pytest.fixture
def full(event, register) -> Registration:
    return register("Anna", "Bruno", "Carlo", "Dora", "Elio")


@pytest.fixture
def item(event, add, released) -> Session:
    """With one place, and another at the same time."""
    made = add("Laboratorio", places=1)
    add("Esercizio", 10, places=1)
    released()
    return made


def body(response) -> str:
    return response.content.decode()


def words(kind: str) -> str:
    letter = letter_for(Delivery.objects.filter(kind=kind).latest("pk"))
    return " ".join([letter.subject, *letter.paragraphs, *(value for _name, value in letter.facts), *letter.closing])


# -- registering -------------------------------------------------------------------------------------------------------


def test_a_full_event_says_so_and_offers_the_list_with_how_many_wait_before(client, full, register):
    page = body(client.get("/events/info-day/"))
    assert "Mettiti in lista d’attesa" in page
    register("Fulvia", "Gino", waits="all")
    form = body(client.get(REGISTER))
    assert "Prima di te attendono 2 persone." in form
    assert 'value="any"' in form
    assert 'value="all"' in form


def test_the_form_puts_on_the_list_and_the_page_says_where_one_stands(client, full, posted):
    response = client.post(REGISTER, posted("Fulvia", "Gino", waits="all"), follow=True)
    page = body(response)
    assert "Siete in lista d’attesa." in page
    assert "Posizione 1. Attende 2 posti; nessuno è libero." in page
    assert f"{Registration.objects.latest('pk').token}/calendar.ics" not in page  # nothing for a calendar yet
    assert Registration.objects.latest("pk").state == "waiting"


def test_whoever_is_overtaken_while_they_type_keeps_what_they_typed_and_may_wait(client, event, register, posted):
    typed = posted("Fulvia", "Gino")
    register("Anna", "Bruno", "Carlo", "Dora")
    page = body(client.post(REGISTER, typed))
    assert "Resta solo 1 posto" in page
    assert 'value="Fulvia"' in page
    assert 'name="waits"' in page
    assert "Iscriviti, se ora i posti bastano" in page


@pytest.mark.parametrize("waits", ["", "ALL", "tutti", "<script>", "x" * 5000])
def test_an_unknown_way_to_wait_waits_for_nothing(client, full, posted, waits):
    response = client.post(REGISTER, posted("Fulvia", waits=waits))
    assert response.status_code == 200
    assert WaitingEntry.objects.count() == 0


def test_a_private_person_waits_with_one_button(client, full):
    page = body(client.get(f"{REGISTER}?as=person"))
    assert page.count('name="waits"') == 1


def test_an_event_without_a_list_says_that_all_is_full(client, full):
    Event.objects.update(has_waiting_list=False)
    assert 'name="waits"' not in body(client.get(REGISTER))
    assert "Mettiti in lista" not in body(client.get("/events/info-day/"))


def test_the_source_in_the_address_survives_the_full_page(client, full, posted, organiser):
    from events.attribution import services as attribution

    source = attribution.declare(event=full.event, by=organiser, kind="poster", label="Stazioni")
    page = body(client.get(f"/events/info-day/?via={source.code}"))
    assert f"{REGISTER}?via={source.code}" in page
    client.post(f"{REGISTER}?via={source.code}", posted("Fulvia", waits="all"))
    assert Registration.objects.latest("pk").source == source.code


# -- the registration's page -------------------------------------------------------------------------------------------


def test_one_link_leads_to_a_page_that_asks_and_one_button_leaves(client, full, register):
    registration = register("Fulvia", waits="all")
    entry = registration.waiting_entries.get()
    path = f"{registration.get_absolute_url()}waiting/{entry.pk}/"
    assert "Esci dalla lista d’attesa" in body(client.get(path))
    entry.refresh_from_db()
    assert entry.state == "waiting"  # looking changes nothing
    client.post(path, {"leave": "1"})
    entry.refresh_from_db()
    assert entry.state == "left"
    assert "Qui non attende più nessuno." in body(client.get(path))


def test_what_was_got_is_given_back_by_one_button_too(client, full, register):
    registration = register("Fulvia", waits="all")
    services.cancel_attendee(attendee=full.attendees.get(full_name="Carlo"))
    path = f"{registration.get_absolute_url()}waiting/{registration.waiting_entries.get().pk}/"
    assert "Non possiamo venire" in body(client.get(path))
    client.post(path, {"decline": "1"})
    registration.refresh_from_db()
    assert registration.state == "cancelled"


def test_nobody_reads_or_leaves_through_anothers_link(client, full, register):
    entry = register("Fulvia", waits="all").waiting_entries.get()
    path = f"{full.get_absolute_url()}waiting/{entry.pk}/"
    assert client.get(path).status_code == client.post(path, {"leave": "1"}).status_code == 404
    entry.refresh_from_db()
    assert entry.state == "waiting"


def test_the_contact_puts_one_more_person_on_the_list(client, full):
    page = body(client.get(full.get_absolute_url()))
    assert "Metti in lista d’attesa" in page
    fields = {"new-full_name": "Fulvia", "new-email": "", "new-office": "", "waits": "1"}
    page = body(client.post(f"{full.get_absolute_url()}add/", fields, follow=True))
    assert "Fulvia è in lista d’attesa." in page
    assert full.attendees.get(full_name="Fulvia").state == "waiting"


def test_the_page_costs_the_same_however_many_wait(client, full, register, django_assert_max_num_queries):
    registration = register("F", "G", "H", waits="all")
    for number in range(12):
        register(f"P{number}", waits="all")
    with django_assert_max_num_queries(20):
        client.get(registration.get_absolute_url())


# -- items of the agenda -----------------------------------------------------------------------------------------------


def sessions_of(registration: Registration) -> str:
    return f"{registration.get_absolute_url()}sessions/"


def test_the_contact_chooses_for_everybody_and_is_offered_the_swap(client, full, item):
    other = full.event.sessions.get(title_it="Esercizio")
    anna = full.attendees.get(full_name="Anna")
    change = f"{sessions_of(full)}change/"
    page = body(client.post(change, {"do": "choose", "attendee": anna.pk, "session": item.pk}, follow=True))
    assert "Anna ha un posto in «Laboratorio»." in page
    answer = client.post(change, {"do": "choose", "attendee": anna.pk, "session": other.pk})
    assert answer.status_code == 409
    assert "Scambia i posti" in body(answer)
    page = body(client.post(change, {"do": "swap", "attendee": anna.pk, "session": other.pk}, follow=True))
    assert "Scambio fatto" in page


def test_a_full_item_offers_its_list_to_a_group(client, full, item):
    people = {attendee.full_name: attendee.pk for attendee in full.attendees.all()}
    change = f"{sessions_of(full)}change/"
    client.post(change, {"do": "choose", "attendee": people["Anna"], "session": item.pk})
    answer = client.post(change, {"do": "choose", "attendee": people["Bruno"], "session": item.pk})
    assert answer.status_code == 409
    assert "«Laboratorio» è al completo." in body(answer)
    fields = {"do": "wait", "attendee": [people["Bruno"], people["Carlo"]], "session": item.pk, "takes": "all"}
    page = body(client.post(change, fields, follow=True))
    assert "2 persone sono in lista d’attesa per «Laboratorio»." in page
    assert WaitingEntry.objects.get().takes == "all"


def test_a_person_chooses_through_their_own_link_for_themselves_alone(client, full, item):
    anna, bruno = full.attendees.filter(full_name__in=["Anna", "Bruno"]).order_by("full_name")
    change = f"{anna.get_absolute_url()}sessions/change/"
    client.post(change, {"do": "choose", "attendee": bruno.pk, "session": item.pk})
    assert item.seats.held().get().attendee == anna
    assert "Bruno" not in body(client.get(f"{anna.get_absolute_url()}sessions/"))
    assert "il tuo posto" in body(client.get(anna.get_absolute_url()))


@pytest.mark.parametrize("fields", [
    {}, {"do": "choose"}, {"session": "x"}, {"session": "9" * 40}, {"session": "-1"}, {"session": "999999"},
    {"session": "item", "do": "fly", "attendee": "anna"}, {"session": "item", "do": "choose"},
    {"session": "item", "do": "choose", "attendee": "9" * 40}, {"session": "item", "do": "wait", "attendee": "anna", "takes": "x"},
])  # fmt: skip
def test_hostile_changes_are_answered_and_write_no_place(client, full, item, fields):
    real = {"item": str(item.pk), "anna": str(full.attendees.get(full_name="Anna").pk)}
    answer = client.post(
        f"{sessions_of(full)}change/", {name: real.get(value, value) for name, value in fields.items()}
    )
    assert answer.status_code in {302, 404}
    if fields.get("do") != "wait":
        assert item.seats.held().count() == 0


def test_the_item_of_another_event_is_not_found(client, full, item, organiser):
    event = services.create(
        by=organiser, slug="altro", title_it="Altro", venue="x", address="y", contact_email="a@b.example.org",
        starts_at=full.event.starts_at, ends_at=full.event.ends_at, capacity=3,
    )  # fmt: skip
    foreign = Session.objects.create(event=event, title_it="Z", starts_at=event.starts_at, ends_at=event.ends_at)
    fields = {"do": "choose", "attendee": full.attendees.first().pk, "session": foreign.pk}
    assert client.post(f"{sessions_of(full)}change/", fields).status_code == 404


def test_the_choice_page_costs_the_same_however_many_come(client, full, item, register, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        client.get(sessions_of(full))


def test_without_items_to_choose_nothing_is_offered(client, full):
    assert "Scegli i punti" not in body(client.get(full.get_absolute_url()))
    assert "Nessun punto del programma ha posti propri." in body(client.get(sessions_of(full)))


def test_a_personal_calendar_follows_the_choice(client, full, item):
    anna = full.attendees.get(full_name="Anna")
    services.choose(attendee=anna, session=item)
    file = client.get(f"/registrations/{full.token}/calendar.ics")
    assert b"Laboratorio" in b"".join(file) if file.streaming else b"Laboratorio" in file.content


# -- organisers --------------------------------------------------------------------------------------------------------


def test_organisers_see_queues_with_reasons_places_and_what_was_decided(client_of, organiser, full, register, item):
    services.choose(attendee=full.attendees.get(full_name="Anna"), session=item)
    register("Fulvia", "Gino", waits="all")
    register("Irma", waits="all")
    services.cancel_attendee(attendee=full.attendees.get(full_name="Carlo"))
    page = body(client_of(organiser).get(PLACES))
    queue, trace = page.split("Che cosa hanno deciso le liste d’attesa")
    assert "Posizione 1. Attende 2 posti; nessuno è libero." in queue
    assert "era libero 1 posto" in trace
    assert "Posizione 1. Attende 2 posti tutti insieme; ne è libero solo 1." in trace
    assert "Anna" in page
    assert b"Laboratorio" in client_of(organiser).get("/manage/events/info-day/places.csv").content


def test_the_front_needs_a_reason(client_of, organiser, full, register):
    register("Fulvia", waits="all")
    entry = register("Gino", waits="all").waiting_entries.get()
    client, path = client_of(organiser), f"/manage/events/info-day/waiting/{entry.pk}/front/"
    assert client.post(path, {f"{entry.pk}-reason": "   "}).status_code == 422
    assert client.get(path).status_code == 405
    page = body(client.post(path, {f"{entry.pk}-reason": "Relatore della giornata."}, follow=True))
    assert "Messo in testa: Relatore della giornata." in page


def test_only_organisers_see_it(client, client_of, signatory, full):
    for path in (PLACES, "/manage/events/info-day/places.csv"):
        assert client.get(path).status_code == 302
        assert client_of(signatory).get(path).status_code == 403


def test_the_organisers_page_costs_the_same_however_many_wait(
    client_of, organiser, full, register, django_assert_max_num_queries
):
    for number in range(15):
        register(f"P{number}", f"Q{number}", waits="all")
    client = client_of(organiser)
    with django_assert_max_num_queries(22):
        client.get(PLACES)


def test_an_approval_that_does_not_fit_may_wait(client_of, organiser, event, register):
    Event.objects.update(moderated=True, capacity=1)
    one, other = register("Anna"), register("Bruno")
    client = client_of(organiser)
    fields = {"registration": [one.pk, other.pk], "waits": "1"}
    page = body(client.post("/manage/events/info-day/registrations/approve/", fields, follow=True))
    assert "In lista d’attesa, perché non c’è posto" in page
    assert sorted(Registration.objects.values_list("state", flat=True)) == ["confirmed", "waiting"]


def test_the_contacts_of_those_who_wait_are_an_audience(full, register, applicant):
    from dataclasses import replace

    from notifications.audiences.event_states import STANDINGS

    waits = replace(applicant, organisation_name="Altro ente", contact_email="altra@ente02.example.org")
    register("Fulvia", applicant=waits, waits="all")
    assert [row[0] for row in STANDINGS["waiting"].rows(full.event_id)] == ["altra@ente02.example.org"]


def test_the_download_says_what_was_chosen_and_waited_for(full, register, item):
    from events import personal_data

    anna, bruno = full.attendees.filter(full_name__in=["Anna", "Bruno"]).order_by("full_name")
    services.choose(attendee=anna, session=item)
    services.join_session(attendees=[bruno], session=item)
    about = [section.about for section in personal_data.of_registration(full)]
    assert {"agenda_place", "waiting"} <= set(about)
    assert "waiting" not in [section.about for section in personal_data.of_attendee(anna)]


# -- letters -----------------------------------------------------------------------------------------------------------


def test_letters_say_what_there_is_to_know(full, register, item):
    registration = register("Fulvia", waits="all")
    assert "Posizione 1." in words("waiting_joined")
    services.cancel_attendee(attendee=full.attendees.get(full_name="Carlo"))
    assert "Fulvia" in words("waiting_promoted")
    letter = letter_for(Delivery.objects.get(kind="waiting_promoted"))
    assert f"/waiting/{registration.waiting_entries.get().pk}/" in letter.link[1]
    assert letter.calendar and b"METHOD:REQUEST" in letter.calendar  # noqa: PT018
    services.choose(attendee=full.attendees.get(full_name="Anna"), session=item)
    services.join_session(attendees=[full.attendees.get(full_name="Bruno")], session=item)
    services.give_back(attendee=full.attendees.get(full_name="Anna"), session=item)
    assert "Laboratorio" in words("session_place_given")


def test_a_letter_about_what_was_given_back_meanwhile_is_not_sent(full, register):
    registration = register("Fulvia", waits="all")
    services.cancel_attendee(attendee=full.attendees.get(full_name="Carlo"))
    services.decline(entry=registration.waiting_entries.get())
    with pytest.raises(Overtaken):
        letter_for(Delivery.objects.get(kind="waiting_promoted"))


def test_a_letter_about_a_wait_that_is_over_is_not_sent(full, register):
    registration = register("Fulvia", waits="all")
    services.leave(entry=registration.waiting_entries.get())
    with pytest.raises(Overtaken):
        letter_for(Delivery.objects.get(kind="waiting_joined"))


def test_what_was_overtaken_does_not_leave_and_the_outbox_says_why(full, register):
    from notifications.sending import pump

    registration = register("Fulvia", waits="all")
    services.leave(entry=registration.waiting_entries.get())
    assert pump.pump().failed == 0
    gone = Delivery.objects.get(kind="waiting_joined")
    assert (gone.state, gone.reply) == ("cancelled", "nobody of the group waits any more")


def test_names_of_every_kind_wait_as_others_do(client, full, posted):
    name = "‏" + "ش" * 100 + "🙂" * 40
    client.post(REGISTER, posted(name, waits="all"))
    assert Attendee.objects.waiting().get().full_name.endswith("🙂")
