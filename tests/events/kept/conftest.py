"""A past event at which somebody left words in every column, and a way to read everything that is stored."""

import os
import re
import uuid
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.contrib.admin.models import LogEntry as AdminEntry
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from events import services
from events.attendance import services as attendance
from events.calendars import event_uid
from events.checkin import services as checkin
from events.checkin.models import Scan, WalkIn
from events.checkin.services import Desk, Shown
from events.meeting_point import services as appointments
from events.meeting_point.models import Appointment, MeetingPoint
from events.models import Event, Question, Registration, Speaker, WaitingEntry
from events.questions import services as questions
from events.questions.services import Answers
from notifications.audiences import services as audiences
from notifications.models import (
    Attempt,
    CalendarEntry,
    Campaign,
    Delivery,
    DeliveryEvent,
    Exclusion,
    LocalMail,
)
from notifications.sending import journal
from organisations import services as directory
from organisations.languages import Language
from tests.events.conftest import rome

#: In whatever names somebody; nobody who stays in the directory is called so.
MARK = "zanzibarra"
LIST = (
    f"E-mail;Nome;Organizzazione\n{MARK}.lista@ente90.example.org;{MARK.title()} Lista;{MARK.title()} Ente\n".encode()
)


def address(who: str) -> str:
    return f"{MARK}.{who}@ente90.example.org"


def name(who: str) -> str:
    return f"{MARK.title()} {who}"


def database() -> dict[str, str]:
    """Every value of every table, by table and column, as text: whatever tables there are."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    found.setdefault(f"{table}.{column}", []).append(_text(value))
    return {place: "\n".join(values) for place, values in found.items()}


def _text(value: object) -> str:
    if not isinstance(value, bytes | memoryview):
        return str(value)
    content = bytes(value)
    parts = message_from_bytes(content, policy=policy.default).walk()
    bodies = [part.get_payload(decode=True) for part in parts if part.get_content_maintype() == "text"]
    return b"\n".join([content, *(body for body in bodies if isinstance(body, bytes))]).decode("utf-8", "replace")


def files() -> dict[str, str]:
    """Every file of the portal's own folder."""
    return {
        str(path): path.read_bytes().decode("utf-8", "replace")
        for path in Path(settings.VAR_DIR).rglob("*")
        if path.is_file() and not path.name.endswith((".sqlite3", ".sqlite3-wal", ".sqlite3-shm"))
    }


def places(word: str = MARK) -> set[str]:
    """Where a word stands: columns and files."""
    return {place for place, text in (database() | files()).items() if re.search(word, text, re.IGNORECASE)}


@pytest.fixture
def past(event, organiser, register, settings) -> Event:
    """An event that was held: one of each kind of person, and words of theirs wherever there is room for them."""
    settings.MAIL_URL = "mailbox://"
    Event.objects.filter(pk=event.pk).update(
        starts_at=rome(2026, 12, 14, 10), ends_at=rome(2026, 12, 14, 12), capacity=20, moderated=False
    )
    event.refresh_from_db()
    with time_machine.travel(rome(2026, 12, 1, 9), tick=True):
        _before(event, organiser, register)
    with time_machine.travel(rome(2026, 12, 12, 9), tick=True):
        _frozen(event, organiser)
    with time_machine.travel(rome(2026, 12, 14, 10, 5), tick=True):
        _on_the_day(event, organiser)
    with time_machine.travel(rome(2026, 12, 15, 9), tick=True):
        attendance.close(event=event, minutes="Firmato dalle parti.", by=organiser, tell=True)
        call_command("pump")
    return event


def _before(event, organiser, register) -> None:
    ask = {"event": event, "by": organiser, "audience": Question.Audience.REGISTRATION}
    words = questions.save_question(**ask, kind=Question.Kind.SHORT, text_it="Note?")
    day = questions.save_question(**ask, kind=Question.Kind.DATE, text_it="Quando?")
    number = questions.save_question(**ask, kind=Question.Kind.NUMBER, text_it="Quanti?")
    private = questions.save_question(
        **ask, kind=Question.Kind.SHORT, text_it="Salute?", sensitive=True, purpose_it="Per la sala."
    )
    answers = Answers(
        {words.pk: name("risposta"), day.pk: timezone.localdate(), number.pk: 7, private.pk: name("salute")}
    )
    registration = register(
        answers=answers, applicant=services.Applicant("Veliero", "cso", name("Referente"), address("referente"),
                                                      name("ufficio"), "0744 90909090"),
        guests=[services.Guest(name("Presente"), address("presente"), name("carica")),
                services.Guest(name("Assente"), address("assente"), name("carica"))],
    )  # fmt: skip
    here = registration.attendees.get(full_name=name("Presente"))
    services.tell_needs(attendee=here, access=name("scala"), dietary=name("polpo"))
    services.agree_to_photographs(attendee=here, agrees=True)
    register(
        applicant=services.Applicant("", "", name("Giornalista"), address("stampa"), name("cronaca"), "",
                                     category="press", medium=name("gazzetta")),
        guests=[services.Guest(name("Giornalista"), address("stampa"))],
    )  # fmt: skip
    leaver = register(
        applicant=services.Applicant("", "", name("Rinuncia"), address("rinuncia"), "", "", category="person"),
        guests=[services.Guest(name("Rinuncia"), address("rinuncia"))],
    )
    services.cancel_registration(registration=leaver)
    Event.objects.filter(pk=event.pk).update(moderated=True)
    event.refresh_from_db()
    refused = register(
        applicant=services.Applicant("", "", name("Rifiuto"), address("rifiuto"), "", "", category="person"),
        guests=[services.Guest(name("Rifiuto"), address("rifiuto"))],
    )
    services.refuse(registration=refused, reason=name("motivo"), by=organiser)
    WaitingEntry.objects.create(
        event=event, registration=registration, priority=-1, priority_reason=name("precedenza"), prioritised_by=organiser,
        state="left", ended_at=timezone.now(),
    )  # fmt: skip
    Speaker.objects.create(event=event, office_it="Assessore", email=address("relatore"))
    _around(event, organiser)
    _appointment(organiser)
    call_command("pump")


def _frozen(event, organiser) -> None:
    Event.objects.filter(pk=event.pk).update(changes_freeze_at=timezone.now() - timedelta(hours=1))
    registration = Registration.objects.get(organisation_name="Veliero")
    request = services.add_attendee(
        registration=registration, guest=services.Guest(name("Aggiunta"), address("aggiunta"), name("carica"))
    )
    services.refuse_change(request=request, reason=name("diniego"), by=organiser)
    call_command("pump")


def _on_the_day(event, organiser) -> None:
    here = event.attendees.get(full_name=name("Presente"))
    desk = Desk("Ingresso", organiser)
    checkin.record(event=event, shown=[Shown(uuid.uuid4(), Scan.Means.PASS, code=here.pass_code)], desk=desk)
    now = timezone.now()
    away = Scan.objects.create(
        event=event, means="walk_in", verdict="full", told="admitted", desk="Ingresso", by=organiser,
        happened_at=now, received_at=now,
    )  # fmt: skip
    WalkIn.objects.create(
        scan=away, full_name=name("Passante"), organisation_name=name("ente"), email=address("passante")
    )
    checkin.reconcile(scan=away, finding="rightly", note=name("nota"), by=organiser)


def _appointment(organiser) -> None:
    point = MeetingPoint.objects.create(name_it="Punto", address="Terni", email="punto@socialneet.example.org")
    starts_at = rome(2026, 12, 3, 9)
    Appointment.objects.create(
        meeting_point=point, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30), place_number=1,
        first_name=name("Ospite"), email=address("ospite"), phone="0744 90909090", topic="cv", token_hash="9" * 64,
    )  # fmt: skip
    gone = Appointment.objects.create(
        meeting_point=point, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30), place_number=2,
        first_name=name("Ospite"), email=address("ospite2"), token_hash="8" * 64,
    )  # fmt: skip
    appointments.cancel(appointment=gone, by=organiser, reason=name("ragione"), now=timezone.now())


def _around(event, organiser) -> None:
    """What the outbox, the audiences, the directory and the admin know."""
    campaign = Campaign.objects.create(
        event=event, name="Invito", subject_it="s", body_it="b", created_by=organiser, created_at=timezone.now()
    )
    sent = Delivery.objects.create(
        kind="invitation", idempotency_key="i:1", address=address("invitato"), name=name("Invitato"), campaign=campaign,
        state="accepted", accepted_at=timezone.now(), message_id="<i1@example.org>", reply=f"250 {address('invitato')}",
        payload={"invitation": 1, "words": [name("oggetto"), name("testo")]},
    )  # fmt: skip
    Attempt.objects.create(delivery=sent, outcome="accepted", reply=f"250 <{address('invitato')}>")
    DeliveryEvent.objects.create(
        provider="p", event_id="1", type="bounced_hard", description=address("invitato"), delivery=sent,
        received_at=timezone.now() + timedelta(days=3650),
    )  # fmt: skip
    Exclusion.objects.create(
        campaign=campaign,
        address=address("escluso"),
        name=name("Escluso"),
        reason="suppressed",
        detail=address("escluso"),
    )
    LocalMail.objects.create(
        message_id="<x@example.org>", address=address("codice"), subject=name("codice"), content=MARK.encode()
    )
    CalendarEntry.objects.create(
        uid=event_uid(event),
        address_hash="f" * 64,
        method="REQUEST",
        sequence=0,
        stamp=timezone.now(),
        fingerprint="0" * 64,
    )
    list_of = {"source": "fiera", "collected_on": timezone.localdate(), "language": Language.ITALIAN, "by": organiser}
    taken = audiences.keep_upload(content=LIST, filename=f"{MARK}.csv", name="Fiera", **list_of)
    audiences.apply_upload(upload=taken, by=organiser)
    audiences.keep_upload(content=LIST, filename="guardata.csv", name="Guardata", **list_of)
    sheet = f"Denominazione;Tipo;E-mail\n{name('ente')};cso;{address('ente')}\n".encode()
    directory.keep_list(filename=f"{MARK}.csv", content=sheet, by=organiser)
    journal.folder().mkdir(parents=True, exist_ok=True)
    diary = journal.folder() / f"w1{journal.UNREADABLE}"
    diary.write_text(f"550 <{address('rimbalzo')}>")
    os.utime(diary, (timezone.now().timestamp(),) * 2)
    cache.set("anteprima", name("anteprima"), 60)
    AdminEntry.objects.create(
        user=organiser, content_type=ContentType.objects.get_for_model(Registration), object_id="1", action_flag=2,
        object_repr=name("riga"), change_message=name("cambio"), action_time=timezone.now(),
    )  # fmt: skip
