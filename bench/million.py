"""With a million rows in the outbox: what a page asks of it, and what a worker does."""

import time
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench import people
from bench.figures import figure
from bench.mail import empty_the_outbox
from notifications.models import Campaign, Delivery, Lane, Tally
from notifications.sending import claims

#: The campaign that is looked at: a million, of which so many went out and a few failed.
ACCEPTED, FAILED, WAITING = 400_000, 1_000, 599_000
#: Of a second campaign, so that a million wait.
ALSO_WAITING = 401_000
BATCH, TIMES = 200, 25


def million() -> list[dict[str, Any]]:
    empty_the_outbox()
    campaign, other = _running("million"), _running("another")
    for state, count, of in (
        ("accepted", ACCEPTED, campaign), ("failed", FAILED, campaign), ("ready", WAITING, campaign), ("ready", ALSO_WAITING, other),
    ):  # fmt: skip
        _insert(state, count, of)
    _look_at_tables()
    numbers = Tally.objects.by_state(campaign=campaign.pk)
    assert (sum(numbers.values()), numbers["accepted"]) == (1_000_000, ACCEPTED), "the triggers have miscounted"
    assert Tally.objects.by_state()["ready"] == 1_000_000
    client = Client(headers={"host": "localhost"})
    client.force_login(people.organiser())
    page = reverse("manage_notifications:campaign_detail", args=[campaign.pk])
    return [
        figure("claim_1m_ms", _claims(), "ms", None, f"{BATCH} rows among 1,000,000 that wait"),
        figure("progress_1m_ms", _page(client, page, {"HX-Request": "true"}), "ms", None, "the campaign's progress"),
        figure("outbox_1m_ms", _page(client, reverse("manage_notifications:outbox"), {}), "ms", None, "first page of the outbox"),
    ]  # fmt: skip


def _running(name: str) -> Campaign:
    """As it stands after it was confirmed, approved and started, but for its rows."""
    campaign = people.draft(name, {"kind": "list", "list": people.contact_list(name, 0).pk})
    now = timezone.now()
    Campaign.objects.filter(pk=campaign.pk).update(
        state=Campaign.State.RUNNING, sent_at=now, sent_by=people.organiser(), starts_at=now, looked_at=now, planned=1_000_000,
    )  # fmt: skip
    return campaign


def _insert(state: str, count: int, campaign: Campaign) -> None:
    """So many rows of a campaign in one statement, the accepted ones with their attempts; the tally's triggers count."""
    postgresql = connection.vendor == "postgresql"
    first = (Delivery.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    numbers = (
        "SELECT n FROM generate_series(%s, %s) AS n" if postgresql
        else "WITH RECURSIVE series(n) AS (SELECT %s UNION ALL SELECT n + 1 FROM series WHERE n < %s) SELECT n FROM series"
    )  # fmt: skip
    key = "lpad(to_hex(n), 32, '0')::uuid" if postgresql else "printf('%%032x', n)"
    now = "now()" if postgresql else "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')"
    accepted_at = now if state == "accepted" else "NULL"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notifications_delivery (key, kind, idempotency_key, lane, domain_group, state, address, name, language, "
            "payload, campaign_id, message_id, calendar_method, created_at, not_before, accepted_at, attempts, "
            "uncertain_count, owner, reply) "
            f"SELECT {key}, 'invitation', 'c:million:' || n, 'bulk', 'other', '{state}', 'ente.' || n || '@example.org', "
            f"'Ente ' || n, 'it', '{{\"organisation\": \"Ente\"}}', %s, '<' || n || '@bench.example.org>', '', "
            f"{now}, {now}, {accepted_at}, 0, 0, '', '' FROM ({numbers}) AS numbers",
            [campaign.pk, first, first + count - 1],
        )
    _look_at_tables()
    with transaction.atomic(), connection.cursor() as cursor:
        if state == "accepted":
            cursor.execute(
                "INSERT INTO notifications_attempt (delivery_id, at, outcome, reply) "
                f"SELECT id, {now}, 'accepted', '250 ok' FROM notifications_delivery WHERE state = 'accepted'",
                [],
            )


def _look_at_tables() -> None:
    """What the database does by itself after so many new rows."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _claims() -> float:
    """The median of several claims, in ms; afterwards all are free again."""
    taken = []
    for number in range(TIMES):
        began = time.perf_counter()
        rows = claims.claim(f"bench{number}", Lane.BULK, BATCH)
        taken.append(time.perf_counter() - began)
        assert len(rows) == BATCH
    for number in range(TIMES):
        claims.release(f"bench{number}")
    return 1000 * median(taken)


def _page(client: Client, address: str, headers: dict[str, str]) -> float:
    """The median of several requests, in ms."""
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        response = client.get(address, headers=headers)
        assert response.status_code == 200, response.status_code
        taken.append(time.perf_counter() - began)
    return 1000 * median(taken)
