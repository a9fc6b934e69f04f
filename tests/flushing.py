"""What the flush after a transactional test needs, wherever the migrations ran."""

from django.db import connection

from agreements import append_only


def let_flushes_delete() -> None:
    """On SQLite a flush deletes row by row: the no-delete triggers would refuse it.

    PostgreSQL truncates, which row triggers do not see. tests/agreements shows with its own triggers that they bite.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        kept = (
            "events_agendarelease",
            "events_promotionrun",
            "events_logentry",
            "events_scan",
            "events_attendanceregister",
            "events_reconciliation",
            "events_visitchange",
            "notifications_outboxact",
            "notifications_campaignact",
        )
        for table in (*append_only.EVIDENCE, *append_only.APPROVALS, *kept):
            cursor.execute(f"DROP TRIGGER IF EXISTS {append_only.name_of(table, 'DELETE')}")
