"""The public pages and the page behind the link: what they show, refuse and never do."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from events import services
from events.models import Attendee, Event, Registration

pytestmark = pytest.mark.django_db
REGISTER = "/events/info-day/register/"


def test_public_pages_without_a_form_set_no_cookie(client, event):
    for path in (
        "/",
        "/events/",
        "/events/info-day/",
        "/meeting-point/",
        "/privacy/",
        "/accessibility/",
        "/calendar.ics",
    ):
        assert client.get(path).status_code == 200
        assert client.cookies == {}, path


def test_unprefixed_addresses_are_italian_whatever_the_browser_asks_for(client, event):
    assert '<html lang="it">' in client.get("/events/info-day/", headers={"accept-language": "en"}).content.decode()
    assert '<html lang="en">' in client.get("/en/events/info-day/").content.decode()


def test_a_draft_is_not_public(client, event):
    Event.objects.update(state=Event.State.DRAFT)
    assert client.get("/events/info-day/").status_code == 404
    assert client.get(REGISTER).status_code == 404


def test_registering_through_the_page(client, event, posted):
    response = client.post(REGISTER, posted("Anna", "Bruno"))
    registration = Registration.objects.get()
    assert response.status_code == 302
    assert response.url.startswith(f"/registrations/{registration.token}/")
    assert list(registration.attendees.values_list("full_name", flat=True)) == ["Anna", "Bruno"]
    assert registration.privacy_notice_version == "2026-11"
    assert registration.language == "it"
    page = client.get(response.url)
    assert "L’iscrizione è confermata" in page.content.decode()
    assert page["Cache-Control"].count("no-store") == 1
    assert page["Referrer-Policy"] == "same-origin"
    assert "noindex" in page["X-Robots-Tag"]


def test_a_double_submit_shows_the_same_registration(client, event, posted):
    form = posted("Anna", submission_id=str(uuid.uuid4()))
    assert client.post(REGISTER, form).url == client.post(REGISTER, form).url
    assert Registration.objects.count() == 1


def test_a_replayed_submission_id_of_somebody_else_gives_nothing_away(client, event, posted, register):
    """The id is a random UUID that only the form's own browser knows; a wrong one is simply a new registration."""
    register("Anna")
    response = client.post(REGISTER, posted("Bruno", submission_id=str(uuid.uuid4())))
    assert Registration.objects.count() == 2
    assert response.url.startswith(f"/registrations/{Registration.objects.latest('pk').token}")


def test_in_english_the_registration_is_english(client, event, posted):
    client.post("/en/events/info-day/register/", posted("Anna"))
    assert Registration.objects.get().language == "en"


@pytest.mark.parametrize(("field", "value"), [
    ("organisation_name", ""), ("contact_email", "nessuna"), ("contact_name", "a\nb"), ("notice_read", ""),
    ("notice_version", "2019-01"), ("submission_id", "x"), ("organisation_kind", "castle"),
    ("organisation_name", "x" * 201), ("attendees-0-full_name", ""), ("attendees-0-email", "x"),
    ("attendees-TOTAL_FORMS", "99999"), ("attendees-TOTAL_FORMS", "x"),
])  # fmt: skip
def test_bad_input_is_named_in_the_form_and_writes_nothing(client, event, posted, field, value):
    response = client.post(REGISTER, posted("Anna", **{field: value}))
    assert response.status_code == 200
    assert Registration.objects.count() == 0
    assert "Errore:" in response.content.decode() or field.startswith("attendees")


def test_the_same_person_twice_is_pointed_out(client, event, posted):
    page = client.post(REGISTER, posted("Anna", "anna")).content.decode()
    assert "scritta due volte" in page
    assert Registration.objects.count() == 0


def test_what_does_not_fit_says_how_many_places_are_left_and_keeps_the_form(client, event, posted, register):
    register("A", "B", "C", "D")
    page = client.post(REGISTER, posted("Anna", "Bruno")).content.decode()
    assert "Resta solo 1 posto" in page
    assert 'value="Cooperativa di prova 2"' in page
    assert Attendee.objects.count() == 4


def test_a_full_event_without_a_waiting_list_says_completo_and_shows_no_form(client, event, register):
    Event.objects.update(has_waiting_list=False)
    register("A", "B", "C", "D", "E")
    assert "Posti completi" in client.get(REGISTER).content.decode()
    assert "Iscriviti</a>" not in client.get("/events/info-day/").content.decode()


def test_another_row_comes_without_javascript_and_keeps_what_was_written(client, event, posted):
    page = client.post(REGISTER, posted("Anna", another="1")).content.decode()
    assert 'name="attendees-1-full_name"' in page
    assert 'value="Anna"' in page
    assert 'value="carla@ente01.example.org"' in page
    assert Registration.objects.count() == 0


def test_a_personal_link_fills_the_form_and_an_altered_one_simply_does_not(client, event, cso):
    invitation = services.invite(event=event, organisation=cso)
    page = client.get(invitation.get_absolute_url()).content.decode()
    assert f'value="{cso.name}"' in page
    assert f'value="{cso.email}"' in page
    altered = invitation.token[:-1] + ("y" if invitation.token.endswith("x") else "x")
    assert cso.name not in client.get(f"{REGISTER}?invitation={altered}").content.decode()


def test_script_in_every_field_stays_text(client, event, posted):
    evil = "<script>alert(1)</script>"
    url = client.post(REGISTER, posted(evil, organisation_name=evil, contact_name=evil, contact_office=evil)).url
    assert evil not in client.get(url).content.decode()


def test_an_unknown_or_altered_token_gets_a_page_that_says_what_to_do(client, register):
    token = register("Anna").token
    for wrong in ("x", token[:-1] + ("A" if token[-1] != "A" else "B"), token + "x", "../../etc/passwd", "%00"):
        response = client.get(f"/registrations/{wrong}/")
        assert response.status_code == 404
    assert "non funziona" in client.get("/registrations/x/").content.decode()


def test_looking_changes_nothing(client, register):
    registration = register("Anna", "Bruno")
    base, anna = registration.get_absolute_url(), registration.attendees.first()
    for path in ("", "cancel/", "contact/", f"attendees/{anna.pk}/cancel/", f"attendees/{anna.pk}/edit/"):
        assert client.get(f"{base}{path}").status_code == 200
    assert client.get(f"{base}add/").status_code == 405
    assert Attendee.objects.confirmed().count() == 2


def test_adding_correcting_and_cancelling_by_link(client, register):
    registration = register("Anna")
    base, anna = registration.get_absolute_url(), registration.attendees.get()
    client.post(f"{base}add/", {"new-full_name": "Bruno", "new-email": "", "new-office": ""})
    client.post(f"{base}attendees/{anna.pk}/edit/", {"full_name": "Anna Maria", "email": "", "office": ""})
    assert set(Attendee.objects.confirmed().values_list("full_name", flat=True)) == {"Anna Maria", "Bruno"}
    client.post(f"{base}attendees/{anna.pk}/cancel/")
    assert Attendee.objects.confirmed().count() == 1
    client.post(f"{base}cancel/")
    registration.refresh_from_db()
    assert registration.state == Registration.State.CANCELLED


def test_a_person_of_another_registration_cannot_be_touched(client, register):
    mine, other = register("Anna"), register("Bruno")
    bruno = other.attendees.get()
    for verb in ("edit", "cancel"):
        assert client.post(f"{mine.get_absolute_url()}attendees/{bruno.pk}/{verb}/").status_code == 404
    assert Attendee.objects.confirmed().count() == 2


def test_a_new_contact_address_kills_the_old_link(client, register):
    registration = register("Anna")
    old = registration.get_absolute_url()
    response = client.post(
        f"{old}contact/", {"name": "Carla", "email": "nuova@ente01.example.org", "office": "", "phone": ""}
    )
    assert response.status_code == 200
    assert client.get(old).status_code == 404
    registration.refresh_from_db()
    assert client.get(registration.get_absolute_url()).status_code == 200


def test_the_answer_to_a_lost_link_is_the_same_for_everybody(client, event, register):
    register("Anna")
    url = "/events/info-day/lost-link/send/"
    known = client.post(url, {"email": "carla@ente01.example.org"}).content
    unknown = client.post(url, {"email": "nessuno@altrove.example.org"}).content
    assert known == unknown


def test_an_event_that_is_over_or_cancelled_takes_no_registrations(client, event, posted, organiser):
    services.cancel(event=event, reason="Sala allagata", by=organiser)
    assert "chiuse" in client.get(REGISTER).content.decode()
    client.post(REGISTER, posted("Anna"))
    assert Registration.objects.count() == 0
    assert "Sala allagata" in client.get("/events/info-day/").content.decode()


def test_the_calendar_file_is_published_without_attendees(client, event, register):
    register("Anna")
    for path in ("/events/info-day/calendar.ics", "/calendar.ics"):
        response = client.get(path)
        assert response["Content-Type"].startswith("text/calendar")
        assert b"METHOD:PUBLISH" in response.content
        assert b"ATTENDEE" not in response.content
        assert f"UID:{event.uid}@socialneet.example.org".encode() in response.content


def test_organisers_pages_are_for_organisers(client, client_of, event, signatory, stranger):
    for path in ("", "new/", "info-day/", "info-day/edit/", "info-day/cancel/", "info-day/registrations.csv"):
        assert client.get(f"/manage/events/{path}").status_code == 302
        for user in (signatory, stranger):
            assert client_of(user).get(f"/manage/events/{path}").status_code == 403


def test_the_csv_defuses_formulas(client_of, organiser, register):
    register("=HYPERLINK(1)")
    text = client_of(organiser).get("/manage/events/info-day/registrations.csv").content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert ";=HYPERLINK" not in text


def test_an_organiser_moves_publishes_and_cancels(client_of, organiser, event):
    client = client_of(organiser)
    page = client.get("/manage/events/info-day/edit/")
    values = {k: v for k, v in page.context["form"].initial.items() if v is not None}
    for name in ("starts_at", "ends_at"):
        values[name] = timezone.localtime(values[name] + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    assert client.post("/manage/events/info-day/edit/", values).status_code == 302
    event.refresh_from_db()
    assert event.revision == 1
    client.post("/manage/events/info-day/cancel/", {"reason": "neve"})
    event.refresh_from_db()
    assert event.state == Event.State.CANCELLED


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_of_registrations_costs_the_same_whatever_its_length(
    client_of, organiser, event, register, count, django_assert_max_num_queries
):
    Event.objects.update(capacity=100)
    for number in range(count):
        register(f"P{number}")
    client = client_of(organiser)
    with django_assert_max_num_queries(25):
        assert client.get("/manage/events/info-day/").status_code == 200


def test_a_form_with_absurdly_many_fields_gets_a_page_and_writes_nothing(client, event, posted):
    response = client.post(REGISTER, posted("Anna", **{f"x{n}": "y" for n in range(600)}))
    assert response.status_code == 400
    assert "non è leggibile" in response.content.decode()
    assert Registration.objects.count() == 0


def test_an_organiser_writes_the_agenda_and_no_calendar_moves(client, client_of, organiser, event, stranger, released):
    desk, at = client_of(organiser), "/manage/events/info-day/agenda/"
    start = timezone.localtime(event.starts_at)
    item = {
        "title_it": "Saluti", "title_en": "", "kind": "greeting", "speakers_it": "Presidente", "speakers_en": "",
        "starts_at": start.strftime("%Y-%m-%dT%H:%M"), "ends_at": (start + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    assert desk.post(f"{at}add/", item).status_code == 302
    session = event.sessions.get()
    assert "Saluti" not in client.get("/events/info-day/").content.decode()
    released()
    assert "Saluti" in client.get("/events/info-day/").content.decode()
    item["edition"] = "0"
    desk.post(f"{at}{session.pk}/", item | {"title_it": "Saluti istituzionali"})
    released()
    assert "Saluti istituzionali" in client.get("/events/info-day/").content.decode()
    outside = item | {"ends_at": (start + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")}
    assert desk.post(f"{at}{session.pk}/", outside).status_code == 422
    assert desk.post(f"{at}{session.pk}/", item | {"ends_at": item["starts_at"]}).status_code == 422
    assert client_of(stranger).post(f"{at}{session.pk}/remove/").status_code == 403
    desk.post(f"{at}{session.pk}/remove/", {"edition": "1"})
    released()
    assert "Saluti" not in client.get("/events/info-day/").content.decode().partition("Modifiche del programma")[0]
    event.refresh_from_db()
    assert (event.sessions.in_draft().count(), event.revision) == (0, 0)


def test_the_agenda_of_a_cancelled_event_stands(client_of, organiser, event):
    services.cancel(event=event, reason="neve", by=organiser)
    with pytest.raises(services.WrongState):
        services.save_session(event=event, by=organiser, title_it="x", starts_at=event.starts_at, ends_at=event.ends_at)


def test_adding_the_same_person_five_times_gives_one_place(client, register, event):
    registration = register("Anna")
    path = f"{registration.get_absolute_url()}add/"
    for name in ("Bea Due", "Bea Due", "BEA DUE"):
        assert client.post(path, {"new-full_name": name, "new-email": "", "new-office": ""}).status_code == 302
    assert registration.attendees.confirmed().count() == 2


@pytest.mark.parametrize("name", ["Vieni su http://altrove.example.org", "www.altrove.example.org", "WWW.x"])
def test_a_name_that_holds_a_web_address_is_refused(client, event, posted, name):
    """Else anybody could have the portal mail a link to anybody."""
    response = client.post(f"/events/{event.slug}/register/", posted("Anna Uno", organisation_name=name))
    assert "organisation_name" in response.context["form"].errors
    client.post(f"/events/{event.slug}/register/", posted(name))
    assert Registration.objects.count() == 0


def test_what_nobody_sees_does_not_travel_in_a_name(client, event, posted):
    hidden = "An\u202ena\u200b\u2066 U\ufeffno"
    client.post(f"/events/{event.slug}/register/", posted(hidden, contact_name=hidden))
    registration = Registration.objects.get()
    assert registration.contact_name == "Anna Uno"
    assert registration.attendees.get().full_name == "Anna Uno"


@pytest.mark.parametrize("rows", ["9" * 5000, "-1", "x", "", "٣"])
def test_another_person_with_a_nonsense_number_of_rows_is_no_error(client, event, posted, rows):
    fields = posted("Anna Uno") | {"another": "1", "attendees-TOTAL_FORMS": rows}
    assert client.post(f"/events/{event.slug}/register/", fields).status_code < 500


def test_a_token_in_another_alphabet_fills_nothing_in(client, event):
    path = f"/events/{event.slug}/register/?invitation=%2B2AA-"
    assert client.get(path, headers={"content-type": "text/plain; charset=utf-7"}).status_code == 200


def test_a_registration_asks_the_database_no_more_often_than_now(client, event, posted, django_assert_max_num_queries):
    """Its throughput is a figure of the bench; a statement that creeps in shows here."""
    client.get(REGISTER)
    with django_assert_max_num_queries(26):
        assert client.post(REGISTER, posted("Anna", "Bruno")).status_code == 302
