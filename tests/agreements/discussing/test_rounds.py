"""The dates of a review: to the second, across changes of the clocks, extended, closed by the clock."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from agreements import services
from agreements.discussing import parties, rounds
from agreements.discussing import services as discussing
from agreements.forms import ShareForm
from agreements.models import Agreement, AuditEvent, Party, Position, PositionChange, RoundExtension, Thread
from notifications.models import Delivery
from notifications.models.reminders import ReminderOccurrence
from notifications.reminders import services as reminders

pytestmark = pytest.mark.django_db
REVIEW = "/agreements/protocollo/review/"
MANAGE = "/manage/agreements/protocollo/"


def last_event() -> AuditEvent:
    return AuditEvent.objects.order_by("-seq").first()


# -- dates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("shown", "moment"), [
    ("2027-03-27T18:00", datetime(2027, 3, 27, 17, tzinfo=UTC)),
    ("2027-03-28T02:30", datetime(2027, 3, 28, 1, tzinfo=UTC)),  # skipped: 03:00 summer time is shown next
    ("2027-03-28T18:00", datetime(2027, 3, 28, 16, tzinfo=UTC)),
    ("2027-10-31T02:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),  # shown twice: the first
    ("2027-10-31T18:00", datetime(2027, 10, 31, 17, tzinfo=UTC)),
])  # fmt: skip
def test_a_date_is_what_the_clocks_in_rome_show(shown, moment):
    form = ShareForm({"closes_at": shown})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["closes_at"] == moment


@pytest.mark.parametrize("sent", [
    {"closes_at": ""}, {"closes_at": "domani"}, {"closes_at": "2020-01-01T10:00"}, {"closes_at": "9999-99-99T99:99"},
    {"closes_at": "2027-06-01T10:00", "opens_at": "2027-06-01T10:00"},
])  # fmt: skip
def test_dates_that_make_no_sense_are_refused(sent):
    assert not ShareForm(sent).is_valid()


@pytest.mark.parametrize("closes_at", [
    datetime(2027, 3, 28, 1, 0, tzinfo=UTC), datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
    datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
])  # fmt: skip
def test_the_last_second_counts_and_the_next_one_does_not(draft, organiser, reviewer, signatory, closes_at):
    with time_machine.travel(closes_at - timedelta(days=3), tick=False):
        services.share(agreement=draft, closes_at=closes_at, by=organiser)
    revision = draft.newest_version().in_order()[0]
    with time_machine.travel(closes_at - timedelta(seconds=1), tick=False):
        discussing.begin(revision=revision, body="In tempo", visibility="all_parties", by=reviewer)
        assert rounds.close_due() == 0
    with time_machine.travel(closes_at, tick=False):
        with pytest.raises(services.WrongState):
            discussing.begin(revision=revision, body="Tardi", visibility="all_parties", by=reviewer)
        with pytest.raises(services.WrongState):
            services.record_position(agreement=draft, kind="no_remarks", note="", by=signatory)
        assert rounds.close_due() == 1
        assert rounds.close_due() == 0
    draft.refresh_from_db()
    assert draft.state == Agreement.State.OBSERVATIONS_CLOSED


def test_a_review_may_open_later_than_the_text_is_shared(draft, organiser, reviewer, signatory, client_of):
    now = timezone.now()
    opens_at = now + timedelta(days=2)
    services.share(agreement=draft, opens_at=opens_at, closes_at=now + timedelta(days=5), by=organiser)
    revision = draft.newest_version().in_order()[0]
    page = client_of(reviewer).get(REVIEW).content.decode()
    assert "Puoi già leggere" in page
    assert "Commenta questo articolo" not in page
    with pytest.raises(services.WrongState):
        discussing.begin(revision=revision, body="Presto", visibility="all_parties", by=reviewer)
    with pytest.raises(services.WrongState):
        services.record_position(agreement=draft, kind="no_remarks", note="", by=signatory)
    with time_machine.travel(opens_at):
        discussing.begin(revision=revision, body="Ora", visibility="all_parties", by=reviewer)


# -- more time --------------------------------------------------------------------------------------------------------


def test_more_time_is_given_with_a_reason_that_all_parties_are_told(shared, organiser, signatory, reviewer):
    later = timezone.now() + timedelta(days=20)
    rounds.extend(agreement=shared, closes_at=later, reason="Il consiglio si riunisce dopo.", by=organiser)
    assert shared.open_round().closes_at == later
    told = set(Delivery.objects.filter(kind="review_extended").values_list("address", flat=True))
    assert told == {signatory.email, reviewer.email}
    assert last_event().type == "review_extended"
    assert last_event().payload["reason"] == "Il consiglio si riunisce dopo."


def test_a_review_is_not_shortened_nor_extended_once_its_date_has_come(shared, organiser):
    closes_at = shared.open_round().closes_at
    for moment, until in ((timezone.now(), closes_at), (closes_at, closes_at + timedelta(days=1))):
        with time_machine.travel(moment), pytest.raises(services.WrongState):
            rounds.extend(agreement=shared, closes_at=until, reason="x", by=organiser)
    services.close_observations(agreement=shared, by=organiser)
    with pytest.raises(services.WrongState):
        rounds.extend(agreement=shared, closes_at=closes_at + timedelta(days=1), reason="x", by=organiser)
    assert RoundExtension.objects.count() == 0


def test_reminders_move_with_the_date(shared, organiser):
    rule = reminders.add_rule(
        target=shared, by=organiser, audience="silent_parties", anchor="review_deadline", method="duration",
        duration=timedelta(days=1), also_at_quiet_times=True,
    )  # fmt: skip
    before = rule.occurrences.get(state=ReminderOccurrence.State.PLANNED)
    later = shared.open_round().closes_at + timedelta(days=3)
    rounds.extend(agreement=shared, closes_at=later, reason="x", by=organiser)
    planned = rule.occurrences.get(state=ReminderOccurrence.State.PLANNED)
    assert (before.due_at, planned.due_at) == (before.anchor_at - timedelta(days=1), later - timedelta(days=1))
    with time_machine.travel(before.due_at + timedelta(minutes=1)):
        call_command("pump")
    assert Delivery.objects.filter(kind="review_reminder").count() == 0
    with time_machine.travel(later - timedelta(hours=23)):
        call_command("pump")
    assert Delivery.objects.filter(kind="review_reminder").count() == 0, "nobody of these parties has a role yet"
    rule.refresh_from_db()
    assert rule.occurrences.filter(state=ReminderOccurrence.State.FIRED).count() == 1


def test_the_page_of_more_time(shared, organiser, client_of, signatory):
    url = f"{MANAGE}review/extend/"
    assert client_of(signatory).get(url).status_code == 403
    client = client_of(organiser)
    assert client.get(url).status_code == 200
    later = timezone.localtime(timezone.now() + timedelta(days=20)).strftime("%Y-%m-%dT%H:%M")
    for sent in ({}, {"closes_at": later, "reason": ""}, {"closes_at": "2026-01-01T10:00", "reason": "x"}):
        assert client.post(url, sent).status_code == 422
    assert client.post(url, {"closes_at": later, "reason": "Consiglio"}).status_code == 302
    assert "Consiglio" in client.get(REVIEW).content.decode()
    services.close_observations(agreement=shared, by=organiser)
    assert client.get(url).status_code == 302


# -- the end ----------------------------------------------------------------------------------------------------------


def test_the_clock_closes_the_review_and_records_silence(shared, signatory):
    services.record_position(agreement=shared, kind="remarks", note="x", by=signatory)
    with time_machine.travel(shared.open_round().closes_at + timedelta(seconds=1)):
        call_command("pump")
    assert AuditEvent.objects.get(type="observations_closed").actor == "clock"
    assert sorted(Position.objects.values_list("kind", flat=True)) == ["remarks", "silent", "silent", "silent"]
    assert PositionChange.objects.filter(kind="silent", by=None).count() == 3


def test_organisers_close_earlier_only_when_all_have_answered(shared, organiser, signatories, client_of):
    client = client_of(organiser)
    page = client.post(f"{MANAGE}close/", follow=True).content.decode()
    assert "Comune di Narni" in page
    shared.refresh_from_db()
    assert shared.state == Agreement.State.SHARED
    for user in signatories:
        services.record_position(agreement=shared, kind="no_remarks", note="", by=user)
    client.post(f"{MANAGE}close/")
    shared.refresh_from_db()
    assert shared.state == Agreement.State.OBSERVATIONS_CLOSED


def test_the_history_of_a_position_is_kept_and_nobody_rewrites_it(shared, signatory, client_of):
    services.record_position(agreement=shared, kind="remarks", note="Chiarire la durata.", by=signatory)
    services.record_position(agreement=shared, kind="no_remarks", note="", by=signatory)
    changes = PositionChange.objects.order_by("pk").values_list("was", "kind", "by")
    assert list(changes) == [("", "remarks", signatory.pk), ("remarks", "no_remarks", signatory.pk)]
    assert last_event().payload["was"] == "remarks"
    page = client_of(signatory).get(REVIEW).content.decode()
    assert "Storia delle posizioni" in page
    assert "Chiarire la durata." in page
    from django.db import DatabaseError, transaction

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        PositionChange.objects.update(kind="silent")


# -- parties ----------------------------------------------------------------------------------------------------------


def test_a_party_that_comes_half_way_reads_is_told_and_is_awaited(
    shared, organiser, cso, signatory, reviewer, stranger, client_of
):
    from organisations.models import RoleGrant

    RoleGrant.objects.create(user=stranger, role="reviewer", organisation=cso)
    assert client_of(stranger).get(REVIEW).status_code == 404
    parties.add(agreement=shared, organisation=cso, kind="private", reason="Lo ha chiesto.", by=organiser)
    assert client_of(stranger).get(REVIEW).status_code == 200
    told = set(Delivery.objects.filter(kind="party_added").values_list("address", flat=True))
    assert told == {signatory.email, reviewer.email, stranger.email, organiser.email}
    assert cso.name in rounds.awaited_in(shared.open_round())
    with pytest.raises(services.AlreadyDone):
        parties.add(agreement=shared, organisation=cso, kind="private", reason="x", by=organiser)


def test_a_removed_party_sees_the_draft_no_longer_its_threads_stay_its_position_is_void(
    shared, organiser, signatory, reviewer, signatories, client_of, terni, begin
):
    begin("all_parties", body="Detto da Terni")
    private = begin("own_office", body="Detto in casa")
    services.record_position(agreement=shared, kind="remarks", note="x", by=signatory)
    parties.remove(agreement=shared, party=shared.parties.get(organisation=terni), reason="Esce.", by=organiser)
    for user in (signatory, reviewer):
        assert client_of(user).get(REVIEW).status_code == 404
        assert client_of(user).get(private.get_absolute_url()).status_code == 404
    page = client_of(signatories[2]).get(REVIEW).content.decode()
    assert "Detto da Terni" in page
    assert "Comune di Terni" in page
    assert "Detto in casa" not in page
    assert "nulla: non è più parte" in page
    assert Position.objects.count() == 0
    assert signatory.email in Delivery.objects.filter(kind="party_removed").values_list("address", flat=True)
    assert "Comune di Terni" not in rounds.awaited_in(shared.open_round())
    for user in signatories[1:]:
        services.record_position(agreement=shared, kind="no_remarks", note="", by=user)
    rounds.close_early(agreement=shared, by=organiser)
    assert AuditEvent.objects.get(type="observations_closed").payload["silent"] == []


def test_a_removed_party_adheres_no_more_and_the_others_conclude(shared, organiser, signatories, terni):
    from tests.agreements.conftest import adhere

    parties.remove(agreement=shared, party=shared.parties.get(organisation=terni), reason="Esce.", by=organiser)
    services.close_observations(agreement=shared, by=organiser)
    services.freeze(agreement=shared, by=organiser)
    services.open_signing(agreement=shared, by=organiser)
    with pytest.raises(services.NotEntitled):
        adhere(shared, signatories[0])
    for user in signatories[1:]:
        adhere(shared, user)
    shared.refresh_from_db()
    assert shared.state == Agreement.State.CONCLUDED


def test_a_party_that_comes_back_finds_what_it_wrote(shared, organiser, reviewer, terni, begin, client_of):
    begin("own_office", body="Detto in casa")
    party = shared.parties.get(organisation=terni)
    parties.remove(agreement=shared, party=party, reason="Esce.", by=organiser)
    with pytest.raises(services.AlreadyDone):
        parties.remove(agreement=shared, party=party, reason="Esce.", by=organiser)
    assert parties.add(agreement=shared, organisation=terni, kind="public", reason="Torna.", by=organiser) == party
    assert "Detto in casa" in client_of(reviewer).get(REVIEW).content.decode()
    assert Thread.objects.count() == 1


def test_parties_of_a_final_text_no_longer_change_and_the_last_one_stays(signing, shared, organiser, cso, terni):
    with pytest.raises(services.WrongState):
        parties.add(agreement=signing, organisation=cso, kind="private", reason="x", by=organiser)
    with pytest.raises(services.WrongState):
        parties.remove(agreement=signing, party=signing.parties.first(), reason="x", by=organiser)
    Agreement.objects.update(state="observations_closed")
    first, *others = signing.parties.all()
    for party in others:
        parties.remove(agreement=signing, party=party, reason="x", by=organiser)
    with pytest.raises(services.WrongState):
        parties.remove(agreement=signing, party=first, reason="x", by=organiser)


def test_the_pages_of_the_parties(shared, organiser, signatory, cso, client_of):
    url, client = f"{MANAGE}review/parties/", client_of(organiser)
    assert client_of(signatory).get(url).status_code == 403
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"organisation": cso.pk, "kind": "private", "reason": "Lo ha chiesto."}).status_code == 302
    party = Party.objects.get(organisation=cso)
    assert client.get(f"{url}{party.pk}/remove/").status_code == 200
    assert client.post(f"{url}{party.pk}/remove/", {"reason": ""}).status_code == 422
    assert client.post(f"{url}{party.pk}/remove/", {"reason": "Ci ha ripensato."}).status_code == 302
    assert "Ci ha ripensato." in client.get(url).content.decode()
    assert client.get(f"{url}{party.pk}/remove/").status_code == 404
