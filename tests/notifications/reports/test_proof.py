"""Only what is proved is kept, once; nobody is followed or named."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from django.forms.models import model_to_dict
from django.test import Client
from django.utils import timezone

from notifications import clock
from notifications.models import Delivery, DeliveryEvent, ProviderMessage, Suppression
from notifications.providers import catalogue, events
from tests.notifications.reports.posting import BASIC, SECRET, bounce, mailgun, post, postmark, sendgrid, sendgrid_event
from tests.notifications.test_pump import states

pytestmark = pytest.mark.django_db
State, Effect = Delivery.State, DeliveryEvent.Effect


# -- only what is proved ----------------------------------------------------------------------------------------------


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


# -- replays and clocks -----------------------------------------------------------------------------------------------


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


# -- what strangers may try -------------------------------------------------------------------------------------------


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


# -- nobody is followed, nobody is named ------------------------------------------------------------------------------


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
