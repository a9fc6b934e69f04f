"""The organisers' editor of the agenda."""

import pytest

from events import services


@pytest.fixture
def desk(client_of, organiser):
    return client_of(organiser)


@pytest.fixture
def part(event, organiser):
    """Adds a room, track or speaker."""

    def part(model, **fields):
        return services.save_part(event=event, by=organiser, part=model(**fields))

    return part


def order(event) -> list[str]:
    """The items by time, each with its minutes after the event begins."""
    rows = event.sessions.in_draft().in_order()
    minutes = [
        [int((at - event.starts_at).total_seconds() // 60) for at in (row.starts_at, row.ends_at)] for row in rows
    ]
    return [f"{row.title_it} {start}-{end}" for row, (start, end) in zip(rows, minutes, strict=True)]
