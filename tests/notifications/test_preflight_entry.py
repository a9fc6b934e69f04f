"""An invitation that cannot be followed is found before it leaves."""

from datetime import UTC, datetime

import pytest

from notifications import preflight
from notifications.preflight import Severity
from tests.notifications.test_preflight import _public_site, examined, found, row  # noqa: F401

MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)


def entry(**changes) -> preflight.Entry:
    return preflight.Entry(
        **{"opens_at": None, "closes_at": datetime(2026, 12, 5, 9, tzinfo=UTC), "free": 3, **changes}
    )


def test_an_invitation_to_an_open_event_with_free_places_is_no_finding():
    codes = {finding.code for finding in examined(starts_at=MONDAY, entry=entry(opens_at=MONDAY)).findings}
    assert not codes & {"registration_closed", "registration_closes_meanwhile", "registration_not_open", "event_full"}


@pytest.mark.parametrize(("changes", "code", "severity"), [
    ({"closes_at": MONDAY}, "registration_closed", Severity.STOP),
    ({"closes_at": datetime(2026, 11, 30, 9, 0, 1, tzinfo=UTC)}, "registration_closes_meanwhile", Severity.WARN),
    ({"opens_at": datetime(2026, 12, 1, 9, tzinfo=UTC)}, "registration_not_open", Severity.WARN),
    ({"free": 0}, "event_full", Severity.WARN),
])  # fmt: skip
def test_an_invitation_that_cannot_be_followed_is_found_before_it_leaves(changes, code, severity):
    rows = [row(number) for number in range(200)]
    verdict = examined(starts_at=MONDAY, entry=entry(**changes), rows=rows)
    assert found(verdict, code).severity == severity
