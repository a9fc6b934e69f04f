"""Invitations: who is in and why, what they will get, one confirmation, one mail each."""

import threading

import pytest
from django.db import connections

from events import services as events
from events.models import Invitation
from notifications import services
from notifications.models import Campaign, Delivery, Suppression, Tally, hash_address
from notifications.sending import claims, pump
from organisations.models import Organisation

pytestmark = pytest.mark.django_db
State = Campaign.State


@pytest.fixture
def campaign(event, organiser, terni, orvieto, narni, cso) -> Campaign:
    return services.prepare(
        by=organiser, event=event, name="Inviti", subject_it="Invito: {event}", body_it="Per {organisation}: {date}."
    )


def reasons(campaign) -> dict[str, str]:
    return {candidate.organisation.name: candidate.reason for candidate in services.audience(campaign)}


def test_everybody_in_or_out_has_a_reason(campaign, event, cso, terni, orvieto, register):
    Organisation.objects.create(name="Senza posta", kind="cso")
    Organisation.objects.create(name="Stessa posta", kind="cso", email=cso.email)
    Suppression.objects.create(address_hash=hash_address(orvieto.email), reason="unsubscribed")
    register("Anna", invitation=events.invite(event=event, organisation=terni))
    assert reasons(campaign) == {
        "Comune di Narni": "",
        "Comune di Orvieto": "non vuole inviti",
        "Comune di Terni": "già iscritto",
        "Cooperativa sociale di prova": "",
        "Senza posta": "nessun indirizzo e-mail",
        "Stessa posta": "stesso indirizzo di un altro ente",
    }


def test_the_audience_is_filtered_by_kind_and_place(campaign):
    campaign.kinds, campaign.municipality = ["municipality"], "narni"
    assert list(reasons(campaign)) == ["Comune di Narni"]


def test_sending_asks_for_the_right_number_and_writes_once(campaign, organiser):
    with pytest.raises(services.AudienceChanged) as changed:
        services.send(campaign=campaign, expected=3, by=organiser)
    assert changed.value.count == 4
    services.send(campaign=campaign, expected=4, by=organiser)
    with pytest.raises(services.WrongState):
        services.send(campaign=campaign, expected=4, by=organiser)
    with pytest.raises(services.WrongState):
        services.edit(campaign=campaign, by=organiser, body_it="altro")
    assert Delivery.objects.count() == Invitation.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_two_organisers_sending_at_once_write_one_mail_each(campaign, organiser):
    start, refused = threading.Barrier(4), []

    def run() -> None:
        start.wait(timeout=30)
        try:
            services.send(campaign=campaign, expected=4, by=organiser)
        except services.WrongState:
            refused.append(1)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(refused) == 3
    assert Delivery.objects.count() == 4


def test_pausing_stops_and_resuming_goes_on_and_cancelling_ends_it(campaign, organiser):
    services.send(campaign=campaign, expected=4, by=organiser)
    services.pause(campaign=campaign, by=organiser)
    assert pump.pump().accepted == 0
    services.resume(campaign=campaign, by=organiser)
    worker = pump.Worker("bulk", pump.Report())
    worker._send(claims.claim(worker.owner, "bulk", 1), 1e12)
    services.cancel(campaign=campaign, by=organiser)
    assert pump.pump().accepted == 0
    assert Tally.objects.by_state()["accepted"] == 1
    assert Tally.objects.by_state()["cancelled"] == 3


def test_who_unsubscribes_while_it_waits_is_left_out_at_the_last_moment(campaign, organiser, narni):
    services.send(campaign=campaign, expected=4, by=organiser)
    services.unsubscribe(address_hash=hash_address(narni.email))
    pump.pump()
    assert Delivery.objects.get(address=narni.email).state == Delivery.State.SUPPRESSED


def test_a_preview_leaves_nothing_behind(campaign, client_of, organiser, cso):
    client = client_of(organiser)
    page = client.get(f"/manage/campaigns/{campaign.pk}/preview/{cso.pk}/")
    assert f"Per {cso.name}:" in page.content.decode()
    html = client.get(f"/manage/campaigns/{campaign.pk}/preview/{cso.pk}/html/")
    assert "sandbox" in html["Content-Security-Policy"]
    assert html["X-Frame-Options"] == "SAMEORIGIN"
    assert Invitation.objects.count() == Delivery.objects.count() == 0


def test_a_test_goes_to_the_organiser_alone(campaign, client_of, organiser, cso):
    client_of(organiser).post(f"/manage/campaigns/{campaign.pk}/preview/{cso.pk}/test/")
    assert list(Delivery.objects.values_list("address", flat=True)) == [organiser.email]
    assert reasons(campaign)[cso.name] == ""


def test_an_unknown_variable_is_named_in_the_form(client_of, organiser, event):
    values = {"event": event.pk, "name": "x", "subject_it": "Invito {evento}", "body_it": "x"}
    response = client_of(organiser).post("/manage/campaigns/new/", values)
    assert response.status_code == 422
    assert "{evento}" in response.content.decode()
    assert Campaign.objects.count() == 0


def test_script_and_line_breaks_in_the_text_stay_text(client_of, organiser, event, cso):
    values = {"event": event.pk, "name": "x", "subject_it": "Invito", "body_it": "<script>alert(1)</script>"}
    client = client_of(organiser)
    client.post("/manage/campaigns/new/", values)
    html = client.get(f"/manage/campaigns/{Campaign.objects.get().pk}/preview/{cso.pk}/html/").content.decode()
    assert "<script>" not in html


def test_pages_are_for_those_who_may_send(client, client_of, campaign, signatory, stranger):
    for path in ("", "new/", f"{campaign.pk}/", f"{campaign.pk}/edit/"):
        assert client.get(f"/manage/campaigns/{path}").status_code == 302
        for user in (signatory, stranger):
            assert client_of(user).get(f"/manage/campaigns/{path}").status_code == 403
    assert client_of(stranger).get("/manage/outbox/").status_code == 403


@pytest.mark.parametrize("count", [1, 30])
def test_lists_cost_the_same_whatever_their_length(client_of, organiser, event, count, django_assert_max_num_queries):
    from tests.notifications.test_pump import write

    write(count)
    for number in range(count):
        services.prepare(by=organiser, event=event, name=f"c{number}", subject_it="s", body_it="b")
    client = client_of(organiser)
    for path in ("/manage/outbox/messages/", "/manage/campaigns/"):
        with django_assert_max_num_queries(9):
            assert client.get(path).status_code == 200
