"""Every page, wide and narrow, in Italian and English: no axe finding, no console message, no sideways scroll."""

import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe

from agreements import services as agreements
from agreements.models import Agreement
from events import services as events
from events.models import Event
from notifications import services as notifications
from notifications.models import CalendarFeed, Campaign, Delivery, LocalMail
from notifications.sending import pump
from organisations import services as organisations
from organisations.models import StakeholderImport, User
from portal.demo import ORGANISER, STAKEHOLDERS

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll('label, legend, input:not([type=hidden]), select, textarea, h1, h2, h3')]
    .filter(e => e.checkVisibility() && !e.closest('.visually-hidden')).map(e => [e, e.getBoundingClientRect()]);
  const found = [];
  for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
    const [a, p] = boxes[i], [b, q] = boxes[j];
    if (a.contains(b) || b.contains(a) || !p.width || !q.width) continue;
    const w = Math.min(p.right, q.right) - Math.max(p.left, q.left), h = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (w > 2 && h > 2) found.push(a.tagName + ' ' + a.textContent.slice(0, 30) + ' / ' + b.tagName + ' ' + b.textContent.slice(0, 30));
  }
  return found;
}"""


def check(watched, path: str, name: str, language: str, width: int) -> None:
    page = watched.page
    prefix = "/en" if language == "en" else ""
    response = page.goto(f"{prefix}{path}", wait_until="load")
    assert response.status < 400, f"{path} answers {response.status}"
    watched.shot(f"{name}-{language}-{width}")
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("h1").count() == 1, f"{path}: one h1"
    violations = Axe().run(page, options=RULES).response["violations"]
    found = {
        "sideways": page.evaluate("document.documentElement.scrollWidth > window.innerWidth"),
        "overlaps": page.evaluate(OVERLAPS),
        "axe": [(v["id"], [n["html"][:150] for n in v["nodes"]]) for v in violations],
        "console": watched.trouble[:],
    }
    watched.trouble.clear()
    watched.findings += [(path, kind, what) for kind, what in found.items() if what]


def event() -> Event:
    return Event.objects.get(state=Event.State.PUBLISHED)


def public_pages() -> dict[str, str]:
    registration = events.register(
        event=event(), submission_id=uuid.uuid4(), privacy_notice_version="2026-11",
        applicant=events.Applicant("Ente di prova", "cso", "Carla Contatto", "carla@ente01.example.org", "Presidente"),
        guests=[events.Guest("Carla Contatto"), events.Guest("Dario Delegato", "dario@ente01.example.org", "Socio")],
    )  # fmt: skip
    pump.pump()
    mail = LocalMail.objects.filter(address="carla@ente01.example.org").first()
    here = registration.get_absolute_url()
    return {
        "home": "/", "events": "/events/", "event": event().get_absolute_url(),
        "register": f"{event().get_absolute_url()}register/", "lost-link": f"{event().get_absolute_url()}lost-link/",
        "registration": here, "contact": f"{here}contact/", "cancel": f"{here}cancel/",
        "attendee": f"{here}attendees/{registration.attendees.first().pk}/edit/",
        "calendar-page": CalendarFeed.objects.get(address="carla@ente01.example.org").get_absolute_url(),
        "agreements": "/agreements/", "agreement": "/agreements/protocollo-socialneet/",
        "meeting-point": "/meeting-point/", "privacy": "/privacy/", "accessibility": "/accessibility/",
        "mailbox": "/mailbox/", "mail": f"/mailbox/{mail.pk}/", "login": "/accounts/login/",
    }  # fmt: skip


def organisers_pages(organiser: User) -> dict[str, str]:
    kept = organisations.keep_list(filename="elenco.csv", content=STAKEHOLDERS.read_bytes(), by=organiser)
    campaign = Campaign.objects.create(
        event=event(), name="Inviti", subject_it="Invito: {event}", body_it="Vi aspettiamo il {date}.", created_by=organiser
    )  # fmt: skip
    sent = Campaign.objects.create(
        event=event(), name="Comuni", subject_it="Invito", body_it="Testo", kinds=["municipality"], created_by=organiser
    )  # fmt: skip
    chosen = [c for c in notifications.audience(sent) if c.is_in]
    notifications.send(campaign=sent, expected=len(chosen), by=organiser)
    first = chosen[0].organisation
    events.register(
        event=event(), submission_id=uuid.uuid4(), privacy_notice_version="2026-11", guests=[events.Guest("Carla Contatto")],
        applicant=events.Applicant("Ente di prova", "cso", "Carla Contatto", "carla@ente01.example.org", "Presidente"),
    )  # fmt: skip
    pump.pump()
    events.change(event=event(), by=organiser, venue="Sala grande")
    Delivery.objects.filter(kind="event_rescheduled").update(state="failed", reply="550 5.1.1 mailbox unknown")
    assert StakeholderImport.objects.exists()
    at = f"/manage/events/{event().slug}/"
    return {
        "me": "/me/", "manage": "/manage/", "manage-events": "/manage/events/", "manage-event": at,
        "manage-event-edit": f"{at}edit/", "manage-event-calendars": f"{at}calendars/",
        "agenda-add": f"{at}agenda/add/", "manage-event-cancel": f"{at}cancel/", "directory": "/manage/organisations/",
        "import": "/manage/organisations/import/", "import-preview": f"/manage/organisations/import/{kept.pk}/",
        "campaigns": "/manage/campaigns/", "campaign-new": "/manage/campaigns/new/",
        "campaign": f"/manage/campaigns/{campaign.pk}/", "campaign-running": f"/manage/campaigns/{sent.pk}/",
        "campaign-preview": f"/manage/campaigns/{campaign.pk}/preview/{first.pk}/", "outbox": "/manage/outbox/",
        "delivery": f"/manage/outbox/{Delivery.objects.first().key}/", "manage-agreements": "/manage/agreements/",
        "manage-agreement": "/manage/agreements/protocollo-socialneet/",
        "audit": "/manage/agreements/protocollo-socialneet/audit/", "mfa": "/accounts/2fa/",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_public_pages(demo, open_as, language, width):
    watched = open_as(width=width)
    for name, path in public_pages().items():
        check(watched, path, name, language, width)
    assert watched.findings == []


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_organisers_pages(demo, open_as, language, width):
    organiser = User.objects.get(email=ORGANISER)
    watched = open_as(organiser, width=width)
    for name, path in organisers_pages(organiser).items():
        check(watched, path, name, language, width)
    assert watched.findings == []


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_review_in_each_phase(demo, open_as, language, width):
    agreement, organiser = Agreement.objects.get(), User.objects.get(email=ORGANISER)
    signatory = User.objects.get(email="assessore@comune.terni.example.org")
    watched = open_as(signatory, width=width)
    path = agreement.get_review_url()
    revision = agreement.newest_version().in_order().first()
    agreements.comment(revision=revision, body="Chiarire <b>chi</b> coordina.", visibility="all_parties", by=signatory)
    check(watched, path, "review-open", language, width)
    agreements.close_observations(agreement=agreement, by=organiser)
    version = agreements.prepare_version(agreement=agreement, note="Chiarito il coordinamento", by=organiser)
    draft = agreements.Draft("Oggetto e coordinamento", "Le parti si impegnano a realizzare azioni comuni, coordinate.")
    agreements.edit_article(revision=version.in_order()[1], draft=draft, by=organiser)
    from datetime import timedelta

    from django.utils import timezone

    agreements.share(agreement=agreement, closes_at=timezone.now() + timedelta(days=7), by=organiser)
    check(watched, f"{path}?from=1&to=2", "review-redline", language, width)
    agreements.close_observations(agreement=agreement, by=organiser)
    agreements.freeze(agreement=agreement, by=organiser)
    agreements.open_signing(agreement=agreement, by=organiser)
    check(watched, path, "review-signing", language, width)
    check(watched, agreement.get_absolute_url(), "agreement-signing", language, width)
    assert watched.findings == []


def outbox_pages(organiser: User) -> dict[str, str]:
    """Both lanes with trouble of every sort, a bad night, a hold, and something to decide."""
    from datetime import timedelta

    from django.utils import timezone

    from notifications.cockpit import services as cockpit
    from notifications.models import NightlyCheck, Throttle
    from notifications.sending import station

    registration = events.register(
        event=event(), submission_id=uuid.uuid4(), privacy_notice_version="2026-11", guests=[events.Guest("Carla Contatto")],
        applicant=events.Applicant("Ente di prova", "cso", "Carla Contatto", "carla@ente01.example.org", "Presidente"),
    )  # fmt: skip
    pump.pump()
    events.change(event=event(), by=organiser, venue="Sala grande")
    now = timezone.now()
    long_address = f"{'segreteria.generale.' * 3}ufficio@cooperativa-sociale-di-prova.example.org"
    Delivery.objects.bulk_create(
        Delivery(
            kind="invitation_reminder", idempotency_key=f"x{state}{number}", lane="bulk", state=state, message_id=f"<{state}{number}@x>",
            address=long_address if number == 1 else f"a{number}@ente02.example.org", reply="450 4.2.0 greylisted, try again later",
            accepted_at=now if state in Delivery.TAKEN else None,
        )
        for state in ("uncertain", "failed", "bounced_soft", "bounced_hard", "complained", "ready") for number in range(3)
    )  # fmt: skip
    cockpit.set_limits(lane="bulk", group="google", limits=cockpit.Limits(base_rate=600, daily_cap=2000), by=organiser)
    reason = "421 4.7.28 our system has detected an unusual rate of unsolicited mail originating from your IP address"
    Throttle.objects.filter(domain_group="google").update(
        paused_until=now + timedelta(minutes=5), rate=75, reason=reason
    )
    Throttle.objects.create(
        lane="bulk", paused_until=now + timedelta(hours=1), is_broken=True, reason="550 5.7.1 rejected"
    )
    NightlyCheck.objects.create(
        on=timezone.localdate(), began_at=now, ended_at=now, broken=["campaign 3: 120 planned, 119 messages"]
    )
    station.hold(reason="Si controlla l’elenco degli inviti prima di andare avanti", by=organiser)
    failed, sent = Delivery.objects.filter(state="failed").first(), Delivery.objects.filter(state="accepted").first()
    assert registration.pk
    at = "/manage/outbox/"
    return {
        "cockpit": at, "release": f"{at}release/", "settle": f"{at}settle/", "limits": f"{at}limits/bulk/google/",
        "limits-lane": f"{at}limits/bulk/all/", "messages": f"{at}messages/", "messages-uncertain": f"{at}messages/?state=uncertain",
        "messages-none": f"{at}messages/?q=nessuno", "message-sent": f"{at}{sent.key}/", "message-failed": f"{at}{failed.key}/",
        "message-waiting": f"{at}{Delivery.objects.filter(kind='event_rescheduled').first().key}/", "manage-held": "/manage/",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_outbox(demo, open_as, language, width):
    from notifications.sending import station

    organiser = User.objects.get(email=ORGANISER)
    watched = open_as(organiser, width=width)
    for name, path in outbox_pages(organiser).items():
        check(watched, path, name, language, width)
    station.release(by=organiser)
    for name, path in {"cockpit-released": "/manage/outbox/", "hold": "/manage/outbox/hold/"}.items():
        check(watched, path, name, language, width)
    assert watched.findings == []
