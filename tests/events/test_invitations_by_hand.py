"""One organisation invited by hand; what waits in the outbox when an invitation is withdrawn."""

import pytest

from events import services
from events.models import Event, Invitation
from notifications.campaigns import services as campaigns
from notifications.models import Delivery
from notifications.sending import pump

PAGE = "/manage/events/info-day/invitations/"


def body(response) -> str:
    return response.content.decode()


def test_an_organiser_invites_one_and_the_link_goes_out_once(client_of, organiser, event, cso):
    client = client_of(organiser)
    for _click in range(2):
        client.post(f"{PAGE}add/", {"organisation": cso.pk, "sends": "on"})
    invitation = Invitation.objects.get()
    assert Delivery.objects.filter(kind="invitation_link", address=cso.email).count() == 1
    assert invitation.get_absolute_url() in body(client.get(PAGE))


def test_without_mail_the_link_stands_on_the_page_to_be_passed_on(client_of, organiser, event, cso):
    page = body(client_of(organiser).post(f"{PAGE}add/", {"organisation": cso.pk}, follow=True))
    assert "Passa tu il collegamento" in page
    assert Delivery.objects.count() == 0


def test_one_that_was_withdrawn_holds_again(organiser, event, cso):
    invitation = services.invite(event=event, organisation=cso)
    services.revoke_invitation(invitation=invitation, by=organiser)
    services.invite_by_hand(event=event, organisation=cso, sends=False, by=organiser)
    invitation.refresh_from_db()
    assert invitation.revoked_at is None


@pytest.mark.parametrize("value", ["", "999999", "x", "1 OR 1=1"])
def test_what_is_no_organisation_to_be_invited_is_refused(client_of, organiser, event, value):
    assert client_of(organiser).post(f"{PAGE}add/", {"organisation": value}).status_code == 422
    assert client_of(organiser).get(f"{PAGE}add/").status_code == 405
    assert Invitation.objects.count() == 0


def test_an_event_that_is_called_off_invites_nobody(organiser, event, cso):
    services.cancel(event=event, reason="Neve.", by=organiser)
    with pytest.raises(services.WrongState):
        services.invite_by_hand(event=Event.objects.get(), organisation=cso, sends=True, by=organiser)


def test_only_organisers_invite(client, client_of, signatory, event, cso):
    assert client.post(f"{PAGE}add/", {"organisation": cso.pk}).status_code == 302
    assert client_of(signatory).post(f"{PAGE}add/", {"organisation": cso.pk}).status_code == 403
    assert Invitation.objects.count() == 0


def test_an_invitation_withdrawn_in_time_does_not_leave_and_the_others_do(organiser, event, cso, terni):
    campaign = campaigns.prepare(
        by=organiser, event=event, name="Inviti", subject_it="Invito", body_it="Venite.\n\n{link}",
        audience={"sources": [{"kind": "directory", "kinds": [cso.kind, terni.kind]}]},
    )  # fmt: skip
    campaigns.send(campaign=campaign, expected=2, by=organiser)
    services.revoke_invitation(invitation=event.invitations.get(organisation=cso), by=organiser)
    stopped = Delivery.objects.get(organisation=cso)
    assert (stopped.state, stopped.reply) == ("cancelled", "the invitation was withdrawn")
    campaigns.start_now(campaign=campaign, by=organiser)
    pump.pump()
    assert dict(Delivery.objects.values_list("organisation__name", "state")) == {
        cso.name: "cancelled",
        terni.name: "accepted",
    }
    campaign.refresh_from_db()
    assert campaign.state == "finished"
