"""What must hold of messages whatever happened: one sentence for each that does not.

Each number is compared with its twin in one statement, so both are read at one moment while mail goes on flowing.
"""

from collections.abc import Iterator

from django.db import connection
from django.db.models import Count, IntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from notifications.models import Campaign, Delivery, Tally

#: The tally against the rows themselves: what is left when one is taken from the other.
_DIFFERENCE = f"""
    SELECT campaign, lane, state, SUM(tallied), SUM(counted) FROM (
        SELECT campaign, lane, state, count AS tallied, 0 AS counted FROM {Tally._meta.db_table}
        UNION ALL
        SELECT COALESCE(campaign_id, 0), lane, state, 0, COUNT(*) FROM {Delivery._meta.db_table} GROUP BY 1, 2, 3
    ) AS both_sides GROUP BY campaign, lane, state HAVING SUM(tallied) <> SUM(counted) ORDER BY 1, 2, 3
"""  # noqa: S608  names of our own tables


def broken() -> Iterator[str]:
    """Planned = the sum of the delivery states, by the tally and by the rows; the tally = the rows."""
    yield from _campaigns()
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCE)
        for campaign, lane, state, tallied, counted in cursor.fetchall():
            where = f"campaign {campaign}" if campaign else "messages without a campaign"
            yield f"{where}, {lane}, {state}: the tally says {tallied}, there are {counted}"


def _campaigns() -> Iterator[str]:
    rows = Delivery.objects.filter(campaign=OuterRef("pk")).order_by().values("campaign")
    tally = Tally.objects.filter(campaign=OuterRef("pk")).order_by().values("campaign")
    campaigns = Campaign.objects.annotate(
        counted=Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0),
        tallied=Coalesce(Subquery(tally.annotate(n=Sum("count")).values("n"), output_field=IntegerField()), 0),
    )
    for pk, planned, counted, tallied in campaigns.order_by("pk").values_list("pk", "planned", "counted", "tallied"):
        if planned != counted:
            yield f"campaign {pk}: {planned} planned, {counted} messages"
        if planned != tallied:
            yield f"campaign {pk}: {planned} planned, {tallied} by the tally"
