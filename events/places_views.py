"""What organisers see of places and waiting lists: who holds what, who waits and why, what each promotion decided."""

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events import services, waiting_words
from events.forms import PriorityForm
from events.manage_views import require_events
from events.models import Attendee, Event, SessionPlace, WaitingEntry
from events.promotion import Decision
from organisations.access import signed_in

#: Promotions on the page, the latest first.
RUNS = 20


@require_safe
@require_events
def places(request: HttpRequest, slug: str) -> HttpResponse:
    """Places of the event and of its items; the queues with their reasons; what each promotion did."""
    return _page(request, get_object_or_404(Event, slug=slug))


def _page(request: HttpRequest, event: Event, status: int = 200, refused: PriorityForm | None = None) -> HttpResponse:
    now = timezone.now()
    found = services.decisions(event, now)
    queues = [_queue(queue, refused) for _key, queue in sorted(found.items(), key=lambda one: one[0] or 0)]
    waiting = {key: sum(decision.asked for _entry, decision in queue) for key, queue in found.items()}
    held = SessionPlace.objects.held().select_related("attendee__registration").order_by("number")
    sessions = event.sessions.filter(Q(open_places__isnull=False) | Q(seats__state=SessionPlace.State.HELD)).distinct()
    rows = [
        {"session": one, "seats": one.seats.all(), "waiting": waiting.get(one.pk, 0),
         "free": max((one.open_places or 0) - len(one.seats.all()), 0)}
        for one in sessions.order_by("starts_at", "pk").prefetch_related(Prefetch("seats", held))
    ]  # fmt: skip
    runs = [
        (run, [(one["reference"], waiting_words.in_words(_decision(one)), one["given"]) for one in run.decisions])
        for run in event.promotion_runs.select_related("session", "event").order_by("-pk")[:RUNS]
    ]
    taken = event.attendees.aggregate(
        held=Count("place_number"), waiting=Count("pk", filter=Q(state=Attendee.State.WAITING))
    )
    context = {"event": event, "rows": rows, "queues": queues, "runs": runs, **taken}
    context["free"] = max(0, event.capacity - taken["held"])
    return render(request, "events/waiting/places.html", context, status=status)


def _queue(queue: list[tuple[WaitingEntry, Decision]], refused: PriorityForm | None) -> dict[str, object]:
    """One queue for the page; the form that was refused stands beside its entry."""
    first = queue[0][0]
    rows = [
        (entry, waiting_words.in_words(decision),
         refused if refused and refused.prefix == str(entry.pk) else PriorityForm(prefix=str(entry.pk)))
        for entry, decision in queue
    ]  # fmt: skip
    return {"title": first.title, "key": first.session_id or 0, "rows": rows}


@require_POST
@require_events
def move_to_front(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Before all others of its queue, with a reason that is kept."""
    event = get_object_or_404(Event, slug=slug)
    entry = get_object_or_404(event.waiting_entries, pk=pk)
    form = PriorityForm(request.POST, prefix=str(pk))
    if not form.is_valid():
        return _page(request, event, status=422, refused=form)
    try:
        services.move_to_front(entry=entry, reason=form.cleaned_data["reason"], by=signed_in(request))
    except services.WrongState:
        messages.error(request, _("This group waits no longer."))
    else:
        messages.success(request, _("The group stands in front now."))
    return redirect("manage_events:places", slug)


def _decision(stored: dict[str, object]) -> Decision:
    """As it was made; the reference beside it belongs to the trace."""
    return Decision(**{name: value for name, value in stored.items() if name != "reference"})  # type: ignore[arg-type]
