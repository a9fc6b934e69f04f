"""What an API's answer means, in the outcomes and words of SMTP that everything after the relay already reads.

A reply that begins with 5 for the whole lane opens its breaker, 421 slows all mail houses, x.7.x is a quarrel with us, 5.1.x a
bad address (RFC 3463): so an HTTP status is said in those words, with the provider's own behind them.
"""

import re

from notifications.sending.relay import Outcome
from organisations.text import one_line

#: Gateways say so when the API behind them has the request and does not answer: it may have been taken.
SILENT_BEHIND_A_GATEWAY = frozenset({504, 524})
#: Not our account, not our address, no money left: nothing goes until somebody looks.
NOT_LET_IN = frozenset({401, 402, 403, 404, 405, 410})
#: How each API says that the recipient's address is what it does not take, as far as it says so in an error.
_BAD_RECIPIENT = re.compile(
    r"'?to'? parameter is not a valid address"  # Mailgun
    r"|email is not valid in to\b"  # Brevo
    r"|personalizations\.\d+\.to\b"  # SendGrid
    r"|\bto\.\d+\.email\b"  # MailerSend
    r"|invalid `to` field"  # Resend
    r"|at least one valid recipient"  # SparkPost
    r"|invalid 'to' address",  # Postmark
    re.IGNORECASE,
)
#: Amazon says these with 400.
_TOO_MUCH = re.compile(r"Throttl|TooManyRequests|LimitExceeded|SendingPaused")

Verdict = tuple[Outcome, str]


def is_success(status: int) -> bool:
    """Whether the API says that all went well."""
    return 200 <= status < 300


def of_status(status: int, text: str, provider: str) -> Verdict:
    """What an answer other than 2xx means: the message was not taken, except behind a silent gateway."""
    words = f"{provider}: {status} {one_line(text)[:300]}".rstrip()
    if status in SILENT_BEHIND_A_GATEWAY:
        return Outcome.UNCERTAIN, words
    if status == 429 or _TOO_MUCH.search(text):
        return Outcome.SLOWED, f"421 4.7.0 {words}"
    if status >= 500 or status == 408:
        return Outcome.RELAY_DOWN, f"451 4.3.0 {words}"
    if status in NOT_LET_IN or status < 400:  # a redirection: the address in the settings is wrong
        return Outcome.RELAY_DOWN, f"535 5.7.8 {words}"
    if _BAD_RECIPIENT.search(text):
        return Outcome.REFUSED, f"550 5.1.3 {words}"
    if status == 413:
        return Outcome.REFUSED, f"552 5.3.4 {words}"
    return Outcome.POLICY, f"554 5.7.0 {words}"


def of_recipient(said: str | None, status: int | None, text: str, provider: str) -> Verdict | None:
    """What is said about the one recipient of a request that was understood; None: taken."""
    words = f"{provider}: {one_line(text)[:300]}"
    match said:
        case "sent" | "queued":
            return None
        case "invalid":
            return Outcome.REFUSED, f"550 5.1.3 {words}"
        case "rejected" | "failed":  # on the provider's own list of those it writes to no more, most often
            return Outcome.REFUSED, f"550 5.2.1 {words}"
    if status is not None and not is_success(status):
        return of_status(status, text, provider)
    return Outcome.UNCERTAIN, f"{words} (no word on the recipient)"


def unanswered(error: BaseException, provider: str, *, may_have_arrived: bool) -> Verdict:
    """No answer, or none that can be read."""
    reason = error.__cause__ or error
    words = one_line(f"{provider}: {type(reason).__name__}: {reason}")[:300]
    return (Outcome.UNCERTAIN if may_have_arrived else Outcome.RELAY_DOWN), words
