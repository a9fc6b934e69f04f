"""What stands in a cell, and how each kind of file is told so that no spreadsheet runs it."""

from datetime import datetime

from django.utils import timezone

#: A moment carries its zone; nothing is an empty cell. Numbers are numbers: nobody's text becomes one.
Cell = str | int | datetime | None


def local(moment: datetime) -> datetime:
    """Wall clock time of Europe/Rome without a zone, to the minute: spreadsheets know no zones."""
    return timezone.localtime(moment).replace(second=0, microsecond=0, tzinfo=None)


def printed(cell: Cell) -> str | int:
    """For files of text: moments as 2027-02-21 10:30, which spreadsheets of every language read as a date."""
    if isinstance(cell, datetime):
        return f"{local(cell):%Y-%m-%d %H:%M}"
    return "" if cell is None else cell


def writable(text: str) -> str:
    """Text that XML 1.0 can carry (section 2.2): characters that it does not know are left out."""
    if text.isprintable():  # nearly always
        return text
    return "".join(
        one
        for one in text
        if one in "\t\n\r" or (one >= " " and not ("\ud800" <= one <= "\udfff" or one in "\ufffe\uffff"))
    )
