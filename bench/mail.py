"""Sending: one worker with recorded intent and result, beside bare loops of the same bytes; its memory; far relays."""

from collections import Counter
from collections.abc import Callable
from statistics import median
from typing import Any

from django.db import connection, transaction

from bench import bare, people
from bench.figures import figure
from bench.sink import far_away, sink
from bench.worker import Worker, worker
from notifications.models import Attempt, Campaign, Delivery, Station
from notifications.sending import desk, tallies

ROUNDS, EACH = 5, 2000
#: How long an answer of the far relay travels, and how many messages each connection to it hands over.
LATENCY, FAR_EACH = 0.020, 300


def bulk_mail() -> list[dict[str, Any]]:
    """Rounds of bare loops, worker, bare loops; medians, because the machine is not ours alone."""
    empty_the_outbox()
    campaigns = [_campaign(f"bulk {number}", EACH) for number in range(ROUNDS + 1)]
    contents, addresses = _letters(campaigns[0])
    rates: list[float] = []
    bare_rates: dict[Callable[..., float], list[float]] = {bare.plain: [], bare.pipelined: []}
    with sink() as target, worker(target.url) as one:

        def look_at_the_limits() -> None:
            for loop, found in bare_rates.items():
                found.append(loop(target.port, contents, addresses))

        _send(one, campaigns.pop(), EACH)  # the first messages of a process pay for its imports
        for campaign in campaigns:
            look_at_the_limits()
            rates.append(EACH / _send(one, campaign, EACH)["seconds"])
            look_at_the_limits()
    plain, pipelined = bare_rates[bare.plain], bare_rates[bare.pipelined]
    by_round = [2 * rate / (plain[2 * n] + plain[2 * n + 1]) for n, rate in enumerate(rates)]
    note = (
        f"{ROUNDS} x {EACH} messages of {len(contents[0])} bytes, {min(rates):.0f} to {max(rates):.0f}; limit: smtplib, "
        f"{min(plain):.0f} to {max(plain):.0f}; by round {min(by_round):.2f} to {max(by_round):.2f}"
    )
    beside = f"the same, limit: one round trip a message, {min(pipelined):.0f} to {max(pipelined):.0f}"
    return [
        figure("bulk_mail", median(rates), "messages/s", median(plain) if target.is_postfix else None, note),
        figure(
            "bulk_mail_pipelined", median(rates), "messages/s", median(pipelined) if target.is_postfix else None, beside
        ),
    ]


def bulk_mail_rss() -> list[dict[str, Any]]:
    """The peak memory of a fresh worker that sends a thousand, and of another that sends a hundred thousand."""
    figures = []
    for recipients in (1_000, 100_000):
        empty_the_outbox()
        campaign = _campaign(f"rss {recipients}", recipients)
        with sink() as target, worker(target.url) as fresh:
            report = _send(fresh, campaign, recipients)
        note = f"{recipients} recipients in {report['seconds']:.0f} s"
        figures.append(figure("bulk_mail_rss_mib", report["peak_mib"], "MiB", None, note, recipients=recipients))
    return figures


def far_relay() -> list[dict[str, Any]]:
    """A relay whose answers take 20 ms: what several connections are for."""
    empty_the_outbox()
    figures = []
    with sink() as near, far_away(near, LATENCY) as far:
        for connections in (1, 16):
            count = FAR_EACH * connections
            campaign = _campaign(f"far {connections}", count)
            with worker(far.url, MAIL_CONNECTIONS_BULK=str(connections)) as one:
                seconds = _send(one, campaign, count)["seconds"]
            note = f"{1000 * LATENCY:.0f} ms a round trip"
            figures.append(
                figure(f"far_relay_{connections}", count / seconds, "messages/s", connections / LATENCY, note)
            )
    return figures


# -- inside ------------------------------------------------------------------------------------------------------------


def _campaign(name: str, count: int) -> Campaign:
    """Confirmed, not started."""
    source = {"kind": "list", "list": people.contact_list(name, count).pk}
    campaign = people.draft(name, source)
    people.confirm(campaign, count)
    return campaign


def _send(one: Worker, campaign: Campaign, count: int) -> dict[str, float]:
    """Let it go; every message must be accepted, with intent and result recorded."""
    people.let_go(campaign)
    report: dict[str, float] = one.send()
    mine = Delivery.objects.filter(campaign=campaign)
    accepted = mine.filter(state="accepted", sending_since__isnull=False).count()
    assert report["accepted"] == count == accepted, f"{report}; {_where_they_are(campaign)}"
    assert Attempt.objects.filter(delivery__campaign=campaign, outcome="accepted").count() == count
    return report


def _where_they_are(campaign: Campaign) -> str:
    campaign.refresh_from_db()
    states = Counter(Delivery.objects.filter(campaign=campaign).values_list("state", "reply", "owner"))
    return f"campaign {campaign.state} from {campaign.starts_at}, {states.most_common(5)}, {Station.objects.values()}"


def _letters(campaign: Campaign) -> tuple[list[bytes], list[str]]:
    """What the worker will send, ready made."""
    rows = list(Delivery.objects.filter(campaign=campaign))
    writer = desk.Desk()
    writer.lay_out(rows)
    return [writer.write(row) for row in rows], [row.address for row in rows]


def empty_the_outbox() -> None:
    """What earlier figures left would be sent along, or be in the way."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("TRUNCATE notifications_delivery, notifications_exclusion CASCADE")
        else:
            for name in ("attempt", "delivery", "exclusion"):
                cursor.execute(f"DELETE FROM notifications_{name}")
    tallies.recount()
    Campaign.objects.filter(state__in=Campaign.UNDER_WAY).update(state=Campaign.State.CANCELLED)
