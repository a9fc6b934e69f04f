"""Forms, the privacy notice and the self-service download say what is held, what for, on which ground, until when."""

import json
import re

import pytest
import time_machine
from django.utils import translation

from events.meeting_point.models import Appointment
from organisations.kept import DECLARED, Who, of
from tests.events.conftest import rome
from tests.events.kept.conftest import name

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    from html import unescape

    return re.sub(r"\s+", " ", unescape(response.content.decode()))


@pytest.mark.parametrize(("prefix", "language"), [("", "it"), ("/en", "en")])
def test_the_privacy_notice_is_made_of_the_declarations(client, prefix, language):
    said = text_of(client.get(f"{prefix}/privacy/"))
    with translation.override(language):
        for kept in DECLARED.values():
            for words in (kept.words, kept.purpose, kept.basis.label, kept.period.words, kept.seen_by):
                assert str(words) in said, kept.key
        assert [str(who.label) in said for who in Who] == [True] * 6


def test_another_period_is_another_notice_at_once(client, settings):
    settings.REGISTRATIONS_KEPT_DAYS = 91
    assert "91 days after the event" in text_of(client.get("/en/privacy/"))
    assert "91 days after the event" in of(Who.REGISTRANT)[0].short or DECLARED["contacts"].period.words.startswith(
        "91"
    )


@pytest.mark.parametrize("category", ["organisation", "person", "press"])
def test_the_form_says_purpose_ground_and_period_beside_the_button(client, event, category):
    said = text_of(client.get(f"/en/events/{event.slug}/register/?category={category}"))
    for key in ("contacts", "people", "attendance"):
        with translation.override("en"):
            assert DECLARED[key].short in said
    assert "Answers to questions" not in said


def test_the_form_says_it_of_answers_where_questions_are_asked(client, event, organiser):
    from events.questions import services as questions

    questions.save_question(event=event, by=organiser, kind="short", text_it="Note?", moment="registering")
    said = text_of(client.get(f"/en/events/{event.slug}/register/"))
    with translation.override("en"):
        assert DECLARED["answers"].short in said


def test_needs_and_the_contacts_form_say_it_too(client, register):
    registration = register("Anna")
    anna = registration.attendees.get()
    contacts, own = f"/en{registration.get_absolute_url()}", f"/en{anna.get_absolute_url()}"
    for address, keys in (
        (f"{own}needs/", ("access_needs", "dietary_needs", "photographs")),
        (f"{contacts}contact/", ("contacts",)),
    ):
        said = text_of(client.get(address))
        for key in keys:
            with translation.override("en"):
                assert DECLARED[key].short in said, address


def test_who_asks_for_their_data_reads_why_and_until_when(client, past):
    registration = past.registrations.get(organisation_name="Veliero")
    here = past.attendees.get(full_name=name("Presente"))
    contacts, own = f"/en{registration.get_absolute_url()}", f"/en{here.get_absolute_url()}"
    with time_machine.travel(rome(2026, 12, 16, 9), tick=True):
        said = text_of(client.get(f"{own}data/"))
        file = json.loads(client.get(f"{contacts}data.json").content)["data"]
    assert (
        "E-mail: to run the event and to write to you about it; legitimate interest (article 6(1)(f)); leaves on 12 June 2027"
        in said
    )
    assert (
        "Access needs: so that you can take part; your explicit consent (article 9(2)(a)); leaves on 21 December 2026"
        in said
    )
    assert "leaves on 1 January 2033" in said
    why = {one["about"]: one["why"] for one in file}
    [contact] = why["registration"]
    assert contact["of"] == ["contact_name", "contact_email", "contact_office", "contact_phone"]
    assert (contact["basis"], contact["then"]) == ("6-1-f", "nameless")
    assert contact["leaves_at"] == "2027-06-12T11:00:00+00:00"
    assert {one["purpose"] for one in why["answer"]} <= {
        "to prepare the event", "to prepare the event, and to count", "what the question itself says",
    }  # fmt: skip
    assert why["request"]
    assert why["message"][0]["leaves_at"].startswith("2027-12-")


def test_who_has_an_appointment_reads_it_too(client, past):
    """Counted from the appointment, or from the day on which it was called off."""
    from organisations.links import hash_token

    with time_machine.travel(rome(2026, 12, 3, 12), tick=True):
        appointment = Appointment.objects.get(place_number=1)
        appointment.token_hash = hash_token(appointment.token)
        appointment.save()
        said = text_of(client.get(f"/en{appointment.get_absolute_url()}data/"))
    assert "to keep your appointment and to write to you about it" in said
    assert "leaves on 17 December 2026" in said
