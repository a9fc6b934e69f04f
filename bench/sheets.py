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

from bench.desk import _passes, _signed_in
from bench.figures import figure
from events.exports.cells import printed
from events.exports.selection import Selection
from events.exports.sheets import BY_KEY
from events.models import Event

PEOPLE, TIMES = 5_000, 5


def exports(base: str) -> list[dict[str, Any]]:
    """The limits: the same cells, ready in memory, given to `csv` and to xlsxwriter and nothing else."""
    event = Event.objects.get(state=Event.State.PUBLISHED, kind=Event.Kind.INFO_DAY)
    _passes(event, PEOPLE)
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
