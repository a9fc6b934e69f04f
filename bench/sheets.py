"""Lists of 5,000 people over HTTP: the whole file, from the request to its last byte."""

import csv
import http.client
import io
import time
import urllib.parse
from collections.abc import Callable
from statistics import median
from typing import Any

import xlsxwriter
from django.urls import reverse
from django.utils import timezone

from bench.desk import _passes, _signed_in
from bench.figures import figure
from events.exports.cells import printed
from events.exports.selection import Selection
from events.exports.sheets import BY_KEY
from events.models import Answer, Event, Question, QuestionOption, Scan, Session, SessionPlace
from organisations.models import User

PEOPLE, TIMES = 5_000, 5


def exports(base: str) -> list[dict[str, Any]]:
    """The limits: the same cells, ready in memory, given to `csv` and to xlsxwriter and nothing else."""
    event = Event.objects.get(state=Event.State.PUBLISHED, kind=Event.Kind.INFO_DAY)
    _passes(event, PEOPLE)
    _live_through(event)
    cookie = _signed_in("organizzazione@socialneet.example.org")
    rows = [[printed(cell) for cell in row] for row in BY_KEY["attendees"].taken(event, Selection()).rows]
    found = []
    for kind, bare in (("csv", _bare_csv), ("xlsx", _bare_xlsx)):
        address = reverse("manage_exports:download", args=[event.slug, "attendees", kind])
        values = [_timed(lambda address=address: _fetched(base, address, cookie)) for _ in range(TIMES)]
        limits = [_timed(lambda bare=bare: bare(rows)) for _ in range(TIMES)]
        note = f"{min(values):.2f}–{max(values):.2f}, {len(rows)} rows"
        found.append(figure(f"export_{kind}_5000", median(values), "seconds", median(limits), note))
    return found


def _live_through(event: Event) -> None:
    """Everything that a line can say: two of three came, everybody sits in an item, wrote one answer and chose another."""
    people = list(event.attendees.confirmed().order_by("pk"))
    by, now = User.objects.get(email="banco@socialneet.example.org"), timezone.now()
    Scan.objects.bulk_create(
        Scan(event=event, attendee=one, means=Scan.Means.PASS, verdict=Scan.Verdict.ADMITTED, arrival=1, desk="Ingresso",
             by=by, happened_at=now, received_at=now)
        for number, one in enumerate(people) if number % 3 and not one.scans.exists()
    )  # fmt: skip
    item = Session.objects.create(
        event=event, title_it="Laboratorio: il colloquio di lavoro", starts_at=event.starts_at, ends_at=event.ends_at,
        places=len(people), open_places=len(people),
    )  # fmt: skip
    SessionPlace.objects.bulk_create(
        SessionPlace(session=item, attendee=one, number=number) for number, one in enumerate(people, start=1)
    )
    written = _asked(event, Question.Kind.SHORT, "Che cosa si aspetta?")
    Answer.objects.bulk_create(Answer(question=written, attendee=one, text="Contatti con altri enti") for one in people)
    chosen = _asked(event, Question.Kind.CHOICE, "Come arriva?")
    options = [QuestionOption.objects.create(question=chosen, text_it=text) for text in ("in treno", "in automobile")]
    answers = Answer.objects.bulk_create(Answer(question=chosen, attendee=one) for one in people)
    through = Answer.chosen.through
    through.objects.bulk_create(
        through(answer=one, questionoption=options[number % 2]) for number, one in enumerate(answers)
    )


def _asked(event: Event, kind: str, text: str) -> Question:
    return Question.objects.create(event=event, kind=kind, audience=Question.Audience.ATTENDEE, text_it=text)


def _timed(work: Callable[[], bytes]) -> float:
    began = time.perf_counter()
    assert len(work()) > 100_000
    return time.perf_counter() - began


def _fetched(base: str, address: str, cookie: str) -> bytes:
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(base).netloc, timeout=60)
    connection.request("GET", address, headers={"Cookie": cookie})
    response = connection.getresponse()
    assert response.status == 200, response.status
    content = response.read()
    connection.close()
    return content


def _bare_csv(rows: list[list[str | int]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=";").writerows(rows)
    return stream.getvalue().encode()


def _bare_xlsx(rows: list[list[str | int]]) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"constant_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell != "":
                sheet.write(number, column, cell)
    book.close()
    return stream.getvalue()
