"""The relay of the trial mode: mail stays here, in the local mailbox."""

from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.header import decode_header, make_header

from notifications.models import LocalMail
from notifications.sending.relay import Began, Envelope, Outcome, Result


class MailboxRelay:
    """The local mailbox of the trial mode: a row per Message-ID."""

    is_idempotent = True
    is_local = True

    def accepts_8bit(self) -> bool:
        return True

    def hand_over(self, envelopes: Iterable[Envelope], began: Began) -> Iterator[Result]:
        for envelope in envelopes:
            began(envelope.pk)
            subject = str(make_header(decode_header(message_from_bytes(envelope.content)["Subject"] or "")))
            LocalMail.objects.get_or_create(
                message_id=envelope.message_id,
                defaults={"address": envelope.address, "subject": subject[:300], "content": envelope.content},
            )
            yield Result(envelope.pk, Outcome.ACCEPTED, "250 kept in the local mailbox")

    def close(self) -> None:
        pass
