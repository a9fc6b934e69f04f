"""Django's own mail joins the outbox: sign-in codes are rows like every other message."""

from collections.abc import Sequence
from datetime import timedelta

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone, translation

from notifications import outbox
from notifications.models import ACCOUNT
from notifications.outbox import Message
from organisations.languages import Language

#: A sign-in code is worth nothing after this time, so it need not arrive either.
CODE_LIFE = timedelta(minutes=15)


class OutboxBackend(BaseEmailBackend):
    """Writes a row instead of talking to a server."""

    @transaction.atomic
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return sum(self._enqueue(message) for message in email_messages)

    def _enqueue(self, message: EmailMessage) -> int:
        html = ""
        if isinstance(message, EmailMultiAlternatives) and message.alternatives:
            html = str(message.alternatives[0][0])
        payload = {"subject": str(message.subject), "text": str(message.body), "html": html}
        now = timezone.now()
        return outbox.enqueue(
            Message(
                kind=ACCOUNT,
                key=f"account:{now.timestamp()}",
                address=address.lower(),
                name="",
                language=(translation.get_language() or Language.ITALIAN)[:2],  # the text is in it already
                payload=payload,
                expires_at=now + CODE_LIFE,
            )
            for address in message.recipients()
        )
