"""Questions in the registration form, behind the links, and on the organisers' pages; hostile and stale forms; letters."""

import threading

import pytest
from django.db import connections

from events.models import Answer, Event, Question, Registration
from events.questions import services
from events.questions.forms import state_of
from events.questions.services import Answers
from notifications.letters import letter_for
from notifications.models import Delivery

Kind, Audience, Moment = Question.Kind, Question.Audience, Question.Moment
REGISTER = "/events/info-day/register/"
MANAGE = "/manage/events/info-day/questions/"


def body(response) -> str:
    return response.content.decode()


def shown(event: Event, **which) -> dict[str, str]:
    """What the form says about its questions."""
    return {"shown_questions": state_of(event.questions.asked().filter(**{"moment": Moment.REGISTERING} | which))}


@pytest.fixture
def asked(ask) -> dict[str, Question]:
    """One of each kind in the form."""
    found = {
        "text": ask("Come vi chiamate in breve?"),
        "long": ask("Che cosa vi aspettate?", Kind.LONG),
        "number": ask("Quanti soci?", Kind.NUMBER, minimum=1, maximum=500, unit_it="soci"),
        "date": ask("Da quando?", Kind.DATE),
        "car": ask("Auto?", Kind.YES_NO, audience=Audience.ATTENDEE),
        "way": ask("Come arrivi?", Kind.CHOICE, audience=Audience.ATTENDEE, options=[("treno", "train"), ("bici", "bicycle")]),
        "topics": ask("Temi?", Kind.CHOICES, options=["a", "b", "c"]),
    }  # fmt: skip
    found["plate"] = ask(
        "Targa?", audience=Audience.ATTENDEE, depends_on=found["car"], depends_values=["yes"], required=True
    )
    return found


def test_the_form_asks_what_belongs_there_and_nothing_else(client, event, asked, ask):
    ask("Più tardi?", moment=Moment.LATER)
    page = body(client.get(REGISTER))
    assert "Quanti soci? (soci)" in page
    assert "Più tardi?" not in page
    assert f'name="attendees-0-q-q{asked["car"].pk}"' in page
    assert "Solo se rispondi «sì» a «Auto?»." in page
    assert f'data-after="attendees-0-q-q{asked["car"].pk}"' in page
    assert "Domande dell’organizzazione" not in body(client.get("/events/info-day/"))


def test_an_event_without_questions_asks_nothing_and_costs_one_query(client, event):
    page = body(client.get(REGISTER))
    assert "shown_questions" not in page
    assert "questions.js" not in page


def test_every_kind_of_answer_is_kept_for_the_registration_and_for_each_person(client, event, asked, posted):
    key = {name: question.pk for name, question in asked.items()}
    topics = list(asked["topics"].options.values_list("pk", flat=True))
    fields = posted("Anna", "Bruno") | shown(event) | {
        f"once-q{key['text']}": "Ente", f"once-q{key['long']}": "Molto.\nMoltissimo.", f"once-q{key['number']}": "12.5",
        f"once-q{key['date']}": "2020-02-29", f"once-q{key['topics']}": [str(topics[0]), str(topics[2])],
        f"attendees-0-q-q{key['car']}": "yes", f"attendees-0-q-q{key['plate']}": "AA000AA",
        f"attendees-1-q-q{key['car']}": "no", f"attendees-1-q-q{key['way']}": str(asked["way"].options.last().pk),
    }  # fmt: skip
    response = client.post(REGISTER, fields)
    assert response.status_code == 302, body(response)
    registration = Registration.objects.get()
    said = {answer.question.text_it: answer.said() for answer in registration.answers.all()}
    assert said == {
        "Come vi chiamate in breve?": "Ente", "Che cosa vi aspettate?": "Molto.\nMoltissimo.", "Quanti soci?": "12,5 soci",
        "Da quando?": "29 febbraio 2020", "Temi?": "a; c",
    }  # fmt: skip
    of_people = [(one.attendee.full_name, one.question.text_it, one.said())
                 for one in Answer.objects.exclude(attendee=None).order_by("pk")]  # fmt: skip
    assert of_people == [
        ("Anna", "Auto?", "sì"), ("Anna", "Targa?", "AA000AA"), ("Bruno", "Auto?", "no"), ("Bruno", "Come arrivi?", "bici"),
    ]  # fmt: skip


def test_what_must_be_answered_is_asked_only_where_its_condition_holds(client, event, asked, posted):
    car, plate = asked["car"].pk, asked["plate"].pk
    fields = posted("Anna") | shown(event) | {f"attendees-0-q-q{car}": "yes"}
    page = body(client.post(REGISTER, fields))
    assert Registration.objects.count() == 0
    assert 'value="Anna"' in page
    assert page.count(f"id_attendees-0-q-q{plate}") > 1  # the field, and a link to it
    fields = posted("Anna") | shown(event) | {f"attendees-0-q-q{car}": "no", f"attendees-0-q-q{plate}": "AA000AA"}
    assert client.post(REGISTER, fields).status_code == 302
    assert list(Answer.objects.values_list("question", flat=True)) == [car]


@pytest.mark.parametrize(("name", "value"), [
    ("number", "0"), ("number", "501"), ("number", "dodici"), ("number", "1e999"), ("number", "NaN"), ("date", "2020-02-30"),
    ("date", "ieri"), ("text", "x" * 201), ("text", "riga\nriga"), ("long", "x" * 2001), ("topics", "999999"), ("topics", "x"),
])  # fmt: skip
def test_hostile_answers_are_refused_in_words_and_nothing_is_kept(client, event, asked, posted, name, value):
    fields = posted("Anna") | shown(event) | {f"once-q{asked[name].pk}": value}
    page = body(client.post(REGISTER, fields))
    assert "error-summary" in page
    assert Registration.objects.count() == 0


@pytest.mark.parametrize("value", ["‏" + "ش" * 150, "🙂" * 150, "<script>alert(1)</script>", "=1+1"])
def test_any_script_and_any_sign_is_kept_as_it_was_written_and_shown_escaped(
    client, client_of, organiser, event, asked, posted, value
):
    fields = posted("Anna") | shown(event) | {f"once-q{asked['text'].pk}": value}
    assert client.post(REGISTER, fields).status_code == 302
    page = body(client_of(organiser).get(f"{MANAGE}answers/"))
    assert "<script>alert(1)" not in page
    sheet = client_of(organiser).get(f"{MANAGE}answers.csv").content.decode("utf-8-sig")
    if value == "=1+1":
        assert ";'=1+1" in sheet or '"\'=1+1"' in sheet


def test_a_form_opened_before_the_questions_changed_is_asked_again_with_all_that_was_typed(
    client, event, asked, posted, ask
):
    fields = posted("Anna") | shown(event) | {f"once-q{asked['text'].pk}": "Ente"}
    ask("Una nuova?")
    page = body(client.post(REGISTER, fields))
    assert "Le domande sono cambiate" in page
    assert 'value="Ente"' in page
    assert "Una nuova?" in page
    assert client.post(REGISTER, fields | shown(event)).status_code == 302


def test_another_person_keeps_what_was_answered(client, event, asked, posted):
    fields = posted("Anna", another="1") | {
        f"once-q{asked['text'].pk}": "Ente", f"attendees-0-q-q{asked['car'].pk}": "yes",
        f"once-q{asked['topics'].pk}": [str(asked["topics"].options.first().pk)],
    }  # fmt: skip
    page = body(client.post(REGISTER, fields))
    assert 'value="Ente"' in page
    assert page.count("checked") == 3  # with the privacy notice
    assert f'name="attendees-1-q-q{asked["car"].pk}"' in page


def test_a_private_person_answers_what_each_person_is_asked(client, event, ask, posted):
    question = ask("Auto?", Kind.YES_NO, audience=Audience.ATTENDEE, required=True)
    fields = posted("Piera", contact_name="Piera", contact_email="piera@casa.example.org") | shown(event)
    assert client.post(f"{REGISTER}?as=person", fields).status_code == 200
    response = client.post(f"{REGISTER}?as=person", fields | {f"own-q-q{question.pk}": "yes"})
    assert response.status_code == 302
    assert Answer.objects.get().attendee.full_name == "Piera"


def test_a_missing_english_text_shows_the_italian_one(client, event, ask):
    ask("Solo italiano?")
    assert "Solo italiano?" in body(client.get(f"/en{REGISTER}"))


# -- later, behind the links -------------------------------------------------------------------------------------------


@pytest.fixture
def later(ask) -> dict[str, Question]:
    return {
        "once": ask("Quanti giovani?", Kind.NUMBER, moment=Moment.LATER),
        "each": ask("Auto?", Kind.YES_NO, moment=Moment.LATER, audience=Audience.ATTENDEE),
        "health": ask(
            "Allergie?", moment=Moment.LATER, audience=Audience.ATTENDEE, sensitive=True, purpose_it="il pranzo"
        ),
    }


def test_the_contact_reads_how_many_are_open_in_the_letter_and_on_the_page(client, event, later, register):
    registration = register("Anna")  # with a mailbox of her own: of her the contact answers one
    letter = letter_for(Delivery.objects.get(kind="registration_confirmed"))
    assert any("Restano 2 domande" in line for line in letter.closing)
    page = body(client.get(registration.get_absolute_url()))
    assert "Restano 2 domande dell’organizzazione senza risposta." in page


def test_the_contact_answers_for_all_but_in_confidence_only_for_those_without_a_mailbox(
    client, event, later, register, posted
):
    registration = register("Anna")
    registration.attendees.create(event=event, full_name="Bruno", place_number=2, token_hash="b" * 64)
    anna, bruno = registration.attendees.order_by("pk")
    path = f"{registration.get_absolute_url()}questions/"
    page = body(client.get(path))
    assert f'name="p{bruno.pk}-q{later["health"].pk}"' in page
    assert f'name="p{anna.pk}-q{later["health"].pk}"' not in page
    fields = shown(event, moment=Moment.LATER) | {
        f"once-q{later['once'].pk}": "140", f"p{anna.pk}-q{later['each'].pk}": "no", f"p{bruno.pk}-q{later['health'].pk}": "noci",
        f"p{anna.pk}-q{later['health'].pk}": "di nascosto",
    }  # fmt: skip
    assert "Preso nota" in body(client.post(path, fields, follow=True))
    assert Answer.objects.filter(attendee=anna).count() == 1
    assert Answer.objects.filter(attendee=bruno).get().text == "noci"
    assert 'value="140' in body(client.get(path))


def test_a_person_answers_their_own_and_nobody_elses(client, event, later, register):
    registration = register("Anna", "Bruno")
    anna, bruno = registration.attendees.order_by("pk")
    services.answer(registration=registration, given={later["once"].pk: 3}, asked=[later["once"].pk])
    page = body(client.get(anna.get_absolute_url()))
    assert "Restano 2 domande" in page
    path = f"{anna.get_absolute_url()}questions/"
    state = state_of(event.questions.asked().filter(audience=Audience.ATTENDEE))
    fields = {
        "shown_questions": state,
        f"p{anna.pk}-q{later['health'].pk}": "noci",
        f"p{bruno.pk}-q{later['each'].pk}": "yes",
    }
    client.post(path, fields)
    assert [answer.attendee for answer in Answer.objects.exclude(attendee=None)] == [anna]
    assert "Il pranzo" not in body(client.get(path))
    assert "Serve per: il pranzo." in body(client.get(path))


def test_a_stale_page_of_answers_is_shown_again_and_keeps_nothing(client, event, later, register, ask):
    registration = register("Anna")
    path, fields = f"{registration.get_absolute_url()}questions/", shown(event, moment=Moment.LATER)
    ask("Una nuova?", moment=Moment.LATER)
    answer = client.post(path, fields | {f"once-q{later['once'].pk}": "3"})
    assert answer.status_code == 409
    assert 'value="3"' in body(answer)
    assert Answer.objects.count() == 0


def test_after_the_start_nothing_is_changed_any_more(client, event, later, register):
    import time_machine

    registration = register("Anna")
    path = f"{registration.get_absolute_url()}questions/"
    with time_machine.travel(event.starts_at, tick=False):
        assert "<form method" not in body(client.get(path)).split("<main")[1].split("</main")[0]
        client.post(path, shown(event, moment=Moment.LATER) | {f"once-q{later['once'].pk}": "3"})
    assert Answer.objects.count() == 0


def test_the_page_costs_the_same_however_many_questions_and_people(
    client, event, ask, register, django_assert_max_num_queries
):
    for number in range(12):
        ask(f"Domanda {number}?", Kind.CHOICE, options=["a", "b"], moment=Moment.LATER, audience=Audience.ATTENDEE)
    registration = register("A", "B", "C", "D", "E")
    with django_assert_max_num_queries(12):
        client.get(f"{registration.get_absolute_url()}questions/")
    with django_assert_max_num_queries(28):
        client.get(registration.get_absolute_url())


@pytest.mark.django_db(transaction=True)
def test_two_who_answer_the_same_at_once_leave_one_answer(event, later, register):
    registration, question = register("Anna"), later["once"]
    start, troubles = threading.Barrier(6), []

    def run(number: int) -> None:
        try:
            start.wait(timeout=30)
            services.answer(registration=registration, given={question.pk: number}, asked=[question.pk])
        except Exception as error:
            troubles.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert troubles == []
    assert question.answers.count() == 1


# -- organisers --------------------------------------------------------------------------------------------------------


def test_an_organiser_writes_a_question_with_options_and_a_condition(client_of, organiser, event):
    client = client_of(organiser)
    fields = {
        "text_it": "Come arrivi?", "text_en": "How do you come?", "kind": "choice", "audience": "attendee",
        "moment": "registering", "options": "treno | train\n\n bici|bicycle \n", "depends_on": "",
    }  # fmt: skip
    assert client.post(f"{MANAGE}add/", fields).status_code == 302
    way = Question.objects.get()
    assert list(way.options.values_list("text_it", "text_en")) == [("treno", "train"), ("bici", "bicycle")]
    train = way.options.first()
    fields |= {"text_it": "Quale treno?", "kind": "short", "depends_on": way.pk, "depends_values": [str(train.pk)]}
    assert client.post(f"{MANAGE}add/", fields | {"depends_on": "999999"}).status_code == 422
    assert client.post(f"{MANAGE}add/", fields | {"depends_values": []}).status_code == 422
    assert client.post(f"{MANAGE}add/", fields).status_code == 302
    assert "solo dopo una risposta a «Come arrivi?»" in body(client.get(MANAGE))
    assert "Solo se rispondi «treno»" in body(client.get(f"{MANAGE}preview/"))


@pytest.mark.parametrize("changes", [
    {"text_it": ""}, {"text_it": "a\nb"}, {"kind": "choice", "options": "una"}, {"kind": "choice", "options": "a\na"},
    {"kind": "choice", "options": "| solo"}, {"kind": "choice", "options": "\n".join(map(str, range(60)))},
    {"kind": "number", "minimum": "5", "maximum": "4"}, {"sensitive": "on"}, {"kind": "fly"},
    {"kind": "choice", "options": "a" * 300 + "\nb"},
])  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused_in_words(client_of, organiser, event, changes):
    fields = {"text_it": "Targa?", "kind": "short", "audience": "registration", "moment": "later"} | changes
    response = client_of(organiser).post(f"{MANAGE}add/", fields)
    assert response.status_code == 422
    assert "error-summary" in body(response)
    assert Question.objects.count() == 0


def test_the_form_of_an_answered_question_locks_its_meaning_and_says_so(client_of, organiser, event, ask, register):
    question = ask("Targa?")
    register("Anna", answers=Answers({question.pk: "AA"}))
    client = client_of(organiser)
    page = body(client.get(f"{MANAGE}{question.pk}/"))
    assert "È stata data 1 risposta" in page
    client.post(
        f"{MANAGE}{question.pk}/", {"text_it": "Altro?", "text_en": "Plate?", "moment": "later", "required": "on"}
    )
    question.refresh_from_db()
    assert (question.text_it, question.text_en, question.required) == ("Targa?", "Plate?", True)


def test_buttons_move_retire_remove_and_copy(client_of, organiser, event, ask):
    one, two = ask("uno"), ask("due")
    client = client_of(organiser)
    client.post(f"{MANAGE}{two.pk}/move/", {"steps": "-1"})
    assert [question.text_it for question in event.questions.asked()] == ["due", "uno"]
    client.post(f"{MANAGE}{one.pk}/retire/")
    client.post(f"{MANAGE}{two.pk}/remove/")
    assert [(left.text_it, left.is_asked) for left in event.questions.all()] == [("uno", False)]
    assert "Scegli un evento" in body(client.post(f"{MANAGE}copy/", {"source": "nowhere"}, follow=True))
    for path in ("move", "retire", "remove"):
        assert client.get(f"{MANAGE}{one.pk}/{path}/").status_code == 405


def test_answers_are_counted_beside_a_plot_and_sensitive_ones_hidden_from_the_desk(
    client_of, organiser, event, ask, register
):
    from organisations.models import RoleGrant, User
    from organisations.roles import Role

    topics = ask("Temi?", Kind.CHOICES, options=["a", "b"])
    many = ask("Quanti?", Kind.NUMBER, unit_it="soci")
    health = ask("Allergie?", sensitive=True, purpose_it="il pranzo")
    first, second = topics.options.all()
    register("Anna", answers=Answers({topics.pk: [first.pk, second.pk], many.pk: 10, health.pk: "noci"}))
    register("Bruno", answers=Answers({topics.pk: [first.pk], many.pk: 5}))
    register("Carlo")
    page = body(client_of(organiser).get(f"{MANAGE}answers/"))
    assert '<svg class="plot"' in page
    assert "2 risposte · 1 senza risposta" in page
    assert "Somma 15 soci · media 7,5 · da 5 a 10" in page
    assert "noci" in page
    desk = User.objects.create_user("desk@socialneet.example.org", name="Dina Desk")
    RoleGrant.objects.create(user=desk, role=Role.REGISTRATION_DESK)
    for path in ("answers/", "answers.csv"):
        assert "noci" not in body(client_of(desk).get(f"{MANAGE}{path}"))
    sheet = client_of(organiser).get(f"{MANAGE}answers.csv").content.decode("utf-8-sig")
    assert "a; b" in sheet
    assert "Anna" in client_of(organiser).get(f"{MANAGE}answers.csv?of=attendee").content.decode()


def test_the_answers_page_costs_the_same_however_many_answered(
    client_of, organiser, event, ask, register, django_assert_max_num_queries
):
    Event.objects.update(capacity=100)
    topics = ask("Temi?", Kind.CHOICES, options=["a", "b"])
    for number in range(12):
        register(f"P{number}", answers=Answers({topics.pk: [topics.options.first().pk]}))
    client = client_of(organiser)
    for path, most in (("answers/", 14), ("answers.csv", 12), ("", 12), ("preview/", 10)):
        with django_assert_max_num_queries(most):
            client.get(f"{MANAGE}{path}")


def test_the_contacts_of_those_who_have_not_answered_everything_are_an_audience(later, register, applicant):
    from dataclasses import replace

    from notifications.audiences.event_states import STANDINGS

    def rows() -> list[str]:
        return sorted(row[0] for row in STANDINGS["open_questions"].rows(later["once"].event_id))

    other = replace(applicant, organisation_name="Altro ente", contact_email="altra@ente02.example.org")
    one, two = register("Anna"), register("Bruno", applicant=other)
    assert rows() == sorted([one.contact_email, two.contact_email])
    services.answer(registration=one, given={later["once"].pk: 3}, asked=[later["once"].pk])
    assert len(rows()) == 2  # of Anna something is still asked
    services.answer(
        registration=one, attendee=one.attendees.get(), given={later["each"].pk: False}, asked=[later["each"].pk]
    )
    assert rows() == [two.contact_email]


def test_only_those_who_manage_events_see_questions(client, client_of, signatory, event):
    for path in ("", "add/", "preview/", "answers/", "answers.csv"):
        assert client.get(f"{MANAGE}{path}").status_code == 302
        assert client_of(signatory).get(f"{MANAGE}{path}").status_code == 403


def test_the_download_holds_the_answers_but_for_the_contact_not_what_others_told_in_confidence(event, later, register):
    from events import personal_data

    registration = register("Anna")
    anna = registration.attendees.get()
    services.answer(
        registration=registration, attendee=anna, given={later["each"].pk: True, later["health"].pk: "noci"},
        asked=[later["each"].pk, later["health"].pk],
    )  # fmt: skip
    mine = str(personal_data.of_attendee(anna))
    theirs = str(personal_data.of_registration(registration))
    assert "noci" in mine
    assert "noci" not in theirs
    assert "Auto?" in theirs
