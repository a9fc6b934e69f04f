"""Organisers' page of the change log, and the same as a sheet."""

import json
from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events.log import reading
from events.log.exports import note_export
from events.log.forms import LogFilterForm
from events.log.models import LogEntry
from events.manage_views import require_events
from events.models import Event, Registration
from organisations.tables import csv_lines

#: Entries on one page.
PAGE = 50


@never_cache
@require_safe
@require_events
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """Who did what, the latest first."""
    event = get_object_or_404(Event, slug=slug)
    form = LogFilterForm(request.GET, event=event)
    entries, newer, older = _page(form.entries(), request.GET.get("before", ""), request.GET.get("after", ""))
    query = request.GET.copy()
    for name in ("before", "after"):
        query.pop(name, None)
    wanted = form.cleaned_data.get("registration")
    context = {
        "event": event,
        "form": form,
        "lines": reading.lines(entries),
        "newer": newer,
        "older": older,
        "query": query.urlencode(),
        "registration": Registration.objects.filter(event=event, pk=wanted).first() if wanted else None,
    }
    return render(request, "events/log/index.html", context)


def _page(found: QuerySet[LogEntry], before: str, after: str) -> tuple[list[LogEntry], int | None, int | None]:
    """Entries of one page; keys behind which newer ones, and before which older ones stand. Two queries.

    By keys and not by counting: what is written meanwhile shifts nothing, and the last page costs what the first does.
    """
    found = found.select_related("by")
    if (key := _key(after)) is not None:
        rows = list(found.filter(pk__gt=key).order_by("pk")[: PAGE + 1])
        has_newer, rows = len(rows) > PAGE, rows[:PAGE][::-1]
        has_older = bool(rows) and found.filter(pk__lt=rows[-1].pk).exists()
    else:
        key = _key(before)
        rows = list((found if key is None else found.filter(pk__lt=key))[: PAGE + 1])
        has_older, rows = len(rows) > PAGE, rows[:PAGE]
        has_newer = key is not None and bool(rows) and found.filter(pk__gt=rows[0].pk).exists()
    return rows, rows[0].pk if has_newer else None, rows[-1].pk if has_older else None


def _key(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


@never_cache
@require_safe
@require_events
def sheet(request: HttpRequest, slug: str) -> HttpResponse:
    """All entries that were looked for, the latest first: words for people, keys and values for programs."""
    event = get_object_or_404(Event, slug=slug)
    form = LogFilterForm(request.GET, event=event)
    head = [_("When"), _("Who"), _("About"), _("What was done"), _("From and to"), _("Action"), _("Values")]
    content = b"".join(csv_lines(head, _rows(reading.all_lines(form.entries()))))
    note_export(request, event, "log")
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{event.slug}-log.csv"'
    return response


def _rows(lines: Iterable[reading.Line]) -> Iterator[tuple[object, ...]]:
    for line in lines:
        entry = line.entry
        yield (
            timezone.localtime(entry.at).isoformat(timespec="seconds"),
            line.who,
            line.group,
            line.sentence,
            "; ".join(map(str, line.details)),
            entry.action,
            json.dumps(entry.values, ensure_ascii=False, sort_keys=True),
        )
