"""The organisers' page that copies an event: what comes along, what stays, the new dates; then the copy."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from events.cloning import parts, services
from events.cloning.forms import CloneForm
from events.manage_views import require_events
from events.models import Event
from organisations.access import signed_in


@dataclass(frozen=True, slots=True)
class Moved:
    """One date of the event, and the copy's."""

    words: str
    old: datetime
    new: datetime
    is_past: bool


@never_cache
@require_events
def clone(request: HttpRequest, slug: str) -> HttpResponse:
    """The page (GET); other dates looked at, or the copy made (POST)."""
    event, now = get_object_or_404(Event, slug=slug), timezone.now()
    form = CloneForm(request.POST) if request.method == "POST" else CloneForm.for_copy_of(event, now)
    if request.method == "POST" and form.is_valid() and "look" not in request.POST:
        values = form.cleaned_data
        try:
            made = services.clone_event(
                event=event, by=signed_in(request), starts_at=values["starts_at"], slug=values["slug"]
            )
        except services.AddressTaken:
            form.address_is_taken()
        else:
            messages.success(request, _("This is the copy. It is a draft: nobody but organisers sees it."))
            return redirect("manage_events:detail", made.slug)
    starts_at = form.cleaned_data.get("starts_at") if form.is_bound else form.initial["starts_at"]
    context = {
        "event": event,
        "form": form,
        "dates": _dates(event, starts_at, now) if starts_at else [],
        "along": [(part, part.count(event)) for part in parts.PARTS],
        "left": [(one, one.count(event) if one.count else None) for one in parts.LEFT],
    }
    return render(request, "events/cloning/clone.html", context, status=422 if form.errors else 200)


def _dates(event: Event, starts_at: datetime, now: datetime) -> list[Moved]:
    """The event's dates and the copy's, in the order of time."""
    moved = services.moved_dates(event, starts_at)
    fields = {field.name: str(capfirst(str(field.verbose_name))) for field in Event._meta.concrete_fields}
    return [
        Moved(fields[name], getattr(event, name), new, new <= now)
        for name, new in sorted(moved.items(), key=lambda one: one[1])
    ]
