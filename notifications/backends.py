"""Django's own mail joins the outbox: sign-in codes are rows like every other message."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone, translation

from notifications import outbox
from notifications.models import ACCOUNT
from notifications.outbox import Message
from organisations.addresses import normalise
from organisations.languages import Language


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
        # a sign-in code is worth nothing after this time, so it need not arrive either
        now, worth = timezone.now(), timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
        return outbox.enqueue(
            Message(
                kind=ACCOUNT,
                key=f"account:{now.timestamp()}",
                address=normalise(address),
                name="",
                language=(translation.get_language() or Language.ITALIAN)[:2],  # the text is in it already
                payload=payload,
                expires_at=now + worth,
            )
            for address in message.recipients()
        )
