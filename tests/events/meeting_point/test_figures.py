"""Monthly figures: counted by the wall in Rome, and told so that nobody is found in them."""

import csv
import io
import uuid
from datetime import timedelta

import pytest

from events.meeting_point import figures, log, services
from events.meeting_point.figures import protected
from events.meeting_point.models import Visit
from tests.events.conftest import rome
from tests.events.meeting_point.conftest import MONDAY, tuesday

NOON = tuesday(12)


@pytest.fixture
def visit(point, desk):
    def visit(at=NOON, purpose="cv", outcome="", number=1) -> None:
        Visit.objects.bulk_create(
            Visit(
                meeting_point=point,
                arrived_at=at,
                purpose=purpose,
                outcome=outcome,
                recorded_by=desk,
                submission_id=uuid.uuid4(),
            )
            for _one in range(number)
        )

    return visit


# -- what is told --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ([0, 0, 0], [0, 0, 0]),
        ([5, 9, 0], [5, 9, 0]),
        ([1, 2, 9, 0], [None, None, None, 0]),  # of two that make 3 together one is 1 and one is 2
        ([2, 4, 9, 0], [None, None, 9, 0]),
        ([3, 9, 6, 0], [None, 9, None, 0]),  # 3 alone could be worked out from the total
        ([4, 0], [None, None]),  # the total itself is small
        ([2, 2, 0], [None, None, None]),
    ],
)
def test_small_numbers_are_not_told_nor_what_they_could_be_worked_out_from(numbers, told):
    keys = "abcd"[: len(numbers)]
    found = protected(dict(zip(keys, numbers, strict=True)))
    assert [found[key] for key in keys] == told


# -- what is counted -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_last_twelve_months_by_kind(point, book, desk, visit):
    kept, missed = book("Gaia", tuesday(10)), book("Luca", tuesday(11))
    services.record_arrival(appointment=kept, by=desk, now=NOON)
    services.record_missed(appointment=missed, by=desk, now=NOON)
    services.cancel(appointment=book("Anna", rome(2026, 12, 29, 9)), now=MONDAY)
    visit(number=2)
    visit(rome(2026, 1, 10, 9))
    visit(rome(2025, 12, 31, 9))  # thirteen months ago
    struck = services.record_walk_in(
        point=point, arrived_at=NOON, purpose="cv", by=desk, submission_id=uuid.uuid4(), now=NOON
    )
    services.strike_visit(visit=struck, by=desk, reason="x", now=NOON)
    months = figures.months(point, NOON)
    assert [month.code for month in months] == ["2026-12", *(f"2026-{number:02}" for number in range(11, 0, -1))]
    december = months[0]
    assert (december.visits, december.with_appointment, december.walk_ins) == (3, 1, 2)
    assert (december.missed, december.cancelled) == (1, 1)
    assert months[-1].visits == 1


@pytest.mark.django_db
def test_a_month_begins_at_midnight_in_rome(point, visit):
    visit(rome(2026, 11, 30, 23, 59))
    visit(rome(2026, 12, 1, 0, 0))
    december, november, *_rest = figures.months(point, NOON)
    assert (december.visits, november.visits) == (1, 1)


@pytest.mark.django_db
def test_purposes_and_outcomes_are_told_protected(point, visit):
    visit(purpose="cv", outcome="plan", number=6)
    visit(purpose="search", number=1)
    december = figures.months(point, NOON)[0]
    about = dict(december.about)
    assert (about["curriculum e lettere"], about["cercare lavoro"]) == ("non indicato", "non indicato")
    assert about["corsi e formazione"] == "0"
    assert dict(december.led_to)["non ancora registrato"] == "non indicato"


@pytest.mark.django_db
def test_another_points_visits_are_not_counted(point, visit):
    from events.meeting_point.models import MeetingPoint

    visit()
    other = MeetingPoint.objects.create(name_it="Altro", address="Narni")
    assert sum(month.visits for month in figures.months(other, NOON)) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 30])
def test_figures_cost_the_same_whatever_there_is(point, visit, count, django_assert_num_queries):
    for number in range(count):
        visit(NOON - timedelta(days=number * 3), number=2)
    with django_assert_num_queries(5):
        figures.months(point, NOON)


# -- as files ------------------------------------------------------------------------------------------------------------


def rows(lines) -> list[list[str]]:
    text = b"".join(lines).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


@pytest.mark.django_db
def test_the_sheet_of_figures_holds_each_month_once_and_no_small_number(point, visit):
    visit(purpose="cv", number=7)
    visit(purpose="search", number=2)
    head, *months = rows(figures.as_csv(figures.months(point, NOON)))
    assert len(months) == 12
    december = dict(zip(head, months[-1], strict=True))
    assert (december["Mese"], december["Visite"]) == ("2026-12", "9")
    assert december["Motivo: curriculum e lettere"] == "non indicato"
    assert december["Motivo: cercare lavoro"] == "non indicato"


@pytest.mark.django_db
def test_no_cell_of_the_log_is_run_by_a_spreadsheet(point, visit, desk):
    type(desk).objects.filter(pk=desk.pk).update(name='=HYPERLINK("http://x.example.org")')
    visit(outcome="plan")
    head, row = rows(log.as_csv(Visit.objects.select_related("recorded_by")))
    assert head[0] == "Giorno"
    assert row == [
        "2026-12-01",
        "no",
        "curriculum e lettere",
        "concordati i prossimi passi",
        '\'=HYPERLINK("http://x.example.org")',
    ]
