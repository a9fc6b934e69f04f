"""Threads: begun, answered, corrected, resolved; carried along by new versions."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from agreements import append_only, audit, services
from agreements.discussing import services as discussing
from agreements.discussing.page import Discussion
from agreements.models import AuditEvent, Comment, Thread
from agreements.services import Draft

pytestmark = pytest.mark.django_db
REVIEW = "/agreements/protocollo/review/"


def next_version(agreement, organiser, change):
    """Close, edit by `change(version)`, share again."""
    services.close_observations(agreement=agreement, by=organiser)
    version = services.prepare_version(agreement=agreement, note="n", by=organiser)
    change(version)
    services.share(agreement=agreement, closes_at=timezone.now() + timedelta(days=1), by=organiser)
    agreement.refresh_from_db()
    return version


def test_a_thread_is_begun_answered_and_resolved_and_all_of_it_is_on_record(shared, begin, organiser, signatory):
    thread = begin("all_parties", passage="tiene aperto il punto d’incontro")
    assert thread.prefix.endswith("attività, ")
    discussing.reply(thread=thread, body="Dove?", by=organiser)
    discussing.resolve(thread=thread, why="È scritto in sede.", by=signatory)
    with pytest.raises(services.AlreadyDone):
        discussing.resolve(thread=thread, why="Di nuovo", by=organiser)
    discussing.reopen(thread=thread, by=organiser)
    with pytest.raises(services.AlreadyDone):
        discussing.reopen(thread=thread, by=organiser)
    types = AuditEvent.objects.order_by("seq").values_list("type", flat=True)
    assert list(types)[-4:] == ["thread_begun", "thread_answered", "thread_resolved", "thread_reopened"]
    shared.refresh_from_db()
    assert audit.verify(shared) is None
    written = str(list(AuditEvent.objects.values_list("payload", flat=True)))
    assert "Dove?" not in written
    assert "tiene aperto" not in written


def test_a_comment_is_corrected_only_by_its_author_and_stays(begin, signatory, reviewer):
    thread = begin()
    first = thread.comments.get()
    with pytest.raises(services.NotEntitled):
        discussing.reply(thread=thread, body="Altro", by=signatory, corrects=first)
    discussing.reply(thread=thread, body="Meglio così", by=reviewer, corrects=first)
    assert list(thread.comments.order_by("pk").values_list("body", flat=True)) == ["Parola segreta", "Meglio così"]


def test_another_party_neither_resolves_nor_answers_what_it_may_not_read(begin, narni_reviewer):
    with pytest.raises(services.NotEntitled):
        discussing.reply(thread=begin(), body="x", by=narni_reviewer)
    with pytest.raises(services.NotEntitled):
        discussing.resolve(thread=begin("all_parties"), why="x", by=narni_reviewer)


def test_after_the_review_parties_no_longer_write_and_organisers_still_answer(shared, begin, organiser, reviewer):
    thread = begin("organisers")
    services.close_observations(agreement=shared, by=organiser)
    with pytest.raises(services.WrongState):
        discussing.reply(thread=thread, body="x", by=reviewer)
    discussing.reply(thread=thread, body="Accolto.", by=organiser)
    services.freeze(agreement=shared, by=organiser)
    with pytest.raises(services.WrongState):
        discussing.reply(thread=thread, body="x", by=organiser)


def put_back_delete(table: str) -> None:
    """On SQLite the flush of other tests needs it gone."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for sql in append_only.statements("sqlite", table, "DELETE", "1 = 1"):
                cursor.execute(sql)


@pytest.mark.parametrize("values", [{"visibility": "all_parties"}, {"quote": "altro"}, {"party": None}])
def test_who_may_read_a_thread_and_what_it_is_about_cannot_be_changed_even_by_sql(begin, values):
    begin()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Thread.objects.update(**values)


@pytest.mark.parametrize("table", ["agreements_comment", "agreements_thread"])
def test_what_was_written_is_neither_rewritten_nor_deleted(begin, table):
    begin()
    put_back_delete(table)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Comment.objects.update(body="altro")


def shown(agreement, user):
    discussion = Discussion(agreement.newest_version(), user, agreement.parties_of(user))
    return discussion, [one for item in discussion.items for one in item.threads]


def test_a_thread_survives_a_new_version_in_the_same_words(shared, begin, organiser, reviewer):
    begin("all_parties", passage="tiene aperto il punto d’incontro")

    def edit(version):
        first = version.in_order()[3]
        draft = Draft(first.heading, "Premessa nuova.\n\n" + first.source)
        services.edit_article(revision=first, draft=draft, by=organiser)
        services.move_article(revision=first, up=True, by=organiser)

    next_version(shared, organiser, edit)
    discussion, (thread,) = shown(shared, reviewer)
    assert not thread.gone
    assert thread.now == "tiene aperto il punto d’incontro"
    assert discussion.items[2].threads == [thread], "it went along with its article"


def test_a_rewritten_passage_is_shown_beside_what_it_said(shared, begin, organiser, reviewer, client_of):
    begin("all_parties", passage="tiene aperto il punto d’incontro presso la propria sede")

    def edit(version):
        first = version.in_order()[3]
        source = first.source.replace("presso la propria sede", "nella propria sede")
        services.edit_article(revision=first, draft=Draft(first.heading, source), by=organiser)

    next_version(shared, organiser, edit)
    page = client_of(reviewer).get(REVIEW).content.decode()
    assert "presso la propria sede" in page
    assert "tiene aperto il punto d’incontro nella propria sede</blockquote>" in page


def test_a_passage_that_is_gone_is_said_to_be_gone_with_its_words(shared, begin, organiser, client_of, reviewer):
    begin("all_parties", passage="tiene aperto il punto d’incontro")

    def edit(version):
        services.edit_article(revision=version.in_order()[3], draft=Draft("x", "Nulla."), by=organiser)

    next_version(shared, organiser, edit)
    page = client_of(reviewer).get(REVIEW).content.decode()
    assert "non è più nel testo" in page
    assert "tiene aperto il punto d’incontro" in page


def test_threads_of_a_removed_article_are_shown_below_the_text(shared, begin, organiser, reviewer, client_of):
    thread = begin("all_parties", passage="tiene aperto")
    next_version(shared, organiser, lambda v: services.remove_article(revision=v.in_order()[3], by=organiser))
    discussion, others = shown(shared, reviewer)
    assert others == []
    ((revision, (kept,)),) = discussion.removed
    assert (revision, kept.thread) == (thread.revision, thread)
    page = client_of(reviewer).get(REVIEW).content.decode()
    assert "Articoli non più nel testo" in page
    assert client_of(reviewer).get(thread.get_absolute_url()).status_code == 200


def test_an_earlier_version_shows_what_was_said_up_to_then(shared, begin, organiser, reviewer, client_of):
    begin("all_parties", body="Detto alla prima")
    version = next_version(shared, organiser, lambda v: None)
    revision = version.in_order()[3]
    discussing.begin(revision=revision, body="Detto alla seconda", visibility="all_parties", by=reviewer)
    old = client_of(reviewer).get(f"{REVIEW}?to=1").content.decode()
    assert "Detto alla prima" in old
    assert "Detto alla seconda" not in old
    new = client_of(reviewer).get(REVIEW).content.decode()
    assert "Detto alla prima" in new
    assert "Detto alla seconda" in new


# -- pages ------------------------------------------------------------------------------------------------------------


def test_words_that_do_not_stand_in_the_article_are_refused_kindly_and_kept(client_of, revision, reviewer):
    url = f"{REVIEW}articles/{revision.pk}/comment/"
    sent = {"passage": "mai scritte", "body": "La mia osservazione", "visibility": "own_office"}
    response = client_of(reviewer).post(url, sent)
    page = response.content.decode()
    assert response.status_code == 422
    assert "non si trovano nell’articolo" in page
    assert "La mia osservazione" in page
    assert Thread.objects.count() == 0


@pytest.mark.parametrize("sent", [
    {"body": "", "visibility": "all_parties"}, {"body": "x" * 5001, "visibility": "all_parties"},
    {"body": "x", "visibility": "everybody"}, {"body": "x"}, {},
    {"body": "x", "visibility": "all_parties", "passage": "p" * 2001},
    {"body": "\x00", "visibility": "all_parties"},
])  # fmt: skip
def test_bad_input_is_refused_in_the_page(client_of, revision, reviewer, sent):
    response = client_of(reviewer).post(f"{REVIEW}articles/{revision.pk}/comment/", sent)
    assert response.status_code == 422
    assert Thread.objects.count() == 0


def test_a_stale_page_is_refused_with_the_words_kept(client_of, shared, revision, begin, reviewer, organiser):
    thread = begin()
    services.close_observations(agreement=shared, by=organiser)
    for url, sent in (
        (f"{REVIEW}articles/{revision.pk}/comment/", {"body": "Le mie parole", "visibility": "own_office"}),
        (thread.get_absolute_url(), {"body": "Le mie parole"}),
        (f"{thread.get_absolute_url()}resolve/", {"why": "Le mie parole"}),
    ):
        response = client_of(reviewer).post(url, sent)
        assert response.status_code == 409
        assert "Le mie parole" in response.content.decode()
    assert Comment.objects.count() == 1


def test_a_comment_on_an_old_version_after_the_next_was_shared_is_refused_with_its_words(
    client_of, shared, revision, reviewer, organiser
):
    next_version(shared, organiser, lambda v: None)
    sent = {"body": "Le mie parole", "visibility": "all_parties"}
    response = client_of(reviewer).post(f"{REVIEW}articles/{revision.pk}/comment/", sent)
    assert response.status_code == 409
    assert "Le mie parole" in response.content.decode()


def test_the_whole_thread_works_in_pages(client_of, shared, revision, reviewer):
    client = client_of(reviewer)
    sent = {"passage": "tiene  aperto il\npunto", "body": "Con quale orario?", "visibility": "all_parties"}
    response = client.post(f"{REVIEW}articles/{revision.pk}/comment/", sent)
    thread = Thread.objects.get()
    assert response.url == f"{REVIEW}#thread-{thread.pk}"
    assert thread.quote == "tiene aperto il punto"
    url = thread.get_absolute_url()
    assert client.post(url, {"body": "Aggiungo"}).url == url
    assert client.post(url, {"body": ""}).status_code == 422
    first = thread.comments.order_by("pk").first()
    assert client.get(f"{REVIEW}comments/{first.pk}/correct/").status_code == 200
    assert client.post(f"{REVIEW}comments/{first.pk}/correct/", {"body": "Con quali orari?"}).url == url
    assert client.post(f"{url}resolve/", {"why": ""}).status_code == 422
    client.post(f"{url}resolve/", {"why": "Chiarito a voce."})
    page = client.get(REVIEW).content.decode()
    assert "Chiarito a voce." in page
    assert "Con quale orario?" in page
    client.post(f"{url}reopen/")
    thread.refresh_from_db()
    assert not thread.is_resolved


class Tags(HTMLParser):
    """What a browser would make of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.names, self.attributes, self.links = set(), set(), []

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.attributes |= {name for name, _value in attrs}
        self.links += [value for name, value in attrs if name in {"href", "src", "action"}]


HOSTILE = [
    "<script>alert(1)</script>", "[qui](javascript:alert(1))", "<img src=x onerror=alert(1)>", "![x](http://e/x.png)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)", "> " * 3000 + "x", "[" * 3000, "*" * 4000 + "a", "- " * 1500 + "x",
    "[a]: javascript:alert(1)\n\n[a]", "<https://ok.example.org/\"onmouseover=alert(1)>", "&#106;avascript:alert(1)",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text(client_of, draft, organiser, reviewer, text):
    first = draft.newest_version().in_order()[0]
    services.edit_article(revision=first, draft=Draft("<b onclick=x>Titolo", f"Parole.\n\n{text}"), by=organiser)
    services.share(agreement=draft, closes_at=timezone.now() + timedelta(days=1), by=organiser)
    discussing.begin(revision=first, body=text, visibility="all_parties", by=reviewer, passage="Parole")
    response = client_of(reviewer).get(REVIEW)
    page = response.content.decode()
    assert response.status_code == 200
    tags = Tags()
    tags.feed(page.split("<main", 1)[1])
    assert "script" not in tags.names
    assert "img" not in tags.names
    assert not [name for name in tags.attributes if name.startswith("on")]
    assert all(url.startswith(("https:", "mailto:", "/", "#", "?")) for url in tags.links), tags.links
