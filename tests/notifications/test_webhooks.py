"""Reports of providers: proved, kept once, taken in later; storms, replays and forgeries change nothing."""

import base64
import hashlib
import hmac
import json
import threading
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import time_machine
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connections
from django.forms.models import model_to_dict
from django.test import Client
from django.utils import timezone

from notifications import clock
from notifications.models import Attempt, Campaign, Delivery, DeliveryEvent, ProviderMessage, Suppression, hash_address
from notifications.providers import catalogue, events
from notifications.recipients import services as recipients
from notifications.sending import claims, pump
from tests.notifications.test_pump import states, write

pytestmark = pytest.mark.django_db
State, Effect = Delivery.State, DeliveryEvent.Effect
SECRET = "portal:only-for-tests"
KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC_KEY = base64.b64encode(
    KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
).decode()


@pytest.fixture(autouse=True)
def _secrets(settings):
    settings.ANYMAIL = {
        "WEBHOOK_SECRET": [SECRET],
        "MAILGUN_WEBHOOK_SIGNING_KEY": "mailgun-key",
        "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY": PUBLIC_KEY,
        "MAILERSEND_SIGNING_SECRET": "mailersend-key",
        "MANDRILL_WEBHOOK_KEY": "mandrill-key",
    }


@pytest.fixture
def row() -> Delivery:
    """A message that the provider took."""
    return accepted(1)[0]


def accepted(count: int, **changes) -> list[Delivery]:
    write(count, lane="bulk", **changes)
    pump.pump()
    return list(Delivery.objects.order_by("pk"))


# -- what providers post, signed as they sign ---------------------------------------------------------------------------

BASIC = {"Authorization": f"Basic {base64.b64encode(SECRET.encode()).decode()}"}


def post(name: str, body, headers=None, content_type: str = "application/json", client=None):
    content = body if isinstance(body, bytes | str) else json.dumps(body)
    return (client or Client()).post(
        f"/webhooks/mail/{name}/", content, content_type=content_type, headers=headers or {}
    )


def postmark(record: str, row: Delivery | None = None, **fields):
    """Postmark proves itself by the shared secret alone."""
    moment = fields.pop("at", timezone.now()).isoformat()
    when = {"Delivery": "DeliveredAt", "Bounce": "BouncedAt", "SpamComplaint": "BouncedAt"}.get(record, "ReceivedAt")
    body = {"RecordType": record, when: moment, "MessageID": "pm-?", "Recipient": "a0@example.org"}
    body["Metadata"] = {"delivery": row.key.hex} if row else {}
    return post("postmark", body | fields, BASIC)


def bounce(row: Delivery, details: str, kind: str = "HardBounce", number: int | None = None):
    return postmark("Bounce", row, Type=kind, Details=details, ID=number or uuid4().int % 10**9, Email=row.address)


def mailgun(event: str, row: Delivery | None = None, *, key: str = "mailgun-key", token: str = "", at=None, **fields):
    """HMAC over a token and the time."""
    moment, token = at or timezone.now(), token or uuid4().hex
    stamp = str(int(moment.timestamp()))
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    told = {"event": event, "timestamp": moment.timestamp(), "recipient": "a0@example.org", "user-variables": {}}
    if row:
        told["user-variables"] = {"delivery": row.key.hex}
    body = {"signature": {"timestamp": stamp, "token": token, "signature": signature}, "event-data": told | fields}
    return post("mailgun", body, BASIC)


def sendgrid(told: list[dict], *, key=KEY, change=None, at=None, **options):
    """ECDSA over the time and the body."""
    stamp, body = str(int((at or timezone.now()).timestamp())), json.dumps(told).encode()
    signature = base64.b64encode(key.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    headers = {"X-Twilio-Email-Event-Webhook-Signature": signature, "X-Twilio-Email-Event-Webhook-Timestamp": stamp}
    return post("sendgrid", change(body) if change else body, BASIC | headers, **options)


def sendgrid_event(row: Delivery, event: str = "delivered", **fields) -> dict:
    moment = int(timezone.now().timestamp())
    return {"event": event, "email": row.address, "timestamp": moment, "sg_event_id": uuid4().hex,
            "delivery": row.key.hex, **fields}  # fmt: skip


# -- only what is proved --------------------------------------------------------------------------------------------------


def test_a_signed_report_is_kept_and_taken_in_by_the_clock(row):
    response = mailgun("delivered", row)
    assert response.status_code == 200
    assert not response.cookies
    assert states() == [State.ACCEPTED], "answered at once, applied later"
    assert DeliveryEvent.objects.get().processed_at is None
    assert clock.go_round()["reports"] == 1
    assert states() == [State.DELIVERED]
    event = DeliveryEvent.objects.get()
    assert (event.delivery, event.effect) == (row, Effect.CHANGED)
    assert clock.go_round()["reports"] == 0


GUESS = {"Authorization": f"Basic {base64.b64encode(b'portal:guess').decode()}"}
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "forge",
    [
        lambda row: mailgun("delivered", row, key="another key"),
        lambda row: sendgrid([sendgrid_event(row)], key=ec.generate_private_key(ec.SECP256R1())),
        lambda row: sendgrid([sendgrid_event(row)], change=lambda body: body.replace(b"delivered", b"bounce")),
        lambda row: post("sendgrid", [sendgrid_event(row)], BASIC),
        lambda row: post("postmark", {"RecordType": "SpamComplaint"}, {}),
        lambda row: post("postmark", {"RecordType": "SpamComplaint"}, GUESS),
        lambda row: post("postmark", {"RecordType": "SpamComplaint"}, {"Authorization": "Bearer x"}),
        lambda row: post("mailersend", {"type": "activity.delivered"}, BASIC | {"Signature": "0" * 64}),
        lambda row: post("mandrill", "mandrill_events=[]", BASIC | {"X-Mandrill-Signature": "x"}, FORM),
    ],
)
def test_what_is_not_proved_is_refused_and_not_kept(row, forge):
    assert forge(row).status_code == 403
    assert not DeliveryEvent.objects.exists()


@pytest.mark.parametrize("name", [name for name, provider in catalogue.PROVIDERS.items() if provider.reports])
def test_without_a_secret_nothing_is_ever_accepted(settings, name):
    settings.ANYMAIL = {}
    provider = catalogue.PROVIDERS[name]
    assert post(name, {}, BASIC, content_type=provider.content_type).status_code == 403
    assert not DeliveryEvent.objects.exists()


def test_each_of_two_secrets_opens_while_one_is_being_replaced(settings, row):
    settings.ANYMAIL = {"WEBHOOK_SECRET": ["portal:new", SECRET]}
    assert postmark("Delivery", row).status_code == 200


def test_the_signatures_of_other_providers_are_understood_too(row):
    told = {"type": "activity.delivered", "data": {"id": "ms-1", "type": "delivered", "created_at": timezone.now().isoformat(),
            "email": {"message": {"id": "x"}, "recipient": {"email": row.address}}, "morph": None}}  # fmt: skip
    body = json.dumps(told).encode()
    signature = hmac.new(b"mailersend-key", body, hashlib.sha256).hexdigest()
    assert post("mailersend", body, BASIC | {"Signature": signature}).status_code == 200
    form = {"mandrill_events": json.dumps([{"event": "spam", "ts": int(timezone.now().timestamp()),
            "msg": {"_id": "m", "email": row.address, "metadata": {"delivery": row.key.hex}}}])}  # fmt: skip
    url = f"http://{SECRET}@testserver/webhooks/mail/mandrill/mandrill_events{form['mandrill_events']}"
    signature = base64.b64encode(hmac.new(b"mandrill-key", url.encode(), hashlib.sha1).digest()).decode()
    assert post("mandrill", urlencode(form), BASIC | {"X-Mandrill-Signature": signature}, FORM).status_code == 200
    events.take_in()
    assert states() == [State.COMPLAINED]


def test_amazon_is_asked_for_the_secret_before_it_shows_it(row):
    told = {"notificationType": "Bounce", "mail": {"messageId": "ses-1", "destination": [row.address]},
            "bounce": {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [
                {"emailAddress": row.address, "diagnosticCode": "smtp; 550 5.1.1 user unknown"}]}}  # fmt: skip
    body = {
        "Type": "Notification",
        "MessageId": "sns-1",
        "Message": json.dumps(told),
        "Timestamp": timezone.now().isoformat(),
    }
    headers = {"x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": "sns-1"}
    ProviderMessage.objects.create(delivery=row, provider="amazon_ses", name="ses-1")
    first = post("amazon-ses", body, headers, "text/plain; charset=UTF-8")
    assert (first.status_code, first["WWW-Authenticate"]) == (401, 'Basic realm="reports"')
    assert post("amazon_ses", body, headers | BASIC, "text/plain; charset=UTF-8").status_code == 200
    events.take_in()
    assert states() == [State.BOUNCED_HARD]


# -- replays and clocks -------------------------------------------------------------------------------------------------------


def test_the_same_report_twice_is_one(row):
    for _time in range(2):
        assert bounce(row, "smtp;550 5.1.1 unknown", number=7).status_code == 200
    assert DeliveryEvent.objects.count() == 1
    events.take_in()
    assert bounce(row, "smtp;550 5.1.1 unknown", number=7).status_code == 200
    assert events.take_in() == 0
    assert DeliveryEvent.objects.count() == 1


def test_a_report_without_a_number_is_recognised_by_its_content(row):
    moment = timezone.now()
    for _time in range(2):
        postmark("Delivery", row, at=moment)
    assert DeliveryEvent.objects.count() == 1


def test_a_provider_that_numbers_a_repetition_anew_is_still_recognised(row):
    told = sendgrid_event(row)
    sendgrid([told])
    sendgrid([told | {"sg_event_id": "another"}])
    sendgrid([told, told])
    assert DeliveryEvent.objects.count() == 1


def test_a_signature_that_covers_only_a_token_is_good_for_one_event(row):
    """Mailgun signs no body: whoever saw one report could write any other under it."""
    mailgun("delivered", row, token="seen")
    assert mailgun("complained", row, token="seen").status_code == 200
    events.take_in()
    assert states() == [State.DELIVERED]
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("away", [timedelta(days=-4), timedelta(hours=2)])
def test_a_signature_of_another_day_is_refused(row, away):
    moment = timezone.now() + away
    assert mailgun("delivered", row, at=moment).status_code == 403
    assert sendgrid([sendgrid_event(row)], at=moment).status_code == 403
    assert not DeliveryEvent.objects.exists()


@pytest.mark.parametrize("away", [timedelta(days=-31), timedelta(hours=2)])
def test_what_happened_long_ago_or_not_yet_is_not_kept(row, away):
    moment = timezone.now() + away
    assert postmark("Delivery", row, at=moment).status_code == 200, "or it would be repeated for days"
    assert (
        sendgrid([sendgrid_event(row, timestamp=int(moment.timestamp())), sendgrid_event(row, "deferred")]).status_code
        == 200
    )
    assert [event.type for event in DeliveryEvent.objects.all()] == ["deferred"]


def test_events_are_forgotten_only_when_a_replay_would_be_too_old(row):
    moment = timezone.now()
    postmark("Delivery", row, at=moment)
    events.take_in()
    with time_machine.travel(moment + timedelta(days=89)):
        events.take_in()
        assert DeliveryEvent.objects.count() == 1
    with time_machine.travel(moment + timedelta(days=91)):
        events.take_in()
        assert not DeliveryEvent.objects.exists()
        postmark("Delivery", row, at=moment)
        assert not DeliveryEvent.objects.exists()


# -- what strangers may try ---------------------------------------------------------------------------------------------------


def test_only_a_post_is_heard(row):
    assert Client().get("/webhooks/mail/postmark/").status_code == 405
    assert Client().put("/webhooks/mail/postmark/").status_code == 405
    assert Client().head("/webhooks/mail/postmark/").status_code == 200, "some providers ask whether anybody is there"
    assert not DeliveryEvent.objects.exists()


@pytest.mark.parametrize("name", ["nobody", "scaleway", "postmark2"])
def test_who_is_no_reporting_provider_has_no_address(name):
    assert post(name, {}, BASIC).status_code == 404


def test_neither_cookie_nor_token_is_asked_for(row):
    client = Client(enforce_csrf_checks=True)
    body = {"RecordType": "Delivery", "DeliveredAt": timezone.now().isoformat(), "Metadata": {"delivery": row.key.hex}}
    assert post("postmark", body, BASIC, client=client).status_code == 200


def test_a_body_over_the_limit_is_not_read(row, settings):
    settings.MAX_REPORT_BYTES = 1000
    body = {"RecordType": "Delivery", "Metadata": {"delivery": row.key.hex}, "Description": "x" * 2000}
    assert post("postmark", body, BASIC).status_code == 413
    assert not DeliveryEvent.objects.exists()


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_another_content_type_is_refused(row, kind):
    body = json.dumps({"RecordType": "Delivery", "Metadata": {"delivery": row.key.hex}})
    assert post("postmark", body, BASIC, content_type=kind).status_code == 415


NONSENSE = [b"", b"{", b"[]", b"null", b"7", b'{"RecordType": 1, "DeliveredAt": 5}', b"\xff\xfe", b"[" * 100_000,
            b'{"RecordType": "Inbound"}', b'{"signature": 5}', b'[{"msys": {"a": 1, "b": 2}}]']  # fmt: skip


@pytest.mark.parametrize("body", NONSENSE)
@pytest.mark.parametrize("name", ["postmark", "mailgun", "sparkpost", "brevo", "mailjet"])
def test_nonsense_breaks_nothing(name, body):
    assert post(name, body, BASIC).status_code in {200, 400, 403, 415}
    assert not DeliveryEvent.objects.exists()


@pytest.mark.parametrize("body", NONSENSE)
def test_nonsense_never_passes_for_signed(body):
    assert post("mailgun", body, BASIC).status_code in {400, 403, 415}


def test_what_makes_no_sense_is_said_to_make_none():
    assert post("postmark", b"{", BASIC).status_code == 400
    assert post("postmark", b"[" * 100_000, BASIC).status_code == 400


def test_a_report_with_odd_characters_can_be_stored(row):
    words = "smtp;550 5.1.1 \x00 unknown\r\nBcc: x " + "é" * 900
    assert postmark("Bounce", row, Type="HardBounce", Details=words, ID="7\x00", MessageID="pm\x00").status_code == 200
    events.take_in()
    event = DeliveryEvent.objects.get()
    assert "\x00" not in event.description
    assert len(event.description) <= 300


# -- nobody is followed, nobody is named --------------------------------------------------------------------------------------


def test_opens_and_clicks_are_not_kept(row):
    assert postmark("Open", row).status_code == 200
    assert postmark("Click", row, OriginalLink="https://example.org/").status_code == 200
    assert mailgun("opened", row).status_code == 200
    assert mailgun("clicked", row, url="https://example.org/").status_code == 200
    assert (
        sendgrid(
            [sendgrid_event(row, "open"), sendgrid_event(row, "click"), sendgrid_event(row, "processed")]
        ).status_code
        == 200
    )
    assert not DeliveryEvent.objects.exists()


def test_no_address_is_kept_with_an_event(row):
    bounce(row, f"smtp;550 5.1.1 <{row.address}> unknown; a0@example.org was not found here")
    event = DeliveryEvent.objects.get()
    assert event.description == "smtp;550 5.1.1 <…@example.org> unknown; …@example.org was not found here"
    assert "a0@" not in str(model_to_dict(event))
    events.take_in()
    assert "a0@" not in str(model_to_dict(DeliveryEvent.objects.get()))


# -- whose report it is ---------------------------------------------------------------------------------------------------------


def test_a_message_is_found_by_our_key_our_message_id_or_the_providers_name(settings):
    first, second, third, _fourth = accepted(4)
    ProviderMessage.objects.create(delivery=third, provider="postmark", name="pm-3")
    postmark("Delivery", first)
    mailgun("delivered", None, message={"headers": {"message-id": second.message_id.strip("<>")}})
    postmark("Delivery", None, MessageID="pm-3")
    events.take_in()
    assert states() == [State.DELIVERED, State.DELIVERED, State.DELIVERED, State.ACCEPTED]


def test_an_address_alone_finds_nothing(row):
    """Forwarded mail bounces from, and for, addresses that are in our lists by chance."""
    postmark("SpamComplaint", None, Type="SpamComplaint", ID=3, Email=row.address)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        events.take_in()
    event = DeliveryEvent.objects.get()
    assert (event.delivery, event.effect) == (None, Effect.UNKNOWN)
    assert states() == [State.ACCEPTED]
    assert not Suppression.objects.exists()


def test_another_providers_name_finds_nothing(row):
    ProviderMessage.objects.create(delivery=row, provider="mailjet", name="same")
    postmark("Delivery", None, MessageID="same")
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        events.take_in()
    assert states() == [State.ACCEPTED]


def test_a_report_on_a_message_that_is_not_here_is_settled_as_such():
    stranger = Delivery(address="x@example.org")
    postmark("Delivery", stranger)
    assert events.take_in() == 1
    event = DeliveryEvent.objects.get()
    assert (event.delivery, event.effect) == (None, Effect.UNKNOWN)


def test_a_report_quicker_than_our_own_result_waits_for_it():
    write(1, lane="bulk")
    (row,) = claims.begin(claims.claim("busy", "bulk", 1), "busy")
    postmark("Delivery", row)
    postmark("Delivery", None, MessageID="pm-later")
    assert events.take_in() == 0
    Delivery.objects.update(state=State.ACCEPTED, accepted_at=timezone.now(), owner="", lease_until=None)
    assert events.take_in() == 1
    assert states() == [State.DELIVERED]
    ProviderMessage.objects.create(delivery=row, provider="postmark", name="pm-later")
    assert events.take_in() == 1
    assert not DeliveryEvent.objects.waiting().exists()


def test_who_reports_on_an_uncertain_message_took_it():
    write(1, lane="bulk")
    (row,) = claims.begin(claims.claim("dead", "bulk", 1), "dead")
    Delivery.objects.update(state=State.UNCERTAIN, lease_until=None)
    postmark("Delivery", row)
    events.take_in()
    assert states() == [State.DELIVERED]
    assert Delivery.objects.get().accepted_at is not None
    assert Attempt.objects.get().outcome == Attempt.Outcome.SETTLED


# -- what it changes -------------------------------------------------------------------------------------------------------------

FULL, UNKNOWN, POLICY = "smtp;552 5.2.2 full", "smtp;550 5.1.1 no such user", "smtp;550 5.7.1 not from you"


LEFT = {"SuppressSending": True, "SuppressionReason": "ManualSuppression"}
GONE = {"severity": "permanent", "delivery-status": {"message": "550 5.1.1 no such user"}}


def mailed(row: Delivery, event: str, **fields):
    return sendgrid([sendgrid_event(row, event, **fields)])


@pytest.mark.parametrize(
    ("report", "state", "suppressed"),
    [
        (lambda row: postmark("Delivery", row), State.DELIVERED, ""),
        (lambda row: bounce(row, UNKNOWN), State.BOUNCED_HARD, "unknown mailbox"),
        (lambda row: bounce(row, "smtp;550 5.1.8 bad sender"), State.BOUNCED_HARD, ""),
        (lambda row: bounce(row, POLICY), State.BOUNCED_HARD, ""),
        (lambda row: bounce(row, FULL), State.BOUNCED_SOFT, ""),
        (lambda row: bounce(row, "no words", "SoftBounce"), State.BOUNCED_SOFT, ""),
        (lambda row: bounce(row, "from 5.1.1.3, no code", "HardBounce"), State.BOUNCED_HARD, ""),
        (lambda row: bounce(row, "later", "Transient"), State.ACCEPTED, ""),
        (lambda row: bounce(row, "x", "SpamNotification"), State.COMPLAINED, "complained"),
        (lambda row: bounce(row, "bad", "BadEmailAddress"), State.BOUNCED_HARD, "unknown mailbox"),
        (lambda row: bounce(row, "x", "ManuallyDeactivated"), State.BOUNCED_HARD, ""),
        (lambda row: postmark("SpamComplaint", row, Type="SpamComplaint", ID=1), State.COMPLAINED, "complained"),
        (lambda row: postmark("SubscriptionChange", row, **LEFT), State.ACCEPTED, "unsubscribed"),
        (lambda row: mailgun("failed", row, severity="temporary"), State.ACCEPTED, ""),
        (lambda row: mailgun("failed", row, **GONE), State.BOUNCED_HARD, "unknown mailbox"),
        (lambda row: mailgun("complained", row), State.COMPLAINED, "complained"),
        (lambda row: mailgun("unsubscribed", row), State.ACCEPTED, "unsubscribed"),
        (lambda row: mailed(row, "bounce", status="5.1.1", reason="550 x"), State.BOUNCED_HARD, "unknown mailbox"),
        (lambda row: mailed(row, "bounce", type="blocked", reason="busy"), State.BOUNCED_SOFT, ""),
        (lambda row: mailed(row, "dropped", reason="Bounced Address"), State.BOUNCED_HARD, ""),
    ],
)
def test_each_report_means_one_thing(row, report, state, suppressed):
    assert report(row).status_code == 200
    events.take_in()
    assert states() == [state]
    reasons = list(Suppression.objects.filter(address_hash=hash_address(row.address)).values_list("reason", flat=True))
    assert reasons == ([suppressed] if suppressed else [])


def test_who_left_through_a_provider_comes_back_under_preferences(row):
    mailgun("unsubscribed", row)
    events.take_in()
    digest = hash_address(row.address)
    assert not recipients.wishes_of(digest).is_closed
    recipients.save_wishes(address_hash=digest, invitations=True, news=True, language="")
    assert not Suppression.objects.exists()


def test_what_the_portal_learns_of_a_mailbox_stands_beside_its_owners_word(row):
    digest = hash_address(row.address)
    recipients.unsubscribe(address_hash=digest)
    bounce(row, UNKNOWN)
    events.take_in()
    recipients.subscribe_again(address_hash=digest)
    assert recipients.wishes_of(digest) == recipients.Wishes(invitations=True, news=True, is_closed=True)


def test_what_came_back_says_why_in_the_outbox(row):
    bounce(row, UNKNOWN)
    events.take_in()
    assert Delivery.objects.get().reply == "postmark: smtp;550 5.1.1 no such user"


@pytest.mark.parametrize("target", [State.DELIVERED, State.BOUNCED_SOFT, State.BOUNCED_HARD, State.COMPLAINED])
@pytest.mark.parametrize("state", State.values)
def test_a_state_moves_only_along_the_table(row, state, target):
    taken = state in Delivery.TAKEN
    held = {"owner": "w", "lease_until": timezone.now()} if state in {State.LEASED, State.SENDING} else {}
    Delivery.objects.update(state=state, accepted_at=timezone.now() if taken else None, **held)
    report = {
        State.DELIVERED: lambda: postmark("Delivery", row),
        State.BOUNCED_SOFT: lambda: bounce(row, FULL),
        State.BOUNCED_HARD: lambda: bounce(row, POLICY),
        State.COMPLAINED: lambda: postmark("SpamComplaint", row, Type="SpamComplaint", ID=1),
    }[target]
    report()
    events.take_in()
    with time_machine.travel(timezone.now() + timedelta(hours=2)):  # nothing waits any more
        events.take_in()
    start = State.ACCEPTED if state == State.UNCERTAIN else state
    assert states() == [target if target in Delivery.TRANSITIONS[start] else start]
    assert not DeliveryEvent.objects.waiting().exists()


def test_the_order_of_coming_does_not_matter(row):
    bounce(row, FULL)
    postmark("SpamComplaint", row, Type="SpamComplaint", ID=1)
    postmark("Delivery", row)
    events.take_in()
    assert states() == [State.COMPLAINED]
    postmark("Delivery", row, at=timezone.now() + timedelta(seconds=1))
    events.take_in()
    assert states() == [State.COMPLAINED]


# -- many at once ---------------------------------------------------------------------------------------------------------------


def test_a_storm_of_five_thousand_is_taken_in_once(django_assert_max_num_queries):
    rows = write(5000, lane="bulk")
    Delivery.objects.update(state=State.ACCEPTED, accepted_at=timezone.now())
    told = [sendgrid_event(row) for row in rows]
    for start in range(0, 5000, 1000):
        for _time in range(2):
            assert sendgrid(told[start : start + 1000]).status_code == 200
    assert DeliveryEvent.objects.count() == 5000
    with django_assert_max_num_queries(200):
        assert events.take_in(seconds=60) == 5000
    assert set(states()) == {State.DELIVERED}
    assert events.take_in() == 0


def test_a_storm_does_not_hold_up_the_mail(row):
    postmark("Delivery", row)
    assert events.take_in(seconds=0) == 0
    assert events.take_in() == 1


@pytest.mark.parametrize("count", [1, 30])
def test_a_report_costs_the_same_whatever_its_length(django_assert_max_num_queries, count):
    rows = accepted(count)
    told = [sendgrid_event(row) for row in rows]
    with django_assert_max_num_queries(4):
        sendgrid(told)
    with django_assert_max_num_queries(18):
        assert events.take_in() == count


@pytest.mark.django_db(transaction=True)
def test_the_same_report_at_once_from_all_sides_is_one():
    (row,) = accepted(1)
    moment, start, statuses = timezone.now(), threading.Barrier(4), []

    def run() -> None:
        start.wait(timeout=30)
        try:
            statuses.append(postmark("Delivery", row, at=moment).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert statuses == [200] * 4
    assert DeliveryEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clocks_take_turns():
    rows = accepted(600)
    sendgrid([sendgrid_event(row) for row in rows])
    start, done = threading.Barrier(2), []

    def run() -> None:
        start.wait(timeout=30)
        try:
            done.append(events.take_in())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    events.take_in()
    assert sum(done) <= 600
    assert set(states()) == {State.DELIVERED}
    assert not DeliveryEvent.objects.waiting().exists()


# -- the brake of a campaign ------------------------------------------------------------------------------------------------------


@pytest.fixture
def first_few(event, organiser) -> Campaign:
    """A campaign of 40 whose first 20 are out."""
    now = timezone.now()
    campaign = Campaign.objects.create(
        event=event, name="Inviti", subject_it="x", body_it="x", created_by=organiser, sent_by=organiser, sent_at=now,
        starts_at=now, state=Campaign.State.CANARY, planned=40, canary_size=20,
    )  # fmt: skip
    write(40, lane="bulk", campaign=campaign)
    assert pump.pump().accepted == 20
    return campaign


def bounced(campaign: Campaign, count: int, words: str) -> None:
    for number, row in enumerate(campaign.deliveries.filter(state=State.ACCEPTED)[:count]):
        bounce(row, words, number=number + 1)
    clock.go_round()
    campaign.refresh_from_db()


def test_three_of_the_first_twenty_coming_back_pause_the_campaign(first_few):
    bounced(first_few, 3, UNKNOWN)
    assert first_few.state == Campaign.State.PAUSED
    assert "3" in first_few.pause_reason
    assert Delivery.objects.filter(state=State.READY).count() == 20


def test_one_of_them_does_not(first_few):
    bounced(first_few, 1, UNKNOWN)
    assert first_few.state == Campaign.State.CANARY


def test_full_mailboxes_do_not(first_few):
    bounced(first_few, 3, FULL)
    assert first_few.state == Campaign.State.CANARY


def test_one_refusal_by_policy_does(first_few):
    bounced(first_few, 1, POLICY)
    assert first_few.state == Campaign.State.PAUSED
    assert "5.7" in first_few.pause_reason
    assert not Suppression.objects.exists()
