"""What of this room's data has served its time, and its deletion: asked once a night, and by `manage.py purge`."""

from datetime import datetime

from django.db import transaction

from events.limits import LONGEST
from events.meeting_point import retention as of_meeting_point
from events.models import Answer, Pace, SpecialNeeds


def due(now: datetime) -> dict[str, int]:
    """Field -> how many people's data leave today. One query for each kind of row."""
    rows = list(SpecialNeeds.objects.outlived(now).values_list("access", "dietary"))
    return {
        "sensitive_answers": Answer.objects.outlived(now).count(),
        "access_needs": sum(bool(access) for access, _dietary in rows),
        "dietary_needs": sum(bool(dietary) for _access, dietary in rows),
        "counts_of_forms": Pace.objects.filter(since__lte=now - LONGEST).count(),
        **of_meeting_point.due(now),
    }


@transaction.atomic
def purge(now: datetime) -> dict[str, int]:
    """Delete it; the same numbers."""
    numbers = due(now)
    SpecialNeeds.objects.outlived(now).delete()
    Answer.objects.outlived(now).delete()
    Pace.objects.filter(since__lte=now - LONGEST).delete()
    of_meeting_point.purge(now)
    return numbers
