"""Personal data that leave as a file: the log says who took out what.

Downloads answer a GET. The entry changes nothing that anybody sees of the event, and is written only for who downloads:
not for a HEAD, and not for a browser that fetches ahead (Sec-Purpose).
"""

from typing import Any

from django.http import HttpRequest

from events.log.recording import record
from events.models import Event
from organisations.access import signed_in


def note_export(request: HttpRequest, event: Event, what: str, **values: Any) -> None:
    """Write down that the user of this request takes out `what`: a key of `kinds.EXPORTS`."""
    if request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        record(event, "data.exported", by=signed_in(request), what=what, **values)
