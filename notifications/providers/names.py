"""What a provider calls a message it took: kept, because some name it by nothing else in their reports.

The name travels in the words of the acceptance ("250 taken by … as …"), so that a dead worker's diary keeps it too.
"""

import re
from collections.abc import Iterable

from notifications.models import Delivery, ProviderMessage

_TAKEN = re.compile(r"^250 taken by (\w+) as (\S{1,200})$")


def taken(provider: str, name: str | None) -> str:
    """The words of an acceptance."""
    return f"250 taken by {provider} as {name}" if name else f"250 taken by {provider}"


def remember(accepted: Iterable[tuple[Delivery, str]]) -> None:
    """Keep the providers' names of accepted messages; words of other relays are passed over."""
    found = ((row, _TAKEN.match(words)) for row, words in accepted)
    rows = [
        ProviderMessage(delivery_id=row.pk, provider=match[1], name=match[2])
        for row, match in found
        if match and match[2] != row.message_id
    ]
    if rows:
        ProviderMessage.objects.bulk_create(rows, ignore_conflicts=True)
