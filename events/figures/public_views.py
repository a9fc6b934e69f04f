"""The published figures of an event: page, CSV and JSON. Open data, without a cookie; nothing where none are published."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from events.figures import services
from events.figures.published import Publication
from events.models import Event
from events.outputs import answers


@require_safe
@login_not_required
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Every table that is told, how it was made, where the files are."""
    publication = _standing(slug)
    return render(request, "events/figures/public.html", {"event": publication.event, "publication": publication})


@require_safe
@login_not_required
def csv_file(request: HttpRequest, slug: str) -> HttpResponse:
    """Every number, a line each."""
    publication = _standing(slug)
    file = answers.File(publication.csv(), "text/csv; charset=utf-8", f"{slug}-figures.csv", is_open_data=True)
    return _answered(request, file, publication)


@require_safe
@login_not_required
def json_file(request: HttpRequest, slug: str) -> HttpResponse:
    """The edition with its metadata."""
    publication = _standing(slug)
    file = answers.File(publication.json(), "application/json", f"{slug}-figures.json", is_open_data=True)
    return _answered(request, file, publication)


def _standing(slug: str) -> Publication:
    event = get_object_or_404(Event.objects.public(), slug=slug)
    edition = services.standing(event)
    if edition is None:
        raise Http404
    return Publication(event, edition.content, edition)


def _answered(request: HttpRequest, file: answers.File, publication: Publication) -> HttpResponse:
    edition = publication.edition
    return answers.file(request, file, changed_at=edition.published_at if edition else None)
