"""Events by invitation: who is let in, whose link holds, and what organisers do with it."""

import uuid

import pytest

from events import services
from events.models import Event, Registration
from notifications.models import Delivery


def test_without_an_invitation_the_form_is_not_shown_and_says_why(by_invitation, client):
    answer = client.get("/events/info-day/register/")
    assert "su invito" in answer.content.decode()
    assert "attendees-TOTAL_FORMS" not in answer.content.decode()
    assert "su invito" in client.get("/events/info-day/").content.decode()


def test_without_an_invitation_nothing_is_registered(by_invitation, register, posted, client):
    assert client.post("/events/info-day/register/", posted("Anna")).status_code == 403
    with pytest.raises(services.InvitationNeeded):
        register("Anna")
    assert not Registration.objects.exists()


def test_an_invitation_opens_the_form_once_for_its_organisation(by_invitation, register, cso, client):
    invitation = services.invite(event=by_invitation, organisation=cso)
    assert "attendees-TOTAL_FORMS" in client.get(invitation.get_absolute_url()).content.decode()
    assert register("Anna", invitation=invitation).organisation == cso
    with pytest.raises(services.AlreadyRegistered):
        register("Bruno", invitation=invitation)


def test_a_withdrawn_invitation_opens_nothing_until_it_holds_again(by_invitation, register, cso, organiser, client):
    invitation = services.invite(event=by_invitation, organisation=cso)
    services.revoke_invitation(invitation=invitation, by=organiser)
    assert "non vale più" in client.get(invitation.get_absolute_url()).content.decode()
    with pytest.raises(services.InvitationNeeded):
        register("Anna", invitation=invitation)
    services.restore_invitation(invitation=invitation, by=organiser)
    assert register("Anna", invitation=invitation).pk


def test_an_invitation_to_another_event_opens_nothing(by_invitation, register, cso, client):
    other = Event.objects.get(pk=by_invitation.pk)
    other.pk, other.slug, other.uid = None, "altro", uuid.uuid4()
    other.save()
    invitation = services.invite(event=other, organisation=cso)
    answer = client.get(f"/events/info-day/register/?invitation={invitation.token}")
    assert "non è un invito a questo evento" in answer.content.decode()
    with pytest.raises(services.InvitationNeeded):
        register("Anna", invitation=invitation)


def test_the_link_is_sent_again_with_the_same_answer_for_known_and_unknown(
    by_invitation, cso, terni, organiser, client
):
    services.invite(event=by_invitation, organisation=cso)
    withdrawn = services.invite(event=by_invitation, organisation=terni)
    services.revoke_invitation(invitation=withdrawn, by=organiser)
    answers = {
        client.post("/events/info-day/invitation/send/", {"email": email}).content
        for email in (cso.email.upper(), terni.email, "nessuno@altrove.example.org")
    }
    assert len(answers) == 1
    assert list(Delivery.objects.values_list("kind", "address")) == [("invitation_link", cso.email)]


def test_organisers_withdraw_an_invitation_on_its_page(by_invitation, cso, organiser, client_of):
    invitation, client = services.invite(event=by_invitation, organisation=cso), client_of(organiser)
    page = "/manage/events/info-day/invitations/"
    assert cso.name in client.get(page).content.decode()
    assert "ritirato" in client.post(f"{page}{invitation.pk}/revoke/", follow=True).content.decode()
    invitation.refresh_from_db()
    assert invitation.revoked_at
    client.post(f"{page}{invitation.pk}/restore/")
    invitation.refresh_from_db()
    assert invitation.revoked_at is None


def test_a_campaign_leaves_out_whose_invitation_was_withdrawn(by_invitation, cso, terni, organiser):
    from notifications import audiences

    for organisation in (cso, terni):
        services.invite(event=by_invitation, organisation=organisation)
    services.revoke_invitation(invitation=by_invitation.invitations.get(organisation=cso), by=organiser)
    everybody = audiences.definition_of({"kind": "directory", "kinds": ["cso", "municipality"]})
    judged = {one.organisation: one.counted_as for one in audiences.candidates(everybody, event=by_invitation)}
    assert judged == {cso.pk: audiences.Reason.WITHDRAWN, terni.pk: None}
