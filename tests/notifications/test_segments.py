"""Segments on their pages: made of sources, put into words, asked anew each time, kept while an invitation needs them."""

from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from notifications.audiences import SOURCES, definition_of, services, source_key, uses
from notifications.models import Campaign, Contact, ContactList, ContactUpload, Segment
from organisations.models import Organisation
from tests.agreements.conftest import draft  # noqa: F401

pytestmark = pytest.mark.django_db
HOME = "/en/manage/audiences/"
DIRECTORY = {"kind": "directory"}
State = Campaign.State


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def page(client_of, organiser) -> Client:
    return client_of(organiser)


@pytest.fixture
def make(organiser):
    def make(*sources, name: str = "Enti") -> Segment:
        return services.save_segment(name=name, definition=definition_of(*sources), by=organiser)

    return make


@pytest.fixture
def segment(make, cso, terni) -> Segment:
    return make(DIRECTORY)


@pytest.fixture
def campaign(event, organiser, segment) -> Campaign:
    """A draft, saved as the campaign's form saves it."""
    return Campaign.objects.create(
        event=event, name="Inviti", audience={**segment.definition, "segment": segment.pk}, subject_it="s", body_it="b",
        created_by=organiser,
    )  # fmt: skip


def at(segment: Segment, path: str = "") -> str:
    return f"{HOME}segments/{segment.pk}/{path}"


def text(response) -> str:
    return response.content.decode()


def shown(response) -> list[str]:
    return [person.address or person.name for person in response.context["page"]]


# -- services ----------------------------------------------------------------------------------------------------------


def test_sources_are_added_once_and_removed_by_their_key(segment, organiser):
    more = {"kind": "directory", "kinds": ["cso"]}
    services.add_source(segment=segment, source=more, by=organiser)
    services.add_source(segment=segment, source=dict(more), by=organiser)
    segment.refresh_from_db()
    assert segment.definition == {"sources": [DIRECTORY, more]}
    for _again in range(2):
        services.remove_source(segment=segment, key=source_key(DIRECTORY), by=organiser)
    segment.refresh_from_db()
    assert segment.definition == {"sources": [more]}


def test_a_segment_that_is_gone_cannot_be_redefined(segment, organiser):
    Segment.objects.all().delete()
    with pytest.raises(services.Gone):
        services.add_source(segment=segment, source=DIRECTORY, by=organiser)
    with pytest.raises(services.Gone):
        services.remove_source(segment=segment, key="x", by=organiser)


@pytest.mark.parametrize("state", State.values)
def test_a_segment_is_kept_until_the_campaigns_that_have_it_are_over(segment, campaign, organiser, state):
    stamps = {"sent_at": campaign.created_at, "sent_by": organiser, "starts_at": campaign.created_at}
    Campaign.objects.filter(pk=campaign.pk).update(state=state, **({} if state == State.DRAFT else stamps))
    if state in (State.FINISHED, State.CANCELLED):
        services.delete_segment(segment=segment, by=organiser)
        assert not Segment.objects.exists()
        campaign.refresh_from_db()
        assert campaign.audience["sources"] == [DIRECTORY], "its own record stays"
    else:
        with pytest.raises(services.InUse) as refused:
            services.delete_segment(segment=segment, by=organiser)
        assert refused.value.names == ["Inviti"]


def test_a_campaign_keeps_the_definition_it_was_saved_with(segment, campaign, organiser):
    assert not uses.is_outdated(campaign, segment)
    services.add_source(segment=segment, source={"kind": "directory", "kinds": ["cso"]}, by=organiser)
    segment.refresh_from_db()
    campaign.refresh_from_db()
    assert campaign.audience["sources"] == [DIRECTORY]
    assert uses.is_outdated(campaign, segment)


# -- who may -----------------------------------------------------------------------------------------------------------

PATHS = ["", "rename/", "delete/", *(f"add/{kind}/" for kind in SOURCES)]


@pytest.mark.parametrize("path", PATHS)
def test_organisers_may_read_and_others_may_not(segment, client_of, organiser, signatory, stranger, path):
    assert client_of(organiser).get(at(segment, path)).status_code == 200
    for user in (signatory, stranger):
        assert client_of(user).get(at(segment, path)).status_code == 403
    assert Client().get(at(segment, path)).status_code == 302


@pytest.mark.parametrize("path", ["rename/", "delete/", "add/directory/", "remove/{key}/", "../new/"])
def test_changes_want_the_permission(segment, client_of, signatory, stranger, path):
    address = at(segment, path.format(key=source_key(DIRECTORY))).replace(f"{segment.pk}/../", "")
    for user in (signatory, stranger):
        assert client_of(user).post(address, {"name": "altro", "directory-name": "x"}).status_code == 403
    assert list(Segment.objects.values_list("name", "definition")) == [("Enti", {"sources": [DIRECTORY]})]


def test_removing_wants_a_post_and_a_look_changes_nothing(segment, page):
    assert page.get(at(segment, f"remove/{source_key(DIRECTORY)}/")).status_code == 405
    before = list(Segment.objects.values())
    for path in PATHS:
        page.get(at(segment, path))
    assert list(Segment.objects.values()) == before


def test_an_unknown_segment_or_kind_is_not_found(segment, page):
    assert page.get(f"{HOME}segments/999/").status_code == 404
    assert page.get(at(segment, "add/waiting/")).status_code == 404


# -- making ------------------------------------------------------------------------------------------------------------


def test_a_segment_is_named_then_given_sources_then_names_its_people(page, cso, terni):
    new = page.post(f"{HOME}segments/new/", {"name": " Terzo  settore "}, follow=True)
    segment = Segment.objects.get()
    assert segment.name == "Terzo settore"
    assert new.redirect_chain[-1][0] == at(segment)
    assert "Nobody yet: add a source above." in text(new)
    added = page.post(at(segment, "add/directory/"), {"directory-kinds": ["cso"]}, follow=True)
    assert "Organisations of the directory, of kind: civil-society organisation." in text(added)
    assert shown(added) == [cso.email]
    assert "1 would get the message" in text(added)
    removed = page.post(at(segment, f"remove/{source_key({'kind': 'directory', 'kinds': ['cso']})}/"), follow=True)
    assert shown(removed) == []


def test_each_kind_of_source_has_a_form_of_its_own(page, segment, event, draft, organiser):  # noqa: F811
    contact_list = ContactList.objects.create(name="Fiera", created_by=organiser)
    for kind, values in {
        "event": {"event-event": event.pk, "event-state": "unanswered"},
        "agreement": {"agreement-agreement": draft.pk, "agreement-whom": "signatories"},
        "list": {"list-list": contact_list.pk},
    }.items():
        assert page.post(at(segment, f"add/{kind}/"), values).status_code == 302
    segment.refresh_from_db()
    assert segment.definition["sources"][1:] == [
        {"kind": "event", "event": event.pk, "state": "unanswered"},
        {"kind": "agreement", "agreement": draft.pk, "whom": "signatories"},
        {"kind": "list", "list": contact_list.pk},
    ]


@pytest.mark.parametrize(("kind", "values", "field"), [
    ("event", {}, "event"), ("event", {"event-event": "999", "event-state": "invited"}, "event"),
    ("event", {"event-state": "danced"}, "state"), ("list", {"list-list": "x"}, "list"),
    ("agreement", {"agreement-whom": "all"}, "whom"), ("directory", {"directory-kinds": ["martians"]}, "kinds"),
    ("directory", {"directory-name": "a\x00b"}, "name"), ("directory", {"directory-pec": "perhaps"}, "pec"),
])  # fmt: skip
def test_what_a_source_cannot_mean_is_said_beside_its_field(page, segment, kind, values, field):
    response = page.post(at(segment, f"add/{kind}/"), values)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    segment.refresh_from_db()
    assert segment.definition == {"sources": [DIRECTORY]}


def test_a_draft_event_cannot_be_chosen(page, segment, event):
    event.state = event.State.DRAFT
    event.save()
    response = page.post(at(segment, "add/event/"), {"event-event": event.pk, "event-state": "invited"})
    assert "event" in response.context["form"].errors


@pytest.mark.parametrize("name", ["", "enti", "x" * 151, "a\nb"])
def test_a_name_is_one_line_of_its_own(page, segment, make, name):
    other = make(name="Altro")
    assert page.post(f"{HOME}segments/new/", {"name": name}).status_code == 422
    assert page.post(at(other, "rename/"), {"name": name}).status_code == 422
    assert set(Segment.objects.values_list("name", flat=True)) == {"Enti", "Altro"}


def test_a_segment_is_renamed_also_to_its_own_name_in_another_case(page, segment):
    page.post(at(segment, "rename/"), {"name": "ENTI"})
    segment.refresh_from_db()
    assert (segment.name, segment.definition) == ("ENTI", {"sources": [DIRECTORY]})


# -- looking -----------------------------------------------------------------------------------------------------------


def test_everybody_is_shown_in_or_out_with_the_reason_and_can_be_filtered(page, segment, cso, terni):
    Organisation.objects.create(name="Senza posta", kind="cso")
    whole = page.get(at(segment))
    assert shown(whole) == [terni.email, cso.email, "Senza posta"]
    assert "no e-mail address" in text(whole)
    assert [(total.label, total.count) for total in whole.context["people"].totals] == [
        ("in", 2),
        ("no e-mail address", 1),
    ]
    assert shown(page.get(at(segment), {"reason": "out"})) == ["Senza posta"]
    assert shown(page.get(at(segment), {"reason": "no_address"})) == ["Senza posta"]
    assert shown(page.get(at(segment), {"reason": "in", "q": "COOP"})) == [cso.email]
    assert "Nobody matches." in text(page.get(at(segment), {"q": "nessuno"}))
    assert len(shown(page.get(at(segment), {"reason": "martians"}))) == 3


def test_people_go_by_pages(page, segment):
    Organisation.objects.bulk_create(
        Organisation(name=f"Ente {n:03}", kind="cso", email=f"e{n:03}@example.org") for n in range(150)
    )
    first, second = page.get(at(segment)), page.get(at(segment), {"page": "2", "reason": "in"})
    assert (len(shown(first)), len(shown(second))) == (100, 52)
    assert "reason=in&amp;page=1" in text(second)


def test_the_count_alone_answers_htmx_and_the_first_page_asks_for_it(page, segment):
    assert f'hx-get="{at(segment)}"' in text(page.get(HOME))
    part = page.get(at(segment), headers={"HX-Request": "true"})
    assert text(part).strip() == "<p>2 would get the message</p>"


def test_the_people_are_asked_for_anew(page, segment, event, make, terni, register, invite_by_mail):
    invited = make({"kind": "event", "event": event.pk, "state": "unanswered"}, name="Senza risposta")
    invitation = invite_by_mail(terni)
    assert shown(page.get(at(invited))) == [terni.email]
    register("Anna", invitation=invitation)
    assert shown(page.get(at(invited))) == []


def test_an_unknown_source_is_shown_and_can_be_removed_and_nobody_is_counted(page, make, cso):
    unknown = {"kind": "waiting_list", "event": 1}
    segment = make(DIRECTORY, unknown)
    broken = page.get(at(segment))
    assert "A source that this portal does not know (“waiting_list”)" in text(broken)
    assert "nobody can be counted" in text(broken)
    assert cso.email not in text(broken)
    assert "Remove the unknown source" in text(page.get(HOME))
    assert "hx-get" not in text(page.get(HOME))
    mended = page.post(at(segment, f"remove/{source_key(unknown)}/"), follow=True)
    assert shown(mended) == [cso.email]


def test_a_source_whose_subject_is_gone_is_said_to_be(page, make):
    segment = make({"kind": "event", "event": 999, "state": "invited"}, {"kind": "list", "list": 999})
    gone = text(page.get(at(segment)))
    assert "People of an event that is gone; and also a list that is gone." in gone
    assert "what they name may be empty or gone" in gone


def test_names_are_text_and_never_markup(page, make, organiser):
    contact_list = ContactList.objects.create(name="<b>Fiera</b>", created_by=organiser)
    upload = ContactUpload.objects.create(
        contact_list=contact_list, list_name="x", source="<i>dove</i>", collected_on=date(2026, 11, 2), content=b"x",
        uploaded_by=organiser, applied_at=contact_list.created_at,
    )  # fmt: skip
    Contact.objects.create(contact_list=contact_list, upload=upload, address="a@example.org", name="<script>x</script>")
    segment = make({"kind": "list", "list": contact_list.pk}, name="<u>Enti</u>")
    for path in (at(segment), HOME, f"{HOME}lists/{contact_list.pk}/"):
        page_text = text(page.get(path))
        assert not any(tag in page_text for tag in ("<b>F", "<i>d", "<u>E", "<script>x"))


# -- campaigns that use it ---------------------------------------------------------------------------------------------


def test_the_page_names_the_campaigns_and_says_when_one_keeps_older_sources(page, segment, campaign, organiser):
    address = f"/en/manage/campaigns/{campaign.pk}/"
    fresh = text(page.get(at(segment)))
    assert address in fresh
    assert "It keeps the sources as they were" not in fresh
    services.add_source(segment=segment, source={"kind": "directory", "kinds": ["cso"]}, by=organiser)
    assert "It keeps the sources as they were when it was saved. Open its text" in text(page.get(at(segment)))


def test_deleting_asks_first_and_is_refused_in_words_while_a_campaign_needs_it(page, segment, campaign):
    refused = page.post(at(segment, "delete/"), follow=True)
    assert "It cannot be deleted now" in text(refused)
    assert f"/en/manage/campaigns/{campaign.pk}/" in text(refused)
    Campaign.objects.all().update(state=State.CANCELLED)
    assert "No, keep it" in text(page.get(at(segment, "delete/")))
    assert Segment.objects.count() == 1
    assert "The segment was deleted." in text(page.post(at(segment, "delete/"), follow=True))
    assert Segment.objects.count() == 0


# -- the first page ----------------------------------------------------------------------------------------------------


def test_the_first_page_says_what_to_do_next(page, segment, make):
    empty = make(name="Vuoto")
    first = text(page.get(HOME))
    assert "Organisations of the directory." in first
    assert "Choose it in an invitation" in first
    assert f'{at(empty)}#sources">Add a source' in first
    assert "There is no contact list yet." in first
    assert f'href="{HOME}"' in text(page.get("/en/manage/"))


@pytest.mark.parametrize("count", [1, 30])
def test_pages_cost_the_same_whatever_their_length(
    page, make, event, organiser, draft, count, django_assert_max_num_queries  # noqa: F811
):  # fmt: skip
    for number in range(count):
        contact_list = ContactList.objects.create(name=f"L{number}", created_by=organiser)
        segment = make(
            DIRECTORY, {"kind": "list", "list": contact_list.pk}, {"kind": "event", "event": event.pk, "state": "invited"},
            {"kind": "agreement", "agreement": draft.pk, "whom": "silent"}, name=f"S{number}",
        )  # fmt: skip
        Campaign.objects.create(
            event=event, name=f"C{number}", audience={**segment.definition, "segment": segment.pk}, subject_it="s",
            body_it="b", created_by=organiser,
        )  # fmt: skip
        Organisation.objects.create(name=f"Ente {number}", kind="cso", email=f"e{number}@example.org")
    with django_assert_max_num_queries(13):
        assert page.get(HOME).status_code == 200
    with django_assert_max_num_queries(22):
        assert page.get(at(segment)).status_code == 200
    for kind in SOURCES:
        with django_assert_max_num_queries(10):
            assert page.get(at(segment, f"add/{kind}/")).status_code == 200
