"""The organisers' pages of campaigns: write, look, check, confirm, follow."""

import re

import pytest

from events.models import Invitation
from notifications.campaigns import planning, services
from notifications.models import (
    Campaign,
    Delivery,
    MessageTemplate,
    Segment,
    Suppression,
    Tally,
    hash_address,
)
from notifications.sending import pump
from organisations.models import Organisation, RoleGrant, User
from organisations.roles import Role

pytestmark = pytest.mark.django_db
State = Campaign.State


def who(address: str) -> str:
    return hash_address(address)[:16]


def written(info_day, /, **changes):
    good = {"event": info_day.pk, "name": "x", "whom": "directory", "purpose": "invitation", "calendar": "none", "canary_percent": "5",
            "also_at_quiet_times": "on", "subject_it": "Invito", "body_it": "Testo per {organisation}."}  # fmt: skip
    return {**good, **changes}


# -- writing ------------------------------------------------------------------------------------------------------------------


def test_a_written_campaign_is_a_draft_to_the_whole_directory(desk, event, cso):
    assert desk.post("new/", written(event)).status_code == 302
    campaign = Campaign.objects.get()
    assert (campaign.purpose, campaign.calendar, campaign.state) == ("invitation", "none", "draft")
    assert campaign.audience == {"sources": [{"kind": "directory"}]}
    assert [candidate.address for candidate in planning.audience(campaign)] == [cso.email]


def test_a_segment_is_chosen_and_its_definition_is_kept(desk, event, organiser, terni, cso):
    sources = {"sources": [{"kind": "directory", "kinds": ["municipality"]}]}
    segment = Segment.objects.create(name="Comuni", definition=sources, created_by=organiser)
    assert desk.get(f"new/?segment={segment.pk}").context["form"]["whom"].value() == f"segment:{segment.pk}"
    desk.post("new/", written(event, whom=f"segment:{segment.pk}"))
    assert Campaign.objects.get().audience == {**sources, "segment": segment.pk}


@pytest.mark.parametrize("gone", [True, False])
def test_an_audience_that_no_choice_makes_stays_as_it_is_when_the_text_is_saved(
    desk, event, organiser, terni, cso, gone
):
    """Else a campaign to a few, opened again, would go to the whole directory."""
    definition = {"sources": [{"kind": "event", "event": event.pk, "state": "registered"}]}
    campaign = services.prepare(
        by=organiser, event=event, name="x", subject_it="s", body_it="b",
        audience={**definition, "segment": 999999} if gone else definition,
    )  # fmt: skip
    form = desk.get(f"{campaign.pk}/edit/").context["form"]
    assert form["whom"].value() == "kept"
    assert "The contacts of those registered" in str(form["whom"])
    before = campaign.audience
    desk.post(f"{campaign.pk}/edit/", written(event, whom="kept", name="Altro nome"))
    campaign.refresh_from_db()
    assert (campaign.name, campaign.audience) == ("Altro nome", before)
    desk.post(f"{campaign.pk}/edit/", written(event, whom="directory"))
    campaign.refresh_from_db()
    assert campaign.audience == {"sources": [{"kind": "directory"}]}


def test_an_audience_that_is_not_understood_leads_to_the_form_and_sends_nothing(desk, event, organiser, terni, cso):
    campaign = services.prepare(
        by=organiser, event=event, name="x", subject_it="s", body_it="b", audience={"sources": [{"kind": "stars"}]}
    )
    for path in ("", "check/", f"preview/{who(cso.email)}/"):
        page = desk.get(f"{campaign.pk}/{path}", follow=True)
        assert page.redirect_chain[-1][0].endswith(f"/{campaign.pk}/edit/"), path
        assert "not understood any more" in page.content.decode()
    assert desk.post(f"{campaign.pk}/send/", {"number": 1}, follow=True).redirect_chain
    assert Delivery.objects.count() == 0


def test_a_new_campaign_begins_with_a_text_or_with_one_that_was_kept(desk, campaign, organiser):
    assert "“{event}”" in desk.get("new/").content.decode()
    services.keep_as_template(campaign=campaign, name="Breve", by=organiser)
    page = desk.get(f"new/?template={MessageTemplate.objects.get().pk}").content.decode()
    assert "Per {organisation}: {date}." in page
    assert desk.get("new/?template=x").status_code == 200
    assert desk.get("new/?template=999999").status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject_it": "Invito {evento}"}, "subject_it"),
        ({"body_it": "Ciao {nome}"}, "body_it"),
        ({"body_it": "Ciao {organisation"}, "body_it"),
        ({"body_it": "[qui](http://altrove.example.org)"}, "body_it"),
        ({"body_it": "[qui](javascript:alert(1))"}, "body_it"),
        ({"body_it": ""}, "body_it"),
        ({"subject_en": "Only a subject"}, "body_en"),
        ({"body_en": "Only a text"}, "subject_en"),
        ({"text_it": "Testo {x}"}, "text_it"),
        ({"scheduled_for": "2020-01-01T10:00"}, "scheduled_for"),
        ({"scheduled_for": "domani"}, "scheduled_for"),
        ({"canary_percent": "90"}, "canary_percent"),
        ({"canary_percent": "-1"}, "canary_percent"),
        ({"event": "999999"}, "event"),
        ({"whom": "segment:999999"}, "whom"),
        ({"whom": "kept"}, "whom"),
        ({"whom": ""}, "whom"),
        ({"kinds": ["castle"]}, "kinds"),
        ({"name": ""}, "name"),
        ({"purpose": "spam"}, "purpose"),
    ],
)
def test_what_is_wrong_is_named_at_its_field_and_nothing_is_written(desk, event, changes, field):
    response = desk.post("new/", written(event, **changes))
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert Campaign.objects.count() == 0


def test_a_line_break_in_the_subject_is_folded_and_cannot_start_a_header(desk, event, cso):
    desk.post("new/", written(event, subject_it="Invito\r\nBcc: altro@example.org"))
    found = Campaign.objects.first()
    assert found is None or "\n" not in found.subject_it


def test_script_in_the_text_stays_text(desk, event, cso):
    desk.post("new/", written(event, body_it="<script>alert(1)</script>"))
    html = desk.get(f"{Campaign.objects.get().pk}/preview/{who(cso.email)}/html/").content.decode()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_template_tag_in_a_text_or_in_a_name_is_never_read(desk, event):
    Organisation.objects.create(name="{{ settings.SECRET_KEY }} {link}", kind="cso", email="info@altro.example.org")
    desk.post("new/", written(event, body_it="Per {organisation} {% now 'Y' %} {{ 7 }}"))
    if Campaign.objects.exists():
        page = desk.get(f"{Campaign.objects.get().pk}/preview/{who('info@altro.example.org')}/").content.decode()
        assert "{{ settings.SECRET_KEY }} {link}" in page
    desk.post("new/", written(event))
    page = desk.get(f"{Campaign.objects.last().pk}/preview/{who('info@altro.example.org')}/").content.decode()
    assert "{{ settings.SECRET_KEY }} {link}" in page


def test_the_live_preview_shows_what_is_being_written_and_saves_nothing(desk, event, cso, terni):
    page = desk.post("live/", written(event, preview_as="terni", name=""), HTTP_HX_REQUEST="true").content.decode()
    assert "As Comune di Terni would get it." in page
    assert "Testo per Comune di Terni." in page
    frame = re.search(r'src="/en/manage/campaigns/(live/[\w-]+/)"', page).group(1)
    html = desk.get(frame)
    assert "Testo per Comune di Terni." in html.content.decode()
    assert "sandbox" in html["Content-Security-Policy"]
    assert Campaign.objects.count() == Invitation.objects.count() == Delivery.objects.count() == 0


def test_the_live_preview_of_half_a_text_shows_what_there_is(desk, event):
    assert "Nothing has been written yet." in desk.post("live/").content.decode()
    page = desk.post("live/", {"subject_it": "x", "body_it": "Ciao {organisation} {x}"}).content.decode()
    assert "Ciao Comune di Narni {x}" in page
    assert "Nobody in the audience" in desk.post("live/", written(event, preview_as="zzz")).content.decode()


def test_a_look_belongs_to_who_took_it(desk, event, cso, client_of):
    page = desk.post("live/", written(event)).content.decode()
    frame = re.search(r'src="(/en/manage/campaigns/live/[\w-]+/)"', page).group(1)
    other = User.objects.create_user("bruna@socialneet.example.org")
    RoleGrant.objects.create(user=other, role=Role.ORGANISER)
    assert client_of(other).get(frame).status_code == 404


# -- before it leaves -----------------------------------------------------------------------------------------------------------


def test_the_draft_shows_everybody_the_totals_and_the_verdict(desk, campaign, orvieto):
    Suppression.objects.create(address_hash=hash_address(orvieto.email), reason="unsubscribed")
    page = desk.get(f"{campaign.pk}/")
    assert page.context["count"] == 3
    assert [(total.label, total.count) for total in page.context["totals"]] == [("in", 3), ("wishes no invitations", 1)]
    assert page.context["verdict"].outcome in {"go", "warn"}
    out = desk.get(f"{campaign.pk}/?standing=out").context["page"].object_list
    assert [candidate.address for candidate, _who in out] == [orvieto.email]
    found = desk.get(f"{campaign.pk}/?q=narni").context["page"].object_list
    assert len(found) == 1


def test_a_great_audience_is_examined_after_the_page_is_there(desk, campaign, monkeypatch):
    monkeypatch.setattr("notifications.campaigns.views.pages.EXAMINED_AT_ONCE", 3)
    page = desk.get(f"{campaign.pk}/").content.decode()
    assert f'hx-get="/en/manage/campaigns/{campaign.pk}/check/"' in page
    assert "Looked at 4 messages." in desk.get(f"{campaign.pk}/check/").content.decode()


def test_a_preview_leaves_nothing_behind(desk, campaign, cso):
    page = desk.get(f"{campaign.pk}/preview/{who(cso.email)}/")
    assert f"Per {cso.name}:" in page.content.decode()
    html = desk.get(f"{campaign.pk}/preview/{who(cso.email)}/html/")
    assert "sandbox" in html["Content-Security-Policy"]
    assert html["X-Frame-Options"] == "SAMEORIGIN"
    assert Invitation.objects.count() == Delivery.objects.count() == 0


def test_previews_lead_from_one_recipient_to_the_next(desk, campaign):
    seen, at = [], desk.get(f"{campaign.pk}/").context["first"]
    while at:
        page = desk.get(f"{campaign.pk}/preview/{at}/")
        seen.append(page.context["candidate"].name)
        at = page.context["following"]
    assert seen == [candidate.name for candidate in planning.audience(campaign)]
    assert desk.get(f"{campaign.pk}/preview/{'0' * 16}/").status_code == 404


def test_a_test_goes_to_the_organiser_alone_and_counts_for_nobody(desk, campaign, cso, organiser):
    desk.post(f"{campaign.pk}/preview/{who(cso.email)}/test/")
    assert list(Delivery.objects.values_list("address", "lane")) == [(organiser.email, "bulk")]
    pump.pump()
    assert sum(candidate.is_in for candidate in planning.audience(campaign)) == 4
    assert sum(Tally.objects.by_state(campaign=campaign.pk).values()) == 0


def test_the_wrong_number_is_refused_with_the_right_one(desk, campaign):
    page = desk.post(f"{campaign.pk}/send/", {"number": 3})
    assert page.status_code == 422
    assert "The audience is 4 recipients: write that number to send." in page.content.decode()
    for nonsense in ("", "x", "-4", "9" * 40):
        assert desk.post(f"{campaign.pk}/send/", {"number": nonsense}).status_code == 422
    assert Delivery.objects.count() == 0


def test_the_check_refuses_a_text_that_must_change(desk, campaign):
    Campaign.objects.update(body_it="Scrivete {x")
    page = desk.post(f"{campaign.pk}/send/", {"number": 4})
    assert page.status_code == 422
    assert "must be put right first" in page.content.decode()
    assert Delivery.objects.count() == 0


def test_confirming_twice_sends_once(desk, campaign):
    for _ in range(2):
        assert desk.post(f"{campaign.pk}/send/", {"number": 4}).status_code == 302
    assert Delivery.objects.count() == 4


# -- under way ----------------------------------------------------------------------------------------------------------------


def test_the_page_counts_down_and_offers_to_take_it_back(desk, campaign):
    desk.post(f"{campaign.pk}/send/", {"number": 4})
    page = desk.get(f"{campaign.pk}/").content.decode()
    assert re.search(r"It starts in 1[12]\d seconds", page)
    desk.post(f"{campaign.pk}/withdraw/")
    campaign.refresh_from_db()
    assert campaign.state == State.DRAFT
    assert "4 recipients will be written to" in desk.get(f"{campaign.pk}/").content.decode()


def test_progress_comes_as_a_fragment_and_stops_asking_when_it_is_over(desk, campaign, send_now):
    send_now(campaign)
    fragment = desk.get(f"{campaign.pk}/", HTTP_HX_REQUEST="true").content.decode()
    assert "0 of 4" in fragment
    assert "hx-get" in fragment
    assert "<html" not in fragment
    pump.pump()
    fragment = desk.get(f"{campaign.pk}/", HTTP_HX_REQUEST="true").content.decode()
    assert "4 of 4" in fragment
    assert "hx-get" not in fragment
    assert "The numbers add up" in fragment
    assert "4 planned = 4 in all states" in fragment


def test_numbers_that_do_not_add_up_are_said(desk, campaign, send_now):
    send_now(campaign)
    Campaign.objects.update(planned=5)
    assert "The numbers do not add up" in desk.get(f"{campaign.pk}/").content.decode()


def test_every_verb_at_the_wrong_time_says_so_and_changes_nothing(desk, campaign, send_now):
    for verb in ("approve", "withdraw", "start", "pause", "resume", "again"):
        page = desk.post(f"{campaign.pk}/{verb}/", follow=True).content.decode()
        assert "This is not possible now" in page, verb
    send_now(campaign)
    pump.pump()
    for verb in ("approve", "withdraw", "start", "pause", "resume", "cancel", "again"):
        assert "This is not possible now" in desk.post(f"{campaign.pk}/{verb}/", follow=True).content.decode(), verb
    campaign.refresh_from_db()
    assert campaign.state == State.FINISHED
    assert desk.get(f"{campaign.pk}/edit/").status_code == 404


def test_who_confirmed_cannot_approve_and_another_can(desk, campaign, client_of, settings):
    settings.CAMPAIGN_SECOND_PERSON_ABOVE = 3
    assert "a second person must approve" in desk.get(f"{campaign.pk}/").content.decode()
    desk.post(f"{campaign.pk}/send/", {"number": 4})
    page = desk.get(f"{campaign.pk}/").content.decode()
    assert "you cannot do both" in page
    assert f"{campaign.pk}/approve/" not in page
    assert "Another person must approve" in desk.post(f"{campaign.pk}/approve/", follow=True).content.decode()
    other = User.objects.create_user("bruna@socialneet.example.org")
    RoleGrant.objects.create(user=other, role=Role.ORGANISER)
    client = client_of(other)
    assert f"{campaign.pk}/approve/" in client.get(f"/manage/campaigns/{campaign.pk}/").content.decode()
    client.post(f"/manage/campaigns/{campaign.pk}/approve/")
    campaign.refresh_from_db()
    assert (campaign.state, campaign.approved_by) == (State.SCHEDULED, other)
