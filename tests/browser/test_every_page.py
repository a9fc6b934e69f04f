"""Every page, wide and narrow, in Italian and English: no axe finding, no console message, no sideways scroll."""

import uuid
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from agreements import services as agreements
from agreements.models import Agreement
from events import services as events
from events.models import Event, Room, Track
from notifications.audiences import SOURCES, definition_of
from notifications.audiences import services as audiences
from notifications.campaigns import planning
from notifications.campaigns import services as campaigns
from notifications.models import CalendarFeed, Campaign, Delivery, LocalMail, Suppression, hash_address
from notifications.recipients import services as recipients
from notifications.sending import pump
from organisations import services as organisations
from organisations.models import Organisation, StakeholderImport, User
from portal.demo import ORGANISER, STAKEHOLDERS
from tests.agreements.conftest import approve_for_all

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
    return Event.objects.get(state=Event.State.PUBLISHED, kind=Event.Kind.INFO_DAY)


def public_pages() -> dict[str, str]:
    registration = events.register(
        event=event(), submission_id=uuid.uuid4(), privacy_notice_version="2026-11",
        applicant=events.Applicant("Ente di prova", "cso", "Carla Contatto", "carla@ente01.example.org", "Presidente"),
        guests=[events.Guest("Carla Contatto"), events.Guest("Dario Delegato", "dario@ente01.example.org", "Socio")],
    )  # fmt: skip
    pump.pump()
    mail = LocalMail.objects.filter(address="carla@ente01.example.org").first()
    past = events.Applicant("", "", "Piera Privata", "piera@altrove.example.org", category="person")
    erased = events.erase_registration(registration=events.register(
        event=event(), submission_id=uuid.uuid4(), privacy_notice_version="2026-11", applicant=past,
        guests=[events.Guest("Piera Privata", "piera@altrove.example.org")],
    ))  # fmt: skip
    here, person = registration.get_absolute_url(), registration.attendees.get(full_name="Dario Delegato")
    own, form = person.get_absolute_url(), f"{event().get_absolute_url()}register/"
    return {
        "register-person": f"{form}?as=person", "register-press": f"{form}?as=press", "replace": f"{here}attendees/{person.pk}/replace/",
        "own": own, "own-edit": f"{own}edit/", "own-cancel": f"{own}cancel/", "own-needs": f"{own}needs/",
        "own-data": f"{own}data/", "own-erase": f"{own}erase/", "data": f"{here}data/", "erase": f"{here}erase/",
        "needs-of-another": f"{here}attendees/{registration.attendees.get(full_name='Carla Contatto').pk}/needs/",
        "erased": erased.get_absolute_url(),
        "home": "/", "events": "/events/", "event": event().get_absolute_url(),
        "embed": f"{event().get_absolute_url()}embed/",
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
    events.register(
        event=event(), submission_id=uuid.uuid4(), privacy_notice_version="2026-11", guests=[events.Guest("Carla Contatto")],
        applicant=events.Applicant("Ente di prova", "cso", "Carla Contatto", "carla@ente01.example.org", "Presidente"),
        source="manifesti-nelle-stazioni",
    )  # fmt: skip
    person = events.Applicant("", "", "Piera Privata", "piera@altrove.example.org", category="person")
    piera = events.register(event=event(), submission_id=uuid.uuid4(), privacy_notice_version="2026-11", applicant=person,
                            guests=[events.Guest("Piera Privata", "piera@altrove.example.org")])  # fmt: skip
    events.tell_needs(attendee=piera.attendees.get(), access="Interprete LIS", dietary="")
    draft = events.create(
        by=organiser, slug="bozza", title_it="Una bozza", title_en="A draft", venue="Sala", address="Terni", capacity=5,
        contact_email="a@socialneet.example.org", starts_at=event().starts_at, ends_at=event().ends_at,
    )  # fmt: skip
    pump.pump()
    events.change(event=event(), by=organiser, venue="Sala grande")
    Delivery.objects.filter(kind="event_rescheduled").update(state="failed", reply="550 5.1.1 mailbox unknown")
    assert StakeholderImport.objects.exists()
    Suppression.objects.create(address_hash=hash_address("carla@ente01.example.org"), reason="unknown mailbox")
    recipients.keep_refusal(address="carla@ente01.example.org", scope="news", reason="ha telefonato il 3", by=organiser)
    at = f"/manage/events/{event().slug}/"
    return {
        "me": "/me/", "manage": "/manage/", "manage-events": "/manage/events/", "manage-event": at,
        "manage-event-needs": f"{at}needs/",
        "manage-event-remove-refused": f"{at}remove/", "manage-event-remove": f"/manage/events/{draft.slug}/remove/",
        "manage-event-edit": f"{at}edit/", "manage-event-calendars": f"{at}calendars/",
        "addresses": f"{at}addresses/", "manage-event-cancel": f"{at}cancel/", "directory": "/manage/organisations/",
        "import": "/manage/organisations/import/", "import-preview": f"/manage/organisations/import/{kept.pk}/",
        "outbox": "/manage/outbox/", "refusals": "/manage/outbox/refusals/?address=carla@ente01.example.org",
        "refusal-lift": f"/manage/outbox/refusals/{Suppression.objects.first().pk}/lift/",
        "delivery": f"/manage/outbox/{Delivery.objects.first().key}/", "manage-agreements": "/manage/agreements/",
        "manage-agreement": "/manage/agreements/protocollo-socialneet/",
        "audit": "/manage/agreements/protocollo-socialneet/audit/", "mfa": "/accounts/2fa/",
    }  # fmt: skip


def audience_pages(organiser: User) -> dict[str, str]:
    """Segments and contact lists: one in use, one empty, one that nobody understands any more; previews of each kind."""
    origin = {"collected_on": date(2026, 11, 2), "language": "it", "by": organiser}
    lines = "E-mail;Nome;Ente;Telefono\nanna@ente01.example.org;Anna Bianchi;Cooperativa sociale Alfa;0744\n"
    lines += "rotto;Rocco;;\neva@gmial.example.org;Eva;;\nanna@ente01.example.org;Di nuovo;;\n" + "".join(
        f"persona.{n}@associazione{n}.example.org;Persona {n};Associazione numero {n};\n" for n in range(120)
    )
    upload = audiences.keep_upload(
        content=lines.encode(), filename="elenco-degli-iscritti-alla-fiera.csv", name="Fiera del volontariato",
        source="iscritti alla fiera del volontariato, modulo cartaceo", **origin,
    )  # fmt: skip
    audiences.apply_upload(upload=upload, by=organiser)
    upload.refresh_from_db()
    waiting = audiences.keep_upload(
        content=lines.encode() + b"nuova@example.org;Nuova;;\n", filename="", source="registro",
        contact_list=upload.contact_list, **origin,
    )  # fmt: skip
    undone = audiences.keep_upload(
        content=b"x@example.org", filename="", source="sbagliata", contact_list=upload.contact_list, **origin
    )
    audiences.apply_upload(upload=undone, by=organiser)
    audiences.undo_upload(upload=undone, by=organiser)
    empty = audiences.keep_upload(content=b"rotto", filename="", source="registro", name="Solo una prova", **origin)
    audiences.apply_upload(upload=empty, by=organiser)
    empty.refresh_from_db()
    Organisation.objects.create(name="Associazione senza posta", kind="cso", municipality="Terni")
    of_list = {"kind": "list", "list": upload.contact_list.pk}
    sources = [{"kind": "directory", "kinds": ["cso"], "municipalities": ["Terni", "Orvieto"]}, of_list,
               {"kind": "event", "event": event().pk, "state": "unanswered"}]  # fmt: skip
    segment = audiences.save_segment(name="Terzo settore e fiera", definition=definition_of(*sources), by=organiser)
    plain = audiences.save_segment(name="Nuovo", definition=definition_of(), by=organiser)
    unknown = audiences.save_segment(name="Ignoto", definition={"sources": [{"kind": "waiting"}]}, by=organiser)
    Campaign.objects.create(
        event=event(), name="Inviti al terzo settore", subject_it="Invito", body_it="Testo", created_by=organiser,
        audience={**definition_of(of_list), "segment": segment.pk},
    )  # fmt: skip
    at, lists = "/manage/audiences/", f"/manage/audiences/lists/{upload.contact_list.pk}/"
    in_use = f"{at}segments/{segment.pk}/"
    return {
        "audiences": at, "manage-tiles": "/manage/", "segment-new": f"{at}segments/new/", "segment": in_use,
        "segment-out": f"{in_use}?reason=out", "segment-empty": f"{at}segments/{plain.pk}/",
        "segment-unknown": f"{at}segments/{unknown.pk}/", "segment-rename": f"{in_use}rename/",
        "segment-delete": f"{at}segments/{plain.pk}/delete/", "segment-delete-refused": f"{in_use}delete/",
        **{f"source-{kind}": f"{in_use}add/{kind}/" for kind in SOURCES},
        "list-new": f"{at}lists/new/", "list": lists, "list-add": f"{lists}add/", "list-rename": f"{lists}rename/",
        "list-delete-refused": f"{lists}delete/", "list-delete": f"{at}lists/{empty.contact_list.pk}/delete/",
        "upload-preview": f"{at}uploads/{waiting.pk}/", "upload-out": f"{at}uploads/{waiting.pk}/?outcome=out",
        "upload-written": f"{at}uploads/{upload.pk}/", "upload-undone": f"{at}uploads/{undone.pk}/",
        "upload-undo": f"{at}uploads/{upload.pk}/undo/",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_audience_pages(demo, open_as, language, width):
    organiser = User.objects.get(email=ORGANISER)
    watched = open_as(organiser, width=width)
    for name, path in audience_pages(organiser).items():
        check(watched, path, name, language, width)
    assert watched.findings == []


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


def campaign_pages(organiser: User) -> dict[str, str]:
    """A campaign in each of its phases."""
    text = {
        "subject_it": "Invito: {event}", "body_it": "Vi aspettiamo **il {date}**.\n\n- {place}\n- [il programma]({event_page})",
        "subject_en": "Invitation: {event}", "body_en": "We look forward to seeing {organisation} on {date}.",
        "audience": {"sources": [{"kind": "directory"}]}, "event": event(),
    }  # fmt: skip
    towns = {"sources": [{"kind": "directory", "kinds": ["municipality"]}]}

    def confirmed(name: str, **changes) -> Campaign:
        campaign = campaigns.prepare(by=organiser, **(text | {"name": name, "audience": towns} | changes))
        count = sum(candidate.is_in for candidate in planning.audience(campaign))
        campaigns.send(campaign=campaign, expected=count, by=organiser)
        return campaign

    draft = campaigns.prepare(by=organiser, name="Inviti alle istituzioni e agli enti del terzo settore", **text)
    campaigns.keep_as_template(campaign=draft, name="Invito alla giornata", by=organiser)
    scheduled, checked, paused, done = (
        confirmed(name) for name in ("Programmata", "Da approvare", "In pausa", "Finita")
    )
    Campaign.objects.filter(pk=checked.pk).update(state="checked", starts_at=None)
    for campaign in (paused, done):
        campaigns.start_now(campaign=campaign, by=organiser)
    campaigns.pause(campaign=paused, by=None, reason="3 dei primi 20 messaggi sono tornati indietro.")
    pump.pump()
    Delivery.objects.filter(campaign=done, name__contains="Narni").update(
        state="bounced_hard", reply="550 5.1.1 no such mailbox"
    )
    first = hash_address(next(c for c in planning.audience(draft) if c.is_in).address)[:16]
    at = "/manage/campaigns/"
    return {
        "campaigns": at, "campaign-new": f"{at}new/", "campaign": f"{at}{draft.pk}/", "campaign-edit": f"{at}{draft.pk}/edit/",
        "campaign-check": f"{at}{draft.pk}/check/", "campaign-preview": f"{at}{draft.pk}/preview/{first}/",
        "campaign-scheduled": f"{at}{scheduled.pk}/", "campaign-checked": f"{at}{checked.pk}/",
        "campaign-paused": f"{at}{paused.pk}/", "campaign-finished": f"{at}{done.pk}/",
        "campaign-report": f"{at}{done.pk}/report/", "campaign-ledger": f"{at}{done.pk}/ledger/",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_campaign_pages(demo, open_as, language, width):
    organiser = User.objects.get(email=ORGANISER)
    watched = open_as(organiser, width=width)
    for name, path in campaign_pages(organiser).items():
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
    from django.utils import timezone

    agreements.share(agreement=agreement, closes_at=timezone.now() + timedelta(days=7), by=organiser)
    check(watched, f"{path}?from=1&to=2", "review-redline", language, width)
    agreements.close_observations(agreement=agreement, by=organiser)
    approve_for_all(agreement, organiser)
    agreements.freeze(agreement=agreement, by=organiser)
    agreements.open_signing(agreement=agreement, by=organiser)
    check(watched, path, "review-signing", language, width)
    check(watched, agreement.get_absolute_url(), "agreement-signing", language, width)
    assert watched.findings == []


def agenda_pages(organiser: User) -> dict[str, str]:
    """A draft with changes of every kind beside what is public, a conflict, and people who would be told."""
    info_day = event()
    events.register(
        event=info_day, submission_id=uuid.uuid4(), privacy_notice_version="2026-11",
        guests=[events.Guest("Carla Contatto"), events.Guest("Dario Delegato", "dario@ente01.example.org")],
        applicant=events.Applicant("Ente di prova", "cso", "Carla Contatto", "carla@ente01.example.org", "Presidente"),
    )  # fmt: skip
    first, second, third = info_day.sessions.in_order()
    events.cancel_session(session=second, reason="La relatrice è malata.", by=organiser)
    events.save_session(
        event=info_day, by=organiser, session=first, title_it="Saluti delle istituzioni, e firma", title_en=""
    )
    for name in ("Sala del Consiglio", "Una sala con un nome così lungo che su un telefono non ci sta in una riga"):
        room = events.save_part(event=info_day, by=organiser, part=Room(name_it=name, capacity=1))
    track = events.save_part(event=info_day, by=organiser, part=Track(name_it="Buone pratiche"))
    events.save_session(
        event=info_day, by=organiser, room=room, track=track, places=12, kind="talk", title_it="Laboratorio " + "partecipato " * 5,
        starts_at=third.starts_at, ends_at=third.ends_at, speakers=[info_day.speakers.last()],
    )  # fmt: skip
    at = f"/manage/events/{info_day.slug}/agenda/"
    events.duplicate_session(session=first, by=organiser)
    names = ("add", "discard", "release", "rooms", "speakers", "tracks")
    return {
        "agenda": at, **{f"agenda-{name}": f"{at}{name}/" for name in names}, "agenda-edit": f"{at}{first.pk}/",
        "agenda-call-off": f"{at}{third.pk}/cancel/", "agenda-versions": f"{at}releases/?from=1&to=0#compare",
        "room": f"{at}rooms/{room.pk}/", "track-add": f"{at}tracks/add/", "speaker": f"{at}speakers/{info_day.speakers.first().pk}/",
        "manage-event-agenda": f"/manage/events/{info_day.slug}/", "event-changes": f"/events/{info_day.slug}/",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_agenda(demo, open_as, language, width):
    organiser = User.objects.get(email=ORGANISER)
    watched = open_as(organiser, width=width)
    pages = agenda_pages(organiser)
    for name, path in pages.items():
        check(watched, path, name, language, width)
    info_day = event()
    for session in info_day.sessions.filter(title_it__startswith="Laboratorio"):
        events.save_session(event=info_day, by=organiser, session=session, places=None)
    copy = info_day.sessions.in_draft().filter(revision=0, kind="signing").last()
    events.remove_session(session=copy, by=organiser)
    last = info_day.sessions.get(kind="panel")
    events.set_times(session=last, starts_at=last.starts_at + timedelta(minutes=5), ends_at=last.ends_at, by=organiser)
    check(watched, pages["agenda-release"], "agenda-release-ready", language, width)
    assert watched.findings == []


def outbox_pages(organiser: User) -> dict[str, str]:
    """Both lanes with trouble of every sort, a bad night, a hold, and something to decide."""
    from django.utils import timezone

    from notifications.cockpit import services as cockpit
    from notifications.models import NightlyCheck, Throttle
    from notifications.sending import station

    registration = events.register(
        event=event(), submission_id=uuid.uuid4(), privacy_notice_version="2026-11", guests=[events.Guest("Carla Contatto")],
        applicant=events.Applicant("Ente di prova", "cso", "Carla Contatto", "carla@ente01.example.org", "Presidente"),
    )  # fmt: skip
    person = events.Applicant("", "", "Piera Privata", "piera@altrove.example.org", category="person")
    piera = events.register(event=event(), submission_id=uuid.uuid4(), privacy_notice_version="2026-11", applicant=person,
                            guests=[events.Guest("Piera Privata", "piera@altrove.example.org")])  # fmt: skip
    events.tell_needs(attendee=piera.attendees.get(), access="Interprete LIS", dietary="")
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


def moderation_pages(organiser: User) -> dict[str, str]:
    """A queue with each state, requests open and decided, invitations; what registrants see of it."""
    one, texts = event(), {"submission_id": None, "privacy_notice_version": "2026-11"}

    def register(name: str, *people: str):
        applicant = events.Applicant(name, "cso", "Carla Contatto", "carla@ente01.example.org", "Presidente")
        guests = [events.Guest(person) for person in people]
        return events.register(event=one, applicant=applicant, guests=guests, **texts | {"submission_id": uuid.uuid4()})

    coming = register("Cooperativa Alfa", "Anna Alfa", "Bruno Alfa")
    Event.objects.filter(pk=one.pk).update(
        moderated=True, max_per_organisation=4, changes_freeze_at=one.starts_at - timedelta(days=999)
    )
    pending, refused = (
        register("Associazione con un nome molto lungo della provincia di Terni", "Dora"),
        register("Beta", "Elio"),
    )
    events.refuse(
        registration=refused, reason="I posti sono per gli enti del terzo settore della provincia.", by=organiser
    )
    asked = events.add_attendee(registration=coming, guest=events.Guest("Carlo Alfa", "carlo@ente01.example.org"))
    events.refuse_change(request=asked, reason="La sala è piccola.", by=organiser)
    events.replace_attendee(attendee=coming.attendees.first(), guest=events.Guest("Gina Alfa", "", "Socia"))
    invited = [events.invite(event=one, organisation=found) for found in Organisation.objects.order_by("pk")[:3]]
    events.revoke_invitation(invitation=invited[0], by=organiser)
    shut = Event.objects.get(pk=one.pk)
    shut.pk, shut.slug, shut.uid, shut.invitation_only, shut.kind = (
        None,
        "focus-group",
        uuid.uuid4(),
        True,
        "focus_group",
    )
    shut.save()
    early = Event.objects.get(pk=one.pk)
    early.pk, early.slug, early.uid, early.registration_closes_at = None, "piu-avanti", uuid.uuid4(), None
    early.registration_opens_at = early.starts_at - timedelta(hours=1)
    early.save()
    at = f"/manage/events/{one.slug}/"
    return {
        "registrations": f"{at}registrations/", "registrations-none": f"{at}registrations/?q=nessuno", "changes": f"{at}changes/",
        "invitations": f"{at}invitations/", "manage-event-waiting": at, "event-fields": f"{at}edit/",
        "registration-pending": pending.get_absolute_url(), "registration-refused": refused.get_absolute_url(),
        "registration-frozen": coming.get_absolute_url(), "by-invitation": f"{shut.get_absolute_url()}register/?invitation=x",
        "event-by-invitation": shut.get_absolute_url(), "opens-later": early.get_absolute_url(),
        "opens-later-form": f"{early.get_absolute_url()}register/", "register-moderated": f"{one.get_absolute_url()}register/",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_who_gets_in(demo, open_as, language, width):
    organiser = User.objects.get(email=ORGANISER)
    watched = open_as(organiser, width=width)
    for name, path in moderation_pages(organiser).items():
        check(watched, path, name, language, width)
    assert watched.findings == []
