"""Whose report it is, and what it changes."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from notifications.models import Attempt, Delivery, DeliveryEvent, ProviderMessage, Suppression, hash_address
from notifications.providers import events
from notifications.recipients import services as recipients
from notifications.sending import claims
from tests.notifications.reports.posting import (
    FULL,
    POLICY,
    UNKNOWN,
    accepted,
    bounce,
    mailgun,
    postmark,
    sendgrid,
    sendgrid_event,
)
from tests.notifications.test_pump import states, write

pytestmark = pytest.mark.django_db
State, Effect = Delivery.State, DeliveryEvent.Effect


# -- whose report it is -----------------------------------------------------------------------------------------------


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


# -- what it changes --------------------------------------------------------------------------------------------------


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
