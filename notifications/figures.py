"""What this room knows of an event's figures: the letters of its campaigns, up to where the invitations go on."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Sum
from django.utils.translation import gettext as _

from events.figures.sheets import CONTRIBUTORS, Table
from events.models import Event
from notifications.models import Campaign, Delivery, Tally


def letters(event: Event) -> Iterable[Table]:
    """Of each campaign: planned, handed over, not come back. Two queries over tallies, however many letters there are."""
    campaigns = list(Campaign.objects.filter(event=event).exclude(planned=0).order_by("pk"))
    numbers: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    tallies = Tally.objects.filter(campaign__in=[one.pk for one in campaigns]).order_by()
    for campaign, state, count in tallies.values_list("campaign", "state").annotate(Sum("count")):
        numbers[campaign][state] = count
    came_back = (Delivery.State.BOUNCED_HARD, Delivery.State.BOUNCED_SOFT)
    rows = []
    for one in campaigns:
        taken = sum(numbers[one.pk][state] for state in Delivery.TAKEN)
        rows.append((str(one), [one.planned, taken, taken - sum(numbers[one.pk][state] for state in came_back)]))
    yield Table(
        "letters", _("Letters by campaign"), [_("Campaign"), _("planned"), _("handed over"), _("not come back")], rows
    )


def connect() -> None:
    """Make this room's table known. Twice is once."""
    if letters not in CONTRIBUTORS:
        CONTRIBUTORS.append(letters)
