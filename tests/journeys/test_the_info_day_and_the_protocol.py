"""The real case from the invitation to the concluded protocol, as its people live it, over HTTP and the outbox."""

import re
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from agreements.models import Agreement, Mandate
from events.models import Event, Registration
from notifications.models import Campaign, Delivery, LocalMail, Tally
from notifications.sending import pump
from portal import demo

pytestmark = pytest.mark.django_db


def mails_to(address: str) -> list:
    pump.pump()
    found = LocalMail.objects.filter(address=address).order_by("pk")
    return [message_from_bytes(bytes(mail.content), policy=policy.default) for mail in found]


def text_of(message) -> str:
    return message.get_body(("plain",)).get_content()


def calendar_of(message):
    part = next((p for p in message.walk() if p.get_content_type() == "text/calendar"), None)
    return Calendar.from_ical(part.get_payload(decode=True)) if part else None


def path_in(message, start: str) -> str:
    return re.search(rf"http://localhost:8000({start}\S*)", text_of(message)).group(1)


def sign_in(address: str) -> Client:
    """By the e-mailed code, as everybody does."""
    client = Client()
    client.post("/accounts/login/", {"email": address})
    code = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", text_of(mails_to(address)[-1])).group()
    assert client.post("/accounts/login/code/confirm/", {"code": code}).status_code == 302
    return client


@pytest.fixture
def case(db):
    demo.load()
    return Event.objects.get(state=Event.State.PUBLISHED, kind=Event.Kind.INFO_DAY)


def test_from_invitation_to_reminder(case):
    # the organiser imports a list (all known already: the demo loaded it) and prepares the invitation
    organiser = sign_in(demo.ORGANISER)
    upload = {"file": SimpleUploadedFile("elenco.csv", demo.STAKEHOLDERS.read_bytes())}
    preview = organiser.post("/manage/organisations/import/", upload, follow=True)
    assert preview.context["counts"]["unchanged"] == 65
    form = organiser.get("/manage/campaigns/new/").context["form"]
    values = {name: form.get_initial_for_field(field, name) or "" for name, field in form.fields.items()}
    values = {name: value for name, value in values.items() if value is not True or name == "also_at_quiet_times"}
    organiser.post(
        "/manage/campaigns/new/", values | {"event": case.pk, "name": "Inviti", "kinds": ["cso", "municipality"]}
    )
    campaign = Campaign.objects.get()
    page = organiser.get(f"/manage/campaigns/{campaign.pk}/")
    assert page.context["count"] == 58
    wrong = organiser.post(f"/manage/campaigns/{campaign.pk}/send/", {"number": 57})
    assert wrong.status_code == 422
    organiser.post(f"/manage/campaigns/{campaign.pk}/send/", {"number": 58})
    organiser.post(f"/manage/campaigns/{campaign.pk}/send/", {"number": 58})
    pump.pump()
    assert Tally.objects.by_state(campaign=campaign.pk)["accepted"] == 0  # two minutes to take it back
    organiser.post(f"/manage/campaigns/{campaign.pk}/start/")
    pump.pump()
    assert Tally.objects.by_state(campaign=campaign.pk)["accepted"] == 58
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.FINISHED

    # an organisation follows its personal link: the form is filled in
    invitation = mails_to("info@ente01.example.org")[0]
    assert "One-Click" in invitation["List-Unsubscribe-Post"]
    assert calendar_of(invitation) is None
    visitor = Client()
    path = path_in(invitation, "/events/")
    page = visitor.get(path)
    assert "Cooperativa sociale di prova 01 - Terni" in page.content.decode()
    values = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    values |= {"contact_name": "Rosa Referente", "contact_office": "Presidente", "notice_read": "on"}
    people = {"attendees-TOTAL_FORMS": 2, "attendees-INITIAL_FORMS": 0, "attendees-0-full_name": "Rosa Referente",
              "attendees-0-email": "", "attendees-1-full_name": "Dario Delegato",
              "attendees-1-email": "dario@ente01.example.org"}  # fmt: skip
    assert visitor.post(path, values | people).status_code == 302
    registration = Registration.objects.latest("pk")
    assert registration.organisation.name == "Cooperativa sociale di prova 01 - Terni"

    # the confirmation arrives with link and calendar; the delegate gets a link of their own
    confirmation = mails_to("info@ente01.example.org")[-1]
    manage = path_in(confirmation, "/registrations/")
    assert calendar_of(confirmation)["METHOD"] == "REQUEST"
    to_dario = text_of(mails_to("dario@ente01.example.org")[0])
    assert "/registrations/" not in to_dario
    own = path_in(mails_to("dario@ente01.example.org")[0], "/attendees/")
    assert visitor.post(f"{own}confirm/").status_code == 302

    # by the link: one more, one less
    visitor.post(f"{manage}add/", {"new-full_name": "Terza Persona", "new-email": "", "new-office": ""})
    dario = registration.attendees.get(full_name="Dario Delegato")
    visitor.post(f"{manage}attendees/{dario.pk}/cancel/")
    assert calendar_of(mails_to("dario@ente01.example.org")[-1])["METHOD"] == "CANCEL"
    assert registration.attendees.confirmed().count() == 2

    # the organiser moves the event: the calendars follow
    values = {
        k: v
        for k, v in organiser.get(f"/manage/events/{case.slug}/edit/").context["form"].initial.items()
        if v is not None
    }
    for name in ("starts_at", "ends_at", "registration_closes_at"):
        values[name] = timezone.localtime(values[name] + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M")
    organiser.post(f"/manage/events/{case.slug}/edit/", values)
    moved = calendar_of(mails_to("info@ente01.example.org")[-1]).walk("VEVENT")[0]
    case.refresh_from_db()
    assert moved["DTSTART"].dt == case.starts_at
    assert moved["SEQUENCE"] == 1

    # the day before at nine: one reminder for each address that is coming
    with time_machine.travel(case.reminder_rules.get().due_at() + timedelta(minutes=1)):
        call_command("pump")
        call_command("pump")
    reminders = Delivery.objects.filter(kind="reminder", payload__registration=registration.pk)
    assert list(reminders.values_list("address", flat=True)) == ["info@ente01.example.org"]


def test_the_protocol_from_draft_to_concluded(case):
    agreement = Agreement.objects.get()
    review = agreement.get_review_url()
    organiser, manage = sign_in(demo.ORGANISER), f"/manage/agreements/{agreement.slug}/"
    towns = ("terni", "orvieto", "narni")
    people = [sign_in(f"assessore@comune.{t}.example.org") for t in towns]
    people.append(sign_in("presidente@confartigianato.example.org"))
    told = mails_to("assessore@comune.orvieto.example.org")[0]
    assert path_in(told, "/agreements/") == review

    # read, comment, take position
    revision = agreement.newest_version().in_order().first()
    people[0].post(
        f"{review}articles/{revision.pk}/comment/", {"body": "Chiarire chi coordina.", "visibility": "all_parties"}
    )
    assert "Chiarire chi coordina." in people[1].get(review).content.decode()
    people[0].post(f"{review}position/", {"kind": "remarks", "note": "Vedi articolo 1."})
    people[1].post(f"{review}position/", {"kind": "no_remarks", "note": ""})
    organiser.post(f"{manage}close/")

    # a new version; everybody sees the redline
    organiser.post(f"{manage}version/", {"note": "Chiarito il coordinamento"})
    article = agreement.newest_version().in_order()[3]
    organiser.post(
        f"{manage}articles/{article.pk}/",
        {"heading": article.heading, "source": article.source + " Coordina la segreteria."},
    )
    closes_at = timezone.localtime(timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    organiser.post(f"{manage}share/", {"closes_at": closes_at, "note": "Chiarito il coordinamento"})
    redline = people[2].get(f"{review}?from=1&to=2").content.decode()
    assert "Coordina la segreteria" in redline
    assert "<ins>" in redline
    organiser.post(f"{manage}close/")

    # the schema before the bodies: each party's office names who signs and records the act; no freezing before the last
    organiser.post(
        f"{manage}approval/finalise/",
        {"legal_contact": "Segretaria", "legal_contact_office": "Segretaria comunale", "confirmed": "on"},
    )
    answer_by = timezone.localtime(timezone.now() + timedelta(days=20)).strftime("%Y-%m-%dT%H:%M")
    organiser.post(f"{manage}approval/send/", {"answer_by": answer_by})
    today = timezone.localdate().isoformat()
    text = agreement.newest_version().text_sha256
    for number, person in enumerate(people):
        organiser.post(f"{manage}freeze/")
        agreement.refresh_from_db()
        assert agreement.state == Agreement.State.IN_APPROVAL
        (mine,) = person.get(f"{review}approval/").context["record_for"]
        mandate = {"person_name": "Nome Cognome", "office_held": "Assessore", "source": "law", "valid_from": today}
        person.post(f"{review}approval/{mine}/mandate/", mandate)
        body = ("executive", "council", "board", "manager")[number]
        act = {
            "body_kind": body, "act_type": "deliberazione", "number": f"{number}", "adopted_on": today,
            "effect": "at_once", "signatory": Mandate.objects.get(party=mine).pk, "text": text,
        }  # fmt: skip
        person.post(f"{review}approval/{mine}/act/", act)

    # frozen bytes, adhesion of all four, a signed file
    organiser.post(f"{manage}freeze/")
    organiser.post(f"{manage}open-signing/")
    document = agreement.current_document()
    assert people[3].get(f"/agreements/{agreement.slug}/document.pdf").content == bytes(document.content)
    signed = b"%PDF-1.7 firmato altrove"
    people[0].post(f"{review}upload/", {"file": SimpleUploadedFile("atto-firmato.pdf", signed)})
    for person in people:
        person.post(f"{review}adhere/", {"name": "Nome Cognome", "office_held": "Assessore", "declared": "on"})
    agreement.refresh_from_db()
    assert agreement.state == Agreement.State.CONCLUDED

    # the public page says so, and the chain is whole
    public = Client().get(agreement.get_absolute_url()).content.decode()
    assert document.sha256 in public
    assert public.count("registrata") >= 4
    call_command("verify_audit", agreement.slug)
    assert "La catena è integra" in organiser.get(f"{manage}audit/").content.decode()
