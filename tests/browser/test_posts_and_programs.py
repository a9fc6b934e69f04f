"""The pages of other programs and of posts, wide and narrow, in Italian and English."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from events.models import Event
from notifications.channels import services as channels
from notifications.models import ChannelAttempt, ChannelPost, Fact, Webhook, WebhookAttempt, WebhookMessage
from notifications.webhooks import services as webhooks
from organisations.models import User
from portal.demo import ORGANISER
from tests.browser.test_every_page import RULES, check, event


def webhook_pages(organiser: User) -> dict[str, str]:
    """Another program that is well, one that fails, one that was switched off; messages in each state."""
    now = timezone.now()
    well, sick, off = (
        webhooks.register(name=name, url=f"https://{host}.example.org/{'molto-lungo/' * 6}ricevi", facts=Fact.values, by=organiser)
        for name, host in (
            ("Calendario del Comune di Terni", "calendario"), ("Elenco soci", "soci"), ("Vecchio sito", "vecchio"),
        )
    )  # fmt: skip
    webhooks.show_secret(webhook=well, by=organiser)
    Webhook.objects.filter(pk=sick.pk).update(failing_since=now - timedelta(days=2), failures=9)
    webhooks.disable(off, now, is_gone=True)
    words = "<html><head><title>502 Bad Gateway</title></head><body>" * 4
    for state, times in (("delivered", 2), ("waiting", 3), ("failed", 11)):
        for webhook in (well, sick, off):
            message = WebhookMessage.objects.create(
                webhook=webhook, fact="registration.confirmed", occurrence=state, state=state,
                delivered_at=now if state == "delivered" else None,
                payload={"type": "registration.confirmed", "data": {"registration": "0A1B2C3D", "event": event().slug}},
            )  # fmt: skip
            WebhookAttempt.objects.bulk_create(
                WebhookAttempt(message=message, status=502, words=words[:300], milliseconds=1234)
                for _try in range(times)
            )
    at = "/manage/webhooks/"
    return {
        "webhooks": at, "webhook-new": f"{at}new/", "webhook-well": f"{at}{well.key}/", "webhook-sick": f"{at}{sick.key}/",
        "webhook-off": f"{at}{off.key}/", "webhook-edit": f"{at}{well.key}/edit/", "webhook-renew": f"{at}{well.key}/renew/",
        "webhook-remove": f"{at}{well.key}/remove/", "webhook-message": f"{at}{sick.key}/messages/{message.key}/".replace(
            str(sick.key), str(off.key)
        ),
        "webhook-waiting": f"{at}{sick.key}/messages/{sick.messages.get(state='waiting').key}/",
        "cockpit-acts": "/manage/outbox/", "manage-programs-off": "/manage/",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_other_programs(demo, open_as, language, width):
    organiser = User.objects.get(email=ORGANISER)
    watched = open_as(organiser, width=width)
    pages = webhook_pages(organiser)
    for name, path in pages.items():
        check(watched, path, name, language, width)
    prefix = "/en" if language == "en" else ""
    watched.page.goto(f"{prefix}{pages['webhook-sick']}")
    watched.page.locator("form[action$='/secret/'] button").click()
    watched.page.get_by_text("whsec_").wait_for()
    watched.shot(f"webhook-secret-{language}-{width}")
    assert not watched.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert Axe().run(watched.page, options=RULES).response["violations"] == []
    assert watched.findings == []


def post_pages(organiser: User) -> dict[str, str]:
    """The demo's plan, and a messenger's post in each of its states."""
    now, posts = timezone.now(), {}
    for state in ("draft", "waiting", "failed", "uncertain", "delivered"):
        post = channels.plan(
            event=event(), by=organiser, kind="messenger", messenger="Canale Telegram", label=f"Canale del progetto, {state}",
            text_it="Vi aspettiamo il {date}.", text_en="Join us on {date}.",
        )  # fmt: skip
        done = (
            {"published_on": now.date(), "link": f"https://t.me/{'canale_molto_lungo_' * 5}/7"}
            if state == "delivered"
            else {}
        )
        ChannelPost.objects.filter(pk=post.pk).update(
            state=state, due_at=now, reply="Bad Request: chat not found", **done
        )
        ChannelAttempt.objects.create(post=post, status=400, words="Bad Request: chat not found " * 8, milliseconds=80)
        posts[state] = post
    past = Event.objects.get(state=Event.State.HELD)
    paper = past.channel_posts.filter(kind="press").first()
    at, before = f"/manage/events/{event().slug}/posts/", f"/manage/events/{past.slug}/posts/"
    return {
        "post-index": "/manage/posts/",
        "posts": at, "posts-past": before, "post-new": f"{at}new/", "post-recorded": f"{before}{paper.key}/",
        "post-record": f"{before}{paper.key}/record/", "post-edit": f"{at}{posts['draft'].key}/edit/",
        "manage-posts-undecided": "/manage/",
        **{f"post-{state}": f"{at}{post.key}/" for state, post in posts.items()},
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_posts_and_press(demo, open_as, language, width, settings):
    settings.MESSENGER_URLS = ["telegram://token@canale?name=Canale%20Telegram"]
    organiser = User.objects.get(email=ORGANISER)
    watched = open_as(organiser, width=width)
    for name, path in post_pages(organiser).items():
        check(watched, path, name, language, width)
    assert watched.findings == []
