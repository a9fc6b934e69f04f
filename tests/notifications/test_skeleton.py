"""The fast path and the slow path write the same message, whoever it is for."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest

from events import services as events
from notifications.campaigns import services
from notifications.models import Delivery
from notifications.sending import desk, mime, patterns, skeleton
from organisations.models import Organisation
from tests.notifications.conftest import DIRECTORY

pytestmark = pytest.mark.django_db

NAMES = [
    "Comune di Terni",
    'Associazione "Perché no?" & figli <b>',
    "Società Cooperativa Sociale dell'Umbria – Zażółć gęślą jaźń 日本語 " * 3,
    "A" * 180,
    "=?utf-8?q?finto?=",
    "Riga\r\nBcc: altro@example.org",
    "zq000000000000000qz {organisation} {{ settings.SECRET_KEY }} %(link)s \\1",
    "., ;:",
    "",
]


def slow(row: Delivery) -> bytes:
    return mime.build(row, *patterns.written(row))


def meaning(content: bytes) -> list:
    """What a reader sees: every header and every part, apart from how they were encoded and from the boundaries."""
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    # the old parser's headers: the new one puts a space between two encoded words of a name (RFC 2047 section 6.2)
    raw = message_from_bytes(content)
    headers = [(name, " ".join(str(make_header(decode_header(value))).split())) for name, value in raw.items()]
    found: list = [sorted(pair for pair in headers if pair[0] not in {"Content-Type", "Content-Transfer-Encoding"})]
    for part in message.walk():
        kind = (part.get_content_type(), part.get_param("method"), part.get_param("charset"), part.get_filename())
        if part.is_multipart():
            found.append(kind)
        else:
            found.append((*kind, part.get_payload(decode=True).replace(b"\r\n", b"\n").rstrip(b"\n")))
    return found


def assert_same(one: bytes, other: bytes) -> None:
    for mine, theirs in zip(meaning(one), meaning(other), strict=True):
        if isinstance(mine, list):
            for a, b in zip(mine, theirs, strict=True):
                assert a == b
        assert mine == theirs


def fast(row: Delivery) -> bytes:
    writer = desk.Desk()
    writer.lay_out([row])
    return writer._fill(row, patterns.PATTERNS[row.kind])


@pytest.fixture
def invitations(event, organiser, send_now):
    for number, name in enumerate(NAMES):
        Organisation.objects.create(
            name=name or "–", kind="cso", email=f"ente{number}@example.org", language="en" if number % 2 else "it",
            source="IndicePA & altri",
        )  # fmt: skip
    campaign = services.prepare(
        by=organiser, event=event, name="x", subject_it="Invito a {organisation}: {event}", body_it="È per {organisation}.\n\nQui.",
        subject_en="Dear {organisation}", body_en="For {organisation}: “{event}”, {date}.", audience=DIRECTORY, calendar="file",
    )  # fmt: skip
    assert send_now(campaign) == len(NAMES)
    Delivery.objects.filter(name="–").update(name="")
    return list(Delivery.objects.order_by("pk"))


def test_both_paths_parse_to_the_same_invitation_for_every_name(invitations):
    assert len(invitations) == len(NAMES)
    for row in invitations:
        assert_same(fast(row), slow(row))


def test_both_paths_parse_to_the_same_message_with_a_calendar_for_every_name(event, organiser, register):
    events.change(event=event, by=organiser, capacity=50)
    for number, name in enumerate(NAMES):
        register(guests=[events.Guest(name[:150] or "Anna", f"persona{number}@example.org")])
    Delivery.objects.all().delete()
    events.change(event=event, by=organiser, venue="Sala del Consiglio")
    rows = list(Delivery.objects.filter(kind="event_rescheduled").order_by("pk"))
    assert len(rows) > len(NAMES)
    for row in rows:
        assert_same(fast(row), slow(row))


def test_the_fast_path_writes_lines_that_may_travel(invitations):
    for row in invitations:
        content = fast(row)
        assert b"\n" not in content.replace(b"\r\n", b"")
        head, _, _ = content.partition(b"\r\n\r\n")
        assert max(len(line) for line in head.split(b"\r\n")) <= 200
        assert max(len(line) for line in content.split(b"\r\n")) <= 998


def test_a_line_that_grew_too_long_goes_the_slow_way_and_arrives(invitations):
    row = invitations[0]
    row.payload["organisation"] = "parola " * 300
    with pytest.raises(skeleton.CannotFill):
        fast(row)
    writer = desk.Desk()
    writer.lay_out([row])
    message = message_from_bytes(writer.write(row), policy=policy.default)
    assert message.get_body(("plain",)).get_content().split().count("parola") >= 300


def test_a_relay_without_8bit_gets_seven_bits(invitations):
    writer = desk.Desk()
    writer.lay_out(invitations)
    for row in invitations:
        assert writer.write(row, eight_bit=False).isascii()


def test_what_one_recipient_is_called_never_reaches_another(invitations):
    writer = desk.Desk()
    writer.lay_out(invitations)
    contents = [writer.write(row) for row in invitations]
    for row, content in zip(invitations, contents, strict=True):
        others = [other.address.encode() for other in invitations if other is not row]
        assert not any(address in content for address in others)
        assert row.message_id.encode() in content


def test_one_letter_is_compiled_for_many(invitations, django_assert_num_queries):
    writer = desk.Desk()
    writer.lay_out(invitations)
    for row in invitations:
        writer.write(row)
    assert len(writer._shelf) <= 4  # two languages, with and without a name
    with django_assert_num_queries(0):
        for row in invitations:
            writer.write(row)


def test_a_new_revision_of_the_event_is_another_letter(event, organiser, register):
    register("Anna")
    Delivery.objects.all().delete()
    writer = desk.Desk()
    events.change(event=event, by=organiser, venue="Sala Prima")
    events.change(event=event, by=organiser, venue="Sala Seconda")
    for row in Delivery.objects.filter(kind="event_rescheduled").order_by("pk"):
        writer.lay_out([row])
        assert b"Sala Seconda" in writer.write(row)
