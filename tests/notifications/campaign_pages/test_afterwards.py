"""The organisers' pages of campaigns: report, ledger, who may see what, what they cost."""

import csv
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from events import services as events
from events.checkin import services as checkin
from events.checkin.services import Desk, Shown
from events.models import Attendee
from notifications.campaigns import services
from notifications.models import (
    Campaign,
    CampaignAct,
    Delivery,
    hash_address,
)
from notifications.sending import pump
from organisations.models import Organisation
from tests.notifications.conftest import DIRECTORY

pytestmark = pytest.mark.django_db
State = Campaign.State


def who(address: str) -> str:
    return hash_address(address)[:16]


# -- afterwards -----------------------------------------------------------------------------------------------------------------


def test_the_report_follows_everybody_from_planned_to_the_day_itself(desk, sent, organiser):
    anna = Attendee.objects.get(full_name="Anna")
    shown = Shown(uuid.uuid4(), "pass", code=anna.pass_code)
    page = desk.get(f"{sent.pk}/report/")
    assert [number for _label, number, _share in page.context["whole"]] == [3, 3, 2, 2, 1, 0]
    checkin.record(event=anna.event, shown=[shown], desk=Desk("Ingresso", organiser))
    page = desk.get(f"{sent.pk}/report/")
    assert [number for _label, number, _share in page.context["whole"]] == [3, 3, 2, 2, 1, 1]
    groups = {anchor: dict(lines) for _title, anchor, lines in page.context["groups"]}
    assert groups["by-kind"]["municipality"] == [2, 2, 1, 1, 1, 1]
    assert groups["by-place"]["Terni"] == [2, 2, 2, 2, 1, 1]
    assert groups["by-organisation"]["Comune di Terni"] == [1, 1, 1, 1, 1, 1]
    assert page.context["out"] == [("wishes no invitations", 1)]
    assert ("550 5.1.1 unknown", 1) in page.context["troubles"]
    assert page.context["is_whole"]
    assert "<svg" in page.content.decode()


def test_a_registration_given_back_no_longer_counts(desk, sent):
    from events.models import Registration

    events.cancel_registration(registration=Registration.objects.get())
    assert [number for _label, number, _share in desk.get(f"{sent.pk}/report/").context["whole"]] == [3, 3, 2, 1, 0, 0]


def test_the_ledger_answers_who_got_what_and_why_not(desk, sent, orvieto, terni):
    page = desk.get(f"{sent.pk}/ledger/").content.decode()
    assert orvieto.email in page
    assert "wishes no invitations" in page
    assert "handed over" in page
    assert terni.email not in desk.get(f"{sent.pk}/ledger/?standing=out").content.decode()
    assert orvieto.email not in desk.get(f"{sent.pk}/ledger/?standing=in").content.decode()
    assert desk.get(f"{sent.pk}/ledger/?q=zzz").context["rows"] == []
    for odd in ("x", "d", "d-1", "x99999999999999999999999999", "é"):
        assert desk.get(f"{sent.pk}/ledger/?after={odd}").status_code == 200


def test_the_ledgers_pages_miss_nobody_and_repeat_nobody(desk, sent, monkeypatch):
    monkeypatch.setattr("notifications.campaigns.funnel.PAGE", 1)
    seen, after = [], ""
    for _ in range(10):
        context = desk.get(f"{sent.pk}/ledger/?after={after}").context
        seen += [row.address for row in [*context["rows"], *context["left_out"]]]
        after = context["following"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 4


def test_the_ledger_as_a_file_runs_no_formula(desk, sent):
    Delivery.objects.filter(address__contains="terni").update(name="=HYPERLINK(1)")
    response = desk.get(f"{sent.pk}/ledger.csv")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    rows = list(csv.reader(lines, delimiter=";"))
    assert len(rows) == 5
    assert any(row[0].lstrip("'").startswith("=HYPERLINK") and not row[0].startswith("=") for row in rows)
    assert {row[2] for row in rows[1:]} == {"in", "out"}


def test_a_draft_has_no_report(desk, campaign):
    assert desk.get(f"{campaign.pk}/report/").status_code == 404


# -- who may ---------------------------------------------------------------------------------------------------------------------


def test_pages_are_for_those_who_may_send(client, client_of, sent, signatory, stranger, cso):
    paths = ["", "new/", f"{sent.pk}/", f"{sent.pk}/edit/", f"{sent.pk}/check/", f"{sent.pk}/report/", f"{sent.pk}/ledger/",
             f"{sent.pk}/ledger.csv", f"{sent.pk}/preview/{who(cso.email)}/"]  # fmt: skip
    for path in paths:
        assert client.get(f"/manage/campaigns/{path}").status_code == 302
        for user in (signatory, stranger):
            assert client_of(user).get(f"/manage/campaigns/{path}").status_code == 403
    for verb in ("send", "approve", "withdraw", "start", "pause", "resume", "cancel", "again", "copy", "keep"):
        assert client_of(stranger).post(f"/manage/campaigns/{sent.pk}/{verb}/").status_code == 403
        assert client_of(signatory).get(f"/manage/campaigns/{sent.pk}/{verb}/").status_code in {403, 405}


def test_a_get_never_sends(desk, campaign):
    for verb in ("send", "approve", "withdraw", "start", "pause", "resume", "cancel", "again", "copy", "keep", "live"):
        path = "live/" if verb == "live" else f"{campaign.pk}/{verb}/"
        assert desk.get(path).status_code == 405


@pytest.mark.parametrize("count", [1, 30])
def test_lists_cost_the_same_whatever_their_length(client_of, organiser, event, count, django_assert_max_num_queries):
    from tests.notifications.test_pump import write

    write(count)
    for number in range(count):
        services.prepare(by=organiser, event=event, name=f"c{number}", subject_it="s", body_it="b")
    client = client_of(organiser)
    for path in ("/manage/outbox/messages/", "/manage/campaigns/"):
        with django_assert_max_num_queries(10):
            assert client.get(path).status_code == 200


@pytest.mark.parametrize("count", [1, 30])
def test_the_pages_of_one_campaign_cost_the_same_for_one_and_for_many(
    client_of, organiser, event, count, send_now, django_assert_max_num_queries
):
    for number in range(count):
        Organisation.objects.create(
            name=f"Ente {number}", kind="cso", email=f"ente{number}@example.org", municipality=f"M{number}"
        )
    campaign = services.prepare(
        by=organiser, event=event, name="x", subject_it="Invito", body_it="Testo", audience=DIRECTORY
    )
    client = client_of(organiser)
    client.get(f"/manage/campaigns/{campaign.pk}/")
    with django_assert_max_num_queries(22):
        client.get(f"/manage/campaigns/{campaign.pk}/")
    send_now(campaign)
    pump.pump()
    for path, most in (("", 15), ("report/", 18), ("ledger/", 12)):
        with django_assert_max_num_queries(most):
            assert client.get(f"/manage/campaigns/{campaign.pk}/{path}").status_code == 200


def test_a_campaign_of_the_past_stays_readable_when_its_event_is_over(desk, sent, event):
    type(event).objects.update(starts_at=timezone.now() - timedelta(days=2), ends_at=timezone.now() - timedelta(days=1))
    for path in ("", "report/", "ledger/"):
        assert desk.get(f"{sent.pk}/{path}").status_code == 200


def test_the_page_says_who_did_what(desk, campaign):
    desk.post(f"{campaign.pk}/send/", {"number": 4})
    desk.post(f"{campaign.pk}/withdraw/")
    desk.post(f"{campaign.pk}/send/", {"number": 4})
    desk.post(f"{campaign.pk}/start/")
    desk.post(f"{campaign.pk}/pause/")
    services.resume(campaign=campaign, by=campaign.created_by)
    services.pause(campaign=campaign, by=None, reason="3 of the first 20 came back.")
    page = " ".join(desk.get(f"{campaign.pk}/").content.decode().split())
    assert [act.verb for act in campaign.acts.all()] == [
        "confirmed", "withdrawn", "confirmed", "started", "paused", "resumed", "paused",
    ]  # fmt: skip
    assert "confirmed it (4 messages)" in page
    assert "the portal</td><td>paused it: 3 of the first 20 came back." in page


def test_what_was_done_cannot_be_rewritten(desk, campaign):
    desk.post(f"{campaign.pk}/send/", {"number": 4})
    with pytest.raises(IntegrityError), transaction.atomic():
        CampaignAct.objects.update(verb="approved")


def test_the_events_figures_begin_with_what_became_of_the_letters(client_of, organiser, sent):
    page = client_of(organiser).get(f"/en/manage/events/{sent.event.slug}/figures/")
    tables = {table.name: table for table in page.context["tables"]}
    assert tables["letters"].rows == [("Inviti", [3, 3, 2])]
    assert [numbers[0] for _label, numbers in tables["funnel"].rows] == [3, 2, 1, 0]
    assert list(tables).index("letters") < list(tables).index("funnel")
