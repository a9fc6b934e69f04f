"""The list of messages by keys: a page is found by an index and never by counting, however many there are."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from notifications.cockpit.forms import CAME_BACK, MessageFilterForm
from notifications.models import Delivery, Tally

PAGE = 50


@dataclass(frozen=True, slots=True)
class Slice:
    """One page, newest first. `older`, `newer`: the keys from where the neighbours begin; None at the ends."""

    rows: list[Delivery]
    older: int | None
    newer: int | None
    #: How many there are, where the tally knows.
    total: int | None


def page(form: MessageFilterForm, *, before: str, after: str) -> Slice:
    """The page that follows the key `before` (older) or precedes the key `after` (newer)."""
    wanted = form.cleaned_data if form.is_valid() else {}
    total = _total(wanted)
    if total == 0:  # the tally says so: no table is walked in vain
        return Slice([], None, None, 0)
    rows = _matching(wanted).select_related("campaign")
    if after.isdecimal():
        found = list(rows.filter(pk__gt=int(after)).order_by("pk")[: PAGE + 1])
        has_newer, found = len(found) > PAGE, found[PAGE - 1 :: -1] if len(found) > PAGE else found[::-1]
        return Slice(found, int(after) + 1 if not found else found[-1].pk, found[0].pk if has_newer else None, total)
    rows = rows.filter(pk__lt=int(before)) if before.isdecimal() else rows
    found = list(rows.order_by("-pk")[: PAGE + 1])
    has_older, found = len(found) > PAGE, found[:PAGE]
    return Slice(
        found, found[-1].pk if has_older else None, found[0].pk if found and before.isdecimal() else None, total
    )


def url_of(**filters: str) -> str:
    """The address of the list with these filters."""
    return f"{reverse('manage_notifications:message_list')}?{urlencode(filters)}"


def _matching(wanted: dict[str, object]) -> QuerySet[Delivery]:
    rows: QuerySet[Delivery] = Delivery.objects.all()
    for field in ("kind", "lane", "campaign"):
        if wanted.get(field):
            rows = rows.filter(**{field: wanted[field]})
    if wanted.get("state"):
        rows = rows.filter(state__in=_states(str(wanted["state"])))
    words = str(wanted.get("q") or "").strip()
    return _to(rows, words) if words else rows


def _to(rows: QuerySet[Delivery], words: str) -> QuerySet[Delivery]:
    """A whole address is found by the index; a part of one is looked for in every row."""
    whole = rows.filter(address__in={words, words.lower()})
    return whole if "@" in words and whole.exists() else rows.filter(address__icontains=words)


def _states(state: str) -> list[str]:
    return list(Delivery.CAME_BACK) if state == CAME_BACK else [state]


def _total(wanted: dict[str, object]) -> int | None:
    if wanted.get("q") or wanted.get("kind"):
        return None
    rows = (
        Tally.objects.filter(campaign=getattr(wanted["campaign"], "pk", 0)) if wanted.get("campaign") else Tally.objects
    )
    numbers = rows.by_state(lane=str(wanted["lane"]) if wanted.get("lane") else None)
    return sum(numbers[state] for state in (_states(str(wanted["state"])) if wanted.get("state") else numbers))
