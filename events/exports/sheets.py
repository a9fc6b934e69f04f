"""The lists: what each says, in which columns, of whom. Rows come from a few queries whatever their number.

Needs of people, and answers that were asked for as sensitive, stand in none of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.exports import people, records
from events.exports.cells import Cell
from events.exports.selection import Selection
from events.models import Event, Question, SessionPlace, WaitingEntry

#: A heading, or a heading and the width of its column in characters.
Column = Promise | tuple[Promise, int]
WIDTH = 16


@dataclass(frozen=True, slots=True)
class Taken:
    """A list on its way out; its rows are read once. `widths`: of each column, in characters."""

    title: str
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    rows: Iterator[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`key`: its address, and what the change log names it by. `asks`: whose questions stand in further columns."""

    key: str
    title: Promise
    about: Promise
    columns: tuple[Column, ...]
    rows: Callable[[Event, Selection], Iterator[Sequence[Cell]]]
    count: Callable[[Event, Selection], int]
    is_filtered: bool = False
    asks: str = ""

    def taken(self, event: Event, selection: Selection) -> Taken:
        """The list of this event in the active language."""
        fixed = [one if isinstance(one, tuple) else (one, WIDTH) for one in self.columns]
        columns = [(str(heading), width) for heading, width in fixed]
        if self.asks:
            columns += [(one.text, 24) for one in people.asked(event, self.asks)]
        headings, widths = zip(*columns, strict=True)
        return Taken(str(self.title), headings, widths, self.rows(event, selection))


SHEETS = (
    Sheet(
        "attendees", _("People"), _("One line for each person: place, organisation, items chosen, arrival, answers."),
        ((_("Place"), 8), (_("Full name"), 28), (_("Office or role"), 24), (_("E-mail"), 28), (_("Organisation"), 32),
         (_("Kind of organisation"), 24), _("Municipality"), _("Category"), _("State"), (_("Confirmed to come"), 10),
         (_("Arrived at"), 17), _("Desk"), (_("Agenda items"), 32), (_("Contact's e-mail"), 28),
         (_("Agreed to photographs"), 10), (_("Reference"), 11)),
        people.attendees, lambda event, selection: selection.people(event).count(), is_filtered=True,
        asks=Question.Audience.ATTENDEE,
    ),
    Sheet(
        "registrations", _("Registrations"),
        _("One line for each organisation, private person or medium: contact, state, how many come and came, answers."),
        ((_("Reference"), 11), _("Category"), (_("Who registers"), 32), (_("Kind of organisation"), 24), _("Municipality"),
         _("State"), (_("Contact"), 28), (_("Office or role"), 24), (_("Contact's e-mail"), 28), _("Telephone"),
         (_("Language"), 9), (_("People"), 8), (_("Places"), 8), (_("People who came"), 8), (_("Registered at"), 17),
         (_("Came without registration"), 10), (_("Cancelled at"), 17), _("Came by")),
        people.registrations, lambda event, selection: selection.registrations(event).count(), is_filtered=True,
        asks=Question.Audience.REGISTRATION,
    ),
    Sheet(
        "agenda_places", _("Places of agenda items"), _("Who holds a place in which agenda item."),
        ((_("Agenda item"), 40), (_("Place"), 8), (_("Full name"), 28), (_("Organisation"), 32)),
        records.agenda_places,
        lambda event, _selection: SessionPlace.objects.held().filter(session__event=event).count(),
    ),
    Sheet(
        "waiting", _("Waiting list"), _("Who waits for what, in the order of the queue."),
        ((_("Waits for"), 32), (_("Turn"), 8), (_("Who registers"), 32), (_("People"), 8), (_("Names"), 40),
         (_("All or any"), 30), (_("Waiting since"), 17), (_("Reason of the priority"), 30), (_("Contact's e-mail"), 28),
         (_("Reference"), 11)),
        records.waiting, lambda event, _selection: WaitingEntry.objects.waiting().filter(event=event).count(),
    ),
    Sheet(
        "register", _("Attendance register"), _("The last closed edition; before that, how the register stands."),
        ((_("Who registers"), 32), (_("Kind of organisation"), 24), (_("Full name"), 28), (_("Office or role"), 24),
         (_("In the register"), 18), (_("Arrived at"), 17), (_("Represented by"), 28), (_("Edition"), 9)),
        records.register, lambda event, _selection: records.register_length(event),
    ),
    Sheet(
        "invitations", _("Invitations"), _("Every organisation invited: link opened, registered, withdrawn."),
        ((_("Organisation"), 32), (_("Kind of organisation"), 24), _("Municipality"), (_("E-mail"), 28),
         (_("Invited at"), 17), (_("Link opened at"), 17), (_("Registration"), 18), (_("Reference"), 11),
         (_("Withdrawn at"), 17)),
        records.invitations, lambda event, _selection: event.invitations.count(),
    ),
    Sheet(
        "changes", _("Changes asked for"), _("What contacts asked for after the freeze, and what was decided."),
        ((_("Who registers"), 32), (_("Kind"), 24), (_("Person"), 28), (_("Full name asked for"), 28),
         (_("Office or role"), 24), (_("E-mail"), 28), _("State"), (_("Asked at"), 17), (_("Decided at"), 17),
         (_("Decided by"), 24), (_("Reason"), 40), (_("Reference"), 11)),
        records.changes, lambda event, _selection: event.change_requests.count(),
    ),
)  # fmt: skip
BY_KEY = {sheet.key: sheet for sheet in SHEETS}
