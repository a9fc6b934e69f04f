"""Where registrations come from: declared sources count, everything else is passed over, nobody is followed."""

import threading
from io import BytesIO

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.urls import reverse

from events import services
from events.attribution import codes, counts, pictures
from events.attribution import services as attribution
from events.attribution.models import RegistrationSource
from events.models import Event, Registration

pytestmark = pytest.mark.django_db


@pytest.fixture
def poster(event, organiser) -> RegistrationSource:
    return attribution.declare(event=event, kind="poster", label="Manifesti alla stazione", by=organiser)


@pytest.mark.parametrize("text", ["poster", "c7", "stazione-di-terni", " POSTER ", "a1-b2", "x" * 32])
def test_a_code_that_one_can_print_is_well_formed(text):
    assert codes.well_formed(text) == text.strip().lower()


@pytest.mark.parametrize(
    "text", ["", "x" * 33, "a b", "a--b", "-a", "a-", "a_b", "perché", "a\x00", "<script>", "a\nb", "a%0d", "٣"]
)
def test_anything_else_is_no_code(text):
    assert codes.well_formed(text) == ""


def test_a_code_is_made_from_the_words_and_never_looks_like_a_campaigns():
    assert codes.suggested("poster", "Manifesti alla stazione di Terni e di Orvieto") == "manifesti-alla-stazione"
    assert codes.suggested("social", "Pagina dell’associazione") == "pagina-dell-associazione"
    assert codes.suggested("press", "Comunicato ai giornali locali") == "comunicato-ai-giornali"
    assert codes.suggested("other", "x" * 40) == "x" * 24
    assert codes.suggested("poster", "C7") == "poster-c7"
    assert codes.suggested("press", "«…»") == "press"
    assert codes.well_formed(codes.suggested("other", "A_b  -- c")) == "a-b-c"


def test_a_registration_keeps_the_code_of_a_declared_source(event, register, poster):
    assert register("Anna", source=poster.code.upper()).source == poster.code


@pytest.mark.parametrize("said", ["", "sconosciuto", "c1", "x" * 400, "'; drop table", "\x00", "manifesti alla"])
def test_an_unknown_code_is_ignored_and_the_registration_stands(register, poster, said):
    assert register("Anna", source=said).source == ""


def test_the_source_of_another_event_is_none_of_this_one(event, register, organiser):
    other = Event.objects.get(pk=event.pk)
    other.pk, other.slug, other.uid = None, "altro", None
    other.uid = Event._meta.get_field("uid").get_default()
    other.save()
    source = attribution.declare(event=other, kind="press", label="Giornale", by=organiser)
    assert register("Anna", source=source.code).source == ""


def test_the_code_goes_from_the_page_to_the_form_to_the_registration_without_a_cookie(client, event, poster, posted):
    page = client.get(f"{event.get_absolute_url()}?via={poster.code}")
    assert f"/register/?via={poster.code}" in page.content.decode()
    assert not page.cookies
    form = f"{reverse('events:register', args=[event.slug])}?via={poster.code}"
    assert client.get(form).status_code == 200
    assert client.post(form, posted("Anna")).status_code == 302
    assert Registration.objects.get().source == poster.code


def test_the_code_survives_the_other_language_and_one_more_person(client, event, poster, posted):
    page = client.get(f"{event.get_absolute_url()}?via={poster.code}").content.decode()
    assert f"/en{event.get_absolute_url()}?via={poster.code}" in page
    form = f"{reverse('events:register', args=[event.slug])}?via={poster.code}"
    assert client.post(form, posted("Anna", another="1")).status_code == 200  # the same address, asked again
    client.post(form, posted("Anna", "Bruno"))
    assert Registration.objects.get().source == poster.code


@pytest.mark.parametrize("path", ["/", "/events/"])
def test_the_code_goes_along_from_home_and_the_list(client, event, poster, path):
    assert f"{event.get_absolute_url()}?via={poster.code}" in client.get(f"{path}?via={poster.code}").content.decode()


def test_a_hostile_code_stands_nowhere_in_the_page(client, event):
    page = client.get(f"{event.get_absolute_url()}?via=%22%3E%3Cb%3E").content.decode()
    assert "<b>" not in page
    assert "/register/?via" not in page


def test_the_same_place_declared_twice_is_one_source(event, organiser, poster):
    again = attribution.declare(event=event, kind="poster", label="Manifesti alla stazione", by=organiser)
    assert again == poster


def test_alike_words_get_codes_of_their_own(event, organiser, poster):
    second = attribution.declare(event=event, kind="press", label="Manifesti alla stazione", by=organiser)
    third = attribution.declare(event=event, kind="social", label="Manifesti alla stazione!", by=organiser)
    assert [poster.code, second.code, third.code] == [
        "manifesti-alla-stazione", "manifesti-alla-stazione-2", "manifesti-alla-stazione-3",
    ]  # fmt: skip
    attribution.withdraw(source=second, by=organiser)
    again = attribution.declare(event=event, kind="other", label="Manifesti alla stazione", by=organiser)
    assert again.code == second.code


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_two_people_at_once_get_two_codes(event, organiser):
    def declare(kind):
        attribution.declare(event=event, kind=kind, label="Stazione", by=organiser)
        connections.close_all()

    threads = [threading.Thread(target=declare, args=[kind]) for kind in ("poster", "press", "social", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(event.sources.values_list("code", flat=True))) == 4


def test_the_database_refuses_a_code_twice_and_an_empty_one(event, organiser, poster):
    for code in (poster.code, ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            RegistrationSource.objects.create(event=event, kind="other", label="x", code=code, created_by=organiser)


def test_a_source_nobody_came_from_can_be_removed_and_one_in_use_stays(event, organiser, register, poster):
    idle = attribution.declare(event=event, kind="social", label="Pagina", by=organiser)
    register("Anna", source=poster.code)
    attribution.withdraw(source=idle, by=organiser)
    with pytest.raises(attribution.SourceInUse):
        attribution.withdraw(source=poster, by=organiser)
    assert list(event.sources.all()) == [poster]


def test_the_counts_tell_registrations_that_stand_and_their_people(event, organiser, register, poster):
    idle = attribution.declare(event=event, kind="press", label="Giornale", by=organiser)
    register("Anna", "Bruno", source=poster.code)
    gone = register("Carla", source=poster.code)
    register("Dario")
    services.cancel_registration(registration=gone)
    rows = counts.of_event(event).rows
    assert [(row.code, row.registrations, row.confirmed, row.people) for row in rows] == [
        (poster.code, 2, 1, 2), (idle.code, 0, 0, 0), ("", 1, 1, 1),
    ]  # fmt: skip


def test_an_event_without_sources_and_registrations_has_an_empty_table(event):
    assert counts.of_event(event).rows == []


def test_registrations_of_an_address_that_is_gone_are_counted_all_the_same(event, register, poster):
    """A campaign may be taken back while somebody registers by its letter: the lines still add up to all of them."""
    register("Anna", source=poster.code)
    register("Bruno")
    poster.delete()
    rows = counts.of_event(event).rows
    assert [(row.code, row.registrations) for row in rows] == [("manifesti-alla-stazione", 1), ("", 1)]
    assert rows[0].label == "un indirizzo che è stato tolto"


def test_there_is_no_plot_of_nothing(event, register, poster):
    assert counts.of_event(event).plot == ""
    register("Anna", source=poster.code)
    assert "<svg" in counts.of_event(event).plot


@pytest.mark.parametrize("number", [1, 30])
def test_the_page_costs_the_same_whatever_the_number_of_addresses(
    event, organiser, client_of, number, django_assert_num_queries
):
    for place in range(number):
        attribution.declare(event=event, kind="poster", label=f"Luogo {place}", by=organiser)
    client = client_of(organiser)
    with django_assert_num_queries(7):
        assert client.get(f"/manage/events/{event.slug}/addresses/").status_code == 200


def test_organisers_make_an_address_and_see_it_with_its_code(event, organiser, client_of):
    client, at = client_of(organiser), f"/manage/events/{event.slug}/addresses/"
    for _click in range(2):
        assert client.post(at, {"kind": "poster", "label": "Stazione di Terni"}).status_code == 302
    source = event.sources.get()
    page = client.get(at).content.decode()
    assert source.url() in page
    assert source.url() == f"http://localhost:8000/events/{event.slug}/?via=stazione-di-terni"
    assert source.url("en") in page
    assert page.count('class="card-tile"') == 1


@pytest.mark.parametrize("fields", [{}, {"kind": "campaign", "label": "x"}, {"kind": "poster", "label": " "},
                                    {"kind": "nave", "label": "x"}, {"kind": "poster", "label": "a\nb"},
                                    {"kind": "poster", "label": "x" * 151}])  # fmt: skip
def test_bad_input_is_named_and_writes_nothing(event, organiser, client_of, fields):
    answer = client_of(organiser).post(f"/manage/events/{event.slug}/addresses/", fields)
    assert answer.status_code == 422
    assert answer.content.decode().count("Controlla questi punti") == 1
    assert not event.sources.exists()


def test_removing_asks_the_service(event, organiser, register, poster, client_of):
    client, at = client_of(organiser), f"/manage/events/{event.slug}/addresses/{poster.pk}/withdraw/"
    assert client.get(at).status_code == 405
    registration = register("Anna", source=poster.code)
    assert "resta" in client.post(at, follow=True).content.decode()
    Registration.objects.filter(pk=registration.pk).update(source="")
    assert client.post(at).status_code == 302
    assert not event.sources.exists()


def test_a_campaigns_source_has_no_poster_and_cannot_be_removed(event, organiser, client_of):
    source = attribution.declare_campaign(event=event, pk=7, label="Inviti", by=organiser)
    client, at = client_of(organiser), f"/manage/events/{event.slug}/addresses/{source.pk}/"
    for path in ("qr.svg", "qr.png"):
        assert client.get(f"{at}{path}").status_code == 404
    assert client.post(f"{at}withdraw/").status_code == 404
    with pytest.raises(attribution.SourceInUse):
        attribution.withdraw(source=source, by=organiser)


def test_only_organisers_see_the_page(event, signatory, stranger, client_of, client, poster):
    at = f"/manage/events/{event.slug}/addresses/"
    for path in (at, f"{at}{poster.pk}/qr.svg", f"{at}{poster.pk}/qr.png"):
        assert client.get(path).status_code == 302
        assert client_of(signatory).get(path).status_code == 403
        assert client_of(stranger).get(path).status_code == 403


def test_the_qr_code_comes_as_svg_and_png(event, organiser, poster, client_of):
    client, at = client_of(organiser), f"/manage/events/{event.slug}/addresses/{poster.pk}/"
    drawing = client.get(f"{at}qr.svg")
    assert drawing["Content-Type"] == "image/svg+xml"
    assert "Content-Disposition" not in drawing
    picture = client.get(f"{at}qr.png?download")
    assert picture.content.startswith(b"\x89PNG\r\n")
    assert picture["Content-Disposition"] == f'attachment; filename="{event.slug}-{poster.code}.png"'


@pytest.mark.parametrize(("asked", "language"), [("en", "en"), ("it", "it"), ("", "it"), ("de", "it"), ("<b>", "it")])
def test_the_qr_code_may_lead_to_the_english_page(event, organiser, poster, client_of, asked, language):
    at = f"/manage/events/{event.slug}/addresses/{poster.pk}/qr.svg?download&language={asked}"
    answer = client_of(organiser).get(at)
    assert answer.content == pictures.svg(poster.url(language))
    assert answer["Content-Disposition"].endswith(f'{poster.code}{"-en" if language == "en" else ""}.svg"')


def test_the_picture_holds_the_very_address(poster):
    """Read back: the modules of the picture are those of the standard's symbol for this text, quiet zone and all."""
    import segno

    wanted = [bytes(row) for row in segno.make_qr(poster.url(), error="q").matrix]
    assert _modules(pictures.png(poster.url())) == wanted
    assert _modules(pictures.png(poster.url() + "x")) != wanted


def _modules(content: bytes) -> list[bytes]:
    """The black and white of a PNG written by segno: one bit a pixel, cut to one a module, the margin taken off."""
    import struct
    import zlib

    stream, chunks = BytesIO(content[8:]), {}
    while head := stream.read(8):
        length, kind = struct.unpack(">I4s", head)
        chunks[kind] = chunks.get(kind, b"") + stream.read(length)
        stream.read(4)
    width = struct.unpack(">I", chunks[b"IHDR"][:4])[0]
    assert chunks[b"IHDR"][8:10] == b"\x01\x00"  # one bit, grey
    line = (width + 7) // 8 + 1
    pixels = zlib.decompress(chunks[b"IDAT"])
    rows = [pixels[at + 1 : at + line] for at in range(0, len(pixels), line)]
    scale, border = pictures.PNG_SCALE, pictures.QUIET_ZONE
    size = width // scale - 2 * border
    at = [(border + place) * scale for place in range(size)]
    return [bytes(1 - (rows[y][x // 8] >> (7 - x % 8) & 1) for x in at) for y in at]


def test_the_events_page_shows_registrations_by_source(event, organiser, register, poster, client_of):
    register("Anna", source=poster.code)
    page = client_of(organiser).get(f"/manage/events/{event.slug}/").content.decode()
    assert "Iscrizioni per provenienza" in page
    assert "Manifesti alla stazione" in page
    assert 'class="plot"' in page
