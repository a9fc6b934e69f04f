"""How many are here, and of whom: for the organisers' screen during the day."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from events.checkin.models import Scan
from events.models import Event, SessionPlace
from organisations.languages import Words
from organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Row:
    """One line: of how many expected how many are here."""

    name: str
    came: int
    expected: int

    @property
    def share(self) -> int:
        """In percent; of nobody expected, none."""
        return round(100 * self.came / self.expected) if self.expected else 0


@dataclass(frozen=True, slots=True)
class Counters:
    """The whole, then by kind of organisation, municipality (of the directory) and agenda item."""

    total: Row
    walk_ins: int
    kinds: tuple[Row, ...]
    municipalities: tuple[Row, ...]
    items: tuple[Row, ...]


def of(event: Event) -> Counters:
    """Three queries."""
    arrivals = Scan.objects.arrivals()
    people = event.attendees.confirmed().annotate(here=Exists(arrivals.filter(attendee=OuterRef("pk"))))
    fields = ("registration__category", "registration__organisation_kind", "registration__organisation__municipality")
    counted = people.order_by().values_list(*fields).annotate(n=Count("pk"), came=Count("pk", filter=Q(here=True)))
    kinds: dict[str, list[int]] = {}
    municipalities: dict[str, list[int]] = {}
    labels = dict(Organisation.Kind.choices)
    for category, kind, municipality, expected, came in counted:
        of_kind = str(labels.get(kind, "")) or {"person": _("private persons"), "press": _("press")}.get(category, "")
        for table, name in ((kinds, of_kind), (municipalities, municipality or _("not in the directory"))):
            row = table.setdefault(name, [0, 0])
            row[0] += came
            row[1] += expected
    seats = (
        SessionPlace.objects.held()
        .filter(session__event=event)
        .annotate(here=Exists(arrivals.filter(attendee=OuterRef("attendee"))))
    )
    items = seats.order_by("session__starts_at", "session").values_list(
        "session", "session__title_it", "session__title_en"
    )
    walk_ins = arrivals.filter(event=event, means=Scan.Means.WALK_IN).count()
    total = Row(_("Everybody"), sum(row[0] for row in kinds.values()), sum(row[1] for row in kinds.values()))
    return Counters(
        total, walk_ins, _rows(kinds), _rows(municipalities),
        tuple(
            Row(str(Words(title_it, title_en)), came, expected)
            for _pk, title_it, title_en, expected, came in items.annotate(
                n=Count("pk"), came=Count("pk", filter=Q(here=True))
            )
        ),
    )  # fmt: skip


def _rows(table: dict[str, list[int]]) -> tuple[Row, ...]:
    """The largest first."""
    ordered = sorted(table.items(), key=lambda one: (-one[1][1], one[0]))
    return tuple(Row(name, came, expected) for name, (came, expected) in ordered)
