"""Every date of an event in one list: where each comes from, what became of it, which is the next."""

import uuid
from datetime import datetime, timedelta

import pytest
import time_machine

from agreements import demo as agreement_demo
from agreements import services as agreements
from events import services
from events.models import Event, Session
from events.questions import services as questions
from events.timeline import contributors
from events.timeline.contributors import morning_after, timeline_of
from events.timeline.values import Deadline, Standing, standing
from notifications.campaigns import planning as planning_of_campaigns
from notifications.campaigns import services as campaigns
from notifications.channels import services as channels
from notifications.models import Campaign, ChannelPost
from notifications.reminders import planning
from notifications.reminders import services as reminders
from organisations.zone import ROME
from tests.agreements.conftest import approve_for_all
from tests.events.conftest import rome
from tests.notifications.conftest import DIRECTORY

pytestmark = pytest.mark.django_db
JANUARY = rome(2027, 1, 20, 12)


def dates(event: Event, now: datetime = JANUARY) -> dict[str, Deadline]:
    event.refresh_from_db()
    found = {one.key: one for one in timeline_of(event, now).deadlines}
    assert len(found) == len(timeline_of(event, now).deadlines), "two dates of one key"
    return found


def said(event: Event, now: datetime = JANUARY) -> list[tuple[str, str, str]]:
    event.refresh_from_db()
    return [
        (f"{one.at.astimezone(ROME):%d.%m.%Y %H:%M}", one.words, one.standing.value)
        for one in timeline_of(event, now).deadlines
    ]


def test_what_became_of_a_date_is_to_come_then_done_or_late():
    at = rome(2027, 2, 1)
    before, after = at - timedelta(seconds=1), at
    assert [standing(at, before), standing(at, before, is_done=False)] == [Standing.TO_COME] * 2
    assert [standing(at, after), standing(at, after, is_done=False)] == [Standing.DONE, Standing.LATE]
    assert {standing(at, now, is_off=True) for now in (before, after)} == {Standing.OFF}


def test_a_public_event_with_every_date_of_its_own(event, organiser, add, released):
    services.change(
        event=event, by=organiser, registration_opens_at=rome(2027, 1, 11, 9), registration_closes_at=rome(2027, 2, 18, 18),
        changes_freeze_at=rome(2027, 2, 15), moderated=True,
    )  # fmt: skip
    event.refresh_from_db()
    add("Saluti")
    add("Laboratorio", 30, places=3)
    released()
    questions.save_question(event=event, by=organiser, text_it="Targa?", moment="later")
    assert said(event) == [
        ("11.01.2027 09:00", "Aprono le iscrizioni", "done"),
        ("15.02.2027 00:00", "Da qui i cambi di persona chiedono l’approvazione", "to_come"),
        ("18.02.2027 18:00", "Chiudono le iscrizioni", "to_come"),
        ("19.02.2027 10:30", "Finisce la lista d’attesa: nessuno riceve più un posto", "to_come"),
        ("19.02.2027 10:30", "Comincia l’evento", "to_come"),
        ("19.02.2027 10:30", "Saluti", "to_come"),
        ("19.02.2027 10:30", "Ultime risposte alle domande", "to_come"),
        ("19.02.2027 11:00", "Laboratorio", "to_come"),
        ("19.02.2027 13:00", "Ultimo momento per decidere sulle iscrizioni", "to_come"),
        ("19.02.2027 13:00", "Ultimo momento per decidere sulle richieste di modifica", "to_come"),
        ("19.02.2027 13:00", "Finisce l’evento", "to_come"),
        ("19.02.2027 13:00", "Dopo la fine, da registrare come tenuto", "to_come"),
        ("27.02.2027 05:00", "Si cancellano esigenze di accesso, diete e risposte sensibili", "to_come"),
    ]
    assert timeline_of(event, JANUARY).next.key == "freeze"
    assert dates(event)["closes"].note == ""
    assert "Finisce la sua lista" not in dates(event)["waiting"].note
    assert "La sua lista d’attesa finisce." in next(
        one.note for one in dates(event).values() if one.words == "Laboratorio"
    )


def test_after_it_the_dates_are_done_and_what_was_forgotten_is_late(event, organiser, register):
    event.moderated = True
    event.save()
    register("Anna")
    services.change(event=event, by=organiser, moderated=True)
    later = rome(2027, 2, 20, 12)
    found = dates(event, later)
    assert {key: one.standing.value for key, one in found.items()} == {
        "closes": "done", "waiting": "done", "starts": "done", "ends": "done", "held": "late", "approve": "late",
        "deletion": "to_come",
    }  # fmt: skip
    assert found["approve"].note == "1 iscrizione attende."
    assert [one.key for one in timeline_of(event, later).late] == ["approve", "held"]
    services.close(event=event, by=organiser, now=later)
    assert dates(event, later)["held"].standing == Standing.DONE
    assert timeline_of(event, later).next.key == "deletion"
    assert timeline_of(event, rome(2027, 3, 1)).next is None


def test_a_draft_whose_opening_has_passed_is_late(event):
    Event.objects.filter(pk=event.pk).update(state="draft", registration_opens_at=rome(2027, 1, 11, 9))
    found = dates(event)
    assert (found["opens"].standing, found["closes"].standing) == (Standing.LATE, Standing.TO_COME)
    assert "bozza" in found["opens"].note
    assert "held" not in found
    assert dates(event, rome(2027, 3, 1))["starts"].standing == Standing.LATE


def test_of_an_event_that_is_called_off_nothing_comes_but_the_deletion(event, organiser, add, released):
    add("Saluti")
    released()
    services.cancel(event=event, by=organiser, reason="Neve")
    found = dates(event)
    assert {one.standing for key, one in found.items() if key != "deletion"} == {Standing.OFF}
    assert found["deletion"].at == rome(2027, 1, 21, 5)
    assert timeline_of(event, JANUARY).next.key == "deletion"


def test_an_item_that_is_called_off_does_not_happen_and_a_draft_says_so(event, organiser, add, released):
    one = add("Saluti")
    assert [(date.words, date.note) for date in dates(event).values() if date.words == "Saluti"] == [
        ("Saluti", "Non ancora pubblicato.")
    ]
    released()
    services.cancel_session(session=one, reason="Neve", by=organiser)
    add("Non pubblicato", 30)
    found = [(date.words, date.standing) for key, date in dates(event).items() if key.startswith("item-")]
    assert found == [("Saluti", Standing.OFF)]


def test_what_is_to_be_deleted_and_is_still_there_is_late(event, register, settings):
    settings.NEEDS_KEPT_DAYS = 7
    services.tell_needs(attendee=register("Anna").attendees.get(), access="Interprete LIS", dietary="")
    deletion = dates(event)["deletion"]
    assert deletion.at == rome(2027, 2, 27, 5)
    assert dates(event, rome(2027, 2, 27, 6))["deletion"].standing == Standing.LATE
    from events import retention

    retention.purge(rome(2027, 2, 27, 3))
    assert dates(event, rome(2027, 2, 27, 6))["deletion"].standing == Standing.DONE


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (rome(2027, 2, 26, 13), rome(2027, 2, 27, 5)),
        (rome(2027, 2, 26, 4, 59), rome(2027, 2, 26, 5)),
        (rome(2027, 2, 26, 5), rome(2027, 2, 27, 5)),
        (rome(2027, 3, 27, 13), rome(2027, 3, 28, 5)),  # the night in which the clocks change
    ],
)
def test_the_deletion_is_over_at_the_end_of_the_next_night(moment, expected):
    assert morning_after(moment) == expected


def test_a_room_enters_its_dates_by_a_function(event, monkeypatch):
    def duty(event: Event, now: datetime):
        yield Deadline("report", rome(2027, 3, 31, 12), "Relazione di progetto", standing(rome(2027, 3, 31, 12), now))

    monkeypatch.setattr(contributors, "CONTRIBUTORS", [*contributors.CONTRIBUTORS, duty])
    assert said(event)[-1] == ("31.03.2027 12:00", "Relazione di progetto", "to_come")


# -- rooms above -------------------------------------------------------------------------------------------------------


def test_reminders_are_planned_sent_missed_or_at_rest(event, organiser, register):
    register("Anna")
    one = reminders.add_rule(target=event, by=organiser, days=1, local_time="09:00", also_at_quiet_times=True)
    two = reminders.add_rule(target=event, by=organiser, days=3, local_time="09:00", also_at_quiet_times=True)
    three = reminders.add_rule(target=event, by=organiser, days=60, local_time="09:00")
    reminders.switch_off(rule=reminders.add_rule(target=event, by=organiser, days=2, local_time="09:00"), by=organiser)
    with time_machine.travel(rome(2027, 2, 16, 9, 1), tick=False):
        planning.plan_due()
        found = [
            (date.at, date.standing.value, date.note)
            for key, date in dates(event, rome(2027, 2, 16, 10)).items()
            if key.startswith("reminder-")
        ]
    assert found == [
        (rome(2026, 12, 21, 9), "late", "Non inviato: il suo momento era già passato quando è stato previsto."),
        (rome(2027, 2, 16, 9), "done", "1 messaggio"),
        (rome(2027, 2, 17, 9), "off", "A riposo: spento."),
        (rome(2027, 2, 18, 9), "to_come", ""),
    ]
    assert f"#rule-{one.pk}" in dates(event)[f"reminder-{one.pk}-1"].url
    assert {two.pk, three.pk} <= {int(key.split("-")[1]) for key in dates(event) if key.startswith("reminder-")}
    assert dates(event, rome(2027, 2, 18, 9, 30))[f"reminder-{one.pk}-1"].standing == Standing.LATE  # the clock stands
    assert dates(event, rome(2027, 2, 25))[f"reminder-{three.pk}-1"].standing == Standing.OFF  # nobody can help it now


def test_reminders_of_a_draft_wait_for_it(event, organiser):
    Event.objects.filter(pk=event.pk).update(state="draft")
    event.refresh_from_db()
    rule = reminders.add_rule(target=event, by=organiser, days=1, local_time="09:00")
    date = dates(event)[f"reminder-{rule.pk}"]
    assert (date.at, date.standing, date.note) == (
        rome(2027, 2, 18, 9),
        Standing.TO_COME,
        "Da quando l’evento è pubblico.",
    )


def test_campaigns_by_when_they_start(event, organiser, terni):
    def prepare(name: str, **fields) -> Campaign:
        return campaigns.prepare(
            by=organiser, event=event, name=name, subject_it="Invito", body_it="x", audience=DIRECTORY, **fields
        )

    prepare("Senza data")
    forgotten = prepare("Dimenticata", scheduled_for=rome(2027, 1, 19, 9), purpose="news")
    going = prepare("Inviti", scheduled_for=rome(2027, 1, 25, 9))
    campaigns.send(
        campaign=going, expected=sum(one.is_in for one in planning_of_campaigns.audience(going)), by=organiser
    )
    off = prepare("Annullata", scheduled_for=rome(2027, 1, 26, 9))
    campaigns.cancel(campaign=off, by=organiser)
    found = [
        (one.words, one.standing.value, one.note) for key, one in dates(event).items() if key.startswith("campaign-")
    ]
    assert found == [
        ("Notizie: Dimenticata", "late", "bozza"),
        ("Inviti: Inviti", "to_come", "parte da solo"),
        ("Inviti: Annullata", "off", "annullato"),
    ]
    Campaign.objects.filter(pk=going.pk).update(state="finished")
    assert dates(event, rome(2027, 1, 25, 9))[f"campaign-{going.pk}"].standing == Standing.DONE
    assert f"/manage/campaigns/{forgotten.pk}/" in dates(event)[f"campaign-{forgotten.pk}"].url


def test_posts_by_when_they_are_planned_or_were_published(event, organiser):
    def plan(label: str, **fields) -> ChannelPost:
        return channels.plan(event=event, by=organiser, kind="press", label=label, **fields)

    plan("Senza data")
    plan("In ritardo", due_at=rome(2027, 1, 19, 9))
    plan("Da scrivere", due_at=rome(2027, 2, 1, 9))
    done = plan("Uscito", due_at=rome(2027, 1, 15, 9))
    channels.record(post=done, published_on=rome(2027, 1, 17).date(), link="", reach=None, by=organiser)
    channels.cancel(post=plan("Annullato", due_at=rome(2027, 2, 2, 9)), by=organiser)
    found = [
        (f"{one.at.astimezone(ROME):%d.%m.}", one.words, one.standing.value, one.is_day)
        for key, one in dates(event).items() if key.startswith("post-")
    ]  # fmt: skip
    assert found == [
        ("17.01.", "Post: Uscito (giornale)", "done", True),
        ("19.01.", "Post: In ritardo (giornale)", "late", False),
        ("01.02.", "Post: Da scrivere (giornale)", "to_come", False),
    ]


def test_the_agreement_that_is_signed_there_must_be_ready_by_the_start(
    event, organiser, add, terni, orvieto, narni, association
):
    agreement = agreement_demo.new_from_model(by=organiser, slug="protocollo")
    add("Firma", kind=Session.Kind.SIGNING, agreement="protocollo")
    review = agreements.share(agreement=agreement, closes_at=rome(2027, 2, 5, 18), by=organiser)
    found = dates(event)
    assert (found["agreement-protocollo"].at, found["agreement-protocollo"].standing) == (
        event.starts_at,
        Standing.TO_COME,
    )
    assert found[f"review-{review.pk}"].at == rome(2027, 2, 5, 18)
    assert dates(event, rome(2027, 2, 6))[f"review-{review.pk}"].standing == Standing.LATE
    assert dates(event, event.starts_at)["agreement-protocollo"].standing == Standing.LATE
    agreements.close_observations(agreement=agreement, by=organiser)
    calls = [key for key in dates(event) if key.startswith("approval-")]
    assert calls == []
    approve_for_all(agreement, organiser)
    waiting = next(found for key, found in dates(event).items() if key.startswith("approval-"))
    assert waiting.standing == Standing.TO_COME
    agreements.freeze(agreement=agreement, by=organiser)
    assert (
        next(f for key, f in dates(event, rome(2027, 3, 1)).items() if key.startswith("approval-")).standing
        == Standing.DONE
    )
    assert dates(event, event.starts_at)["agreement-protocollo"].standing == Standing.DONE
    assert dates(event, rome(2027, 2, 6))[f"review-{review.pk}"].standing == Standing.DONE
    Event.objects.filter(pk=event.pk).update(state="held")
    assert "agreement-protocollo" not in dates(event)


def test_keys_stay_the_same_when_dates_move(event, organiser, add):
    add("Saluti")
    before = set(dates(event))
    services.change(event=event, by=organiser, starts_at=event.starts_at + timedelta(minutes=5))
    assert set(dates(event)) == before
    assert all(uuid.uuid5(event.uid, key) for key in before)
