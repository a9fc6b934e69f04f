"""Every change of an event writes one row that says who did what: in its own transaction, once, and for good."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone, translation

from events import services
from events.attribution import services as attribution
from events.log.kinds import KINDS, Kind
from events.log.kinds import register as enter
from events.log.recording import Actor, acting, record
from events.models import ChangeRequest, Event, LogEntry, Room, Speaker, Track
from events.questions import services as questions
from events.questions.models import Question
from events.services.editing import UNSAID
from organisations import append_only
from tests.events.conftest import rome

pytestmark = pytest.mark.django_db


def last() -> LogEntry:
    return LogEntry.objects.latest("pk")


# -- the record itself -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", append_only.VERBS)
def test_the_database_refuses_to_change_or_delete_an_entry(event, organiser, verb):
    entry = record(event, "event.published", by=organiser)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite" and verb == "DELETE":  # tests/flushing.py has let go of this one
            for sql in append_only.statements("sqlite", "events_logentry", "DELETE", "1 = 1"):
                cursor.execute(sql)
        change = {
            "UPDATE": "UPDATE events_logentry SET action = 'x' WHERE id = %s",
            "DELETE": "DELETE FROM events_logentry WHERE id = %s",
        }[verb]
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(change, [entry.pk])
    assert last() == entry
    assert last().action == "event.published"


def test_an_entry_is_saved_once(event, organiser):
    entry = record(event, "event.published", by=organiser)
    with pytest.raises(TypeError):
        entry.save()


def test_an_action_that_nobody_entered_is_refused(event, organiser):
    with pytest.raises(KeyError):
        record(event, "event.painted", by=organiser)
    assert not LogEntry.objects.exists()


def test_two_actions_of_one_name_are_refused_and_the_same_again_changes_nothing():
    kind = KINDS["event.published"]
    enter(kind)
    with pytest.raises(ValueError, match=r"event\.published"):
        enter(Kind("event.published", kind.group, "Altro"))


def test_an_entry_names_a_user_exactly_when_one_did_it(event, organiser):
    with pytest.raises(DatabaseError), transaction.atomic():
        LogEntry.objects.create(event_uid=event.uid, actor=Actor.CONTACT, by=organiser, action="event.published")
    with pytest.raises(DatabaseError), transaction.atomic():
        LogEntry.objects.create(event_uid=event.uid, actor=Actor.USER, action="event.published")


def test_a_change_that_is_refused_leaves_no_entry(event, organiser, register):
    register("Anna", "Bruno")
    before = LogEntry.objects.count()
    with pytest.raises(services.CapacityBelowTaken):
        services.change(event=event, by=organiser, capacity=1)
    with pytest.raises(services.WrongState):
        services.publish(event=event, by=organiser)
    assert LogEntry.objects.count() == before


def test_what_is_rolled_back_was_never_written_down(event, organiser):
    with pytest.raises(RuntimeError), transaction.atomic():
        services.change(event=event, by=organiser, capacity=9)
        raise RuntimeError
    assert not LogEntry.objects.exists()


def test_who_acts_is_the_user_else_whoever_opened_a_link_else_the_portal(event, organiser):
    with acting(Actor.CONTACT):
        assert record(event, "event.published").actor == Actor.CONTACT
        assert record(event, "event.published", by=organiser).actor == Actor.USER
        assert record(event, "event.published", actor=Actor.PORTAL).actor == Actor.PORTAL
        with acting(Actor.PERSON):
            assert record(event, "event.published").actor == Actor.PERSON
    assert record(event, "event.published").actor == Actor.PORTAL


# -- the event ---------------------------------------------------------------------------------------------------------


def test_the_life_of_an_event_is_told_in_plain_sentences(organiser, said):
    starts_at = rome(2027, 2, 21, 10, 30)
    event = services.create(
        by=organiser, slug="giornata", title_it="Giornata", venue="Sala", address="Terni", capacity=5,
        contact_email="a@socialneet.example.org", starts_at=starts_at, ends_at=starts_at + timedelta(hours=2),
    )  # fmt: skip
    services.change(event=event, by=organiser, starts_at=rome(2027, 2, 21, 11, 0))
    services.publish(event=event, by=organiser)
    services.change(event=event, by=organiser, venue="Sala grande", capacity=8)
    services.change(event=event, by=organiser, venue="Sala grande", capacity=8)
    services.cancel(event=event, by=organiser, reason="Neve")
    assert said(event) == [
        "Olga Organizzatrice ha scritto l’evento come bozza.",
        "Olga Organizzatrice ha spostato l’inizio da 21 febbraio 2027, 10:30 a 21 febbraio 2027, 11:00.",
        "Olga Organizzatrice ha pubblicato l’evento.",
        "Olga Organizzatrice ha aggiunto un promemoria (a chi: chiunque ha un posto).",
        "Olga Organizzatrice ha cambiato 2 dati dell’evento.",
        "Olga Organizzatrice ha annullato l’evento.",
    ]
    with translation.override("en"):
        assert said(event)[1] == (
            "Olga Organizzatrice moved the start from 21 February 2027, 10:30 to 21 February 2027, 11:00."
        )


def test_each_field_keeps_its_value_before_and_after_and_words_that_may_name_somebody_are_left_out(event, organiser):
    services.change(event=event, by=organiser, capacity=9, contact_email="b@socialneet.example.org")
    assert last().values == {"changes": {"capacity": [5, 9], "contact_email": None}}
    assert set(UNSAID) <= {field.name for field in Event._meta.get_fields()}


def test_an_event_that_was_held_and_a_draft_that_was_removed_stay_in_the_log(event, organiser):
    services.close(event=event, by=organiser, now=event.ends_at)
    assert last().action == "event.held"
    draft = services.create(
        by=organiser, slug="bozza", title_it="Una bozza", venue="Sala", address="Terni", capacity=5,
        contact_email="a@socialneet.example.org", starts_at=event.starts_at, ends_at=event.ends_at,
    )  # fmt: skip
    services.remove(event=draft, by=organiser)
    assert [one.action for one in LogEntry.objects.filter(event_uid=draft.uid)] == ["event.created", "event.removed"]
    assert last().values == {"slug": "bozza", "title": {"it": "Una bozza", "en": ""}}


def test_the_admin_shows_the_log_also_of_removed_drafts_and_lets_nobody_write(event, organiser, client_of):
    record(event, "event.removed", by=organiser, title={"it": "Una bozza", "en": ""}, slug="bozza")
    organiser.is_staff = organiser.is_superuser = True
    organiser.save()
    client = client_of(organiser)
    assert "Una bozza" in client.get("/admin/events/logentry/").content.decode()
    assert client.get("/admin/events/logentry/add/").status_code == 403
    assert client.post(f"/admin/events/logentry/{last().pk}/delete/", {"post": "yes"}).status_code == 403


# -- the agenda --------------------------------------------------------------------------------------------------------


def test_the_agenda_from_its_first_item_to_its_release(event, organiser, add, done, said):
    one, two = add("Saluti"), add("Firma", 30)
    services.save_session(session=one, event=event, by=organiser, title_it="Saluti istituzionali", speakers_it="Olga")
    entry = last()
    assert entry.values["changes"] == {"title_it": ["Saluti", "Saluti istituzionali"], "speakers_it": None}
    services.save_session(session=one, event=event, by=organiser, title_it="Saluti istituzionali")
    services.set_times(session=two, starts_at=two.starts_at + timedelta(minutes=5), ends_at=two.ends_at, by=organiser)
    services.move_session(session=one, steps=1, by=organiser)
    two.refresh_from_db()
    services.shift(session=two, minutes=15, same_room=False, by=organiser)
    services.duplicate_session(session=two, by=organiser)
    assert done() == [
        "agenda.item_added", "agenda.item_added", "agenda.item_changed", "agenda.item_moved", "agenda.item_moved",
        "agenda.items_shifted", "agenda.item_doubled",
    ]  # fmt: skip
    services.release(event=event, by=organiser, despite_warnings=True)
    services.remove_session(session=two, by=organiser)
    services.discard_draft(event=event, by=organiser)
    services.cancel_session(session=one, reason="È malata.", by=organiser)
    assert done() == ["agenda.released", "agenda.item_removed", "agenda.discarded", "agenda.item_cancelled"]
    assert said(event)[-4:] == [
        "Olga Organizzatrice ha pubblicato la versione 1 del programma.",
        "Olga Organizzatrice ha tolto «Firma» dal programma.",
        "Olga Organizzatrice è tornato alla versione 1 del programma.",
        "Olga Organizzatrice ha annullato «Saluti istituzionali».",
    ]
    assert "malata" not in str(last().values)
    services.change(
        event=event,
        by=organiser,
        starts_at=event.starts_at + timedelta(days=1),
        ends_at=event.ends_at + timedelta(days=1),
    )
    done()
    services.follow_event(event=event, by=organiser)
    assert done() == ["agenda.followed"]


def test_who_speaks_is_never_named_but_rooms_and_tracks_are(event, organiser, add, done, said):
    room = services.save_part(event=event, by=organiser, part=Room(name_it="Sala A"))
    room.capacity = 30
    services.save_part(event=event, by=organiser, part=room)
    track = services.save_part(event=event, by=organiser, part=Track(name_it="Lavoro"))
    other = services.save_part(event=event, by=organiser, part=Track(name_it="Scuola"))
    services.move_part(part=other, steps=-1, by=organiser)
    services.remove_part(part=track, by=organiser)
    speaker = services.save_part(event=event, by=organiser, part=Speaker(full_name="Anna Relatrice"))
    speaker.full_name, speaker.email = "Anna Maria Relatrice", "anna.relatrice@ente02.example.org"
    services.save_part(event=event, by=organiser, part=speaker)
    services.save_part(event=event, by=organiser, part=speaker)
    item = add("Saluti", room=room)
    services.save_session(session=item, event=event, by=organiser, speakers=[speaker], room=None)
    assert last().values["changes"] == {"room": ["Sala A", None], "voices": None}
    assert done() == [
        "agenda.room_added", "agenda.room_changed", "agenda.track_added", "agenda.track_added", "agenda.track_moved",
        "agenda.track_removed", "agenda.speaker_added", "agenda.speaker_changed", "agenda.item_added",
        "agenda.item_changed",
    ]  # fmt: skip
    assert "Olga Organizzatrice ha cambiato la sala «Sala A»." in said(event)
    written = " ".join(str(entry.values) for entry in LogEntry.objects.all())
    assert "Relatrice" not in written
    assert "ente02" not in written


# -- questions, sources, invitations -----------------------------------------------------------------------------------


def test_questions_and_addresses_with_a_code(event, organiser, done, said):
    def ask(text, **fields):
        return questions.save_question(event=event, by=organiser, text_it=text, **fields)

    one = ask("Mangia con noi?", kind=Question.Kind.CHOICE, options=[("Sì", ""), ("No", "")])
    two = ask("Che cosa?")
    questions.save_question(event=event, question=one, by=organiser, required=True, options=[("Sì", ""), ("Forse", "")])
    assert last().values["changes"] == {"required": [False, True], "options": [["Sì", "No"], ["Sì", "Forse"]]}
    questions.save_question(event=event, question=one, by=organiser, required=True, options=[("Sì", ""), ("Forse", "")])
    questions.move_question(question=two, steps=-1, by=organiser)
    questions.retire_question(question=two, by=organiser)
    questions.retire_question(question=two, by=organiser)
    questions.remove_question(question=one, by=organiser)
    source = attribution.declare(event=event, kind="poster", label="Stazione", by=organiser)
    attribution.declare(event=event, kind="poster", label="Stazione", by=organiser)
    attribution.withdraw(source=source, by=organiser)
    assert done() == [
        "question.added", "question.added", "question.changed", "question.moved", "question.retired",
        "question.removed", "source.declared", "source.withdrawn",
    ]  # fmt: skip
    assert said(event)[-1] == "Olga Organizzatrice ha tolto l’indirizzo con codice di «Stazione»."


def test_invitations_by_hand_are_written_once_for_each_change(event, organiser, terni, done, said):
    invitation = services.invite_by_hand(event=event, organisation=terni, sends=False, by=organiser)
    services.invite_by_hand(event=event, organisation=terni, sends=False, by=organiser)
    services.revoke_invitation(invitation=invitation, by=organiser)
    services.revoke_invitation(invitation=invitation, by=organiser)
    services.restore_invitation(invitation=invitation, by=organiser)
    services.restore_invitation(invitation=invitation, by=organiser)
    assert done() == ["invitation.made", "invitation.withdrawn", "invitation.restored"]
    assert said(event)[0] == "Olga Organizzatrice ha invitato Comune di Terni."


# -- registrations -----------------------------------------------------------------------------------------------------


def test_decisions_about_registrations_are_written_once(event, organiser, register, done, said):
    event.moderated = True
    event.save()
    one, two = register("Anna"), register("Bruno")
    for _click in range(2):
        services.approve(registration=one, by=organiser)
        services.refuse(registration=two, reason="Bruno è già stato qui.", by=organiser)
    assert done() == ["registration.approved", "registration.refused"]
    assert said(event) == [
        f"Olga Organizzatrice ha approvato l’iscrizione di Cooperativa di prova ({one.reference}).",
        f"Olga Organizzatrice ha rifiutato l’iscrizione di Cooperativa di prova 2 ({two.reference}).",
    ]


def test_requests_after_the_freeze_from_the_question_to_the_answer(event, organiser, register, done):
    here = register("Anna")
    Event.objects.filter(pk=event.pk).update(changes_freeze_at=timezone.now())
    here.refresh_from_db()
    asked = [
        services.add_attendee(registration=here, guest=services.Guest(name))
        for name in ("Bruno", "Bruno", "Carla", "Dora")
    ]
    services.approve_change(request=asked[0], by=organiser)
    services.refuse_change(request=asked[2], reason="La sala è piccola.", by=organiser)
    services.withdraw_change(request=asked[3])
    services.withdraw_change(request=asked[3])
    assert done() == [
        "change.asked", "change.asked", "change.asked", "person.added", "change.approved", "change.refused",
        "change.withdrawn",
    ]  # fmt: skip
    assert ChangeRequest.objects.count() == 3


def test_the_people_of_a_registration_by_whichever_link(event, organiser, register, client, done, said):
    here = register("Anna", "Bruno")
    anna = here.attendees.get(full_name="Anna")
    own, contact = f"/attendees/{anna.token}/", f"/registrations/{here.token}/"
    client.post(f"{own}edit/", {"full_name": "Anna Bianchi", "office": ""})
    client.post(f"{own}confirm/")
    client.post(f"{contact}add/", {"new-full_name": "Carla", "new-email": "", "new-office": ""})
    client.post(f"{contact}confirm/")
    services.agree_to_photographs(attendee=anna, agrees=True)
    services.agree_to_photographs(attendee=anna, agrees=True)
    services.agree_to_photographs(attendee=anna, agrees=False)
    bruno = here.attendees.get(full_name="Bruno")
    client.post(f"{contact}attendees/{bruno.pk}/replace/", {"full_name": "Dora", "email": "", "office": ""})
    client.post(
        f"{contact}contact/", {"name": "Carla Contatto", "email": here.contact_email, "office": "Socia", "phone": ""}
    )
    client.post(
        f"{contact}contact/", {"name": "Carla Contatto", "email": here.contact_email, "office": "Socia", "phone": ""}
    )
    client.post(f"{own}cancel/")
    client.post(f"{contact}cancel/")
    client.post(f"{contact}cancel/")
    assert done() == [
        "person.corrected", "registration.confirmed_coming", "person.added", "registration.confirmed_coming",
        "person.agreed_to_photographs", "person.refused_photographs", "person.replaced", "registration.contact_changed",
        "person.cancelled", "registration.cancelled",
    ]  # fmt: skip
    named = f"Cooperativa di prova ({here.reference})"
    assert said(event)[:4] == [
        f"Una persona, con il proprio link, ha corretto i dati di Anna Bianchi, {named}.",
        f"Una persona, con il proprio link, ha confermato che viene 1 persona di {named}.",
        f"Il referente, con il suo link, ha aggiunto Carla a {named}.",
        f"Il referente, con il suo link, ha confermato che vengono 2 persone di {named}.",
    ]
    assert said(event)[-1] == f"Il referente, con il suo link, ha annullato l’iscrizione di {named}."
    services.agree_to_photographs(attendee=anna, agrees=False)
    assert done() == []


def test_what_an_organiser_changes_of_people_is_theirs(event, organiser, register, said):
    here = register("Anna")
    services.add_attendee(registration=here, guest=services.Guest("Bruno"), by=organiser)
    assert said(event) == [f"Olga Organizzatrice ha aggiunto Bruno a Cooperativa di prova ({here.reference})."]


def test_waiting_lists_and_who_gave_the_place(event, organiser, register, client, done, said):
    full, waiting = register("Anna", "Bruno", "Carlo", "Dora", "Elio"), register("Fulvia", "Gino", waits="any")
    other = register("Iris", waits="any")
    services.move_to_front(entry=other.waiting_entries.get(), reason="Viene da lontano", by=organiser)
    services.move_to_front(entry=other.waiting_entries.get(), reason="Viene da lontano", by=organiser)
    client.post(f"/registrations/{full.token}/attendees/{full.attendees.first().pk}/cancel/")
    named = f"Cooperativa di prova 3 ({other.reference})"
    assert done() == ["waiting.joined", "waiting.joined", "waiting.put_first", "person.cancelled", "waiting.promoted"]
    assert said(event)[-1] == (
        f"Il portale, da solo, ha dato a {named} 1 posto di «Giornata informativa» dalla lista d’attesa."
    )
    services.decline(entry=other.waiting_entries.get())
    services.leave(entry=waiting.waiting_entries.get())
    assert done()[:1] == ["waiting.declined"]
    last_one = register("Lia", "Mara", waits="all")
    done()
    services.advance_due(now=event.starts_at)
    assert done() == ["waiting.expired", "registration.cancelled"]
    assert {entry.actor for entry in LogEntry.objects.filter(registration=last_one.pk, action="waiting.expired")} == {
        "portal"
    }


def test_places_in_items(event, organiser, register, add, released, done):
    one, two = add("Laboratorio", places=1), add("Esercizio", 10, places=1)
    released()
    here, other = register("Anna"), register("Bruno")
    anna, bruno = here.attendees.get(), other.attendees.get()
    done()
    services.choose(attendee=anna, session=one)
    services.choose(attendee=anna, session=one)
    services.join_session(attendees=[bruno], session=one)
    services.stop_waiting_for(attendee=bruno, session=one)
    services.stop_waiting_for(attendee=bruno, session=one)
    services.swap(attendee=anna, session=two)
    services.give_back(attendee=anna, session=two)
    services.give_back(attendee=anna, session=two)
    assert done() == ["seat.chosen", "waiting.joined", "waiting.left_one", "seat.exchanged", "seat.given_back"]
