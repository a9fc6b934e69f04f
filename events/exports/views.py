"""Organisers take lists of an event away: what each holds under a filter, its first rows, and the files."""

import tempfile
from collections.abc import Callable, Iterable
from itertools import islice
from typing import IO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events.exports import files
from events.exports.cells import printed
from events.exports.selection import Selection, SelectionForm
from events.exports.sheets import BY_KEY, SHEETS, Sheet, Taken
from events.log.exports import note_export
from events.manage_views import require_events
from events.models import Event

#: Rows that the page of a list shows.
SHOWN = 20
WRITERS: dict[str, Callable[[IO[bytes], Iterable[Taken]], None]] = {"xlsx": files.write_xlsx, "ods": files.write_ods}


@never_cache
@require_safe
@require_events
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """Every list with how many rows it has under the filter."""
    event, form, selection = _asked(request, slug)
    context = {
        "event": event,
        "form": form,
        "lists": [(sheet, sheet.count(event, selection)) for sheet in SHEETS],
        "is_chosen": bool(selection.chosen),
        "query": request.GET.urlencode(),
    }
    return render(request, "events/exports/index.html", context)


@never_cache
@require_safe
@require_events
def preview(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The first rows of a list, as they will stand in the file."""
    event, form, selection = _asked(request, slug)
    sheet = _sheet(key)
    taken = sheet.taken(event, selection)
    context = {
        "event": event,
        "sheet": sheet,
        "form": form if sheet.is_filtered else None,
        "headings": taken.headings,
        "rows": [[printed(cell) for cell in row] for row in islice(taken.rows, SHOWN)],
        "count": sheet.count(event, selection),
        "query": request.GET.urlencode(),
    }
    return render(request, "events/exports/preview.html", context)


@never_cache
@require_safe
@require_events
def download(request: HttpRequest, slug: str, key: str, kind: str) -> HttpResponseBase:
    """One list as a file."""
    event, _form, selection = _asked(request, slug)
    return _answered(request, event, _sheet(key), selection, kind)


@never_cache
@require_safe
@require_events
def whole(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    """Every list as one workbook, a sheet for each."""
    event, _form, selection = _asked(request, slug)
    if kind not in WRITERS:
        raise Http404
    if _is_ahead(request):
        return HttpResponse(status=503)
    for sheet in SHEETS:
        _note(request, event, sheet, selection, kind)
    return _workbook([sheet.taken(event, selection) for sheet in SHEETS], kind, _name(event, _("lists"), kind))


@never_cache
@require_safe
@require_events
def by_default(request: HttpRequest, slug: str, key: str) -> HttpResponseBase:
    """A list as CSV under its old address."""
    return _answered(request, get_object_or_404(Event, slug=slug), _sheet(key), Selection(), "csv")


# -- inside ------------------------------------------------------------------------------------------------------------


def _answered(request: HttpRequest, event: Event, sheet: Sheet, selection: Selection, kind: str) -> HttpResponseBase:
    """The file of one list; the change log says who took it out. Raises Http404 for a kind of file that is not made."""
    if kind not in files.MEDIA_TYPES:
        raise Http404
    if _is_ahead(request):
        return HttpResponse(status=503)
    _note(request, event, sheet, selection, kind)
    taken, name = sheet.taken(event, selection), _name(event, str(sheet.title), kind)
    if kind != "csv":
        return _workbook([taken], kind, name)
    # whole before it leaves: of a list that broke off half-way nobody would notice
    response = HttpResponse(files.csv_of(taken), content_type=files.MEDIA_TYPES["csv"])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _is_ahead(request: HttpRequest) -> bool:
    """Whether a browser fetches before anybody has asked: it gets no file, which would leave without a word in the log."""
    return "prefetch" in request.headers.get("Sec-Purpose", "")


def _note(request: HttpRequest, event: Event, sheet: Sheet, selection: Selection, kind: str) -> None:
    """Which list, as what, and which of its rows."""
    filters = {"filters": selection.noted} if sheet.is_filtered and selection.chosen else {}
    note_export(request, event, sheet.key, format=kind, **filters)


def _asked(request: HttpRequest, slug: str) -> tuple[Event, SelectionForm, Selection]:
    event = get_object_or_404(Event, slug=slug)
    form = SelectionForm(request.GET, event=event)
    return event, form, form.selection()


def _sheet(key: str) -> Sheet:
    if key not in BY_KEY:
        raise Http404
    return BY_KEY[key]


def _workbook(lists: Iterable[Taken], kind: str, name: str) -> FileResponse:
    """Written to a file without a name, which is gone once it was sent."""
    stream = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    WRITERS[kind](stream, lists)
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename=name, content_type=files.MEDIA_TYPES[kind])


def _name(event: Event, title: str, kind: str) -> str:
    return f"{slugify(title)}-{event.slug}-{timezone.localdate():%Y-%m-%d}.{kind}"
