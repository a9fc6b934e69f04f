"""An errand: one group of messages on its way to the relay, while the desk already writes the next group.

The relay's delay and the database's then pass at the same time and not one after the other. Only the errand's thread
talks to the relay and writes the diary; only the worker's own thread talks to the database.
"""

import threading
import time
from collections.abc import Iterable

from django.utils import timezone

from notifications.models import Delivery
from notifications.sending.journal import Journal
from notifications.sending.relay import Envelope, Relay
from notifications.sending.results import Ended


class Errand:
    """Messages whose intent is recorded, with the diary that says how far each came."""

    def __init__(self, relay: Relay, journal: Journal, messages: Iterable[tuple[Delivery, bytes]]) -> None:
        messages = list(messages)
        self.journal = journal
        #: Rows without a result: at the end those that the relay stopped before.
        self.left = {row.pk: row for row, _content in messages}
        self.ended: list[Ended] = []
        self.size, self.seconds = len(messages), 0.0
        #: A pause that is newer says more than what these messages are answered.
        self.set_out = timezone.now()
        #: What went wrong on our side, for whoever waits.
        self.error: BaseException | None = None
        self._relay = relay
        self._envelopes = [
            Envelope(row.pk, row.message_id, row.address, content, row.key.hex) for row, content in messages
        ]
        self._thread: threading.Thread | None = None

    def go(self) -> None:
        """Set out. A relay that is our own database has no delay worth a thread, and stays on this connection."""
        self.set_out = timezone.now()
        if self._relay.is_local or not self._envelopes:
            self._carry()
            return
        self._thread = threading.Thread(target=self._carry, name="errand")
        self._thread.start()

    def wait(self) -> None:
        """Until it is back; at once if it never set out."""
        if self._thread:
            self._thread.join()

    def _carry(self) -> None:
        began = time.monotonic()
        try:
            for result in self._relay.hand_over(self._envelopes, self.journal.began):
                self.journal.ended(result.pk, result.outcome, result.reply)
                self.ended.append((self.left.pop(result.pk), result.outcome, result.reply))
        except BaseException as error:  # raised again where it is waited for
            self.error = error
        self.seconds = time.monotonic() - began
