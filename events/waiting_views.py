"""Leaving a waiting list by one link, and what organisers see of places and queues."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events import exports, services, waiting_words
from events.manage_views import require_events
from events.models import Event, Registration, SessionPlace, WaitingEntry
from events.promotion import Decision
from events.registration_views import by_link
from organisations.access import signed_in


@by_link
def leave(request: HttpRequest, registration: Registration, pk: int) -> HttpResponse:
    """A question first (GET), the change by POST."""
    entry = get_object_or_404(registration.waiting_entries.select_related("session", "event"), pk=pk)
    if request.method != "POST":
        words = waiting_words.place_in_queue(entry, timezone.now())
        context = {"registration": registration, "entry": entry, "words": words}
        return render(request, "events/waiting/leave.html", context)
    try:
        services.leave(entry=entry)
    except services.RegistrationClosed:
        messages.error(request, _("This registration can no longer be changed."))
    else:
        messages.success(request, _("You are no longer on the waiting list."))
    return redirect(registration)


@require_safe
@require_events
def places(request: HttpRequest, slug: str) -> HttpResponse:
    """Per agenda item: places, held, free, waiting, names; the queues with their reasons; what each promotion did."""
    event = get_object_or_404(Event, slug=slug)
    found = services.queues(event, timezone.now())
    queues = {key: [(one, waiting_words.in_words(why)) for one, why in queue] for key, queue in found.items()}
    held = SessionPlace.objects.held().select_related("attendee").order_by("number")
    sessions = event.sessions.filter(places__isnull=False).order_by("starts_at", "pk")
    rows = [
        {"session": one, "seats": one.seats.all(), "free": max((one.places or 0) - len(one.seats.all()), 0),
         "waiting": sum(why.asked for _one, why in found.get(one.pk, []))}
        for one in sessions.prefetch_related(Prefetch("seats", held))
    ]  # fmt: skip
    runs = [
        (run, [(one["reference"], waiting_words.in_words(_decision(one))) for one in run.decisions])
        for run in event.promotion_runs.select_related("session").order_by("-pk")[:20]
    ]
    context = {"event": event, "rows": rows, "queues": list(queues.values()), "runs": runs}
    return render(request, "events/waiting/places.html", context)


@require_safe
@require_events
def places_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Who sits in which agenda item, as a sheet."""
    event = get_object_or_404(Event, slug=slug)
    response = HttpResponse(exports.seats_csv(event), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{event.slug}-places.csv"'
    return response


@require_POST
@require_events
def move_to_front(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    entry = get_object_or_404(WaitingEntry, event__slug=slug, pk=pk)
    try:
        services.move_to_front(entry=entry, reason=request.POST.get("reason", "")[:200], by=signed_in(request))
    except services.WrongState:
        messages.error(request, _("Only somebody who waits can be moved, and with a reason."))
    else:
        messages.success(request, _("The entry stands in front now."))
    return redirect("manage_events:places", slug)


def _decision(stored: dict[str, object]) -> Decision:
    return Decision(**{name: value for name, value in stored.items() if name != "reference"})  # type: ignore[arg-type]
