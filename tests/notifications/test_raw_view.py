"""A message as it leaves, for organisers' eyes: every byte but the tokens, and never a sign-in code."""

import re
from email import message_from_bytes, policy
from uuid import uuid4

import pytest

from events.models import INVITATION_LINK, Invitation
from notifications import outbox
from notifications.calendars import feeds
from notifications.cockpit import raw
from notifications.models import CalendarFeed, Delivery
from notifications.recipients.links import unsubscribe_url
from notifications.reminders import services as reminder_services
from notifications.sending.desk import Desk
from organisations.links import make_token
from tests.notifications.test_cockpit import HERE, communications, desk, page  # noqa: F401
from tests.notifications.test_outbox_messages import campaign_of
from tests.notifications.test_pump import write

pytestmark = pytest.mark.django_db


def seen_raw(client, row: Delivery) -> bytes:
    response = client.get(f"{HERE}{row.key}/raw/")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    return response.content


def everything(content: bytes) -> str:
    """The message in every reading: as it stands, and each part decoded."""
    message = message_from_bytes(content, policy=policy.default)
    parts = [part.get_payload(decode=True) or b"" for part in message.walk() if not part.is_multipart()]
    flat = b"\n".join([content.replace(b"=\r\n", b""), *parts]).replace(b"\r\n ", b"")
    return flat.decode("utf-8", "replace")


def test_the_raw_message_is_what_leaves_but_for_the_token(desk, register):  # noqa: F811
    registration = register("Anna")
    row = Delivery.objects.get(kind="registration_confirmed")
    content = seen_raw(desk, row)
    assert registration.token not in everything(content)
    assert CalendarFeed.objects.get(address=row.address).token not in everything(content)
    assert "/registrations/…/" in content.decode()
    worker = Desk()
    worker.lay_out([row])
    real = message_from_bytes(worker.write(row), policy=policy.default)
    assert registration.token in everything(real.as_bytes())  # so there was something to hide
    mine = message_from_bytes(content, policy=policy.default)
    assert mine.items() == real.items()
    assert [part.get_content_type() for part in mine.walk()] == [part.get_content_type() for part in real.walk()]
    told = mine.get_body(("plain",)).get_content().replace("\r\n", "\n")
    meant = real.get_body(("plain",)).get_content().replace("\r\n", "\n")
    for token in (registration.token, CalendarFeed.objects.get(address=row.address).token):
        meant = meant.replace(token, "…")
    assert told == meant


def test_no_kind_of_message_shows_a_token(desk, register, event, organiser, cso):  # noqa: F811
    registration = register("Anna")
    invitation = Invitation.objects.create(event=event, organisation=cso)
    feed = CalendarFeed.objects.get(address="carla@ente01.example.org")
    feeds.send(feed=feed, language="it")
    outbox.enqueue([outbox.Message("registration_link", "x", registration.contact_email, "Carla", "it",
                                   payload={"registration": registration.pk})])  # fmt: skip
    rule = reminder_services.add_default_rule(event=event, by=organiser)
    outbox.enqueue([outbox.Message("invitation_reminder", "y", cso.email, "", "en", lane="bulk",
                                   payload={"rule": rule.pk, "invitation": invitation.pk, "event": event.pk})])  # fmt: skip
    unsubscribe = unsubscribe_url(cso.email, "en").rstrip("/").rpartition("/")[2]
    secrets = [registration.token, feed.token, invitation.token, unsubscribe]
    kinds = set()
    for row in Delivery.objects.all():
        text = everything(seen_raw(desk, row))
        kinds.add(row.kind)
        assert not [secret for secret in secrets if secret in text], row.kind
    assert {"registration_confirmed", "registration_link", "calendar_link", "invitation_reminder"} <= kinds
    bulk = seen_raw(desk, Delivery.objects.get(kind="invitation_reminder")).decode()
    assert re.search(r"List-Unsubscribe:\s+<http[^>]+/unsubscribe/…/>", bulk)
    assert "?invitation=…" in bulk


def test_an_invitation_compiled_for_many_shows_no_token_either(desk, event, organiser, cso):  # noqa: F811
    campaign = campaign_of(event, organiser, subject_it="Invito: {event}", body_it="Perché no? {link}")
    key = uuid4()
    payload = {"organisation": cso.name, "key": str(key), "event": event.pk}
    write(1, lane="bulk", campaign=campaign, kind="invitation", payload=payload, address=cso.email)
    text = everything(seen_raw(desk, Delivery.objects.get()))
    assert make_token(INVITATION_LINK, key) not in text
    assert unsubscribe_url(cso.email, "it").rstrip("/").rpartition("/")[2] not in text
    assert "?invitation=…" in text
    assert "Perché no?" in text


def test_an_encoded_subject_is_left_as_it_is():
    content = b"Subject: =?utf-8?b?R2lvcm5hdGEgaW5mb3JtYXRpdmEg4oCcU29jaWFsTkVFVOKAnQ==?=\r\n\r\nciao\r\n"
    assert raw.masked(content) == content


def test_a_token_folded_inside_a_calendar_is_found():
    token = "abcdEFGH" * 4
    line = f"URL:https://socialneet.example.org/registrations/{token}/"
    folded = f"BEGIN:VCALENDAR\r\n{line[:70]}\r\n {line[70:]}\r\nEND:VCALENDAR\r\n"
    head = "Content-Type: text/calendar; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    hidden = raw.masked((head + folded).encode()).decode()
    assert "/registrations/…/" in hidden
    assert token[:20] not in hidden.replace("\r\n ", "")


def test_a_sign_in_code_is_shown_nowhere_and_it_is_said_why(client, desk, organiser):  # noqa: F811
    client.post("/accounts/login/", {"email": organiser.email})
    row = Delivery.objects.get(kind="account")
    code = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b|\b\d{6}\b", row.payload["text"]).group()
    text = page(desk, f"{row.key}/")
    assert "shown to nobody but its recipient" in text
    assert "/raw/" not in text
    response = desk.get(f"{HERE}{row.key}/raw/")
    assert response.status_code == 403
    assert "sign-in code" in response.content.decode()
    for found in (text, response.content.decode(), page(desk), page(desk, "messages/")):
        assert code not in found
    with pytest.raises(raw.IsSecret):
        raw.raw(row)


def test_the_raw_message_is_for_organisers_alone(client, client_of, communications, signatory, stranger, register):  # noqa: F811
    register("Anna")
    path = f"{HERE}{Delivery.objects.first().key}/raw/"
    assert client.get(path).status_code == 302
    for user in (communications, signatory, stranger):
        assert client_of(user).get(path).status_code == 403
    assert "/raw/" not in page(client_of(communications), f"{Delivery.objects.first().key}/")


def test_the_raw_message_can_be_kept_as_a_file(desk, register):  # noqa: F811
    register("Anna")
    row = Delivery.objects.first()
    response = desk.get(f"{HERE}{row.key}/raw/?download")
    assert response["Content-Disposition"] == f'attachment; filename="{row.key}.eml"'


def test_a_message_that_cannot_be_written_any_more_says_why(desk):  # noqa: F811
    write(1, kind="registration_link", payload={"registration": 999_999})
    response = desk.get(f"{HERE}{Delivery.objects.get().key}/raw/")
    assert response.status_code == 409
    assert "the registration is gone" in response.content.decode()


def test_reading_a_message_changes_nothing(desk, register):  # noqa: F811
    register("Anna")
    row = Delivery.objects.get(kind="registration_confirmed")
    desk.get(f"{HERE}{row.key}/")
    seen_raw(desk, row)
    assert Delivery.objects.filter(pk=row.pk).values().get() == {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields
    }
    assert row.tries.count() == 0
