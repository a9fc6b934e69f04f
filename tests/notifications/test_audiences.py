"""Who an audience names: sources united, everybody in or out with the reason, nobody twice, whatever is stored."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from agreements import services as agreements
from agreements.models import Agreement
from events import services as events
from events.models import Event
from notifications import audiences
from notifications.audiences import Reason, UnknownSource, candidates, definition_of, describe
from notifications.audiences import definitions as definitions_module
from notifications.models import Contact, ContactList, ContactUpload, Suppression, hash_address
from notifications.recipients import services as recipients
from organisations.models import Organisation
from tests.agreements.conftest import draft, shared, signatories  # noqa: F401

pytestmark = pytest.mark.django_db
DIRECTORY = {"kind": "directory"}


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def listed(organiser):
    """A list of these (address, name) pairs."""

    def listed(*people: tuple[str, str], name: str = "Fiera", source: str = "fiera di Terni") -> ContactList:
        contact_list = ContactList.objects.create(name=name, created_by=organiser)
        upload = ContactUpload.objects.create(
            contact_list=contact_list, list_name=name, source=source, collected_on=date(2026, 11, 2), content=b"x",
            uploaded_by=organiser, applied_at=timezone.now(),
        )  # fmt: skip
        Contact.objects.bulk_create(
            (Contact(contact_list=contact_list, upload=upload, address=a, name=n) for a, n in people), batch_size=2_000
        )
        return contact_list

    return listed


def of_list(contact_list: ContactList) -> dict[str, object]:
    return {"kind": "list", "list": contact_list.pk}


def found(*sources, **how) -> dict[str, str]:
    """Address or name -> why out, empty for in."""
    return {each.address or each.name: each.reason for each in candidates(definition_of(*sources), **how)}


def addresses(*sources) -> set[str]:
    return {each.address for each in candidates(definition_of(*sources))}


# -- in or out ---------------------------------------------------------------------------------------------------------


def test_everybody_is_in_or_out_for_a_reason(listed, event, register, terni, narni):
    Organisation.objects.create(name="Senza posta", kind="cso")
    Suppression.objects.create(address_hash=hash_address("no@example.org"), reason="unsubscribed")
    register("Bruno", invitation=events.invite(event=event, organisation=terni))
    people = listed(
        ("a@example.org", "Anna"), ("no@example.org", "Nora"), ("rotto", "Rocco"), ("x@gmial.example.org", "Xenia"),
        ("y@pec.example.org", "Ylenia"), ("bruno@ente01.example.org", "Bruno"), ("told@example.org", "Tolda"),
    )  # fmt: skip
    assert found(DIRECTORY, of_list(people), event=event, already_told={"told@example.org"}) == {
        "a@example.org": "",
        "no@example.org": "wishes no invitations",
        "rotto": "the address is not valid",
        "x@gmial.example.org": "perhaps “gmail.example.org” was meant in x@gmial.example.org",
        "y@pec.example.org": "certified mail (PEC), which takes no ordinary mail",
        "bruno@ente01.example.org": "registered already",
        "told@example.org": "written to already",
        terni.email: "registered already",
        narni.email: "",
        "Senza posta": "no e-mail address",
    }


def test_who_is_registered_is_out_only_where_an_event_is_given(event, register, terni):
    register("Bruno", invitation=events.invite(event=event, organisation=terni))
    assert found(DIRECTORY) == {terni.email: ""}
    assert found(DIRECTORY, event=event) == {terni.email: "registered already"}


def test_totals_count_who_is_in_first_and_then_each_reason(listed):
    people = listed(
        ("a@example.org", "Anna"), ("b@example.org", "Bea"), ("rotto", "R"), ("rotto2", "S"), ("y@pec.example.org", "Y")
    )
    totals = audiences.totals(candidates(definition_of(of_list(people))))
    assert [(total.reason, total.label, total.count) for total in totals] == [
        (None, "in", 2),
        (Reason.INVALID, "the address is not valid", 2),
        (Reason.CERTIFIED, "certified mail (PEC), which takes no ordinary mail", 1),
    ]


# -- unions ------------------------------------------------------------------------------------------------------------


def test_the_same_person_of_two_sources_stands_there_once_with_both_origins(listed):
    first = listed(("anna@example.org", "Anna"))
    second = listed(("anna@example.org", "ANNA"), name="Registro", source="registro regionale")
    (anna,) = candidates(definition_of(of_list(first), of_list(second)))
    assert anna.is_in
    assert str(anna.origin).count("the list “") == 2
    assert "fiera di Terni" in str(anna.origin)
    assert "registro regionale" in str(anna.origin)


def test_one_address_under_two_names_gets_one_message(listed, cso):
    people = listed((cso.email.upper(), "Anna dell'ente"))
    by_name = {each.name: each for each in candidates(definition_of(DIRECTORY, of_list(people)))}
    assert by_name["Anna dell'ente"].is_in
    assert by_name[cso.name].reason == "same address as Anna dell'ente"
    assert by_name[cso.name].counted_as == Reason.REPEATED


def test_the_same_source_twice_is_one_source(cso):
    definition = definition_of(DIRECTORY, dict(DIRECTORY), {"kind": "directory", "kinds": ["cso"]})
    assert len(definition["sources"]) == 2
    assert [each.address for each in candidates(definition)] == [cso.email]


def test_a_re_imported_address_that_unsubscribed_is_out_of_every_source(listed, cso):
    people = listed((cso.email, "Di nuovo"))
    recipients.unsubscribe(address_hash=hash_address(cso.email))
    assert set(found(DIRECTORY, of_list(people)).values()) == {"wishes no invitations"}


# -- the sources -------------------------------------------------------------------------------------------------------


def test_the_directory_is_filtered_by_each_field(terni, orvieto, cso, association):
    cso.pec = "ente01@pec.example.org"
    cso.save()
    assert addresses({**DIRECTORY, "kinds": ["cso", "association"]}) == {cso.email, association.email}
    assert addresses({**DIRECTORY, "sections": ["social_cooperative"]}) == {cso.email}
    assert addresses({**DIRECTORY, "municipalities": ["ORVIETO"]}) == {orvieto.email}
    assert addresses({**DIRECTORY, "pec": "with"}) == {cso.email}
    assert addresses({**DIRECTORY, "pec": "without"}) == {terni.email, orvieto.email, association.email}
    assert addresses({**DIRECTORY, "name": "sociale di"}) == {cso.email}


def test_people_of_an_event_by_where_they_stand(event, register, terni, orvieto, narni, invite_by_mail):
    for organisation in (terni, orvieto):
        invite_by_mail(organisation)
    registration = register("Anna", "Bruno", invitation=event.invitations.get(organisation=terni))
    source = {"kind": "event", "event": event.pk}
    assert addresses({**source, "state": "invited"}) == {terni.email, orvieto.email}
    assert addresses({**source, "state": "unanswered"}) == {orvieto.email}
    assert addresses({**source, "state": "registered"}) == {"carla@ente01.example.org"}
    assert addresses({**source, "state": "registered_people"}) == {
        "carla@ente01.example.org", "anna@ente01.example.org", "bruno@ente01.example.org",
    }  # fmt: skip
    assert addresses({**source, "state": "cancelled"}) == set()
    events.cancel_registration(registration=registration)
    assert addresses({**source, "state": "cancelled"}) == {"carla@ente01.example.org"}
    assert addresses({**source, "state": "unanswered"}) == {terni.email, orvieto.email}
    register("Anna")
    assert addresses({**source, "state": "cancelled"}) == set()


def test_people_of_an_agreement(shared, signatories, signatory, reviewer):  # noqa: F811
    source = {"kind": "agreement", "agreement": shared.pk}
    everybody = {user.email for user in (*signatories, reviewer)}
    assert addresses({**source, "whom": "signatories"}) == everybody - {reviewer.email}
    assert addresses({**source, "whom": "everybody"}) == everybody
    agreements.record_position(agreement=shared, kind="no_remarks", note="", by=signatory)
    assert addresses({**source, "whom": "silent"}) == everybody - {signatory.email, reviewer.email}


def test_every_source_says_in_words_whom_it_means(event, shared, listed):  # noqa: F811
    definition = definition_of(
        {**DIRECTORY, "kinds": ["cso"], "municipalities": ["Terni"], "pec": "with", "name": "coop"},
        {"kind": "event", "event": event.pk, "state": "unanswered"},
        {"kind": "agreement", "agreement": shared.pk, "whom": "silent"},
        of_list(listed(("a@example.org", "Anna"))),
    )
    assert describe(definition) == (
        "Organisations of the directory, of kind: civil-society organisation, in: Terni, with certified e-mail, with “coop” "
        "in the name; and also those invited to “Info day” and not registered; and also the offices without a position "
        f"on “{shared.title}”; and also the list “Fiera”."
    )
    assert describe(definition_of()) == "Nobody yet."


def test_what_each_form_gives_is_understood_by_its_source(event, draft, listed):  # noqa: F811
    people = listed(("a@example.org", "Anna"))
    typed = {
        "directory-kinds": ["cso"], "directory-municipalities": ["Terni"], "directory-pec": "with", "directory-name": "x",
        "event-event": event.pk, "event-state": "invited", "agreement-agreement": draft.pk, "agreement-whom": "silent",
        "list-list": people.pk,
    }  # fmt: skip
    forms = audiences.forms_for(_posted(typed))
    assert {kind: form.is_valid() for kind, form in forms.items()} == dict.fromkeys(audiences.SOURCES, True)
    definition = definition_of(*({"kind": kind, **form.fields_as_json()} for kind, form in forms.items()))
    assert len(list(definitions_module.parts(definition))) == len(audiences.SOURCES)
    again = audiences.forms_for(definition=definition)
    assert again["event"].initial == {"kind": "event", "event": event.pk, "state": "invited"}


def _posted(values):
    from django.http import QueryDict

    posted = QueryDict(mutable=True)
    for name, value in values.items():
        posted.setlist(name, [str(each) for each in value] if isinstance(value, list) else [str(value)])
    return posted


# -- what is stored and gone, or was never known -----------------------------------------------------------------------

BROKEN = [
    {"kind": "waiting_list", "event": 1}, {"kind": None}, {}, {"kind": ["directory"]},
    {"kind": "event"}, {"kind": "event", "event": 1, "state": "danced"}, {"kind": "event", "event": "1", "state": "invited"},
    {"kind": "event", "event": True, "state": "invited"}, {"kind": "event", "event": 10**30, "state": "invited"},
    {"kind": "agreement", "agreement": 1, "whom": "everyone"}, {"kind": "list", "list": None},
    {"kind": "directory", "kinds": "cso"}, {"kind": "directory", "pec": "perhaps"}, {"kind": "directory", "region": "Umbria"},
]  # fmt: skip


@pytest.mark.parametrize("fields", BROKEN)
def test_a_source_that_is_not_understood_stops_the_count_and_is_still_put_into_words(fields, cso):
    definition = definition_of(DIRECTORY, fields)
    with pytest.raises(UnknownSource):
        candidates(definition)
    assert "a source that this portal does not know" in describe(definition)
    assert audiences.forms_for(definition=definition)["directory"].initial == DIRECTORY


@pytest.mark.parametrize(
    "definition", [{}, {"sources": None}, {"sources": "directory"}, {"sources": [1, "x", None]}, []]
)
def test_a_definition_that_is_none_names_nobody(definition, cso):
    assert candidates(definition) == []
    assert describe(definition) == "Nobody yet."


def test_sources_whose_subject_is_gone_name_nobody_and_say_so(event, listed):
    people = listed(("a@example.org", "Anna"))
    gone = [
        {"kind": "event", "event": event.pk, "state": "registered"},
        {"kind": "agreement", "agreement": 999, "whom": "signatories"},
        of_list(people),
    ]
    Event.objects.all().delete()
    ContactList.objects.all().delete()
    assert not Agreement.objects.exists()
    assert candidates(definition_of(*gone)) == []
    assert describe(definition_of(*gone)) == (
        "People of an event that is gone; and also the parties of an agreement that is gone; and also a list that is gone."
    )


# -- size --------------------------------------------------------------------------------------------------------------


def test_a_hundred_thousand_are_judged_in_as_many_queries_as_ten(listed, event, register):
    register("Anna", "Bruno")
    Suppression.objects.bulk_create(
        Suppression(address_hash=hash_address(f"p{n}@ente{n}.example.org")) for n in range(3)
    )
    asked = []
    for size in (10, 100_000):
        people = listed(*((f"p{n}@ente{n % 997}.example.org", f"Persona {n}") for n in range(size)), name=str(size))
        definition = definition_of(
            of_list(people), DIRECTORY, {"kind": "event", "event": event.pk, "state": "registered_people"}
        )
        with CaptureQueriesContext(connection) as queries:
            judged = candidates(definition, event=event)
        asked.append(len(queries))
        assert len(judged) == size + 3, "and the contact, and two who come"
        assert sum(each.is_in for each in judged) == size - 3
    assert asked[0] == asked[1] <= 12


def test_many_definitions_are_put_into_words_in_a_query_for_each_kind(listed, event):
    def of(count: int) -> list:
        lists = [listed(("a@example.org", "Anna"), name=f"L{count}-{n}") for n in range(count)]
        return [
            definition_of(of_list(each), {"kind": "event", "event": event.pk, "state": "invited"}) for each in lists
        ]

    asked = []
    for count in (1, 30):
        definitions = of(count)
        with CaptureQueriesContext(connection) as queries:
            words = definitions_module.in_words(definitions)
        asked.append(len(queries))
        assert [parts[0].phrase for parts in words] == [f"the list “L{count}-{n}”" for n in range(count)]
    assert asked == [2, 2]


def test_an_event_that_moves_is_still_the_same_source(event, organiser):
    before = describe(definition_of({"kind": "event", "event": event.pk, "state": "invited"}))
    events.change(
        event=event,
        by=organiser,
        starts_at=event.starts_at + timedelta(days=1),
        ends_at=event.ends_at + timedelta(days=1),
    )
    assert describe(definition_of({"kind": "event", "event": event.pk, "state": "invited"})) == before
