"""Published figures as a page, as files and as metadata: all from one edition's content, which no later row can change."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.figures import telling
from events.figures.models import FiguresEdition
from events.figures.telling import UNKNOWN, Content
from events.models import Event
from events.outputs.structured import block
from organisations.models import Organisation
from organisations.plots import Words, bars
from organisations.tables import csv_lines
from organisations.zone import ROME

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
LICENCE_NAME = "CC BY 4.0"
#: What stands between the names of those who make one line of a table.
AND = " + "
CSV_HEAD = ("table", "kind", "municipality", "week", "attendance", "people", "told")
#: Of Italy's profile of DCAT: a population and society data set that is not renewed.
THEME = "http://publications.europa.eu/resource/authority/data-theme/SOCI"
FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/NEVER"


@dataclass(frozen=True, slots=True)
class Shown:
    """A table of the page. A number that is hidden is None."""

    name: str
    title: str
    head: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int | None]]]
    plot: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """An event's figures as everybody reads them; without `edition` as they would be read."""

    event: Event
    content: Content
    edition: FiguresEdition | None = field(default=None)

    @property
    def smallest(self) -> int:
        """Numbers below it are hidden."""
        return int(self.content["smallest"])

    @property
    def tables(self) -> list[Shown]:
        """Those of which something is told."""
        found = [
            self._list("kinds", _("By kind of organisation"), _("Kind")),
            self._list("municipalities", _("By municipality"), _("Municipality")),
            self._crossed(),
            self._attendance(),
            self._list("weeks", _("By week of registration"), _("Week from")),
        ]
        return [table for table in found if table.rows]

    @property
    def untold(self) -> list[str]:
        """Titles of tables that would give somebody away as a whole."""
        titles = {
            "kinds": _("By kind of organisation"), "municipalities": _("By municipality"),
            "kinds_by_municipality": _("By kind and municipality"), "kinds_by_attendance": _("By kind and attendance"),
            "weeks": _("By week of registration"),
        }  # fmt: skip
        return [str(title) for table, title in titles.items() if self.content[table] is None]

    @property
    def columns(self) -> list[tuple[str, str]]:
        """What each column of the CSV says."""
        return [
            ("table", _("Which table the line belongs to.")),
            ("kind", _("Kind of organisation by its code; person and press have none. Kinds that make one line are joined by “+”.")),
            ("municipality", _("Of the organisation, as our directory has it; “unknown” where it has none. Joined like kinds.")),
            ("week", _("The Monday of the week in which people registered, as YYYY-MM-DD.")),
            ("attendance", _("registered: held a place; came, absent: by the attendance register.")),
            ("people", _("How many people; empty where the number is hidden.")),
            ("told", _("yes, or no where the number is hidden.")),
        ]  # fmt: skip

    def csv(self) -> bytes:
        """Every number in one sheet, a line each: UTF-8 with its mark, semicolons, formula cells defused."""
        return b"".join(csv_lines(CSV_HEAD, self._lines()))

    def json(self) -> bytes:
        """The edition with its metadata."""
        found = {
            "event": {"slug": self.event.slug, "title": {"it": self.event.title_it, "en": self.event.title_en},
                      "starts_at": self.event.starts_at.astimezone(ROME).isoformat()},
            "edition": self.edition and self.edition.edition,
            "published_at": self.edition and self.edition.published_at.astimezone(ROME).isoformat(timespec="seconds"),
            "licence": {"name": LICENCE_NAME, "url": LICENCE},
            "source": settings.ASSOCIATION_NAME,
            "rule": {"smallest_number_told": self.smallest, "words": self.rule},
            "labels": {"kinds": {kind: kind_words(kind) for kind in telling.KINDS}},
            "figures": {name: value for name, value in self.content.items() if name != "smallest"},
        }  # fmt: skip
        return json.dumps(found, ensure_ascii=False, indent=1).encode()

    @property
    def rule(self) -> str:
        """Why some numbers are hidden."""
        return _(
            "Numbers from 1 to %(most)s are hidden, and as many others as it takes that none of them can be worked out by "
            "subtraction. The two totals stand as they are. Nought is told."
        ) % {"most": self.smallest - 1}

    @property
    def structured(self) -> str:
        """Metadata for catalogues: schema.org with the terms that Italy's profile of DCAT asks for."""
        return block(self.described())

    def described(self) -> dict[str, Any]:
        """The same before it is text."""
        site = settings.SITE_URL
        page = f"{site}{reverse('events:figures', args=[self.event.slug])}"
        association = {"@type": "Organization", "name": settings.ASSOCIATION_NAME, "url": site}
        day = self.event.starts_at.astimezone(ROME).date().isoformat()
        found: dict[str, Any] = {
            "@context": ["https://schema.org", {"dct": "http://purl.org/dc/terms/", "dcat": "http://www.w3.org/ns/dcat#"}],
            "@type": "Dataset", "@id": page, "url": page, "name": self.title, "description": f"{self.about} {self.rule}",
            "license": LICENCE, "isAccessibleForFree": True, "inLanguage": get_language(), "temporalCoverage": day,
            "creator": association, "publisher": association,
            "spatialCoverage": {"@type": "Place", "name": self.event.venue, "address": self.event.address},
            "variableMeasured": [f"{name}: {words}" for name, words in self.columns],
            "distribution": [
                {"@type": "DataDownload", "encodingFormat": kind, "license": LICENCE,
                 "contentUrl": f"{site}{reverse(f'events:figures_{name}', args=[self.event.slug])}"}
                for name, kind in (("csv", "text/csv"), ("json", "application/json"))
            ],
            "dct:identifier": f"{self.event.uid}", "dct:rightsHolder": association["name"],
            "dct:accrualPeriodicity": {"@id": FREQUENCY}, "dcat:theme": {"@id": THEME},
        }  # fmt: skip
        if self.edition:
            published = self.edition.published_at.astimezone(ROME).isoformat(timespec="seconds")
            found |= {"datePublished": published, "dateModified": published, "version": str(self.edition.edition)}
        return found

    @property
    def title(self) -> str:
        """Of the data set."""
        return _("Figures of “%(title)s”") % {"title": self.event.title}

    @property
    def about(self) -> str:
        """What the data set holds, in a sentence."""
        return _("Who registered for the event and who came: numbers of people, without names.")

    def _list(self, table: str, title: str, what: str) -> Shown:
        key = telling.LISTS[table]
        words = {"kind": kind_words, "municipality": town_words, "week": week_words}[key]
        rows = [(words(row[key]), row["registered"]) for row in self.content[table] or []]
        drawn = [(label, number) for label, number in rows if number]
        says = _("Bars of the numbers that are told; the table says the same.")
        plot = bars(drawn, words=Words(f"{table}-plot", title, says)) if drawn else ""
        return Shown(table, title, [what, _("People")], [(label, [number]) for label, number in rows], plot)

    def _crossed(self) -> Shown:
        found = self.content["kinds_by_municipality"] or telling.NOTHING
        head = [_("Kind"), *(_joined(town_words, group) for group in found["columns"])]
        return Shown("kinds_by_municipality", _("By kind and municipality"), head, _rows(found))

    def _attendance(self) -> Shown:
        found = self.content["kinds_by_attendance"] or telling.NOTHING
        head = [_("Kind"), _("People who came"), _("Absent")]
        return Shown("kinds_by_attendance", _("By kind and attendance"), head, _rows(found))

    def _lines(self) -> Iterator[Sequence[object]]:
        """Of the CSV."""
        content = self.content
        for attendance in ("registered", "came"):
            yield _line("total", attendance=attendance, people=content[attendance])
        for table, key in telling.LISTS.items():
            for row in content[table] or []:
                yield _line(table, **{key: _code(row[key])}, people=row["registered"])
        for row, column, number in telling.cells_of(content["kinds_by_municipality"] or telling.NOTHING):
            yield _line(
                "kinds_by_municipality", kind=_joined(_code, row), municipality=_joined(_code, column), people=number
            )
        for row, column, number in telling.cells_of(content["kinds_by_attendance"] or telling.NOTHING):
            yield _line("kinds_by_attendance", kind=_joined(_code, row), attendance=column[0], people=number)


def _line(
    table: str,
    *,
    kind: str = "",
    municipality: str = "",
    week: str = "",
    attendance: str = "registered",
    people: int | None,
) -> list[object]:
    hidden = people is None
    return [table, kind, municipality, week, attendance, "" if hidden else people, "no" if hidden else "yes"]


def _rows(found: Content) -> list[tuple[str, Sequence[int | None]]]:
    return [(_joined(kind_words, row), line) for row, line in zip(found["rows"], found["numbers"], strict=True)]


def _joined(words: Any, group: Iterable[str]) -> str:
    return AND.join(words(one) for one in group)


def _code(value: str) -> str:
    return value or "unknown"


def kind_words(kind: str) -> str:
    """A kind of organisation, or of those who come for none."""
    alone = {"person": _("private persons"), "press": _("press")}
    return alone.get(kind) or str(dict(Organisation.Kind.choices).get(kind, kind))


def town_words(municipality: str) -> str:
    """A municipality, or that nobody knows it."""
    return _("not known") if municipality == UNKNOWN else municipality


def week_words(monday: str) -> str:
    """The week from this Monday on."""
    return date_format(date.fromisoformat(monday), "j F Y")
