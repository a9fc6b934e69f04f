"""Freezing an audience of 100,000: who is in and out, the check of every letter, a row for each, in one transaction."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from bench import people
from bench.figures import figure
from bench.mail import empty_the_outbox
from notifications.campaigns import examination, planning
from notifications.models import Campaign, Delivery
from organisations import bulk

COUNT = 100_000
#: What is timed within the whole, by the name under which it is printed.
PARTS = {
    "audience": (planning, "audience"),
    "examination": (examination, "examine_in_all"),
    "rows": (planning, "plan"),
    "of which invitations": (planning, "invite_all"),
    "of which insert": (bulk, "insert"),
}


def plan_100k() -> list[dict[str, Any]]:
    """From a contact list, and from the directory, where each organisation also gets a personal invitation."""
    mine = people.contact_list("plan", COUNT)
    people.directory(COUNT, "Bench")
    sources = {
        "plan_100k": {"kind": "list", "list": mine.pk},
        "plan_100k_directory": {"kind": "directory", "municipalities": ["Bench"]},
    }
    return [_measure(name, source) for name, source in sources.items()]


def _measure(name: str, source: dict[str, Any]) -> dict[str, Any]:
    empty_the_outbox()
    campaign, spent = people.draft(name, source), dict.fromkeys(PARTS, 0.0)
    with ExitStack() as stack:
        for part, (module, function) in PARTS.items():
            stack.enter_context(patch.object(module, function, _timed(getattr(module, function), spent, part)))
        began = time.perf_counter()
        people.confirm(campaign, COUNT)
        seconds = time.perf_counter() - began
    assert Delivery.objects.filter(campaign=campaign).count() == COUNT
    assert campaign.state in {Campaign.State.CHECKED, Campaign.State.SCHEDULED}
    return figure(name, seconds, "seconds", None, ", ".join(f"{part} {taken:.2f}" for part, taken in spent.items()))


def _timed(function: Callable[..., Any], spent: dict[str, float], part: str) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[part] += time.perf_counter() - began

    return timed
