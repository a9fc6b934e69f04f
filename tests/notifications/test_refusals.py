"""Organisers look a refusal up, write one down and lift one; each leaves its trace, and none the address."""

import pytest

from notifications.models import OutboxAct, Suppression, hash_address
from notifications.recipients import services
from organisations.models import RoleGrant, User
from organisations.roles import Role

pytestmark = pytest.mark.django_db
HERE = "/en/manage/outbox/refusals/"
ADDRESS = "info@ente01.example.org"
HASH = hash_address(ADDRESS)
Author = Suppression.Author
ASKED = {"address": f" {ADDRESS.upper()} ", "scope": "news", "reason": "asked by telephone"}


@pytest.fixture
def desk(client_of, organiser):
    return client_of(organiser)


@pytest.fixture
def closed() -> Suppression:
    return Suppression.objects.create(address_hash=HASH, reason="unknown mailbox")


def rows() -> set[tuple[str, str]]:
    return set(Suppression.objects.values_list("scope", "by"))


def test_refusals_are_for_those_who_turn_the_switches(client, client_of, organiser, signatory, stranger, closed):
    cora = User.objects.create_user("cora@socialneet.example.org", name="Cora")
    RoleGrant.objects.create(user=cora, role=Role.COMMUNICATIONS)
    for path in (HERE, f"{HERE}{closed.pk}/lift/"):
        assert client.get(path).status_code == 302
        assert client_of(organiser).get(path).status_code == 200
        for user in (cora, signatory, stranger):
            assert client_of(user).get(path).status_code == 403
            assert client_of(user).post(path, ASKED).status_code == 403
    assert rows() == {("all", Author.PORTAL)}


def test_an_address_is_looked_up_however_it_is_spelled_and_looking_changes_nothing(desk, closed):
    services.save_wishes(address_hash=HASH, invitations=False, news=True, language="")
    page = desk.get(HERE, {"address": ADDRESS.upper()}).content.decode()
    for words in ("the mailbox does not exist", "the portal, from what mail servers answered",
                  "chosen under preferences", "the person, through a link in a mail"):  # fmt: skip
        assert words in page
    assert "Nothing is refused" in desk.get(HERE, {"address": "other@example.org"}).content.decode()
    assert len(rows()) == 2
    assert not OutboxAct.objects.exists()


def test_what_somebody_asked_for_is_written_down_once_and_holds(desk, organiser):
    for _ in range(2):
        response = desk.post(HERE, ASKED)
        assert response.status_code == 302
        assert response["Location"].endswith("?address=info%40ente01.example.org")
    assert rows() == {("news", Author.ORGANISER)}
    act = OutboxAct.objects.get()
    assert (act.verb, act.by, act.facts["address_hash"]) == (OutboxAct.Verb.REFUSAL_KEPT, organiser, HASH)
    assert ADDRESS not in str(act.facts).lower()
    assert "Wrote a refusal down (news): asked by telephone" in desk.get("/en/manage/outbox/").content.decode()
    assert services.wishes_of(HASH) == services.Wishes(invitations=True, news=False)


def test_the_person_may_take_back_what_an_organiser_wrote_down_for_them(desk):
    desk.post(HERE, ASKED | {"scope": "all"})
    services.save_wishes(address_hash=HASH, invitations=True, news=True, language="")
    assert rows() == set()


def test_one_refusal_is_lifted_with_a_reason_and_the_others_stay(desk, organiser, closed):
    services.unsubscribe(address_hash=HASH)
    path = f"{HERE}{closed.pk}/lift/"
    assert "Mail servers said" in desk.get(path).content.decode()
    assert desk.post(path, {"reason": ""}).status_code == 422
    assert desk.post(path, {"reason": "they answered our call"}).status_code == 302
    assert rows() == {("all", Author.PERSON)}
    act = OutboxAct.objects.get()
    assert (act.verb, act.by, act.facts["said_by"]) == (OutboxAct.Verb.REFUSAL_LIFTED, organiser, "portal")
    assert desk.post(path, {"reason": "again"}).status_code == 404
    theirs = f"{HERE}{Suppression.objects.get().pk}/lift/"
    assert "own word" in desk.get(theirs).content.decode()
    assert "Lifted a refusal (invitations and news)" in desk.get("/en/manage/outbox/").content.decode()


@pytest.mark.parametrize(
    "wrong", [{"address": "nobody"}, {"address": "\x00"}, {"scope": "all mail"}, {"reason": ""}, {"reason": "x" * 101}]
)
def test_bad_input_is_named_and_writes_nothing(desk, wrong):
    response = desk.post(HERE, ASKED | wrong)
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == wrong.keys()
    assert rows() == set()
    assert desk.get(HERE, {"address": "nobody"}).status_code == 422


def test_a_look_up_costs_the_same_whatever_is_refused(desk, django_assert_num_queries):
    def cost() -> None:
        desk.get(HERE, {"address": ADDRESS})

    cost()
    with django_assert_num_queries(4):
        cost()
    for number in range(30):
        services.unsubscribe(address_hash=hash_address(f"a{number}@example.org"))
    services.unsubscribe(address_hash=HASH)
    with django_assert_num_queries(4):
        cost()
