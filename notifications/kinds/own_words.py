"""Words that organisers wrote for a reminder, with the few variables that they may use."""

from collections.abc import Collection, Iterator

from events.models import Event
from notifications.kinds.facts import when
from notifications.models import Delivery
from notifications.models.reminders import ReminderRule

#: What organisers may write into the text of a reminder, and nothing else.
REMINDER_VARIABLES = ("organisation", "event", "date", "place")


def event_values(event: Event, organisation: str) -> dict[str, str]:
    return {
        "organisation": organisation,
        "event": event.title,
        "date": when(event),
        "place": f"{event.venue}, {event.address}",
    }


def own_words(delivery: Delivery, values: dict[str, str]) -> tuple[str, list[str]]:
    """Subject and paragraphs that organisers wrote for this rule; empty for the standard ones."""
    if "words" in delivery.payload:  # as they were when it went out: this mail can be read again later
        subject, body = delivery.payload["words"]
        return fill(subject, values), _paragraphs(fill(body, values))
    rule = ReminderRule.objects.filter(pk=delivery.payload.get("rule")).first()
    return (fill(rule.subject, values), _paragraphs(fill(rule.body, values))) if rule else ("", [])


def _paragraphs(text: str) -> list[str]:
    return [part for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


def not_filled_in(text: str, known: Collection[str]) -> Iterator[str]:
    """The first letters of what stands behind a brace and is no variable: it would be read as it was written."""
    for part in text.split("{")[1:]:
        name, brace, _rest = part.partition("}")
        if not brace or name not in known:
            yield name[:30]


def fill(text: str, values: dict[str, str]) -> str:
    """Put the declared variables in, each once: what a value contains is never read as a variable again."""
    parts = text.split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        name, brace, rest = part.partition("}")
        filled.append(values[name] + rest if brace and name in values else "{" + part)
    return "".join(filled)
