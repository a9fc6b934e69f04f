"""Handing over to a provider's API: a real HTTP server plays it, and says everything a provider may say."""

import base64
import subprocess
import sys
from email import message_from_bytes, policy
from urllib.parse import parse_qs

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from notifications import checks
from notifications.models import Attempt, Delivery, ProviderMessage, Suppression, Throttle
from notifications.providers import catalogue, wire
from notifications.providers.rebuilding import rebuilt
from notifications.sending import claims, journal, pump, relay
from notifications.sending.relay import Envelope, Outcome
from tests.notifications.provider_api import POSTMARK_OK, Api
from tests.notifications.test_pump import states, write
from tests.processes import environment

pytestmark = pytest.mark.django_db
State = Delivery.State
MAILGUN_OK = {"id": "<from-mailgun-{n}@mg.example.org>", "message": "Queued. Thank you."}
BREVO_OK = {"messageId": "<from-brevo-{n}@relay.example.org>"}


@pytest.fixture
def api():
    server = Api()
    yield server
    server.close()


def through(settings, name: str, api: Api, credentials: str = "secret", **options: str) -> None:
    """Mail goes to this provider, which the server plays."""
    more = "".join(f"&{key}={value}" for key, value in options.items())
    settings.MAIL_URL = f"anymail+{name}://{credentials}@?api_url={api.url}{more}"


@pytest.fixture
def postmark(api, settings):
    through(settings, "postmark", api, "token")
    return api


def only_words() -> str:
    return Attempt.objects.get().reply


# -- what the provider is given ------------------------------------------------------------------------------------------


def test_the_message_arrives_with_our_names_and_nobody_is_followed(postmark):
    (row,) = write(
        1, kind="account", payload={"subject": "Città è «qui»", "text": "Perché no", "html": "<p>Perché</p>"}
    )
    assert pump.pump().accepted == 1
    sent = postmark.requests[0].json
    headers = {header["Name"]: header["Value"] for header in sent["Headers"]}
    assert sent["Subject"] == "Città è «qui»"
    assert sent["To"] == "a0@example.org"
    assert "Perché" in sent["TextBody"]
    assert "Perché" in sent["HtmlBody"]
    assert sent["Metadata"] == {"delivery": row.key.hex}
    assert (sent["TrackOpens"], sent["TrackLinks"]) == (False, "None")
    assert sent["ReplyTo"] == django_settings.ASSOCIATION_EMAIL
    assert headers["Message-ID"] == row.message_id
    assert headers["X-PM-KeepID"] == "true"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert postmark.requests[0].headers["x-postmark-server-token"] == "token"


def test_an_invitation_keeps_its_one_click_way_out():
    content = (
        b"From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\nMessage-ID: <1@example.org>\r\nPrecedence: bulk\r\n"
        b"List-Unsubscribe: <https://example.org/unsubscribe/abc/>\r\n"
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nx\r\n"
    )
    message = rebuilt(Envelope(1, "<1@example.org>", "b@example.org", content, "k"), catalogue.PROVIDERS["brevo"])
    assert message.extra_headers["List-Unsubscribe"] == "<https://example.org/unsubscribe/abc/>"
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message.extra_headers["Precedence"] == "bulk"


def test_the_providers_name_of_the_message_is_kept(postmark):
    (row,) = write(1)
    pump.pump()
    assert ProviderMessage.objects.get().name == "pm-1"
    assert ProviderMessage.objects.get().delivery == row
    assert only_words() == "250 taken by postmark as pm-1"


def test_the_providers_name_survives_a_killed_worker():
    write(1, lane="bulk")
    diary = journal.Journal("dead")
    (row,) = claims.begin(claims.claim("dead", "bulk", 1), "dead")
    diary.began(row.pk)
    diary.ended(row.pk, Outcome.ACCEPTED, "250 taken by postmark as pm-7")
    diary.abandon()
    claims.recover()
    assert ProviderMessage.objects.get(name="pm-7").delivery_id == row.pk


def test_many_messages_go_over_one_kept_connection(postmark):
    write(20)
    assert pump.pump().accepted == 20
    assert postmark.connections == 1
    assert ProviderMessage.objects.count() == 20


def test_mailgun_gets_a_form_and_sends_from_the_domain_in_the_address(api, settings):
    settings.MAIL_URL = f"anymail+mailgun://key@mg.example.org?api_url={api.url}"
    api.answers = [(200, MAILGUN_OK)]
    (row,) = write(1)
    assert pump.pump().accepted == 1
    request = api.requests[0]
    assert request.path == "/mg.example.org/messages"
    form = parse_qs(request.body.decode())
    assert form["v:delivery"] == [row.key.hex]
    assert form["h:Message-Id"] == [row.message_id]
    assert (form["o:tracking-opens"], form["o:tracking-clicks"]) == (["no"], ["no"])


def test_a_provider_that_cannot_switch_tracking_off_still_sends(api, settings):
    through(settings, "brevo", api)
    api.answers = [(201, BREVO_OK)]
    (row, _other) = write(2)
    assert pump.pump().accepted == 2
    assert row.key.hex in api.requests[0].json["headers"]["X-Mailin-custom"]


def test_a_provider_without_metadata_still_sends_and_its_name_of_the_message_is_kept(api, settings):
    through(settings, "postal", api)
    told = {"message_id": "x", "messages": {"a0@example.org": {"id": 5, "token": "t"}}}
    api.answers = [(200, {"status": "success", "data": told})]
    write(1)
    assert pump.pump().accepted == 1
    assert ProviderMessage.objects.get().provider == "postal"


def test_a_name_with_commas_quotes_and_accents_stays_one_recipient(postmark):
    write(1, name='Niccolò "Nico" Rossi, Comune')
    assert pump.pump().accepted == 1
    assert postmark.requests[0].json["To"] == '"Niccolò \\"Nico\\" Rossi, Comune" <a0@example.org>'


# -- calendars -------------------------------------------------------------------------------------------------------------


def test_where_a_calendar_may_not_stand_beside_the_text_it_is_attached_with_its_method(postmark, register):
    register("Anna")
    pump.pump()
    request = postmark.requests[0]
    (attachment,) = request.json["Attachments"]
    assert attachment["Name"] == "invite.ics"
    assert attachment["ContentType"] == 'text/calendar; method="REQUEST"; charset="utf-8"'
    assert b"METHOD:REQUEST" in base64.b64decode(attachment["Content"])


def test_where_it_may_it_stands_there(api, settings, register):
    through(settings, "sendgrid", api)
    api.answers = [(202, "")]
    register("Anna")
    assert pump.pump().accepted >= 1
    kinds = [part["type"] for part in api.requests[0].json["content"]]
    assert kinds == ["text/plain", "text/html", "text/calendar; method=REQUEST"]
    assert [a["filename"] for a in api.requests[0].json["attachments"]] == ["invite.ics"]


def test_amazon_gets_our_own_message_whole(api, settings, register):
    through(settings, "amazon_ses", api, "AKEY:ASECRET")
    settings.MAIL_URL = settings.MAIL_URL.replace("@?", "@eu-south-1?")
    api.answers = [(200, {"MessageId": "ses-{n}"})]
    register("Anna")
    accepted = pump.pump().accepted
    assert accepted == len(api.requests) == ProviderMessage.objects.filter(name__startswith="ses-").count()
    raw = base64.b64decode(api.requests[0].json["Content"]["Raw"]["Data"])
    message = message_from_bytes(raw, policy=policy.default)
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    row = Delivery.objects.get(message_id=message["Message-ID"])
    assert row.key.hex in message["X-Metadata"]


# -- what it answers -----------------------------------------------------------------------------------------------------------

INACTIVE = {"ErrorCode": 406, "Message": "You tried to send to a recipient that has been marked as inactive.\n"
            "Found inactive addresses: {to}.\nInactive recipients are ones that have generated a hard bounce"}  # fmt: skip
INVALID = {"ErrorCode": 300, "Message": "Invalid 'To' address: '{to}'."}
SENDER = {"ErrorCode": 400, "Message": "The 'From' address you supplied is not a Sender Signature on your account."}


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        ((422, INACTIVE), State.FAILED, "550 5.2.1 postmark"),
        ((422, INVALID), State.FAILED, "550 5.1.3 postmark"),
        ((422, {**INVALID, "Message": "Invalid 'To' address: 'another@example.org'."}), State.FAILED, "550 5.1.3 postmark: 422"),
        ((413, "too big"), State.FAILED, "552 5.3.4 postmark: 413"),
        ((422, SENDER), State.READY, "554 5.7.0 postmark: 422"),
        ((429, "slow"), State.READY, "421 4.7.0 postmark: 429"),
        ((500, "oops"), State.READY, "451 4.3.0 postmark: 500"),
        ((503, "busy"), State.READY, "451 4.3.0 postmark: 503"),
        ((401, "no"), State.READY, "535 5.7.8 postmark: 401"),
        ((403, "no"), State.READY, "535 5.7.8 postmark: 403"),
        ((302, ""), State.READY, "535 5.7.8 postmark: 302"),
        ((504, "gateway"), State.UNCERTAIN, "postmark: 504"),
        ((200, "<html>"), State.UNCERTAIN, "postmark: "),
        ((200, {"ErrorCode": 0, "Message": "OK", "MessageID": "x"}), State.UNCERTAIN, "postmark: "),
        ("cut", State.UNCERTAIN, "postmark: "),
        ("drop", State.UNCERTAIN, "postmark: "),
    ],
)  # fmt: skip
def test_each_answer_means_one_thing(postmark, answer, state, words):
    postmark.answers = [answer]
    write(1, lane="bulk")
    pump.pump()
    assert states() == [state]
    assert only_words().startswith(words)
    assert len(postmark.requests) == 1, "nothing goes out twice by itself"


def test_too_many_requests_slow_the_whole_lane_and_no_message_is_to_blame(postmark):
    postmark.answers = [(429, "slow")]
    write(3, lane="bulk")
    pump.pump()
    throttle = Throttle.objects.get()
    assert (throttle.domain_group, throttle.pause_step, throttle.is_broken) == ("", 1, False)
    assert throttle.rate is None, "nothing was measured yet that could be halved"
    assert Delivery.objects.filter(state=State.READY, attempts=0).count() == 3
    assert len(postmark.requests) == 1


def test_a_broken_api_pauses_the_lane_and_goes_on_by_itself(postmark):
    postmark.answers = [(503, "busy"), (200, POSTMARK_OK)]
    write(2, lane="bulk")
    pump.pump()
    throttle = Throttle.objects.get()
    assert not throttle.is_broken
    assert throttle.paused_until is not None
    assert Delivery.objects.filter(state=State.READY, attempts=0).count() == 2
    Throttle.objects.update(paused_until=None)
    assert pump.pump().accepted == 2


@pytest.mark.parametrize("status", [401, 403, 404])
def test_refused_credentials_stop_the_lane_and_call_for_somebody(postmark, status):
    postmark.answers = [(status, "who are you")]
    write(2)
    pump.pump()
    assert Throttle.objects.get().is_broken
    assert states() == [State.READY] * 2
    assert Delivery.objects.filter(attempts=0).count() == 2


def test_one_bad_recipient_does_not_disturb_its_neighbours(postmark):
    write(4, lane="bulk")
    Delivery.objects.filter(address="a1@example.org").update(address="brutto indirizzo@example.org")
    postmark.answers = [(200, POSTMARK_OK), (422, INVALID), (200, POSTMARK_OK)]
    report = pump.pump()
    assert (report.accepted, report.failed) == (2, 2)
    assert len(postmark.requests) == 3, "what is no address is not even asked"


@pytest.mark.parametrize(
    ("name", "url", "answer"),
    [
        ("mailgun", "key@mg.example.org", (400, {"message": "to parameter is not a valid address. please check documentation"})),
        ("brevo", "key@", (400, {"code": "invalid_parameter", "message": "email is not valid in to"})),
    ],
)  # fmt: skip
def test_an_address_that_the_provider_does_not_take_fails_that_message(api, settings, name, url, answer):
    settings.MAIL_URL = f"anymail+{name}://{url}?api_url={api.url}"
    api.answers = [answer]
    write(1)
    assert pump.pump().failed == 1
    assert only_words().startswith("550 5.1.3")


def test_three_errors_about_us_in_a_row_stop_the_lane_instead_of_the_campaign_failing(api, settings):
    settings.MAIL_URL = f"anymail+mailgun://key@mg.example.org?api_url={api.url}"
    api.answers = [(400, {"message": "from parameter is not a valid address. please check documentation"})]
    write(10, lane="bulk")
    pump.pump()
    assert Throttle.objects.get().is_broken
    assert set(states()) == {State.READY}
    assert Delivery.objects.filter(attempts=1).count() >= 3


def test_an_api_that_takes_the_message_and_falls_silent_leaves_it_uncertain(postmark, monkeypatch):
    monkeypatch.setattr(wire, "TIMEOUT", (5, 0.3))
    postmark.answers = ["hang"]
    write(3, lane="bulk")
    report = pump.pump()
    assert report.uncertain == 1
    assert sorted(states()) == sorted([State.UNCERTAIN, State.READY, State.READY])
    Throttle.objects.update(paused_until=None)
    postmark.answers = [(200, POSTMARK_OK)]
    assert pump.pump().accepted == 2
    assert len(postmark.requests) == 3, "the uncertain one waits for a person"


def test_a_line_that_breaks_before_the_last_byte_means_not_sent(postmark):
    """More than the buffers between the two programs hold, so that the end of it cannot have left."""
    postmark.answers = ["reset", (200, POSTMARK_OK)]
    content = CONTENT + (b"x" * 900 + b"\r\n") * 9000
    envelope = Envelope(1, "<1@example.org>", "b@example.org", content, "k")
    began = []
    postmark_relay = relay.from_settings()
    outcomes = [next(postmark_relay.hand_over([envelope], began.append)).outcome for _try in range(2)]
    postmark_relay.close()
    assert outcomes == [Outcome.RELAY_DOWN, Outcome.ACCEPTED]
    assert began == [1, 1]


@pytest.mark.parametrize("where", ["http://127.0.0.1:{port}/", "http://nowhere.invalid/", "https://127.0.0.1:{api}/"])
def test_no_connection_means_not_sent(api, settings, dead_port, where, monkeypatch):
    monkeypatch.setattr(wire, "TIMEOUT", (0.5, 5))
    settings.MAIL_URL = f"anymail+postmark://token@?api_url={where.format(port=dead_port, api=api.port)}"
    write(2)
    pump.pump()
    assert states() == [State.READY] * 2
    assert Delivery.objects.filter(attempts=0).count() == 2
    assert Throttle.objects.get().paused_until is not None
    assert Attempt.objects.get().outcome == Attempt.Outcome.RELAY_DOWN


def test_the_intent_is_written_down_just_before_the_message_leaves(postmark):
    order = []
    postmark_relay = relay.from_settings()
    envelopes = [Envelope(n, f"<{n}@example.org>", f"a{n}@example.org", CONTENT, "k") for n in (1, 2)]
    for result in postmark_relay.hand_over(envelopes, lambda pk: order.append((pk, len(postmark.requests)))):
        order.append((result.pk, result.outcome))
    postmark_relay.close()
    assert order == [(1, 0), (1, Outcome.ACCEPTED), (2, 1), (2, Outcome.ACCEPTED)]


CONTENT = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\nx\r\n"


def test_when_the_intent_cannot_be_written_down_nothing_leaves(postmark):
    def disk_full(_pk: int) -> None:
        raise OSError("the journal's disk is full")

    postmark_relay = relay.from_settings()
    envelope = Envelope(1, "<1@example.org>", "b@example.org", CONTENT, "k")
    with pytest.raises(OSError, match="disk is full"):
        list(postmark_relay.hand_over([envelope], disk_full))
    assert not postmark.requests or not postmark.requests[0].body


def test_what_the_provider_cannot_carry_fails_by_name_and_not_silently(api, settings):
    """Unsupported features are left away only where nobody misses them."""
    through(settings, "scaleway", api, "project:secret")
    write(1, address="città@example.org")
    assert pump.pump().failed == 1
    assert "EAI" in only_words()
    assert api.requests == []


# -- Amazon's own client -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        ((403, {"message": "The security token is invalid"}), State.READY, "535 5.7.8"),
        ((429, {"message": "Too many"}), State.READY, "421 4.7.0"),
        ((503, {"message": "busy"}), State.READY, "451 4.3.0"),
        ((400, {"message": "Email address is not verified"}), State.READY, "554 5.7.0"),
        ("drop", State.UNCERTAIN, "amazon_ses: "),
    ],
)
def test_amazons_client_is_watched_like_the_others_and_never_repeats(api, settings, answer, state, words):
    settings.MAIL_URL = f"anymail+amazon_ses://AKEY:ASECRET@eu-south-1?api_url={api.url}"
    api.answers = [answer]
    write(1, lane="bulk")
    pump.pump()
    assert states() == [state]
    assert only_words().startswith(words)
    assert len(api.requests) == 1


def test_amazon_without_a_connection_means_not_sent(settings, dead_port):
    settings.MAIL_URL = f"anymail+amazon_ses://AKEY:ASECRET@eu-south-1?api_url=http://127.0.0.1:{dead_port}/"
    write(1, lane="bulk")
    pump.pump()
    assert states() == [State.READY]


def test_amazon_without_a_region_is_paused_with_a_reason(settings):
    settings.MAIL_URL = "anymail+amazon_ses://AKEY:ASECRET@"
    write(1, lane="bulk")
    pump.pump()
    assert states() == [State.READY]
    assert "region" in Throttle.objects.get().reason


# -- lanes, settings, checks ---------------------------------------------------------------------------------------------------


def test_bulk_goes_through_the_provider_and_single_messages_by_smtp(api, settings, smtp):
    settings.MAIL_URL_BULK = f"anymail+postmark://token@?api_url={api.url}&message_stream=broadcast"
    write(1, key="one")
    write(1, key="many", lane="bulk")
    assert pump.pump().accepted == 2
    assert len(smtp.messages) == 1
    assert [request.json["MessageStream"] for request in api.requests] == ["broadcast"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("anymail+nobody://key@", "unknown provider"),
        ("anymail+postmark://", "credentials of postmark are missing"),
        ("anymail+mailjet://key@", "credentials of mailjet are missing"),
        ("anymail+postmark://token@?message_steam=x", "no option 'message_steam'"),
        ("pigeon://", "unknown scheme"),
    ],
)
@pytest.mark.parametrize("variable", ["MAIL_URL", "MAIL_URL_BULK"])
def test_a_wrong_address_of_the_provider_is_found_by_the_system_check(settings, variable, url, words):
    setattr(settings, variable, url)
    (error,) = checks.mail_settings(None)
    assert words in error.msg
    with pytest.raises(SystemCheckError):
        call_command("check")


def test_the_secret_in_the_address_is_not_told_by_the_check(settings):
    settings.MAIL_URL = "anymail+postmark://very-secret@?x=1"
    assert "very-secret" not in str(checks.mail_settings(None))


def test_a_provider_whose_reports_nothing_proves_is_warned_about(settings):
    settings.MAIL_URL, settings.ANYMAIL = "anymail+mailgun://key@mg.example.org", {}
    (warning,) = checks.provider_reports(None)
    assert "ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY" in warning.hint
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": "x"}
    assert checks.provider_reports(None) == []


@pytest.mark.parametrize("name", catalogue.PROVIDERS)
def test_every_provider_of_the_catalogue_can_be_made(settings, name):
    settings.ANYMAIL = {
        "POSTAL_API_URL": "https://postal.example.org/",
        "UNISENDER_GO_API_URL": "https://go.example.org/",
    }
    settings.MAIL_URL = f"anymail+{name}://one:two@somewhere.example.org"
    assert checks.mail_settings(None) == []
    relay.from_settings().close()


def test_credentials_may_stand_in_the_environment(tmp_path, api):
    env = environment(tmp_path, DJANGO_SETTINGS_MODULE="portal.settings", MAIL_URL="anymail+postmark://",
                      ANYMAIL_POSTMARK_SERVER_TOKEN="token", ANYMAIL_WEBHOOK_SECRET="a:b, c:d",
                      ANYMAIL_AMAZON_SES_CLIENT_PARAMS='{"region_name": "eu-south-1"}')  # fmt: skip
    script = "import django; django.setup(); from django.conf import settings; print(settings.ANYMAIL)"
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, cwd=django_settings.BASE_DIR, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "'POSTMARK_SERVER_TOKEN': 'token'" in done.stdout
    assert "'WEBHOOK_SECRET': ['a:b', 'c:d']" in done.stdout
    assert "{'region_name': 'eu-south-1'}" in done.stdout


def test_an_installation_with_plain_smtp_never_loads_the_http_client(tmp_path):
    env = environment(tmp_path, DJANGO_SETTINGS_MODULE="portal.settings", MAIL_URL="smtp://127.0.0.1:1")
    script = (
        "import sys, django; django.setup(); from django.urls import reverse; import notifications.tasks;"
        "from notifications import clock; from notifications.sending import relay; relay.from_settings('bulk');"
        "reverse('providers:provider_report', args=['postmark']);"
        "print([name for name in ('anymail', 'requests', 'boto3') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, cwd=django_settings.BASE_DIR, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
    assert Suppression.objects.count() == 0
