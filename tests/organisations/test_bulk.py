"""Rows by the hundred thousand: as Django would have written them, once, on both databases."""

import gc
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from events.models import Invitation
from notifications.models import Tally
from notifications.models.outbox import Delivery
from organisations import bulk
from organisations.links import hash_token
from tests.events.conftest import event  # noqa: F401

pytestmark = pytest.mark.django_db
COLUMNS = ("organisation_id", "key", "token_hash")


def alike(event) -> dict:  # noqa: F811
    return {"event_id": event.pk, "invited_at": timezone.now(), "opened_at": None}


def row(organisation) -> tuple:
    key = uuid.uuid4()
    return (organisation.pk, key.hex, hash_token(key.hex))


def test_what_is_written_reads_back_as_django_writes_it(event, terni, orvieto):  # noqa: F811
    mine, common = [row(terni), row(orvieto)], alike(event)
    bulk.insert(Invitation, common, COLUMNS, mine)
    Invitation.objects.create(event=event, organisation=_third(), key=uuid.uuid4(), token_hash="x" * 64)
    first = Invitation.objects.get(organisation=terni)
    assert (first.key, first.invited_at, first.opened_at) == (uuid.UUID(mine[0][1]), common["invited_at"], None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, invited_at FROM events_invitation")
        kinds = {(type(key), type(moment)) for key, moment in cursor.fetchall()}
        if connection.vendor == "sqlite":
            cursor.execute("SELECT DISTINCT length(key), substr(invited_at, 11, 1) FROM events_invitation")
            assert cursor.fetchall() == [(32, " ")]
    assert len(kinds) == 1


def _third():
    from organisations.models import Organisation

    return Organisation.objects.create(name="Terzo", kind="cso", email="terzo@example.org")


def test_a_row_that_is_there_is_an_error_and_then_nothing_is_written(event, terni, orvieto):  # noqa: F811
    bulk.insert(Invitation, alike(event), COLUMNS, [row(terni)])
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(Invitation, alike(event), COLUMNS, [row(orvieto), row(terni)])
    assert Invitation.objects.count() == 1


def test_or_it_stays_as_it_is_and_the_others_are_written(event, terni, orvieto, narni):  # noqa: F811
    bulk.insert(Invitation, alike(event), COLUMNS, [row(terni)])
    key = Invitation.objects.get().key
    written = [
        bulk.insert_missing(Invitation, alike(event), COLUMNS, [row(each) for each in (orvieto, terni, narni)])
        for _again in range(2)
    ]
    assert written == [2, 0]
    assert Invitation.objects.count() == 3
    assert Invitation.objects.get(organisation=terni).key == key


def test_more_rows_than_one_statement_of_sqlite_takes(event, monkeypatch):  # noqa: F811
    from organisations.models import Organisation

    monkeypatch.setattr(bulk, "SQLITE_VALUES", 100)
    Organisation.objects.bulk_create(Organisation(name=f"Ente {n}", kind="cso") for n in range(250))
    bulk.insert(Invitation, alike(event), COLUMNS, (row(each) for each in Organisation.objects.all()))
    assert Invitation.objects.count() == 250


def test_keys_are_random_in_order_and_of_the_standards_shape():
    keys = bulk.keys(1000)
    assert keys == sorted(keys)
    assert len(set(keys)) == 1000
    assert {(key.version, key.variant) for key in keys} == {(4, uuid.RFC_4122)}
    assert bulk.keys(0) == []


def test_nothing_to_write_is_no_error(event):  # noqa: F811
    bulk.insert(Invitation, alike(event), COLUMNS, [])
    bulk.insert_missing(Invitation, alike(event), COLUMNS, [])
    assert Invitation.objects.count() == 0


def test_the_tally_counts_what_comes_in_this_way():
    now = timezone.now()
    common = {
        "kind": "account", "lane": "bulk", "state": "ready", "campaign_id": None, "organisation_id": None, "calendar_method": "",
        "created_at": now, "not_before": now, "attempts": 0, "uncertain_count": 0, "owner": "", "reply": "", "payload": {},
        "domain_group": "other", "name": "", "language": "it",
    }  # fmt: skip
    own = ("key", "idempotency_key", "address", "message_id")
    bulk.insert(Delivery, common, own, ((uuid.uuid4().hex, f"k{n}", f"a{n}@example.org", f"<{n}@x>") for n in range(7)))
    assert Tally.objects.by_state()["ready"] == 7
    assert Delivery.objects.first().payload == {}


def test_the_collector_rests_only_meanwhile():
    with bulk.without_collecting():
        assert not gc.isenabled()
        with bulk.without_collecting():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


@pytest.mark.django_db(transaction=True)
def test_the_planner_is_told_of_many_rows_at_once(event, monkeypatch):  # noqa: F811
    """A table that was empty and is looked at while it is filled would pass for empty until the next vacuum."""
    from organisations.models import Organisation

    if connection.vendor != "postgresql":
        pytest.skip("SQLite asks nobody how many rows there are")
    monkeypatch.setattr(bulk, "MANY", 100)
    Organisation.objects.bulk_create(Organisation(name=f"Ente {n}", kind="cso") for n in range(200))
    for write in (bulk.insert, bulk.insert_missing):
        Invitation.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE pg_class SET reltuples = 0 WHERE relname = 'events_invitation'")
        write(Invitation, alike(event), COLUMNS, [row(each) for each in Organisation.objects.all()])
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'events_invitation'")
            assert cursor.fetchone()[0] >= 200
