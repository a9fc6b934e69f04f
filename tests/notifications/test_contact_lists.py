"""Contact lists: addresses come in after a look at each line, say where they come from, and can be taken out again."""

import csv
import io
import threading
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from notifications.audiences import definition_of, imports, services
from notifications.models import Campaign, Contact, ContactList, ContactUpload, Segment, hash_address
from notifications.recipients import services as recipients
from organisations.models import RoleGrant, User
from organisations.roles import Role
from tests.notifications.audience_files import sheet, xlsx

pytestmark = pytest.mark.django_db
HOME = "/en/manage/audiences/"
ADDED = "2026-11-02"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def page(client_of, organiser) -> Client:
    return client_of(organiser)


@pytest.fixture
def keep(organiser):
    """Keeps addresses for a preview."""

    def keep(content: bytes | str, *, filename: str = "elenco.csv", **changes) -> ContactUpload:
        fields = {"source": "fiera di Terni", "collected_on": date(2026, 11, 2), "language": "it", "name": "Fiera"}
        content = content.encode() if isinstance(content, str) else content
        return services.keep_upload(content=content, filename=filename, by=organiser, **(fields | changes))

    return keep


@pytest.fixture
def brought(keep, organiser):
    """Keeps addresses and writes them."""

    def brought(content: bytes | str, **changes) -> ContactUpload:
        upload = keep(content, **changes)
        services.apply_upload(upload=upload, by=organiser)
        upload.refresh_from_db()
        return upload

    return brought


@pytest.fixture
def fair(brought) -> ContactList:
    return brought("E-mail;Nome\nanna@ente01.example.org;Anna\nbruno@ente02.example.org;Bruno\n").contact_list


def typed(**changes) -> dict[str, object]:
    fields = {"name": "Fiera", "text": "anna@ente01.example.org", "source": "fiera di Terni", "collected_on": ADDED,
              "language": "it"}  # fmt: skip
    return fields | changes


def file(content: bytes | str, name: str = "elenco.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def text(response) -> str:
    return response.content.decode()


def addresses(contact_list: ContactList | None = None) -> list[str]:
    contacts = contact_list.contacts if contact_list else Contact.objects
    return sorted(contacts.values_list("address", flat=True))


# -- the plan ----------------------------------------------------------------------------------------------------------


def test_each_line_says_what_it_would_do_and_why(keep, fair):
    recipients.unsubscribe(address_hash=hash_address("carla@ente03.example.org"))
    upload = keep(
        "E-mail;Nome;Ente;Lingua\n"
        "anna@ente01.example.org;Anna;;\n"
        "Dario@Ente04.example.org;Dario;Delta;inglese\n"
        "dario@ente04.example.org;Di nuovo;;\n"
        "carla@ente03.example.org;Carla;;\n"
        "nessuno;Nessuno;;\n"
        "eva@gmial.example.org;Eva;;\n"
        "protocollo@pec.example.org;Protocollo;;\n"
        "=cmd|'/c calc'!A1;x;;\n"
        "fabio@example.org;+39 0744;;\n"
        ";Senza;;\n"
        "gina@example.org; hugo@example.org;Gina;;\n".replace(
            "gina@example.org; hugo", '"gina@example.org; hugo'
        ).replace("hugo@example.org;", 'hugo@example.org";')
        + "ida@example.org;Ida;;suomi\n",
        contact_list=fair,
    )
    found = [(row.line, row.outcome.value, row.note) for row in imports.plan(upload).rows]
    assert found == [
        (2, "known", ""),
        (3, "new", ""),
        (4, "repeated", "the same address as in line 3"),
        (5, "out", "wishes no invitations"),
        (6, "out", "the address is not valid"),
        (7, "out", "perhaps “gmail.example.org” was meant in eva@gmial.example.org"),
        (8, "out", "certified mail (PEC), which takes no ordinary mail"),
        (9, "out", "a cell begins like a spreadsheet formula"),
        (10, "out", "a cell begins like a spreadsheet formula"),
        (11, "out", "no e-mail address"),
        (12, "new", "more than one address: only gina@example.org is taken"),
        (13, "new", "unknown language “suomi”: the list's own is taken"),
    ]
    assert imports.plan(upload).rows[1].language == "en"


def test_a_preview_writes_no_address_and_the_same_upload_is_written_once(keep, organiser):
    upload = keep("E-mail\na@example.org\nb@example.org\n")
    assert ContactList.objects.count() == Contact.objects.count() == 0
    plan = services.apply_upload(upload=upload, by=organiser)
    assert plan.counts == {"new": 2, "repeated": 0, "known": 0, "out": 0}
    with pytest.raises(services.AlreadyApplied):
        services.apply_upload(upload=upload, by=organiser)
    assert addresses() == ["a@example.org", "b@example.org"]


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_write_the_addresses_once(keep, organiser):
    upload = keep("E-mail\n" + "".join(f"p{n}@example.org\n" for n in range(200)))
    start, refused = threading.Barrier(4), []

    def run() -> None:
        start.wait(timeout=30)
        try:
            services.apply_upload(upload=ContactUpload.objects.get(pk=upload.pk), by=organiser)
        except services.AlreadyApplied:
            refused.append(1)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(refused) == 3
    assert (ContactList.objects.count(), Contact.objects.count()) == (1, 200)


def test_who_unsubscribed_stays_out_however_often_the_list_is_brought_in(brought, organiser):
    first = brought("E-mail\na@example.org\nb@example.org\n")
    recipients.unsubscribe(address_hash=hash_address("a@example.org"))
    services.delete_list(contact_list=first.contact_list, by=organiser)
    again = brought("E-mail\nA@example.org\nb@example.org\n")
    assert addresses() == ["b@example.org"]
    assert again.outcome == {"new": 1, "repeated": 0, "known": 0, "out": 1}


def test_what_changed_between_preview_and_writing_counts(keep, organiser):
    upload = keep("E-mail\na@example.org\nb@example.org\n")
    recipients.unsubscribe(address_hash=hash_address("a@example.org"))
    assert services.apply_upload(upload=upload, by=organiser).counts["new"] == 1
    assert addresses() == ["b@example.org"]


def test_an_address_of_one_organisation_is_tied_to_it_and_a_shared_one_to_none(brought, cso, terni):
    terni.email = "Comune@Terni.example.org"
    terni.save()
    brought(f"E-mail\n{cso.email.upper()}\ncomune@terni.example.org\n")
    assert set(Contact.objects.values_list("organisation", flat=True)) == {cso.pk, terni.pk}
    cso.email = "comune@terni.example.org"
    cso.save()
    shared = brought("E-mail\ncomune@terni.example.org\n", name="Altra")
    assert shared.contacts.get().organisation is None


def test_the_plan_asks_the_same_few_questions_whatever_the_length(keep):
    asked = []
    for count in (10, 5_000):
        upload = keep("E-mail\n" + "".join(f"p{n}@example.org\n" for n in range(count)))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert imports.plan(upload).counts["new"] == count
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 3


# -- undo, discard, delete ---------------------------------------------------------------------------------------------


def test_undoing_takes_out_what_the_upload_added_and_forgets_the_file(fair, brought, organiser):
    upload = brought("E-mail\nanna@ente01.example.org\ncarla@example.org\n", contact_list=fair)
    assert services.undo_upload(upload=upload, by=organiser) == 1
    upload.refresh_from_db()
    assert addresses(fair) == ["anna@ente01.example.org", "bruno@ente02.example.org"]
    assert bytes(upload.content) == b""
    assert upload.source == "fiera di Terni"
    with pytest.raises(services.NotApplied):
        services.undo_upload(upload=upload, by=organiser)


def test_what_another_upload_brought_as_well_stays_as_that_ones(brought, organiser):
    first = brought("E-mail\na@example.org\nb@example.org\nc@example.org\n")
    second = brought("E-mail;Nome\nb@example.org;Bruna\n", contact_list=first.contact_list, source="registro")
    undone = brought("E-mail\nc@example.org\n", contact_list=first.contact_list, source="ritirata")
    services.undo_upload(upload=undone, by=organiser)
    assert services.undo_upload(upload=first, by=organiser) == 2
    contact = Contact.objects.get()
    assert (contact.address, contact.name, contact.upload) == ("b@example.org", "Bruna", second)


def test_only_a_preview_can_be_discarded(keep, fair, organiser):
    upload = keep("E-mail\nx@example.org\n")
    services.discard_upload(upload=upload, by=organiser)
    assert not ContactUpload.objects.filter(pk=upload.pk).exists()
    with pytest.raises(services.Gone):
        services.apply_upload(upload=upload, by=organiser)
    with pytest.raises(services.AlreadyApplied):
        services.discard_upload(upload=fair.uploads.get(), by=organiser)


def test_a_list_is_kept_while_a_segment_or_an_open_campaign_names_it(fair, event, organiser):
    definition = definition_of({"kind": "list", "list": fair.pk})
    segment = services.save_segment(name="Della fiera", definition=definition, by=organiser)
    with pytest.raises(services.InUse) as refused:
        services.delete_list(contact_list=fair, by=organiser)
    assert refused.value.names == ["Della fiera"]
    campaign = Campaign.objects.create(
        event=event, name="Inviti", audience={**definition, "segment": segment.pk}, subject_it="s", body_it="b", created_by=organiser
    )  # fmt: skip
    services.remove_source(segment=segment, key=segment_key(definition), by=organiser)
    with pytest.raises(services.InUse) as refused:
        services.delete_list(contact_list=fair, by=organiser)
    assert refused.value.names == ["Inviti"]
    Campaign.objects.filter(pk=campaign.pk).update(state=Campaign.State.CANCELLED)
    services.delete_list(contact_list=fair, by=organiser)
    assert ContactList.objects.count() == Contact.objects.count() == ContactUpload.objects.count() == 0


def segment_key(definition) -> str:
    from notifications.audiences import source_key

    return source_key(definition["sources"][0])


# -- who may -----------------------------------------------------------------------------------------------------------

LIST_PATHS = ["", "lists/new/", "lists/{list}/", "lists/{list}/add/", "lists/{list}/rename/", "lists/{list}/delete/",
              "uploads/{upload}/", "uploads/{upload}/undo/", "uploads/{upload}/left-out.csv"]  # fmt: skip
LIST_VERBS = ["lists/{list}/segment/", "uploads/{upload}/apply/", "uploads/{upload}/discard/"]


@pytest.mark.parametrize("path", LIST_PATHS)
def test_organisers_may_read_and_others_may_not(fair, client_of, organiser, signatory, stranger, path):
    address = HOME + path.format(list=fair.pk, upload=fair.uploads.get().pk)
    assert client_of(organiser).get(address).status_code == 200
    assert client_of(signatory).get(address).status_code == 403
    assert client_of(stranger).get(address).status_code == 403
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize(
    "path", [*LIST_VERBS, "lists/{list}/delete/", "lists/{list}/rename/", "uploads/{upload}/undo/"]
)
def test_changes_want_the_permission(fair, client_of, signatory, stranger, path):
    address = HOME + path.format(list=fair.pk, upload=fair.uploads.get().pk)
    for user in (signatory, stranger):
        assert client_of(user).post(address, {"name": "x"}).status_code == 403
    assert (Segment.objects.count(), ContactList.objects.get().name, Contact.objects.count()) == (0, "Fiera", 2)


@pytest.mark.parametrize("path", LIST_VERBS)
def test_verbs_want_a_post(fair, page, path):
    assert page.get(HOME + path.format(list=fair.pk, upload=fair.uploads.get().pk)).status_code == 405


def test_communications_may_too(fair, client_of):
    user = User.objects.create_user("carlo@socialneet.example.org", name="Carlo")
    RoleGrant.objects.create(user=user, role=Role.COMMUNICATIONS)
    assert client_of(user).get(HOME).status_code == 200


def test_a_look_changes_nothing(fair, keep, page):
    waiting = keep("E-mail\nx@example.org\n", contact_list=fair)
    before = [list(model.objects.order_by("pk").values()) for model in (ContactList, ContactUpload, Contact, Segment)]
    for path in LIST_PATHS:
        for upload in (fair.uploads.first().pk, waiting.pk):
            page.get(HOME + path.format(list=fair.pk, upload=upload))
    assert before == [list(m.objects.order_by("pk").values()) for m in (ContactList, ContactUpload, Contact, Segment)]


# -- bringing in -------------------------------------------------------------------------------------------------------


def test_pasted_addresses_are_shown_then_written_then_lead_to_a_segment(page):
    shown = page.post(HOME + "lists/new/", typed(text="Anna <anna@ente01.example.org>\nnessuno"), follow=True)
    upload = ContactUpload.objects.get()
    assert shown.redirect_chain[-1][0] == f"{HOME}uploads/{upload.pk}/"
    assert "Write 1 new address" in text(shown)
    assert "the address is not valid" in text(shown)
    assert f"{HOME}uploads/{upload.pk}/" in text(page.get(HOME)), "the first page leads back to it"
    written = page.post(f"{HOME}uploads/{upload.pk}/apply/", follow=True)
    assert "1 address was added." in text(written)
    assert "Make a segment of it" in text(written)
    upload.refresh_from_db()
    assert (upload.source, upload.collected_on, upload.language) == ("fiera di Terni", date(2026, 11, 2), "it")
    made = page.post(f"{HOME}lists/{upload.contact_list.pk}/segment/", follow=True)
    assert "The list “Fiera”." in text(made)
    assert "1 would get the message" in text(made)
    page.post(f"{HOME}lists/{upload.contact_list.pk}/segment/")
    assert Segment.objects.count() == 1


@pytest.mark.parametrize("name", ["elenco.xlsx", "elenco.csv", "elenco", "elenco.pdf"])
def test_a_file_is_judged_by_what_it_holds_and_not_by_its_name(page, name):
    for content in (b"E-mail;Nome\na@example.org;Anna\n", xlsx(sheet(["E-mail", "Nome"], ["a@example.org", "Anna"]))):
        response = page.post(HOME + "lists/new/", typed(text="", file=file(content, name)))
        assert response.status_code == 302
        (row,) = imports.plan(ContactUpload.objects.latest("pk")).rows
        assert (row.address, row.name) == ("a@example.org", "Anna")


def test_the_preview_is_filtered_by_outcome_and_goes_by_pages(page, keep):
    lines = "".join(f"p{n:03}@example.org\n" for n in range(150))
    upload = keep(f"E-mail;\n{lines}p001@example.org\nrotto\n")
    address = f"{HOME}uploads/{upload.pk}/"
    first = page.get(address)
    assert len(first.context["page"]) == 100
    assert "p120@example.org" not in text(first)
    assert "p120@example.org" in text(page.get(address, {"page": "2"}))
    filtered = page.get(address, {"outcome": "out"})
    assert [row.address for row in filtered.context["page"]] == ["rotto"]
    assert "outcome=new&amp;page=2" in text(page.get(address, {"outcome": "new"}))
    assert [row.line for row in page.get(address, {"outcome": "repeated"}).context["page"]] == [152]


@pytest.mark.parametrize(("changes", "field"), [
    ({"text": ""}, "text"), ({"text": " \n "}, "text"), ({"source": ""}, "source"), ({"name": ""}, "name"),
    ({"source": "a\nb"}, "source"), ({"collected_on": ""}, "collected_on"), ({"collected_on": "ieri"}, "collected_on"),
    ({"language": "fi"}, "language"), ({"text": "a\x00@example.org"}, "text"), ({"name": "x" * 151}, "name"),
    ({"text": ";;;\n,,"}, "text"),
])  # fmt: skip
def test_what_is_missing_or_wrong_is_said_beside_its_field(page, changes, field):
    response = page.post(HOME + "lists/new/", typed(**changes))
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert ContactUpload.objects.count() == 0


def test_a_day_to_come_text_and_file_together_and_a_known_name_are_refused(page, fair):
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    response = page.post(
        HOME + "lists/new/", typed(name="FIERA", collected_on=tomorrow, file=file("E-mail\nx@example.org"))
    )
    assert set(response.context["form"].errors) == {"collected_on", "file", "name"}


@pytest.mark.parametrize(("content", "words"), [
    (b"", "The file is empty."), (b"Ente;Telefono\nAlfa;1\n", "The first row must name the columns"),
    (b"\xd0\xcf\x11\xe0old", "save it as CSV"), (b"PK\x03\x04zip", "damaged or no XLSX"),
    (b"E-mail\na\x00@example.org", "not a text file"), (b'E-mail;Ente\na@example.org;"', "a quotation mark is not closed"),
])  # fmt: skip
def test_a_file_that_is_no_list_is_refused_beside_the_file_in_words(page, content, words):
    response = page.post(HOME + "lists/new/", typed(text="", file=file(content)))
    assert response.status_code == 422
    assert words in response.context["form"].errors["file"][0]
    assert ContactUpload.objects.count() == 0


def test_what_is_too_large_says_how_to_bring_it_in(page, settings):
    settings.MAX_CONTACT_LIST_BYTES, settings.MAX_IMPORT_BYTES = 100, 50
    too_large = page.post(HOME + "lists/new/", typed(text="", file=file(b"E-mail\n" + b"x" * 100)))
    assert "split the list" in str(too_large.context["form"].errors["file"])
    too_long = page.post(HOME + "lists/new/", typed(text="a@example.org\n" * 10))
    assert "choose a file" in str(too_long.context["form"].errors["text"])


def test_a_ten_megabyte_line_is_an_error_beside_the_file_and_no_error_page(page):
    content = b"E-mail\n" + b"a" * (10 * 1024 * 1024) + b"\n"
    response = page.post(HOME + "lists/new/", typed(text="", file=file(content)))
    assert response.status_code == 422
    assert "line 2" in response.context["form"].errors["file"][0]


def test_formulas_and_markup_in_a_preview_are_text(page, keep):
    upload = keep('E-mail;Nome\n"=HYPERLINK(""http://x.example.org"")";x\nb@example.org;<script>alert(1)</script>\n')
    shown = text(page.get(f"{HOME}uploads/{upload.pk}/"))
    assert "<script>alert" not in shown
    assert "a cell begins like a spreadsheet formula" in shown


def test_columns_that_are_not_read_are_named(page, keep):
    upload = keep("E-mail;Telefono\na@example.org;1\n")
    assert "Columns that are not read: Telefono" in text(page.get(f"{HOME}uploads/{upload.pk}/"))


def test_a_preview_without_a_new_line_offers_nothing_to_write(page, keep, fair):
    upload = keep("E-mail\nanna@ente01.example.org\n", contact_list=fair)
    shown = text(page.get(f"{HOME}uploads/{upload.pk}/"))
    assert "there is nothing to write" in shown
    assert f"uploads/{upload.pk}/apply/" not in shown


# -- after writing -----------------------------------------------------------------------------------------------------


def test_writing_twice_says_so_and_leads_to_the_list(page, fair):
    upload = fair.uploads.get()
    again = page.post(f"{HOME}uploads/{upload.pk}/apply/", follow=True)
    assert "nothing was written again" in text(again)
    assert again.redirect_chain[-1][0] == f"{HOME}lists/{fair.pk}/"


def test_discarding_forgets_the_preview_and_a_written_one_stays(page, keep, fair):
    upload = keep("E-mail\nx@example.org\n")
    page.post(f"{HOME}uploads/{upload.pk}/discard/")
    assert ContactUpload.objects.count() == 1
    refused = page.post(f"{HOME}uploads/{fair.uploads.get().pk}/discard/", follow=True)
    assert "Undo the upload" in text(refused)
    assert ContactUpload.objects.count() == 1


def test_undoing_asks_first_and_then_says_how_many_went(page, fair):
    upload = fair.uploads.get()
    asked = page.get(f"{HOME}uploads/{upload.pk}/undo/")
    assert "2 addresses that it added leave the list" in text(asked)
    assert Contact.objects.count() == 2
    undone = page.post(f"{HOME}uploads/{upload.pk}/undo/", follow=True)
    assert "2 addresses were taken out." in text(undone)
    assert "its file is forgotten" in text(page.get(f"{HOME}uploads/{upload.pk}/"))
    assert page.get(f"{HOME}uploads/{upload.pk}/left-out.csv").status_code == 404
    assert page.post(f"{HOME}uploads/{upload.pk}/undo/").status_code == 404


def test_the_sheet_of_what_is_left_out_is_defused(page, brought):
    upload = brought("E-mail;Nome;Ente\na@example.org;Anna;\n@SUM(A1);-2+3;=1+1\nrotto;Così;\n")
    answer = page.get(f"{HOME}uploads/{upload.pk}/left-out.csv")
    assert answer["Content-Disposition"] == f'attachment; filename="fiera-{upload.pk}-left-out.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[0][0] == "Line"
    assert rows[1] == ["3", "'@sum(a1)", "'-2+3", "'=1+1", "a cell begins like a spreadsheet formula"]
    assert rows[2] == ["4", "rotto", "Così", "", "the address is not valid"]
    assert len(rows) == 3


def test_the_list_shows_where_its_addresses_come_from_and_finds_them(page, fair):
    shown = text(page.get(f"{HOME}lists/{fair.pk}/"))
    assert "fiera di Terni" in shown
    assert "2 addresses." in shown
    assert "No segment uses it yet" in shown
    found = page.get(f"{HOME}lists/{fair.pk}/", {"q": "BRUNO"})
    assert [contact.address for contact in found.context["page"]] == ["bruno@ente02.example.org"]
    assert "No address matches." in text(page.get(f"{HOME}lists/{fair.pk}/", {"q": "%"}))


def test_more_addresses_join_the_same_list(page, fair):
    page.post(f"{HOME}lists/{fair.pk}/add/", typed(text="anna@ente01.example.org\nnew@example.org", name=""))
    upload = ContactUpload.objects.latest("pk")
    page.post(f"{HOME}uploads/{upload.pk}/apply/")
    assert ContactList.objects.count() == 1
    assert "new@example.org" in addresses(fair)


def test_a_list_is_renamed_unless_another_has_the_name(page, fair, brought):
    brought("E-mail\nx@example.org\n", name="Altra")
    assert page.post(f"{HOME}lists/{fair.pk}/rename/", {"name": "altra"}).status_code == 422
    page.post(f"{HOME}lists/{fair.pk}/rename/", {"name": "Fiera 2026"})
    fair.refresh_from_db()
    assert fair.name == "Fiera 2026"


def test_deleting_asks_first_and_is_refused_in_words_while_a_segment_needs_it(page, fair, organiser):
    definition = definition_of({"kind": "list", "list": fair.pk})
    segment = services.save_segment(name="Della fiera", definition=definition, by=organiser)
    address = f"{HOME}lists/{fair.pk}/delete/"
    refused = page.post(address, follow=True)
    assert "It cannot be deleted now" in text(refused)
    assert f"{HOME}segments/{segment.pk}/" in text(refused)
    services.delete_segment(segment=segment, by=organiser)
    assert "2 addresses are deleted" in text(page.get(address))
    assert ContactList.objects.count() == 1
    assert "The list was deleted" in text(page.post(address, follow=True))
    assert ContactList.objects.count() == Contact.objects.count() == 0


@pytest.mark.parametrize("count", [1, 30])
def test_pages_cost_the_same_whatever_their_length(page, brought, keep, count, django_assert_max_num_queries):
    for number in range(count):
        upload = brought(f"E-mail\np{number}@example.org\n", name=f"Lista {number}")
        keep(f"E-mail\nq{number}@example.org\n", name=f"Attesa {number}")
    contact_list = upload.contact_list
    for number in range(count):
        brought(f"E-mail\nr{number}@example.org\nrotto\n", contact_list=contact_list)
    for path in ("", f"lists/{contact_list.pk}/", f"uploads/{upload.pk}/"):
        with django_assert_max_num_queries(12):
            assert page.get(HOME + path).status_code == 200


def test_tables_of_uploads_leave_the_files_where_they_are(page, fair, keep):
    keep("E-mail\nx@example.org\n")
    for path in ("", f"lists/{fair.pk}/"):
        with CaptureQueriesContext(connection) as queries:
            page.get(HOME + path)
        assert not any('contactupload"."content"' in query["sql"] for query in queries)
