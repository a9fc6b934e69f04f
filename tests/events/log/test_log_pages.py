"""The page of the change log: who sees it, what it shows, in pages by keys, as a sheet; and nothing of who was erased."""

import csv
import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events import services
from events.log import views
from events.log.recording import Actor, acting, record
from events.models import Event, LogEntry, Registration
from organisations.models import RoleGrant, User
from organisations.roles import Role

pytestmark = pytest.mark.django_db
PAGE = "/manage/events/info-day/log/"


@pytest.fixture
def desk(organiser, client_of):
    return client_of(organiser)


def body(response) -> str:
    return response.content.decode()


def written(event: Event, organiser: User, number: int) -> list[int]:
    """So many entries, each with a number of its own as its number of places; their keys, the oldest first."""
    return [
        record(event, "event.changed", by=organiser, changes={"capacity": [place, place + 1]}).pk
        for place in range(number)
    ]


def shown(page: str, number: int) -> list[int]:
    return [place for place in range(number) if f"da {place} a {place + 1}." in page]


# -- who ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}log.csv"])
def test_only_who_manages_events_reads_the_log(event, client, client_of, stranger, signatory, desk, address):
    assert client.get(address).status_code == 302
    assert client_of(stranger).get(address).status_code == 403
    assert client_of(signatory).get(address).status_code == 403
    assert desk.get(address).status_code == 200
    assert desk.post(address).status_code == 405
    assert desk.get(address.replace("info-day", "non-esiste")).status_code == 404


def test_the_events_page_leads_to_the_log(event, desk):
    assert f'href="{PAGE}"' in body(desk.get("/manage/events/info-day/"))


# -- what --------------------------------------------------------------------------------------------------------------


def test_the_latest_stands_first_with_each_value_before_and_after(event, organiser, desk):
    services.change(event=event, by=organiser, capacity=9)
    services.change(event=event, by=organiser, venue="Sala <b>grande</b>", address="Via & piazza", moderated=True)
    page = body(desk.get(PAGE))
    assert page.index("ha cambiato 3 dati dell’evento") < page.index("ha portato i posti da 5 a 9")
    assert "da «Sala conferenze» a «Sala &lt;b&gt;grande&lt;/b&gt;»" in page
    assert "da «no» a «sì»" in page
    english = body(desk.get(f"/en{PAGE}"))
    assert "Olga Organizzatrice changed the number of places from 5 to 9." in english


def test_an_event_of_which_nothing_is_written_says_so(event, desk):
    assert "Non è stato fatto niente di questo genere." in body(desk.get(PAGE))


def test_an_action_of_a_newer_portal_is_shown_by_its_key(event, desk):
    LogEntry.objects.create(event_uid=event.uid, actor=Actor.PORTAL, action="event.painted", values={"x": 1})
    assert "event.painted" in body(desk.get(PAGE))
    assert "event.painted" in body(desk.get(f"{PAGE}log.csv"))


def test_values_that_are_gone_or_strange_stop_no_page(event, desk):
    for changes in ({"gone": [1, 2]}, {"kind": ["x", None]}, {"capacity": None}, {"summary_it": ["%s", "%(who)s"]}):
        LogEntry.objects.create(
            event_uid=event.uid, actor=Actor.PORTAL, action="event.changed", values={"changes": changes}
        )
    LogEntry.objects.create(
        event_uid=event.uid, actor=Actor.PORTAL, action="invitation.made", values={"organisation": 999_999}
    )
    page = body(desk.get(PAGE))
    assert "un ente che non c’è più" in page
    assert "%(who)s" in page


def test_an_entry_of_another_event_is_not_shown(event, organiser, desk):
    other = Event.objects.get(pk=event.pk)
    other.pk, other.slug, other.uid = None, "altro", "6f1d5f0e-6a3e-4a0f-9a50-0d6b2f1f7f10"
    other.save()
    record(other, "event.published", by=organiser)
    assert "ha pubblicato" not in body(desk.get(PAGE))


# -- looking for -------------------------------------------------------------------------------------------------------


def test_the_log_is_narrowed_by_kind_by_who_and_to_one_registration(event, organiser, register, client, desk):
    second = User.objects.create_user("oreste@socialneet.example.org", name="Oreste Organizzatore")
    RoleGrant.objects.create(user=second, role=Role.ORGANISER)
    one, two = register("Anna"), register("Bruno")
    services.change(event=event, by=organiser, capacity=9)
    services.change(event=event, by=second, capacity=11)
    client.post(f"/registrations/{one.token}/cancel/")
    services.erase_registration(registration=two)
    found = {
        "": {"da 5 a 9", "da 9 a 11", one.reference, two.reference},
        "group=event": {"da 5 a 9", "da 9 a 11"},
        "group=registrations": {one.reference, two.reference},  # whoever is erased gives the places back
        "group=data": {two.reference},
        "group=agenda": set(),
        f"who={organiser.pk}": {"da 5 a 9"},
        f"who={second.pk}&group=event": {"da 9 a 11"},
        "who=contact": {one.reference},
        "who=portal": {two.reference},
        f"registration={one.pk}": {one.reference},
        # what cannot be read is passed over
        "group=x&who=999999&registration=-1": {"da 5 a 9", "da 9 a 11", one.reference, two.reference},
        f"who=%00&registration={'9' * 40}": {"da 5 a 9", "da 9 a 11", one.reference, two.reference},
    }
    everything = found[""]
    for query, expected in found.items():
        page = body(desk.get(f"{PAGE}?{query}"))
        page = page[page.index("<main") :]
        entries = page.split("</form>", 1)[1]
        assert {words for words in everything if words in entries} == expected, query
    assert f"Solo quel che riguarda l’iscrizione di Cooperativa di prova ({one.reference})" in body(
        desk.get(f"{PAGE}?registration={one.pk}")
    )
    users = body(desk.get(PAGE)).split('name="who"', 1)[1].split("</select>", 1)[0]
    assert ["Olga" in users, "Oreste" in users, "Silvia" in users] == [True, True, False]


def test_pages_go_by_keys_so_that_what_is_written_meanwhile_shifts_nothing(event, organiser, desk, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 4)
    keys = written(event, organiser, 10)
    first = body(desk.get(PAGE))
    assert shown(first, 10) == [6, 7, 8, 9]
    assert f"before={keys[6]}" in first
    assert "after=" not in first
    record(event, "event.published", by=organiser)
    second = body(desk.get(f"{PAGE}?group=event&before={keys[6]}"))
    assert shown(second, 10) == [2, 3, 4, 5]
    assert f"group=event&amp;before={keys[2]}" in second
    assert f"group=event&amp;after={keys[5]}" in second
    last = body(desk.get(f"{PAGE}?before={keys[2]}"))
    assert shown(last, 10) == [0, 1]
    assert "before=" not in last.split('class="pages"', 1)[1].split("</nav>", 1)[0]
    assert shown(body(desk.get(f"{PAGE}?after={keys[1]}")), 10) == [2, 3, 4, 5]
    back = body(desk.get(f"{PAGE}?after={keys[8]}"))
    assert shown(back, 10) == [9]
    assert "ha pubblicato l’evento" in back
    assert "after=" not in back.split('class="pages"', 1)[1].split("</nav>", 1)[0]


@pytest.mark.parametrize("query", ["before=x", "before=-1", f"before={'9' * 40}", "after=%00", "after=²", "before="])
def test_a_key_that_is_none_shows_the_latest(event, organiser, desk, query):
    written(event, organiser, 2)
    assert shown(body(desk.get(f"{PAGE}?{query}")), 2) == [0, 1]


def test_before_the_first_and_after_the_last_stands_nothing(event, organiser, desk):
    keys = written(event, organiser, 2)
    for query in (f"before={keys[0]}", f"after={keys[1]}", "before=0"):
        assert "Non è stato fatto niente" in body(desk.get(f"{PAGE}?{query}"))


def _queries(desk, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert desk.get(address).status_code == 200
    return len(captured)


def test_the_page_costs_the_same_whatever_its_length(event, organiser, register, desk, cso):
    register("Anna")
    services.invite_by_hand(event=event, organisation=cso, sends=False, by=organiser)
    with acting(Actor.CONTACT):
        record(event, "person.added", person=Registration.objects.get().attendees.get())
    few = _queries(desk, PAGE)
    for name in ("Bruno", "Carla", "Dora"):
        here = register(name)
        record(event, "person.added", by=organiser, person=here.attendees.get())
    for number in range(6):
        user = User.objects.create_user(f"utente{number}@socialneet.example.org", name=f"Utente {number}")
        record(event, "registration.approved", by=user, registration=Registration.objects.first())
    assert _queries(desk, PAGE) == few
    assert few <= 10


# -- as a sheet --------------------------------------------------------------------------------------------------------


def _sheet(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))


def test_the_sheet_holds_words_and_values_for_what_was_looked_for(event, organiser, desk):
    services.change(event=event, by=organiser, capacity=9, title_it="=1+1")
    services.cancel(event=event, by=organiser, reason="Neve")
    answer = desk.get(f"{PAGE}log.csv?group=event")
    head, off, changed = _sheet(answer)
    assert head == ["Quando", "Chi", "Riguarda", "Che cosa è stato fatto", "Da e a", "Azione", "Valori"]
    assert off[1:4] == ["Olga Organizzatrice", "l’evento stesso", "Olga Organizzatrice ha annullato l’evento."]
    assert changed[4] == "Posti: da «5» a «9»; Titolo (italiano): da «Giornata informativa» a «=1+1»"
    assert changed[5] == "event.changed"
    assert json.loads(changed[6]) == {"changes": {"capacity": [5, 9], "title_it": ["Giornata informativa", "=1+1"]}}
    assert answer["Content-Disposition"] == 'attachment; filename="info-day-log.csv"'


def test_no_cell_of_the_sheet_is_run_by_a_spreadsheet(event, organiser, desk):
    organiser.name = "=HYPERLINK(1)"
    organiser.save()
    record(event, "event.published", by=organiser)
    assert _sheet(desk.get(f"{PAGE}log.csv"))[1][1] == "'=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("registrations.csv", "attendees"), ("places.csv", "agenda_places"), ("questions/answers.csv", "answers"),
        ("log/log.csv", "log"), ("exports/waiting.ods", "waiting"), ("exports/registrations.xlsx", "registrations"),
    ],
)  # fmt: skip
def test_whoever_takes_personal_data_out_stands_in_the_log(event, organiser, desk, address, what):
    address = f"/manage/events/info-day/{address}"
    list(desk.head(address))
    list(desk.get(address, headers={"sec-purpose": "prefetch;prerender"}))
    assert not LogEntry.objects.exists()
    list(desk.get(address))
    entry = LogEntry.objects.get()
    assert (entry.action, entry.by, entry.values["what"]) == ("data.exported", organiser, what)
    assert "Olga Organizzatrice ha scaricato " in body(desk.get(PAGE))


def test_whoever_may_not_take_data_out_writes_nothing(event, client_of, stranger):
    assert client_of(stranger).get("/manage/events/info-day/registrations.csv").status_code == 403
    assert not LogEntry.objects.exists()


# -- erasure -----------------------------------------------------------------------------------------------------------


def test_the_log_holds_no_word_about_a_registrant_and_an_erasure_takes_their_names_from_its_page(
    event, organiser, register, client, desk
):
    """Everything that names a person is done first; then all rows are searched for what people wrote of themselves."""
    here = register("Ludmilla", "Bartolomeo", "Clotilde")
    first, second = here.attendees.order_by("pk")[:2]
    contact, own = f"/registrations/{here.token}/", f"/attendees/{first.token}/"
    client.post(f"{own}edit/", {"full_name": "Ludmilla Zanzotto", "office": "Quintessenza"})
    client.post(
        f"{contact}attendees/{second.pk}/edit/",
        {"full_name": "Bartolomeo", "email": "zanzara@ente09.example.org", "office": ""},
    )
    client.post(
        f"{contact}contact/",
        {"name": "Teodolinda", "email": here.contact_email, "office": "Sindachessa", "phone": "0744 123456"},
    )
    client.post(f"{contact}attendees/{second.pk}/replace/", {"full_name": "Ermenegildo", "email": "", "office": ""})
    event.moderated = True
    event.save()
    services.refuse(registration=register("Ugolina"), reason="Ugolina è malata", by=organiser)
    page = body(desk.get(PAGE))
    assert "Ludmilla Zanzotto" in page
    assert "Ermenegildo" in page
    client.post(f"{own}erase/")
    client.post(f"{contact}erase/")
    everything = json.dumps(list(LogEntry.objects.values("action", "values", "actor")), ensure_ascii=False)
    names = ("Ludmilla", "Zanzotto", "Quintessenza", "Bartolomeo", "zanzara", "Teodolinda", "Sindachessa", "0744",
             "Ermenegildo", "Clotilde", "Ugolina", "malata", "carla@", "Cooperativa")  # fmt: skip
    assert [name for name in names if name in everything] == []
    page = body(desk.get(PAGE))
    assert [name for name in names[:-4] if name in page] == []
    assert "Una persona, con il proprio link, ha fatto cancellare i dati di una persona di Cooperativa di prova" in page
    assert "Il referente, con il suo link, ha fatto cancellare i dati personali di Cooperativa di prova" in page
    assert "una persona i cui dati sono stati cancellati" in page
