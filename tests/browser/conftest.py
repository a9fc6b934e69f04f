"""A real Chromium (Debian's) on the live server: what a visitor sees, on a desk and on a telephone."""

import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop lives in this thread

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--lang=it-IT",
]  # fmt: skip
SCREENSHOTS = Path(settings.VAR_DIR) / "screenshots"


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in str(item.fspath):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        pytest.fail("Chromium is missing. Debian: apt install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Watched:
    """A page that writes down every console message, page error and CSP report."""

    def __init__(self, context):
        self.page = context.new_page()
        self.trouble: list[str] = []
        self.findings: list[tuple[str, str, object]] = []
        self.page.on("console", lambda m: self.trouble.append(m.text) if m.type in {"error", "warning"} else None)
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))

    def shot(self, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


@pytest.fixture
def open_as(chromium, live_server, client_of):
    """A browser window of a width, signed in as a user or not."""
    contexts = []

    def open_as(user=None, width: int = 1280) -> Watched:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, locale="it-IT", base_url=live_server.url
        )
        contexts.append(context)
        if user:
            session = client_of(user).cookies[settings.SESSION_COOKIE_NAME].value
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
            context.add_cookies([cookie])
        return Watched(context)

    yield open_as
    for context in contexts:
        context.close()


@pytest.fixture
def demo(transactional_db):
    """The real case, as `make run` loads it."""
    from portal import demo

    demo.load()
