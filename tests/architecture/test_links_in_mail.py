"""Mail scanners open every link: none of them may change anything by being opened."""

import re
import uuid
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from django.apps import apps
from django.core import serializers
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from agreements import demo as agreement_demo
from agreements import services as agreements
from agreements.approving import services as approving
from agreements.approving import standing
from agreements.models import Agreement
from events import services as events
from events.attendance import services as attendance
from events.checkin import services as checkin
from events.checkin.services import Desk, Newcomer, Shown
from events.meeting_point import services as appointments
from events.meeting_point import slots, timetables
from events.models import Event, MeetingPoint
from notifications.calendars import feeds
from notifications.campaigns import services as campaigns
from notifications.kinds import BUILDERS
from notifications.models import Delivery
from notifications.reminders import services as reminder_services
from notifications.sending import mime, patterns
from notifications.webhooks import services as webhooks
from organisations.models import Organisation, RoleGrant, User
from organisations.roles import Role
from portal import demo
from tests.agreements.conftest import act_of, before_bodies

pytestmark = pytest.mark.django_db
SITE = "http://localhost:8000"
#: Changes by being visited, and says nothing about anybody's affairs.
NOT_OURS = {"sessions.session"}


class Mailbag:
    """Writes the mails of new rows as they leave, before what comes next overtakes them."""

    def __init__(self) -> None:
        self.links: dict[str, set[str]] = {}
        self._seen: set[int] = set()

    def empty(self) -> None:
        for row in Delivery.objects.select_related("campaign__event").exclude(pk__in=self._seen).order_by("pk"):
            self._seen.add(row.pk)
            message = message_from_bytes(mime.build(row, *patterns.written(row)), policy=policy.default)
            self.links.setdefault(row.kind, set()).update(_links(message))


def _links(message) -> set[str]:
    """Every address of ours in a mail: text, HTML, headers, calendar."""
    texts = [str(value) for value in message.values()]
    texts += [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    found = {url.rstrip(".,;:)&") for text in texts for url in re.findall(r"https?://[^\s<>\"']+", text)}
    return {url.removeprefix(SITE).replace("&amp;", "&") for url in found if url.startswith(f"{SITE}/")}


def dump() -> str:
    """Everything in the database, row by row."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    rows = (
        row for model in models if model._meta.label_lower not in NOT_OURS for row in model._base_manager.order_by("pk")
    )
    return serializers.serialize("json", rows, indent=1)


@pytest.fixture
def mailbag() -> Mailbag:
    """The real case from end to end, so that every kind of mail is written once."""
    demo.load()
    bag, organiser = Mailbag(), User.objects.get(email=demo.ORGANISER)
    event = Event.objects.get(state=Event.State.PUBLISHED, kind=Event.Kind.INFO_DAY)
    _campaign(event, organiser)
    bag.empty()
    _registrations(event, organiser, bag)
    _decisions(event, organiser, bag)
    _waiting(bag)
    _afterwards(organiser, bag)
    _reminders(event, organiser, bag)
    _appointments(organiser, bag)
    _protocol(organiser, bag)
    Client().post("/accounts/login/", {"email": organiser.email})
    bag.empty()
    events.cancel(event=event, by=organiser, reason="Neve")
    bag.empty()
    _silent_program(organiser)
    bag.empty()
    return bag


def _silent_program(organiser: User) -> None:
    url = "https://programma.example.org/ricevi"
    webhook = webhooks.register(name="Calendario", url=url, facts=["event.cancelled"], by=organiser)
    webhooks.disable(webhook, timezone.now(), is_gone=False)


def _campaign(event: Event, organiser: User) -> None:
    invited = Organisation.objects.filter(kind="municipality").exclude(email="").count()
    campaign = campaigns.prepare(
        by=organiser, event=event, name="x", subject_it="Invito: {event}", calendar="link",
        audience={"sources": [{"kind": "directory", "kinds": ["municipality"]}]},
        body_it="[Qui il programma]({event_page}). Oppure scriveteci.\n\n{link}",
    )  # fmt: skip
    campaigns.send(campaign=campaign, expected=invited, by=organiser)
    Delivery.objects.filter(campaign=campaign).exclude(
        pk__in=Delivery.objects.filter(campaign=campaign).order_by("pk").values("pk")[:2]
    ).delete()
    Delivery.objects.filter(campaign=campaign).update(state="accepted", accepted_at=timezone.now())


def _registrations(event: Event, organiser: User, bag: Mailbag) -> None:
    applicant = events.Applicant("Ente di prova", "cso", "Carla Contatto", "carla@ente01.example.org", "Presidente")
    guests = [events.Guest("Anna", "anna@ente01.example.org"), events.Guest("Bruno", "bruno@ente01.example.org")]

    def register():
        return events.register(
            event=event,
            applicant=applicant,
            guests=guests,
            submission_id=uuid.uuid4(),
            privacy_notice_version="2026-11",
        )

    registration = register()
    item = event.sessions.first()
    later = item.ends_at - timedelta(minutes=5)
    events.set_times(session=item, starts_at=item.starts_at, ends_at=later, by=organiser)
    events.release(event=event, by=organiser, despite_warnings=True)
    events.cancel_session(session=event.sessions.first(), reason="Il relatore è malato.", by=organiser)
    events.request_link(event=event, email=applicant.contact_email)
    events.request_link(event=event, email="bruno@ente01.example.org")
    feeds.send_to(address=applicant.contact_email, language="it")
    bag.empty()
    events.cancel_attendee(attendee=registration.attendees.get(full_name="Anna"))
    bag.empty()
    events.cancel_registration(registration=registration)
    bag.empty()
    register()
    bag.empty()
    call_command("pump")  # a confirmation that still waits would tell of the change itself
    events.change(event=event, by=organiser, venue="Sala grande")
    bag.empty()


def _decisions(event: Event, organiser: User, bag: Mailbag) -> None:
    """A registration refused, a change refused, an invitation sent again."""
    Event.objects.filter(pk=event.pk).update(moderated=True, changes_freeze_at=timezone.now())
    applicant = events.Applicant("", "", "Piera Privata", "piera@altrove.example.org", category="person")
    pending = events.register(
        event=event, applicant=applicant, guests=[events.Guest("Piera Privata")], submission_id=uuid.uuid4(),
        privacy_notice_version="2026-11",
    )  # fmt: skip
    bag.empty()
    events.refuse(registration=pending, reason="Solo enti.", by=organiser)
    standing = event.registrations.filter(state="confirmed").first()
    request = events.add_attendee(registration=standing, guest=events.Guest("Dora"))
    events.refuse_change(request=request, reason="La sala è piccola.", by=organiser)
    invited = events.invite(event=event, organisation=Organisation.objects.exclude(email="").first())
    events.request_invitation(event=event, email=invited.organisation.email)
    bag.empty()
    Event.objects.filter(pk=event.pk).update(moderated=False, changes_freeze_at=None)


def _waiting(bag: Mailbag) -> None:
    """The demo's full workshop: a place is given back, somebody leaves the list, and it begins."""
    workshop = Event.objects.get(slug__startswith="laboratorio")
    here = workshop.registrations.get(organisation_name="Associazione Ponte")
    bag.empty()
    events.cancel_attendee(attendee=here.attendees.order_by("pk").first())
    bag.empty()
    one_more = events.add_attendee(registration=here, guest=events.Guest("Segretaria"), waits=True)
    bag.empty()
    events.cancel_attendee(attendee=one_more)
    events.advance_due(now=workshop.starts_at)
    bag.empty()


def _afterwards(organiser: User, bag: Mailbag) -> None:
    """Somebody came to the day of 2020, and its register is closed."""
    held = Event.objects.get(state=Event.State.HELD, kind=Event.Kind.INFO_DAY)
    who = Newcomer("Nina Nuova", email="nina@posta.example.org")
    shown = Shown(uuid.uuid4(), "walk_in", newcomer=who)
    checkin.record(event=held, shown=[shown], desk=Desk("Ingresso", organiser), now=held.starts_at)
    attendance.close(event=held, minutes="", by=organiser, tell=True)
    bag.empty()


def _appointments(organiser: User, bag: Mailbag) -> None:
    """At the demo's meeting point: booked, moved, reminded of, its link sent again, called off."""
    point, now = MeetingPoint.objects.get(), timezone.now()
    window = slots.Window.for_people(point, now)
    free = [slot for day in slots.days(point, timetables.of(point), window) for slot in day.free]
    person = appointments.Person("Gaia", "gaia@giovani.example.org")
    booked = appointments.book(point=point, starts_at=free[-2].starts_at, person=person, submission_id=uuid.uuid4())
    bag.empty()
    moved = appointments.move(appointment=booked, starts_at=free[-1].starts_at)
    appointments.request_links(email=person.email)
    bag.empty()
    with time_machine.travel(moved.remind_at):
        appointments.remind_due()
        bag.empty()
    appointments.cancel(appointment=booked, by=organiser, reason="Operatrice malata.")
    bag.empty()


def _reminders(event: Event, organiser: User, bag: Mailbag) -> None:
    with time_machine.travel(event.starts_at - timedelta(days=5)):
        reminder_services.add_rule(
            target=event, by=organiser, audience="invited", method="duration", duration=timedelta(days=4),
            also_at_quiet_times=True,
        )  # fmt: skip
        reminder_services.add_rule(
            target=event, by=organiser, method="duration", duration=timedelta(days=4), also_at_quiet_times=True
        )
    with time_machine.travel(event.starts_at - timedelta(days=4) + timedelta(minutes=1)):
        call_command("pump")
        bag.empty()


def _protocol(organiser: User, bag: Mailbag) -> None:
    agreement = Agreement.objects.get()
    reminder_services.add_rule(
        target=agreement, by=organiser, audience="silent_parties", anchor="review_deadline", method="duration",
        duration=timedelta(days=1), also_at_quiet_times=True,
    )  # fmt: skip
    review = agreement.open_round()
    with time_machine.travel(review.closes_at - timedelta(hours=23)):
        call_command("pump")
        bag.empty()
    agreements.close_observations(agreement=agreement, by=organiser)
    call = before_bodies(agreement, organiser)
    with time_machine.travel(call.answer_by - timedelta(hours=20)):
        call_command("pump")
        bag.empty()
    for party in agreement.parties.all():
        act_of(party, organiser)
    bag.empty()
    agreements.freeze(agreement=agreement, by=organiser)
    agreements.open_signing(agreement=agreement, by=organiser)
    bag.empty()
    for party in agreement.parties.all():
        grant = RoleGrant.objects.filter(role=Role.SIGNATORY, organisation=party.organisation).first()
        agreements.adhere(agreement=agreement, name="Nome", office_held="Assessore", statement="Sì", by=grant.user)
    bag.empty()
    other = agreement_demo.new_from_model(by=organiser, slug="altro-protocollo")
    agreements.share(agreement=other, closes_at=timezone.now() + timedelta(days=7), by=organiser)
    agreements.withdraw(agreement=other, reason="Cambiata la giunta.", by=organiser)
    bag.empty()
    for number, verb in enumerate((approving.ask_changes, approving.refuse)):
        one = agreement_demo.new_from_model(by=organiser, slug=f"terzo-protocollo-{number}")
        agreements.share(agreement=one, closes_at=timezone.now() + timedelta(days=7), by=organiser)
        agreements.close_observations(agreement=one, by=organiser)
        before_bodies(one, organiser)
        text = standing.current_text(one)
        verb(party=one.parties.first(), body_label="Giunta", reason="Durata.", text=text, by=organiser)
        bag.empty()


def test_no_link_of_any_mail_changes_anything_by_being_opened(mailbag):
    assert set(mailbag.links) == {*BUILDERS, "invitation"}
    assert all(mailbag.links.values())
    links = sorted(set().union(*mailbag.links.values()))
    for expected in (
        "/unsubscribe/",
        "/preferences/",
        "/messages/",
        "/registrations/",
        "/attendees/",
        "/meeting-point/appointments/",
        "?invitation=",
        "/me/calendar/",
    ):
        assert any(expected in link for link in links), expected
    client, before = Client(), dump()
    for link in links:
        for answer in (client.get(link), client.get(f"/en{link.removeprefix('/en')}"), client.head(link)):
            assert answer.status_code < 400, f"{answer.request['REQUEST_METHOD']} {link}: {answer.status_code}"
    assert dump() == before


def test_the_dump_would_show_a_change(mailbag):
    before = dump()
    link = next(link for link in mailbag.links["invitation"] if "/unsubscribe/" in link)
    assert Client().post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert dump() != before


def test_pages_behind_the_pages_of_a_mail_change_nothing_either(mailbag):
    """A thorough scanner follows one step further."""
    client = Client()
    links = sorted(set().union(*mailbag.links.values()))
    pages = [client.get(link) for link in links]
    steps = {
        href
        for page in pages
        for href in re.findall(r'(?:href|src|action)="(/[^"]*)"', page.content.decode("utf-8", "ignore"))
    }
    steps = {step for step in steps if not step.startswith("/static/")}
    before = dump()
    for step in sorted(steps):
        client.get(step.replace("&amp;", "&"))
        client.head(step.replace("&amp;", "&"))
    assert len(steps) > 30
    assert dump() == before
