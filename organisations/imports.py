"""Lists of stakeholders as they arrive in real life: read, shown row by row with the reason, written once confirmed.

Reading never writes and never runs anything: a formula is text that is refused, an unknown column is named.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.text import slugify
from django.utils.translation import gettext as _

from organisations.addresses import is_address, meant_domain
from organisations.models import Organisation
from organisations.tables import UnreadableList, begins_like_a_formula, clean_cell, read_csv

__all__ = ["FACTS", "Outcome", "Plan", "Row", "UnreadableList", "plan"]
MAX_ROWS = 20_000


class Outcome(StrEnum):
    """What a row will do, or did."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    ERROR = "error"
    EMPTY = "empty"


#: Header words (without case, accents and punctuation) -> column.
HEADERS = {
    "ente": "name", "denominazione": "name", "organizzazione": "name", "nome": "name", "organisation": "name",
    "organization": "name", "name": "name",
    "tipo": "kind", "tipologia": "kind", "kind": "kind", "type": "kind",
    "comune": "municipality", "citta": "municipality", "municipality": "municipality", "city": "municipality",
    "codice-catastale": "cadastral_code", "codice-istat": "istat_code", "codice-fiscale": "fiscal_code",
    "codice-ipa": "ipa_code", "runts": "runts_number",
    "e-mail": "email", "email": "email", "mail": "email", "posta-elettronica": "email", "pec": "pec",
    "telefono": "phone", "tel": "phone", "phone": "phone",
    "referente": "contact", "contact": "contact", "ruolo": "contact_office", "role": "contact_office",
    "note": "note", "nota": "note", "notes": "note",
}  # fmt: skip

#: Words of the kind column -> kind and section.
KINDS: dict[str, tuple[Organisation.Kind, Organisation.Section]] = {
    "comune": (Organisation.Kind.MUNICIPALITY, Organisation.Section.NONE),
    "ente pubblico": (Organisation.Kind.PUBLIC_BODY, Organisation.Section.NONE),
    "università": (Organisation.Kind.SCHOOL, Organisation.Section.NONE),
    "scuola": (Organisation.Kind.SCHOOL, Organisation.Section.NONE),
    "odv": (Organisation.Kind.CSO, Organisation.Section.ODV),
    "aps": (Organisation.Kind.CSO, Organisation.Section.APS),
    "cooperativa sociale": (Organisation.Kind.CSO, Organisation.Section.SOCIAL_COOPERATIVE),
    "coop": (Organisation.Kind.CSO, Organisation.Section.SOCIAL_COOPERATIVE),
    "cooperativa": (Organisation.Kind.CSO, Organisation.Section.SOCIAL_COOPERATIVE),
    "impresa sociale": (Organisation.Kind.CSO, Organisation.Section.SOCIAL_ENTERPRISE),
    "fondazione": (Organisation.Kind.CSO, Organisation.Section.FOUNDATION),
    "associazione": (Organisation.Kind.CSO, Organisation.Section.OTHER),
    "associazione di categoria": (Organisation.Kind.ASSOCIATION, Organisation.Section.NONE),
    "impresa": (Organisation.Kind.FIRM, Organisation.Section.NONE),
    "altro": (Organisation.Kind.OTHER, Organisation.Section.NONE),
}

FACTS = ("kind", "section", "municipality", "cadastral_code", "istat_code", "fiscal_code", "ipa_code", "runts_number",
         "email", "pec", "phone", "note")  # fmt: skip


@dataclass(slots=True)
class Row:
    """One row of the list: what it says, what it will do, and why."""

    line: int
    facts: dict[str, str]
    outcome: Outcome
    reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    organisation: Organisation | None = None

    @property
    def name(self) -> str:
        """The organisation's name as read."""
        return self.facts.get("name", "")


@dataclass(slots=True)
class Plan:
    """What an import would do."""

    rows: list[Row]
    encoding: str
    delimiter: str
    ignored_columns: list[str]

    def count(self, outcome: Outcome) -> int:
        """How many rows have this outcome."""
        return sum(row.outcome == outcome for row in self.rows)

    @property
    def counts(self) -> dict[str, int]:
        """Rows by outcome."""
        return {outcome.value: self.count(outcome) for outcome in Outcome}

    def report(self) -> dict[str, object]:
        """The command's JSON: new, updated, duplicates and the errors with line and reason."""
        errors = [
            {"line": row.line, "reason": " ".join(row.reasons)} for row in self.rows if row.outcome == Outcome.ERROR
        ]
        return {
            "new": self.count(Outcome.NEW),
            "updated": self.count(Outcome.UPDATED),
            "unchanged": self.count(Outcome.UNCHANGED),
            "duplicates": self.count(Outcome.DUPLICATE),
            "empty": self.count(Outcome.EMPTY),
            "errors": errors,
        }


def plan(content: bytes) -> Plan:
    """Read a CSV and say for each row what it would do to the directory as it stands. Raises UnreadableList."""
    table = read_csv(content)
    if not table.rows:
        raise UnreadableList(_("The file is empty."))
    header, body = table.rows[0][1], table.rows[1:]
    if len(body) > MAX_ROWS:
        raise UnreadableList(_("The list has more than %(count)s rows: split it.") % {"count": MAX_ROWS})
    columns = [HEADERS.get(slugify(title), "") for title in header]
    if "name" not in columns or "email" not in columns:
        raise UnreadableList(
            _("The first row must name the columns; at least “Ente” and “E-mail” are needed. Found: %(columns)s.")
            % {"columns": ", ".join(title.strip() for title in header) or "–"}
        )
    ignored = [title for title, column in zip(header, columns, strict=True) if not column]
    return Plan(_judge(_facts(columns, body)), table.encoding, table.delimiter, ignored)


def _facts(columns: list[str], body: list[tuple[int, list[str]]]) -> Iterator[tuple[int, dict[str, str]]]:
    for line, cells in body:
        pairs = zip(columns, cells, strict=False)
        yield line, {column: clean_cell(cell) for column, cell in pairs if column}


def _judge(rows: Iterator[tuple[int, dict[str, str]]]) -> list[Row]:
    """The outcome of each row, against the directory and against the rows above it. Two queries."""
    by_key = {_key(o.name, o.email): o for o in Organisation.objects.all()}
    by_name = {_fold(o.name): o for o in by_key.values()}
    seen: dict[str, int] = {}
    judged = []
    for line, raw in rows:
        if not any(raw.values()):
            judged.append(Row(line, raw, Outcome.EMPTY))
            continue
        row = _read(line, raw)
        judged.append(row)
        if row.outcome == Outcome.ERROR:
            continue
        name = _fold(row.name)
        if name in seen:
            row.outcome = Outcome.DUPLICATE
            row.reasons.append(_("the same organisation as in line %(line)s") % {"line": seen[name]})
            continue
        seen[name] = line
        row.organisation = by_key.get(_key(row.name, row.facts["email"])) or by_name.get(name)
        if row.organisation:
            changed = [n for n in FACTS if row.facts.get(n) and row.facts[n] != getattr(row.organisation, n)]
            row.outcome = Outcome.UPDATED if changed else Outcome.UNCHANGED
            row.reasons += [_("changes: %(columns)s") % {"columns": ", ".join(changed)}] if changed else []
    return judged


def _read(line: int, raw: dict[str, str]) -> Row:
    """One row's facts, cleaned; an ERROR row carries its reasons."""
    row = Row(line, dict(raw), Outcome.NEW)
    name = raw.get("name", "")
    if not name:
        row.reasons.append(_("the name is missing"))
    elif len(name) > 200:
        row.reasons.append(_("the name is longer than 200 characters"))
    if any(begins_like_a_formula(raw.get(column, "")) for column in ("name", "municipality", "contact", "note")):
        row.reasons.append(_("a cell begins like a spreadsheet formula"))
    kind_word = raw.get("kind", "").casefold()
    kind, section = KINDS.get(kind_word, (Organisation.Kind.OTHER, Organisation.Section.NONE))
    row.facts["kind"], row.facts["section"] = kind.value, section.value
    if kind_word not in KINDS:
        row.warnings.append(_("unknown kind “%(kind)s”: taken as “other”") % {"kind": raw.get("kind", "")})
    _read_emails(row)
    for column in FACTS:
        limit = getattr(Organisation._meta.get_field(column), "max_length", None)
        if limit and len(row.facts.get(column, "")) > limit:
            row.reasons.append(_("“%(column)s” is too long") % {"column": column})
    if row.facts.get("istat_code") and not re.fullmatch(r"\d{6}", row.facts["istat_code"]):
        row.reasons.append(_("the ISTAT code must have six digits"))
    if row.reasons:
        row.outcome = Outcome.ERROR
    return row


def _read_emails(row: Row) -> None:
    addresses = [part for part in re.split(r"[;,\s]+", row.facts.get("email", "")) if part]
    row.facts["email"] = ""
    if not addresses:
        row.reasons.append(_("the e-mail address is missing"))
        return
    first, *others = (address.lower() for address in addresses)
    row.facts["email"] = first
    if others:
        row.warnings.append(_("more than one address: only %(first)s is taken") % {"first": first})
    for column in ("email", "pec"):
        address = row.facts.get(column, "").lower()
        row.facts[column] = address
        if address and not is_address(address):
            row.reasons.append(_("“%(address)s” is not an e-mail address") % {"address": address})
    if right := meant_domain(first):
        row.warnings.append(_("perhaps “%(right)s” was meant in %(address)s") % {"right": right, "address": first})


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())


def _key(name: str, email: str) -> str:
    return f"{_fold(name)}|{email.lower()}"
