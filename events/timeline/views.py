"""Organisers' pages of an event's dates: all of them in one list, as a calendar file, and the public page as of any date."""

from datetime import UTC, datetime

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events import agenda as agendas
from events.manage_views import require_events
from events.models import Event
from events.outputs.listing import listing
from events.timeline.as_of import as_of
from events.timeline.contributors import timeline_of
from events.timeline.files import calendar_file
from organisations.text import LocalDateTimeInput


@never_cache
@require_safe
@require_events
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """Every date of the event, the next one marked."""
    event, now = get_object_or_404(Event, slug=slug), timezone.now()
    context = {"event": event, "now": now, "timeline": timeline_of(event, now), "form": AsOfForm(initial={"at": now})}
    return render(request, "events/timeline/index.html", context)


@never_cache
@require_safe
@require_events
def file(request: HttpRequest, slug: str) -> HttpResponse:
    """What is to come and what is late, to be taken into a calendar."""
    event, now = get_object_or_404(Event, slug=slug), timezone.now()
    content = calendar_file(event, timeline_of(event, now), now)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{event.slug}-timeline.ics"'
    return response


class AsOfForm(forms.Form):
    """The moment as of which the public page is looked at."""

    at = forms.DateTimeField(
        label=gettext_lazy("Date and time"), widget=LocalDateTimeInput,
        validators=[
            MinValueValidator(datetime(2000, 1, 1, tzinfo=UTC), gettext_lazy("Write a date between 2000 and 2099.")),
            MaxValueValidator(datetime(2100, 1, 1, tzinfo=UTC), gettext_lazy("Write a date between 2000 and 2099.")),
        ],
    )  # fmt: skip


@never_cache
@require_safe
@require_events
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """The public page as of a moment: read only, nothing is changed by looking."""
    event, now = get_object_or_404(Event, slug=slug), timezone.now()
    form = AsOfForm(request.GET if "at" in request.GET else None, initial={"at": now})
    at = form.cleaned_data["at"] if form.is_bound and form.is_valid() else now
    found = as_of(event, at, now)
    shown, kept = found.event, (("at", request.GET["at"]),) if "at" in request.GET else ()
    context = {
        "event": shown,
        "is_open": shown.is_open(at),
        "opens_later": shown.opens_later(at),
        "is_upcoming": shown.is_upcoming(at),
        "takes_waiting": shown.takes_waiting(at),
        "free": max(0, shown.capacity - event.places_taken()),
        "listing": listing(found.agenda, request.GET.dict(), kept=kept),
        "changelog": [one for one in agendas.changelog(event) if one[0].released_at <= at],
        "found": found,
        "form": form,
        "at": at,
        "is_past": at < now,
    }
    return render(request, "events/timeline/as_of.html", context, status=422 if form.errors else 200)
