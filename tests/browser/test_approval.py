"""Four different kinds of body approve one text in the browser: wide and narrow, in both languages, by keyboard alone."""

import pytest
from django.utils import timezone

from agreements import services as agreements
from agreements.approving import services as approving
from agreements.approving.standing import current_text
from agreements.models import Agreement, ApprovalAct
from organisations.models import User
from portal.demo import ORGANISER
from tests.agreements.conftest import act_of, before_bodies, mandate_for
from tests.browser.test_every_page import check

BODIES = ("board", "executive", "council", "manager")


@pytest.fixture
def closed(demo) -> Agreement:
    agreement, organiser = Agreement.objects.get(), User.objects.get(email=ORGANISER)
    agreements.close_observations(agreement=agreement, by=organiser)
    agreement.refresh_from_db()
    return agreement


def approval_of(agreement: Agreement) -> str:
    return f"{agreement.get_review_url()}approval/"


def test_an_agreement_is_approved_by_four_kinds_of_body(closed, open_as):
    organiser = User.objects.get(email=ORGANISER)
    watched = open_as(organiser)
    page = watched.page
    page.goto(approval_of(closed))
    page.get_by_label("Referente legale che ha confermato il testo").fill("Segretaria comunale")
    page.get_by_label("Carica").fill("Segretaria")
    page.get_by_label("Confermiamo entrambi").check()
    page.get_by_role("button", name="Conferma lo schema definitivo").click()
    page.get_by_role("button", name="Invia agli organi").click()
    page.get_by_text("Il testo non può ancora diventare definitivo.").wait_for()
    today = timezone.localdate().isoformat()
    for party, body in zip(closed.parties.order_by("position"), BODIES, strict=True):
        page.goto(f"{approval_of(closed)}{party.pk}/mandate/")
        page.get_by_label("Nome e cognome").fill("Rappresentante")
        page.get_by_label("Carica").fill("Presidente" if body == "board" else "Assessore")
        page.get_by_label("Valido dal").fill(today)
        page.get_by_role("button", name="Registra l’incarico").click()
        page.goto(f"{approval_of(closed)}{party.pk}/act/")
        page.locator("select[name=body_kind]").select_option(body)
        page.locator("input[name=act_type]").fill("deliberazione")
        page.locator("input[name=number]").fill(f"{party.position}/2026")
        page.locator("input[name=adopted_on]").fill(today)
        page.locator("select[name=effect]").select_option("at_once" if body in BODIES[1:3] else "on_its_date")
        page.locator("select[name=signatory]").select_option(index=1)
        page.get_by_role("button", name="Registra l’atto").click()
        page.get_by_text("Registrato.", exact=True).wait_for()
    assert set(ApprovalAct.objects.values_list("body_kind", flat=True)) == set(BODIES)
    watched.shot("approval-done-it-1280")
    page.get_by_role("button", name="Rendi definitivo il testo").click()
    page.wait_for_url("**/manage/agreements/**")
    closed.refresh_from_db()
    assert closed.state == Agreement.State.FROZEN
    assert watched.trouble == []


def test_an_office_records_its_act_by_keyboard_alone(closed, open_as):
    organiser, signatory = (
        User.objects.get(email=ORGANISER),
        User.objects.get(email="assessore@comune.narni.example.org"),
    )
    before_bodies(closed, organiser)
    party = closed.parties.get(organisation__name="Comune di Narni")
    mandate_for(party, signatory)
    watched = open_as(signatory, width=320)
    page = watched.page
    page.goto(f"{approval_of(closed)}{party.pk}/act/")
    page.locator("select[name=body_kind]").focus()
    today = timezone.localdate()
    for keys in ("", "", "deliberazione", "7", f"{today:%m%d%Y}"):
        if keys:
            page.keyboard.type(keys)
        page.keyboard.press("Tab")
    page.locator("select[name=signatory]").focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Registra l’atto").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Registrato.", exact=True).wait_for()
    assert ApprovalAct.objects.get().adopted_on == today
    assert watched.trouble == []


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_page_of_the_approval(closed, open_as, language, width):
    organiser = User.objects.get(email=ORGANISER)
    signatory = User.objects.get(email="assessore@comune.terni.example.org")
    path, watched = approval_of(closed), open_as(organiser, width=width)
    check(watched, path, "approval-to-confirm", language, width)
    before_bodies(closed, organiser)
    first, second, third, fourth = closed.parties.order_by("position")
    act_of(
        first,
        organiser,
        body_kind="board",
        effect="on_its_date",
        paper=approving.Paper(filename="verbale.pdf", content=b"%PDF-1"),
    )
    act_of(second, organiser)
    posted = act_of(third, organiser, body_kind="council", effect="after_posting")
    act_of(
        third, organiser, body_kind="council", effect="after_posting", posted_on=timezone.localdate(), supersedes=posted
    )
    check(watched, path, "approval-waiting", language, width)
    version = agreements.prepare_version(agreement=closed, note="Refuso", by=organiser)
    article = version.in_order()[1]
    draft = agreements.Draft(article.heading, article.source + " Tra [[parti]], visti [[atti]].")
    agreements.edit_article(revision=article, draft=draft, by=organiser)
    before_bodies(closed, organiser)
    check(watched, path, "approval-earlier-text", language, width)
    for verb in ("mandate", "act", "changes", "refuse"):
        check(watched, f"{path}{second.pk}/{verb}/", f"approval-{verb}", language, width)
    check(watched, f"/manage/agreements/{closed.slug}/approval/parties/add/", "approval-add-party", language, width)
    own = open_as(signatory, width=width)
    check(own, path, "approval-own", language, width)
    check(own, f"{path}{second.pk}/declare/", "approval-declare", language, width)
    approving.declare_non_substantial(
        party=second, declared_by="Assessora", office_held="Assessora ai servizi sociali", reason="Solo un refuso.",
        text=current_text(closed), by=signatory,
    )  # fmt: skip
    approving.refuse(
        party=fourth, body_label="Consiglio", reason="Mancano le risorse.", text=current_text(closed), by=organiser
    )
    check(own, path, "approval-refused", language, width)
    check(own, closed.get_absolute_url(), "approval-public", language, width)
    assert watched.findings == own.findings == []
