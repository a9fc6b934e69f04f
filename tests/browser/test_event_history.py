"""What organisers see of an event over time, in a real browser: who changed what, what comes when, its copy."""

from datetime import timedelta

import pytest

from events import services as events
from events.log.recording import Actor, acting
from events.models import Event, Registration
from organisations.models import User
from portal.demo import ORGANISER
from tests.browser.test_every_page import check, event


@pytest.fixture
def organiser(demo) -> User:
    return User.objects.get(email=ORGANISER)


def log_pages(organiser: User) -> dict[str, str]:
    """Each kind of entry: one fact, several facts with long words, through either link, by the portal, of who is erased."""
    day = events.change(event=event(), by=organiser, starts_at=event().starts_at - timedelta(minutes=30))
    events.change(event=day, by=organiser, title_en="", summary_it="Parole " * 80, capacity=90, moderated=True)
    item = day.sessions.in_draft().in_order().first()
    events.save_session(session=item, event=day, by=organiser, title_it="S" * 150, speakers_it="Presidente")
    here = Registration.objects.get(event=day, category=Registration.Category.ORGANISATION)
    person = here.attendees.exclude(email="").order_by("pk").first()
    with acting(Actor.PERSON):
        events.edit_attendee(
            attendee=person, guest=events.Guest("Presidente del consorzio", person.email, "Presidenza")
        )
        events.erase_attendee(attendee=person)
    workshop = Event.objects.get(slug__startswith="laboratorio-colloquio")
    with acting(Actor.CONTACT):
        events.cancel_attendee(attendee=workshop.attendees.confirmed().order_by("pk").first())
    at = f"/manage/events/{day.slug}/log/"
    return {
        "log": at, "log-of-registration": f"{at}?registration={here.pk}", "log-none": f"{at}?group=messages&who=person",
        "log-workshop": f"/manage/events/{workshop.slug}/log/", "manage-event-buttons": f"/manage/events/{day.slug}/",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_change_log(organiser, open_as, language, width):
    watched = open_as(organiser, width=width)
    for name, path in log_pages(organiser).items():
        check(watched, path, name, language, width)
    assert watched.findings == []


def copy_pages() -> dict[str, str]:
    """The page that copies, with refusals; the demo's copy, with what rests in it, among its reminders too."""
    copy = Event.objects.get(cloned_from=event())
    return {
        "clone": f"/manage/events/{event().slug}/clone/", "manage-event-copy": f"/manage/events/{copy.slug}/",
        "reminders-rest": f"/manage/events/{copy.slug}/reminders/",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_a_copy(organiser, open_as, language, width):
    watched = open_as(organiser, width=width)
    for name, path in copy_pages().items():
        check(watched, path, name, language, width)
    page, prefix = watched.page, "/en" if language == "en" else ""
    page.goto(f"{prefix}/manage/events/{event().slug}/clone/")
    page.locator("[name=slug]").fill(event().slug)
    page.locator("main form button[type=submit]:not([name])").click()
    page.locator(".error-summary").wait_for()
    watched.shot(f"clone-refused-{language}-{width}")
    assert Event.objects.filter(cloned_from=event()).count() == 1
    page.locator("[name=slug]").fill("per-prova")
    page.keyboard.press("Enter")
    page.wait_for_url("**/manage/events/per-prova/")
    watched.shot(f"clone-made-{language}-{width}")
    assert Event.objects.filter(cloned_from=event()).count() == 2
    assert [one for one in watched.trouble if "422" not in one] == []
    assert watched.findings == []


def timeline_pages(organiser: User) -> dict[str, str]:
    """The info day with reminders, posts, an agreement to sign; a copy at rest; a page as it was, will be, and refused."""
    day, copy = event(), Event.objects.get(cloned_from=event())
    opens, freeze = day.starts_at - timedelta(days=60), day.starts_at - timedelta(days=3)
    events.change(event=day, by=organiser, registration_opens_at=opens, changes_freeze_at=freeze)
    past = Event.objects.get(slug="giornata-informativa-2020")
    at, of_copy = f"/manage/events/{day.slug}/timeline/", f"/manage/events/{copy.slug}/timeline/"
    return {
        "timeline": at, "timeline-copy": of_copy, "timeline-past": f"/manage/events/{past.slug}/timeline/",
        "as-of": f"{at}as-of/", "as-of-over": f"{at}as-of/?at=2099-01-01T10:00", "as-of-draft": f"{of_copy}as-of/?at=2027-12-01T10:00",
        "as-of-before": f"{at}as-of/?at=2020-01-01T10:00",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_timeline(organiser, open_as, language, width):
    watched = open_as(organiser, width=width)
    for name, path in timeline_pages(organiser).items():
        check(watched, path, name, language, width)
    assert watched.findings == []
