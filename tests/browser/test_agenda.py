"""The organisers' editor in a real browser: by keyboard, by mouse, without script, and by two at once."""

from datetime import timedelta

import pytest

from events import services as events
from events.models import Event, Session
from organisations.models import User
from portal.demo import ORGANISER


@pytest.fixture
def info_day(demo) -> Event:
    return Event.objects.get(state=Event.State.PUBLISHED, kind=Event.Kind.INFO_DAY)


@pytest.fixture
def organiser(info_day) -> User:
    return User.objects.get(email=ORGANISER)


def titles(page) -> list[str]:
    return [title[:12] for title in page.locator(".agenda-item h3").all_inner_texts()]


def editor(open_as, organiser, info_day, width: int = 1280):
    watched = open_as(organiser, width=width)
    watched.page.goto(f"/en/manage/events/{info_day.slug}/agenda/", wait_until="load")
    return watched


def drag(page, item: Session, onto: Session) -> None:
    """As a hand does it: press, move in steps, release."""
    page.locator(f"#item-{item.pk}").scroll_into_view_if_needed()
    page.evaluate("scrollTo(0, 300)")
    start, end = (page.locator(f"#item-{one.pk} h3").bounding_box() for one in (item, onto))
    page.mouse.move(start["x"] + 20, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + 20, end["y"] + 5, steps=8)
    page.mouse.move(end["x"] + 21, end["y"] + 6, steps=3)
    page.mouse.up()


def test_with_the_keyboard_alone_an_item_moves_and_the_focus_stays_with_it(open_as, organiser, info_day):
    watched = editor(open_as, organiser, info_day)
    page = watched.page
    third = info_day.sessions.in_order().last()
    before = titles(page)
    page.locator(f"#up-{third.pk}").focus()
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("is now from").wait_for()
    assert titles(page) == [before[0], before[2], before[1]]
    assert page.evaluate("document.activeElement.id") == f"up-{third.pk}"
    page.keyboard.press("Enter")
    page.locator(f".agenda-item:first-of-type#item-{third.pk}").wait_for()
    assert titles(page) == [before[2], before[0], before[1]]
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("nothing to change places with").wait_for()
    assert watched.trouble == []


def test_dragging_does_what_the_arrows_do(open_as, organiser, info_day):
    watched = editor(open_as, organiser, info_day)
    page = watched.page
    first, _second, third = info_day.sessions.in_order()
    before = titles(page)
    drag(page, first, third)
    page.get_by_role("status").get_by_text("is now from").wait_for()
    assert titles(page) == [before[1], before[2], before[0]]
    rows = list(info_day.sessions.in_order())
    assert [row.pk for row in rows][2] == first.pk
    assert rows[2].ends_at == third.ends_at  # all lengths and the whole stay
    drag(page, first, third)  # again, on the list that came back
    page.locator(f".agenda-item:nth-of-type(2)#item-{first.pk}").wait_for()
    assert watched.trouble == []


def test_what_somebody_else_has_moved_meanwhile_is_shown_not_overwritten(open_as, organiser, info_day):
    page = editor(open_as, organiser, info_day).page
    third = info_day.sessions.in_order().last()
    events.set_times(
        session=third, starts_at=third.starts_at, ends_at=third.ends_at - timedelta(minutes=10), by=organiser
    )
    page.locator(f"#up-{third.pk}").click()
    page.get_by_role("status").get_by_text("was changed meanwhile and is now from 12:00 to 12:50").wait_for()
    assert Session.objects.get(pk=third.pk).starts_at == third.starts_at
    page.locator(f"#up-{third.pk}").click()  # the list is fresh: now it may
    page.get_by_role("status").get_by_text("is now from").wait_for()


@pytest.mark.parametrize("width", [1280, 320])
def test_from_a_new_room_to_the_released_version_and_its_mail(open_as, organiser, info_day, width):
    watched = editor(open_as, organiser, info_day, width)
    page = watched.page
    page.get_by_role("link", name="Rooms").click()
    page.get_by_role("link", name="Add").click()
    page.get_by_label("Name (Italian)").fill("Sala del Consiglio")
    page.get_by_label("Name (English)").fill("Council room")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Items").click()
    page.locator(".agenda-item").last.get_by_role("link", name="Edit").click()
    page.get_by_label("Room").select_option("Council room")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("changed since the last version").wait_for()
    page.get_by_role("link", name="Look at the changes and release").click()
    page.get_by_text("New room: Council room instead of Conference room.").wait_for()
    page.get_by_role("button", name="Release version 3").click()
    page.get_by_text("Version 3 is public.").wait_for()
    page.goto(f"/en/events/{info_day.slug}/", wait_until="load")
    page.get_by_text("New room: Council room instead of Conference room.").wait_for()
    assert watched.trouble == []


def test_without_script_everything_works_too(chromium, live_server, client_of, organiser, info_day):
    from django.conf import settings

    context = chromium.new_context(java_script_enabled=False, base_url=live_server.url, locale="it-IT")
    try:
        session = client_of(organiser).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"/en/manage/events/{info_day.slug}/agenda/", wait_until="load")
        before, third = titles(page), info_day.sessions.in_order().last()
        page.locator(f"#up-{third.pk}").click()
        page.get_by_text("is now from").wait_for()
        assert titles(page) == [before[0], before[2], before[1]]
        row = page.locator(f"#item-{third.pk}")
        row.locator("summary").click()
        row.get_by_label("minutes").fill("-10")
        row.get_by_role("button", name="Move : what follows").click()
        page.get_by_text("1 item was moved.").wait_for()
        page.locator(f"#item-{third.pk} summary").click()
        page.locator(f"#item-{third.pk}").get_by_role("button", name="Remove").click()
        page.get_by_text("It is out of the draft.").wait_for()
        assert len(titles(page)) == 2
    finally:
        context.close()
