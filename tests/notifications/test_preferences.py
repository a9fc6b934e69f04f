"""What an address wishes to get: one form, kept by hash, looked at whenever somebody would write to it."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone, translation

from notifications import audiences
from notifications.audiences import Reason, imports
from notifications.audiences import services as audience_services
from notifications.campaigns import planning
from notifications.campaigns import services as campaigns
from notifications.models import Campaign, Delivery, MailLanguage, Suppression, hash_address
from notifications.recipients import services
from notifications.recipients.links import PREFERENCES, preferences_token, unsubscribe_token
from notifications.recipients.services import Wishes
from notifications.reminders import services as reminder_services
from notifications.sending import pump
from organisations.models import Organisation
from organisations.services import write_stakeholders
from tests.flushing import let_flushes_delete

pytestmark = pytest.mark.django_db
ADDRESS = "info@ente01.example.org"
HASH = hash_address(ADDRESS)
Scope, Author = Suppression.Scope, Suppression.Author
DIRECTORY = {"sources": [{"kind": "directory"}]}


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def page() -> str:
    return f"/en/preferences/{preferences_token(HASH)}/"


def answers(invitations: str = "yes", news: str = "yes", language: str = "none") -> dict[str, str]:
    return {"invitations": invitations, "news": news, "language": language}


def rows(address_hash: str = HASH) -> set[tuple[str, str]]:
    return set(Suppression.objects.filter(address_hash=address_hash).values_list("scope", "by"))


def shown(client, page: str) -> dict[str, str]:
    form = client.get(page).context["form"]
    return {name: form[name].value() for name in form.fields}


# -- the page ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["nobody", "organiser", "signatory", "stranger"])
def test_whoever_has_the_link_may_choose_without_cookie_or_token(page, who, request):
    client = Client(enforce_csrf_checks=True)
    if who != "nobody":
        client.force_login(request.getfixturevalue(who))
    response = client.get(page)
    assert response.status_code == 200
    assert set(response.cookies) <= (set() if who == "nobody" else {"csrftoken"})
    assert client.post(page, answers(news="no")).status_code == 302
    assert rows() == {(Scope.NEWS, Author.PERSON)}


def test_looking_changes_nothing(client, page):
    for _ in range(2):
        client.get(page)
        client.head(page)
        client.get(page, answers("no", "no", "en") | {"saved": "1"})
    assert not Suppression.objects.exists()
    assert not MailLanguage.objects.exists()


def test_by_default_everything_is_welcome_and_no_language_chosen(client, page):
    assert shown(client, page) == answers()


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (answers(), set()),
        (answers(news="no"), {(Scope.NEWS, Author.PERSON)}),
        (answers(invitations="no"), {(Scope.INVITATION, Author.PERSON)}),
        (answers("no", "no"), {(Scope.ALL, Author.PERSON)}),
    ],
)
def test_what_is_chosen_is_kept_and_shown_again(client, page, chosen, expected):
    services.save_wishes(address_hash=HASH, invitations=False, news=True, language="en")
    response = client.post(page, chosen, follow=True)
    assert response.redirect_chain == [(f"{page}?saved=1", 302)]
    assert "Saved. This is what holds now." in response.content.decode()
    assert rows() == expected
    assert shown(client, page) == chosen


def test_saving_the_same_again_keeps_the_date(client, page):
    with time_machine.travel("2026-01-01T10:00:00Z"):
        client.post(page, answers(news="no", language="en"))
    client.post(page, answers(news="no", language="en"))
    assert Suppression.objects.get().since.year == MailLanguage.objects.get().since.year == 2026
    assert Suppression.objects.get().since.month == MailLanguage.objects.get().since.month == 1


@pytest.mark.parametrize("field", ["invitations", "news", "language"])
@pytest.mark.parametrize("value", ["", "maybe", "fr", "\x00"])
def test_bad_input_is_named_and_writes_nothing(client, page, field, value):
    response = client.post(page, answers("no", "no", "en") | {field: value})
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert "Please check these points" in response.content.decode()
    assert not Suppression.objects.exists()
    assert not MailLanguage.objects.exists()


@pytest.mark.parametrize("below", ["", "undo/"])
def test_an_altered_link_gets_a_page_that_says_what_to_do_and_changes_nothing(client, page, below):
    token = preferences_token(HASH)
    for wrong in (token[:-1], token.swapcase(), unsubscribe_token(ADDRESS), "x", "à", token + "AAAA"):
        response = client.post(f"/en/preferences/{wrong}/{below}", answers("no", "no"))
        assert response.status_code == 404
        assert "Copy the whole address from the mail" in response.content.decode()
    assert not Suppression.objects.exists()


def test_the_page_tells_nobody_the_address(client, page):
    services.save_wishes(address_hash=HASH, invitations=False, news=False, language="it")
    assert ADDRESS not in client.get(page).content.decode()
    assert client.get(page)["X-Robots-Tag"] == "noindex, nofollow"


def test_the_page_costs_two_queries_whoever_else_has_chosen(client, page, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.get(page)
    for number in range(30):
        services.save_wishes(
            address_hash=hash_address(f"a{number}@example.org"), invitations=False, news=True, language="en"
        )
    with django_assert_num_queries(2):
        client.get(page)


# -- the way out, and back ---------------------------------------------------------------------------------------------


def test_one_click_needs_no_cookie_and_the_page_offers_the_way_back():
    client = Client(enforce_csrf_checks=True)
    path = f"/en/unsubscribe/{unsubscribe_token(ADDRESS)}/"
    asked = client.get(path)
    assert f"/en/preferences/{preferences_token(HASH)}/" in asked.content.decode()
    assert not Suppression.objects.exists()
    done = client.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert done.status_code == 200
    assert rows() == {(Scope.ALL, Author.PERSON)}
    undo = f"/en/preferences/{preferences_token(HASH)}/undo/"
    assert f'action="{undo}"' in done.content.decode()
    assert client.get(undo).status_code == 405
    assert rows() == {(Scope.ALL, Author.PERSON)}
    assert client.post(undo).status_code == 302
    assert rows() == set()
    assert client.cookies == {}


def test_undoing_brings_back_what_was_chosen_before(client, page):
    client.post(page, answers(news="no", language="en"))
    services.unsubscribe(address_hash=HASH)
    services.unsubscribe(address_hash=HASH)
    assert shown(client, page) == answers("no", "no", "en")
    client.post(f"{page}undo/")
    client.post(f"{page}undo/")
    assert shown(client, page) == answers(news="no", language="en")


def test_an_unknown_mailbox_cannot_be_undone_by_the_person(client, page):
    Suppression.objects.create(address_hash=HASH, reason="unknown mailbox")
    assert "the mailbox does not exist" in client.get(page).content.decode()
    client.post(f"{page}undo/")
    client.post(page, answers(language="en"))
    assert rows() == {(Scope.ALL, Author.PORTAL)}
    assert "the mailbox does not exist" in client.get(page).content.decode()
    done = client.post(f"/en/unsubscribe/{unsubscribe_token(ADDRESS)}/").content.decode()
    assert "undo/" not in done


def test_a_persons_refusal_outlives_what_the_portal_knew_of_the_mailbox(client, page):
    portal = Suppression.objects.create(address_hash=HASH, reason="unknown mailbox")
    services.unsubscribe(address_hash=HASH)
    portal.delete()  # an organiser has found that the mailbox exists
    assert services.wishes_of(HASH) == Wishes(invitations=False, news=False)


# -- who is written to ---------------------------------------------------------------------------------------------------


def out_of(purpose: str, event=None) -> dict[str, str]:
    found = audiences.candidates(DIRECTORY, purpose=purpose, event=event)
    return {candidate.address: candidate.reason for candidate in found if not candidate.is_in}


@pytest.fixture
def refusals(terni, orvieto, narni, cso) -> dict[str, Organisation]:
    """Terni wants nothing, Orvieto no news, Narni no invitations, the cooperative everything."""
    services.save_wishes(address_hash=hash_address(terni.email), invitations=False, news=False, language="")
    services.save_wishes(address_hash=hash_address(orvieto.email), invitations=True, news=False, language="")
    services.save_wishes(address_hash=hash_address(narni.email), invitations=False, news=True, language="")
    return {"nothing": terni, "no news": orvieto, "no invitations": narni, "everything": cso}


def test_an_audience_leaves_out_who_refuses_its_purpose(refusals, event, terni, orvieto, narni):
    invited = out_of("invitation", event)
    assert invited == {terni.email: "wishes no invitations", narni.email: "wishes no invitations"}
    assert out_of("", event) == invited
    assert out_of("news") == {terni.email: "wishes no news", orvieto.email: "wishes no news"}
    assert set(out_of("")) == {terni.email}


def test_a_campaign_plans_by_its_purpose(refusals, event, organiser, terni, orvieto, narni, cso):
    for purpose, expected in (("invitation", {orvieto.email, cso.email}), ("news", {narni.email, cso.email})):
        campaign = Campaign(event=event, purpose=purpose, audience=DIRECTORY, created_by=organiser)
        campaign.save()
        assert {c.address for c in planning.audience(campaign) if c.is_in} == expected


def test_the_number_of_questions_does_not_grow_with_those_who_refuse(terni, event, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    audiences.candidates(DIRECTORY, event=event)
    with CaptureQueriesContext(connection) as one:
        audiences.candidates(DIRECTORY, event=event)
    for number in range(30):
        Organisation.objects.create(name=f"Ente {number}", kind="cso", email=f"a{number}@example.org")
        services.save_wishes(
            address_hash=hash_address(f"a{number}@example.org"), invitations=False, news=True, language="en"
        )
    with django_assert_num_queries(len(one)):
        audiences.candidates(DIRECTORY, event=event)


@pytest.mark.parametrize(
    ("purpose", "wishes", "state", "reply"),
    [
        ("invitation", {"invitations": False, "news": True}, "suppressed", "wishes no invitations"),
        ("invitation", {"invitations": True, "news": False}, "accepted", ""),
        ("invitation", {"invitations": False, "news": False}, "suppressed", "wishes no invitations"),
        ("news", {"invitations": False, "news": True}, "accepted", ""),
        ("news", {"invitations": True, "news": False}, "suppressed", "wishes no news"),
        ("news", {"invitations": False, "news": False}, "suppressed", "wishes no news"),
    ],
)
def test_a_refusal_while_it_waits_is_seen_at_the_last_moment(
    event, organiser, terni, narni, purpose, wishes, state, reply
):
    campaign = campaigns.prepare(
        by=organiser, event=event, name="x", purpose=purpose, audience=DIRECTORY, subject_it="{event}", body_it="Testo."
    )
    campaigns.send(campaign=campaign, expected=2, by=organiser)
    campaigns.start_now(campaign=campaign, by=organiser)
    services.save_wishes(address_hash=hash_address(terni.email), language="", **wishes)
    pump.pump()
    row = Delivery.objects.get(address=terni.email)
    assert (row.state, row.reply) == (state, reply)
    assert Delivery.objects.get(address=narni.email).state == "accepted"


def test_messages_about_own_registrations_arrive_all_the_same(register, applicant):
    services.save_wishes(
        address_hash=hash_address(applicant.contact_email), invitations=False, news=False, language="en"
    )
    register("Anna")
    pump.pump()
    row = Delivery.objects.get(address=applicant.contact_email)
    assert (row.state, row.language) == ("accepted", "it")


@pytest.fixture
def invited(event, organiser, terni, narni):
    """Two organisations with an invitation handed over, and a rule that reminds of it."""
    campaign = campaigns.prepare(
        by=organiser, event=event, name="x", audience=DIRECTORY, subject_it="{event}", body_it="Testo."
    )
    campaigns.send(campaign=campaign, expected=2, by=organiser)
    campaigns.start_now(campaign=campaign, by=organiser)
    pump.pump()
    with time_machine.travel(event.starts_at - timedelta(days=10)):
        reminder_services.add_rule(
            target=event, by=organiser, audience="invited", method="duration", duration=timedelta(days=3),
            also_at_quiet_times=True,
        )  # fmt: skip
    return event.starts_at - timedelta(days=3) + timedelta(minutes=1)


def test_only_who_refuses_invitations_is_not_reminded_of_one(invited, terni, narni):
    services.save_wishes(address_hash=hash_address(terni.email), invitations=False, news=True, language="")
    services.save_wishes(address_hash=hash_address(narni.email), invitations=True, news=False, language="en")
    with time_machine.travel(invited):
        call_command("pump")
    assert list(Delivery.objects.filter(kind="invitation_reminder").values_list("address", "state", "language")) == [
        (narni.email, "accepted", "en")
    ]


def test_who_refuses_invitations_while_the_reminder_waits_gets_none(invited, terni):
    from notifications.reminders import planning as reminder_planning

    with time_machine.travel(invited):
        reminder_planning.plan_due()
        services.save_wishes(address_hash=hash_address(terni.email), invitations=False, news=True, language="")
        pump.pump()
    assert Delivery.objects.get(kind="invitation_reminder", address=terni.email).state == "suppressed"


# -- lists that come back ------------------------------------------------------------------------------------------------


def upload(organiser, *addresses: str):
    return audience_services.keep_upload(
        content="\n".join(addresses).encode(), filename="", source="Fiera", collected_on=timezone.localdate(), language="it",
        by=organiser, name="Fiera",
    )  # fmt: skip


def test_an_import_leaves_out_who_wants_nothing_and_takes_who_refuses_one_purpose(organiser):
    nothing, no_news, no_invitations = (f"{name}@ente.example.org" for name in ("a", "b", "c"))
    services.save_wishes(address_hash=hash_address(nothing), invitations=False, news=False, language="")
    services.save_wishes(address_hash=hash_address(no_news), invitations=True, news=False, language="")
    services.save_wishes(address_hash=hash_address(no_invitations), invitations=False, news=True, language="")
    plan = imports.plan(upload(organiser, nothing, no_news, no_invitations))
    assert [(row.address, row.outcome.value) for row in plan.rows] == [
        (nothing, "out"), (no_news, "new"), (no_invitations, "new"),
    ]  # fmt: skip
    assert plan.rows[0].note == Reason.UNWANTED.label


def test_wishes_survive_that_the_list_is_imported_anew(organiser, event):
    address = "b@ente.example.org"
    services.save_wishes(address_hash=hash_address(address), invitations=True, news=False, language="en")
    kept = upload(organiser, address, "d@ente.example.org")
    audience_services.apply_upload(upload=kept, by=organiser)
    kept.refresh_from_db()
    definition = {"sources": [{"kind": "list", "list": kept.contact_list_id}]}
    assert {c.address: c.language for c in audiences.candidates(definition, event=event) if c.is_in} == {
        address: "en", "d@ente.example.org": "it",
    }  # fmt: skip
    assert [c.reason for c in audiences.candidates(definition, purpose="news") if c.address == address] == [
        "wishes no news"
    ]


def test_wishes_survive_that_the_directory_is_imported_anew(client, page, event):
    client.post(page, answers(news="no"))
    write_stakeholders(content=f"Ente;Tipo;E-mail\nEnte uno;cooperativa;{ADDRESS}\n".encode(), source="nuovo.csv")
    assert ADDRESS in out_of("news")
    assert ADDRESS not in out_of("invitation", event)


# -- the language --------------------------------------------------------------------------------------------------------


def test_the_language_is_the_addresss_and_the_directory_stays_as_it_was(client, event, organiser, terni, narni):
    client.post(f"/preferences/{preferences_token(hash_address(terni.email))}/", answers(language="en"))
    campaign = campaigns.prepare(
        by=organiser, event=event, name="x", audience=DIRECTORY, subject_it="Invito: {event}", body_it="Testo.",
        subject_en="Invitation: {event}", body_en="Text.",
    )  # fmt: skip
    campaigns.send(campaign=campaign, expected=2, by=organiser)
    assert dict(Delivery.objects.values_list("address", "language")) == {terni.email: "en", narni.email: "it"}
    terni.refresh_from_db()
    assert terni.language == "it"


def test_no_preference_gives_the_lists_own_language_again(client, page, event):
    Organisation.objects.create(name="Ente", kind="cso", email=ADDRESS, language="it")
    client.post(page, answers(language="en"))
    assert [c.language for c in audiences.candidates(DIRECTORY, event=event)] == ["en"]
    client.post(page, answers())
    assert [c.language for c in audiences.candidates(DIRECTORY, event=event)] == ["it"]
    assert not MailLanguage.objects.exists()


# -- the rows --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [{"scope": "all"}, {"scope": "everything"}, {"scope": "all", "by": "portal"}])
def test_the_database_refuses_a_scope_of_one_author_twice_or_an_unknown_one(wrong):
    Suppression.objects.create(address_hash=HASH, reason="x", scope="all")
    with pytest.raises(IntegrityError), transaction.atomic():
        Suppression.objects.create(address_hash=HASH, reason="y", **wrong)


def test_the_scopes_are_the_purposes_of_campaigns_and_everything():
    assert set(Scope.values) == {*Campaign.Purpose.values, "all"}


def test_the_token_holds_the_hash_and_never_the_address():
    token = preferences_token(HASH)
    assert len(token) == 64
    assert PREFERENCES.content(token).hex() == HASH
    assert token[43:] != unsubscribe_token(ADDRESS)[43:]


@pytest.mark.django_db(transaction=True)
def test_the_migration_gives_back_their_word_to_those_who_left_through_a_provider():
    before, target = [("notifications", "0013_campaign_review")], [("notifications", "0014_rest_review")]
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    try:
        old = executor.migrate(before).apps.get_model("notifications", "Suppression")
        old.objects.create(address_hash="a" * 64, reason="unsubscribed", by="portal")
        old.objects.create(address_hash="b" * 64, reason="unknown mailbox", by="portal")
        MigrationExecutor(connection).migrate(target)
        assert rows("a" * 64) == {("all", "person")}
        assert rows("b" * 64) == {("all", "portal")}
        Suppression.objects.create(address_hash="a" * 64, reason="unknown mailbox", by="portal")
        Suppression.objects.create(address_hash="b" * 64, reason="asked", by="organiser")
        old = MigrationExecutor(connection).migrate(before).apps.get_model("notifications", "Suppression")
        assert set(old.objects.values_list("address_hash", "by")) == {("a" * 64, "person"), ("b" * 64, "person")}
    finally:
        MigrationExecutor(connection).migrate(leaves)
        let_flushes_delete()  # the migrations made the triggers anew
        Suppression.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_the_migration_knows_who_left_and_which_mailbox_does_not_exist():
    target = [("notifications", "0008_preferences")]
    before = [("notifications", "0007_campaigns")]
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    try:
        old = executor.migrate(before).apps.get_model("notifications", "Suppression")
        old.objects.create(address_hash="a" * 64, reason="unsubscribed")
        old.objects.create(address_hash="b" * 64, reason="unknown mailbox")
        executor = MigrationExecutor(connection)
        executor.migrate(target)
        assert set(Suppression.objects.values_list("address_hash", "scope", "by")) == {
            ("a" * 64, "all", "person"), ("b" * 64, "all", "portal"),
        }  # fmt: skip
        Suppression.objects.create(address_hash="a" * 64, scope="news", reason="chosen")
        old = MigrationExecutor(connection).migrate(before).apps.get_model("notifications", "Suppression")
        assert old.objects.count() == 2
    finally:
        MigrationExecutor(connection).migrate(leaves)
        let_flushes_delete()  # the migrations made the triggers anew
        Suppression.objects.all().delete()
