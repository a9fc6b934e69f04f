"""When an act takes effect: days on the wall in Rome, over month ends, leap years and changes of the clocks."""

from datetime import UTC, date, datetime

import pytest

from agreements.approving import posting


@pytest.mark.parametrize(("posted", "last", "effective"), [
    (date(2026, 12, 3), date(2026, 12, 17), date(2026, 12, 13)),
    (date(2026, 12, 28), date(2027, 1, 11), date(2027, 1, 7)),
    (date(2027, 1, 31), date(2027, 2, 14), date(2027, 2, 10)),
    (date(2027, 2, 20), date(2027, 3, 6), date(2027, 3, 2)),
    (date(2028, 2, 20), date(2028, 3, 5), date(2028, 3, 1)),
    (date(2028, 2, 29), date(2028, 3, 14), date(2028, 3, 10)),
    (date(2027, 3, 20), date(2027, 4, 3), date(2027, 3, 30)),
    (date(2027, 10, 25), date(2027, 11, 8), date(2027, 11, 4)),
])  # fmt: skip
def test_an_act_is_posted_for_fifteen_days_and_effective_with_the_tenth_after_posting(posted, last, effective):
    assert posting.last_day_posted(posted) == last
    assert posting.effective_after_posting(posted) == effective


@pytest.mark.parametrize(("effect", "posted", "certified", "expected"), [
    ("at_once", None, None, date(2026, 12, 1)),
    ("on_its_date", None, None, date(2026, 12, 1)),
    ("after_posting", None, None, None),
    ("after_posting", date(2026, 12, 4), None, date(2026, 12, 14)),
    ("after_posting", date(2026, 12, 4), date(2026, 12, 15), date(2026, 12, 15)),
])  # fmt: skip
def test_the_day_of_effect_follows_the_vote_the_posting_and_what_the_secretary_certified(
    effect, posted, certified, expected
):
    found = posting.effective_on(effect=effect, adopted_on=date(2026, 12, 1), posted_on=posted, certified_on=certified)
    assert found == expected


@pytest.mark.parametrize(("moment", "day"), [
    (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), date(2026, 12, 31)),
    (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
    (datetime(2027, 3, 27, 23, 0, tzinfo=UTC), date(2027, 3, 28)),
    (datetime(2027, 3, 28, 22, 0, tzinfo=UTC), date(2027, 3, 29)),
    (datetime(2027, 10, 30, 22, 0, tzinfo=UTC), date(2027, 10, 31)),
    (datetime(2027, 10, 31, 22, 59, tzinfo=UTC), date(2027, 10, 31)),
])  # fmt: skip
def test_a_day_begins_at_midnight_in_rome_also_when_the_clocks_change(moment, day):
    assert posting.day_in_rome(moment) == day
