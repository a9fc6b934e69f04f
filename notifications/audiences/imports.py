"""What an upload would do to a contact list, line by line, before anything is written; and the sheet of what is left out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from notifications.audiences.reading import Line, read
from notifications.audiences.reasons import Reason, objection, words_for
from notifications.models import Suppression, hash_address
from notifications.models.audiences import Contact, ContactUpload
from organisations.languages import Language
from organisations.models import Organisation
from organisations.tables import MAX_CELL, begins_like_a_formula, csv_lines

MAX_NAME = 200
SHOWN = 80
#: Words of the language column -> language.
LANGUAGES = {
    "it": Language.ITALIAN, "ita": Language.ITALIAN, "italiano": Language.ITALIAN, "italian": Language.ITALIAN,
    "en": Language.ENGLISH, "eng": Language.ENGLISH, "inglese": Language.ENGLISH, "english": Language.ENGLISH,
}  # fmt: skip


class Outcome(StrEnum):
    """What a line will do, or did."""

    NEW = "new"
    REPEATED = "repeated"
    KNOWN = "known"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what it says, what it will do, and why."""

    line: int
    address: str
    name: str
    organisation_name: str
    language: str
    organisation: int | None
    outcome: Outcome
    note: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an upload would do."""

    rows: list[Row]
    ignored_columns: list[str]

    @property
    def counts(self) -> dict[str, int]:
        """Lines by outcome; every outcome is there."""
        found = Counter(row.outcome for row in self.rows)
        return {outcome.value: found[outcome] for outcome in Outcome}

    def with_outcome(self, outcome: str) -> list[Row]:
        """The lines of one outcome."""
        return [row for row in self.rows if row.outcome == outcome]


def plan(upload: ContactUpload) -> Plan:
    """Read an upload and say for each line what it would do to its list as it stands. Three queries.

    Raises organisations.tables.UnreadableList.
    """
    reading = read(bytes(upload.content), pasted=not upload.filename)
    return Plan(list(_judge(reading.lines, upload)), list(reading.ignored_columns))


def error_sheet(plan: Plan) -> bytes:
    """The lines left out with the reason, as a CSV that no spreadsheet runs: UTF-8 with BOM, semicolons, CRLF."""
    head = [_("Line"), _("E-mail"), _("Name"), _("Organisation"), _("Why it is left out")]
    out = plan.with_outcome(Outcome.OUT)
    return b"".join(
        csv_lines(head, ((row.line, row.address, row.name, row.organisation_name, row.note) for row in out))
    )


def _judge(lines: Iterable[Line], upload: ContactUpload) -> Iterator[Row]:
    known = set(Contact.objects.filter(contact_list=upload.contact_list_id).values_list("address", flat=True))
    unwanted = Suppression.objects.against().hashes()  # who refuses one purpose alone still belongs on a list
    organisations = _organisations_by_address()
    seen: dict[str, int] = {}
    for line in lines:
        refusal = _refusal(line, unwanted)
        if refusal:
            yield _row(line, upload, Outcome.OUT, refusal)
        elif line.address in seen:
            note = _("the same address as in line %(line)s") % {"line": seen[line.address]}
            yield _row(line, upload, Outcome.REPEATED, note)
        else:
            seen[line.address] = line.number
            outcome = Outcome.KNOWN if line.address in known else Outcome.NEW
            yield _row(line, upload, outcome, _note(line), organisations.get(line.address))


def _organisations_by_address() -> dict[str, int]:
    """The directory's organisations by address; an address that several share names none of them."""
    rows = Organisation.objects.with_email().values_list(Lower("email"), "pk")
    shared = Counter(address for address, _key in rows)
    return {address: key for address, key in rows if shared[address] == 1}


def _refusal(line: Line, unwanted: set[str]) -> str:
    """Why the line is left out, empty where it is taken."""
    if line.is_cut:
        return _("a cell is longer than %(count)s characters") % {"count": MAX_CELL}
    if any(begins_like_a_formula(cell) for cell in (line.address, line.name, line.organisation)):
        return _("a cell begins like a spreadsheet formula")
    if max(len(line.name), len(line.organisation)) > MAX_NAME:
        return _("the name is longer than 200 characters")
    if reason := objection(line.address):
        return words_for(reason, line.address)
    return str(Reason.UNWANTED.label) if unwanted and hash_address(line.address) in unwanted else ""


def _note(line: Line) -> str:
    notes = []
    if line.others:
        notes.append(_("more than one address: only %(first)s is taken") % {"first": line.address})
    if line.language and line.language.casefold() not in LANGUAGES:
        notes.append(
            _("unknown language “%(language)s”: the list's own is taken") % {"language": line.language[:SHOWN]}
        )
    return "; ".join(notes)


def _row(line: Line, upload: ContactUpload, outcome: Outcome, note: str, organisation: int | None = None) -> Row:
    cut = SHOWN if outcome == Outcome.OUT else MAX_CELL
    language = LANGUAGES.get(line.language.casefold(), Language(upload.language))
    return Row(
        line.number, line.address[:cut], line.name[:cut], line.organisation[:cut], language.value, organisation,
        outcome, note,
    )  # fmt: skip
