"""The meeting point in a real browser: looked at wide and narrow, in both languages, and used by keyboard alone."""

import pytest

from events.meeting_point.models import MeetingPoint
from organisations.models import User
from portal.demo import ORGANISER
from tests.browser.test_every_page import check


@pytest.fixture
def point(demo) -> MeetingPoint:
    """The demo's."""
    return MeetingPoint.objects.get()


def hours_pages(point: MeetingPoint) -> dict[str, str]:
    at = f"/manage/meeting-point/{point.pk}/"
    return {
        "point": "/meeting-point/", "point-index": "/manage/meeting-point/", "point-hours": f"{at}hours/",
        "point-week": f"{at}hours/week/", "point-settings": f"{at}settings/", "point-exception-add": f"{at}hours/exceptions/add/",
        "point-exception": f"{at}hours/exceptions/{point.exceptions.last().pk}/", "manage-with-point": "/manage/",
        "home-with-point": "/",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_hours(point, open_as, language, width):
    watched = open_as(User.objects.get(email=ORGANISER), width=width)
    for name, path in hours_pages(point).items():
        check(watched, path, name, language, width)
    assert watched.findings == []
