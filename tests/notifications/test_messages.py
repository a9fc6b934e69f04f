"""What goes out for each fact: to whom, in which language, with which calendar part."""

import dataclasses
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.db import transaction
from icalendar import Calendar

from events import services as events
from notifications import kinds, letters
from notifications.kinds import own_words
from notifications.models import Delivery
from notifications.sending import mime, pump

pytestmark = pytest.mark.django_db


def mail(delivery: Delivery):
    letter = letters.letter_for(delivery)
    content = mime.build(delivery, letter, letters.render(letter, name=delivery.name, language=delivery.language))
    return message_from_bytes(content, policy=policy.default)


def calendar(delivery: Delivery):
    part = next(part for part in mail(delivery).walk() if part.get_content_type() == "text/calendar")
    return part, Calendar.from_ical(part.get_payload(decode=True))


def kinds_and_addresses() -> list[tuple[str, str]]:
    return [(d.kind, d.address) for d in Delivery.objects.order_by("pk")]


def test_the_contact_gets_the_link_and_the_others_do_not(register):
    registration = register("Anna")
    assert kinds_and_addresses() == [
        ("registration_confirmed", "carla@ente01.example.org"),
        ("attendee_registered", "anna@ente01.example.org"),
    ]
    to_contact, to_anna = Delivery.objects.order_by("pk")
    assert registration.token in mail(to_contact).get_body(("plain",)).get_content()
    assert registration.token not in mail(to_anna).as_string()


def test_a_mail_has_text_html_and_a_calendar_part_that_outlook_finds(register):
    register("Anna")
    message = mail(Delivery.objects.first())
    assert message.get_content_type() == "multipart/mixed"
    first, second = message.iter_parts()
    assert [part.get_content_type() for part in first.iter_parts()] == ["text/plain", "text/html", "text/calendar"]
    assert second.get_filename() == "invite.ics"
    assert second.get_payload(decode=True) == list(first.iter_parts())[2].get_payload(decode=True)


def test_the_calendar_part_says_what_google_outlook_and_apple_need(register, event):
    register("Anna")
    part, parsed = calendar(Delivery.objects.first())
    assert (part.get_param("method"), part.get_param("charset")) == ("REQUEST", "utf-8")
    assert parsed["METHOD"] == "REQUEST"
    vevent = parsed.walk("VEVENT")[0]
    assert vevent["UID"] == f"{event.uid}@socialneet.example.org"
    assert vevent["SEQUENCE"] == 0
    assert vevent["ORGANIZER"].startswith("mailto:")
    assert vevent["ATTENDEE"] == "mailto:carla@ente01.example.org"
    assert vevent["DTSTART"].params["TZID"] == "Europe/Rome"
    assert vevent["DTSTART"].dt == event.starts_at
    raw = part.get_payload(decode=True)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_our_own_time_zone_block_agrees_with_the_system_over_both_changes():
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from dateutil.rrule import rrulestr

    from events.calendars import _EUROPE_ROME

    rules = [line for line in _EUROPE_ROME.decode().split("\r\n") if line.startswith("RRULE")]
    rome = ZoneInfo("Europe/Rome")
    for rule, start in zip(rules, ("19701025T030000", "19700329T020000"), strict=True):
        onsets = rrulestr(rule.removeprefix("RRULE:"), dtstart=datetime.strptime(start, "%Y%m%dT%H%M%S"))  # noqa: DTZ007
        for onset in onsets.between(datetime(2020, 1, 1), datetime(2035, 1, 1)):  # noqa: DTZ001
            before, after = onset - timedelta(hours=2), onset + timedelta(hours=2)
            assert before.replace(tzinfo=rome).utcoffset() != after.replace(tzinfo=rome).utcoffset()


def test_moving_the_event_sends_a_higher_sequence_under_the_same_uid(register, event, organiser):
    register("Anna")
    _part, before = calendar(Delivery.objects.get(address="anna@ente01.example.org"))
    pump.pump()
    events.change(event=event, by=organiser, starts_at=event.starts_at + timedelta(minutes=30))
    _part, after = calendar(Delivery.objects.get(kind="event_rescheduled", address="anna@ente01.example.org"))
    old, new = before.walk("VEVENT")[0], after.walk("VEVENT")[0]
    assert (new["UID"], after["METHOD"]) == (old["UID"], "REQUEST")
    assert new["SEQUENCE"] > old["SEQUENCE"]
    assert new["DTSTAMP"].dt > old["DTSTAMP"].dt


def test_calling_the_event_off_sends_cancel_under_the_same_uid(register, event, organiser):
    register("Anna")
    events.cancel(event=event, reason="La sala è allagata.", by=organiser)
    delivery = Delivery.objects.get(kind="event_cancelled", address="anna@ente01.example.org")
    part, parsed = calendar(delivery)
    vevent = parsed.walk("VEVENT")[0]
    assert (part.get_param("method"), parsed["METHOD"], vevent["STATUS"]) == ("CANCEL", "CANCEL", "CANCELLED")
    assert vevent["UID"] == f"{event.uid}@socialneet.example.org"
    assert vevent["SEQUENCE"] >= 1
    assert "La sala è allagata." in mail(delivery).get_body(("plain",)).get_content()


def test_coming_back_after_a_cancellation_raises_the_sequence_again(register, event):
    registration = register("Anna")
    events.cancel_registration(registration=registration)
    register("Anna")
    stamps = Delivery.objects.filter(address="anna@ente01.example.org").order_by("pk")
    assert [(d.calendar_method, d.calendar_sequence) for d in stamps] == [("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2)]


def test_a_person_in_two_registrations_keeps_the_entry_when_one_is_cancelled(register, applicant):
    first = register("Anna")
    other = dataclasses.replace(applicant, organisation_name="Altro ente", contact_email="altra@ente02.example.org")
    register("Anna", applicant=other)
    events.cancel_registration(registration=first)
    assert not Delivery.objects.filter(address="anna@ente01.example.org", calendar_method="CANCEL").exists()


def test_a_changed_address_empties_one_calendar_and_fills_the_other(register):
    registration = register("Anna")
    anna = registration.attendees.get()
    events.edit_attendee(attendee=anna, guest=events.Guest("Anna", "nuova@ente01.example.org"))
    told = {(d.address, d.calendar_method) for d in Delivery.objects.filter(payload__registration=registration.pk)}
    assert ("anna@ente01.example.org", "CANCEL") in told
    assert ("nuova@ente01.example.org", "REQUEST") in told


def test_a_rollback_leaves_no_mail(register):
    with pytest.raises(RuntimeError), transaction.atomic():
        register("Anna")
        raise RuntimeError
    assert Delivery.objects.count() == 0


def test_the_same_fact_twice_is_one_mail(register, event, organiser):
    from notifications.receivers import on_registration_confirmed

    registration = register("Anna")
    on_registration_confirmed(registration=registration, people=registration.attendees.all())
    assert Delivery.objects.count() == 2


def test_the_bytes_are_the_same_at_every_attempt(register):
    register("Anna")
    assert mail(Delivery.objects.first()).as_bytes() == mail(Delivery.objects.first()).as_bytes()


@pytest.mark.parametrize(
    "name", ["Anna\r\nBcc: vittima@example.org", 'Anna "la" <x@y.example.org>', "Anna, Bruno; Carlo"]
)
def test_a_hostile_name_cannot_start_a_header(register, applicant, name):
    register("Anna", applicant=dataclasses.replace(applicant, contact_name=name))
    message = mail(Delivery.objects.first())
    assert message["Bcc"] is None
    assert [address.addr_spec for address in message["To"].addresses] == ["carla@ente01.example.org"]


def test_script_in_a_name_stays_text(register, applicant):
    register("Anna", applicant=dataclasses.replace(applicant, organisation_name="<script>alert(1)</script>"))
    html = mail(Delivery.objects.first()).get_body(("html",)).get_content()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(("language", "words"), [("it", "Iscrizione confermata"), ("en", "Registration confirmed")])
def test_mail_goes_out_in_the_recipients_language(register, applicant, language, words):
    register("Anna", applicant=dataclasses.replace(applicant, language=language))
    message = mail(Delivery.objects.first())
    assert message["Subject"].startswith(words)
    assert f'<html lang="{language}">' in message.get_body(("html",)).get_content()


def test_an_internationalised_domain_is_written_as_mail_servers_read_it(register, applicant):
    register("Anna", applicant=dataclasses.replace(applicant, contact_email="segreteria@città.example.org"))
    delivery = Delivery.objects.get(kind="registration_confirmed")
    assert "xn--" in str(mail(delivery)["To"])


def test_every_kind_of_message_has_a_builder_that_says_when_its_objects_are_gone():
    for kind in kinds.BUILDERS:
        with pytest.raises(letters.CannotWrite):
            letters.letter_for(Delivery(kind=kind, address="a@example.org", language="it"))
    with pytest.raises(letters.CannotWrite):
        letters.letter_for(Delivery(kind="unknown", language="it"))


def test_variables_are_filled_once_and_never_read_from_values():
    assert own_words.fill("Per {organisation}: {event}", {"organisation": "{event}", "event": "X"}) == "Per {event}: X"
    assert own_words.fill("{strano} {", {"event": "X"}) == "{strano} {"
