"""Organisers' pages of events: facts, state, who comes."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events import services
from events.agenda.impact import impact_of
from events.attribution import counts
from events.cloning import parts
from events.forms import CancelEventForm, EventForm
from events.models import Attendee, Event, Registration
from organisations.access import require, signed_in
from organisations.roles import Permission

require_events = require(Permission.MANAGE_EVENTS)
#: Registrations on one page.
PAGE = 50


@require_safe
@require_events
def event_list(request: HttpRequest) -> HttpResponse:
    confirmed = Count("attendees", filter=Q(attendees__state=Attendee.State.CONFIRMED))
    events = Event.objects.annotate(taken=confirmed).order_by("-starts_at", "pk")
    return render(request, "events/manage_list.html", {"events": events})


@require_safe
@require_events
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    event = get_object_or_404(Event, slug=slug)
    registrations = event.registrations.prefetch_related("attendees").order_by("-created_at", "-pk")
    now = timezone.now()
    context = {
        "event": event,
        "registrations": Paginator(registrations, PAGE).get_page(request.GET.get("page")),
        "categories": _categories(event),
        **_places(event),
        **_invited(event),
        "is_over": event.is_over(now),
        "may_see_needs": signed_in(request).has_permission(Permission.SEE_NEEDS),
        "pending": event.registrations.filter(state=Registration.State.PENDING).count(),
        "changes": event.change_requests.to_decide(now).count(),
        "impact": impact_of(event, now=now),
        "resting": parts.resting(event),
        "came_by": counts.of_event(event),
        "may_publicise": signed_in(request).has_permission(Permission.SEND_CAMPAIGNS),
    }
    return render(request, "events/manage_detail.html", context)


def _places(event: Event) -> dict[str, int]:
    """How many places are held, for how many of them somebody said that they really come, and how many wait. One query."""
    sure = Q(state=Attendee.State.CONFIRMED, coming_confirmed_at__isnull=False)
    waiting = Count("pk", filter=Q(state=Attendee.State.WAITING))
    return event.attendees.aggregate(taken=Count("place_number"), sure=Count("pk", filter=sure), waiting=waiting)


def _invited(event: Event) -> dict[str, int]:
    """How many organisations are invited, and how many of them are coming. One query."""
    coming = Count("pk", filter=Q(registrations__state=Registration.State.CONFIRMED), distinct=True)
    return event.invitations.aggregate(invited=Count("pk", distinct=True), invited_and_registered=coming)


def _categories(event: Event) -> list[tuple[str, int]]:
    """How many registrations of each category stand. One query."""
    counts = event.registrations.active().by_category()
    return [(str(label), counts[value]) for value, label in Registration.Category.choices]


@require_events
def new(request: HttpRequest) -> HttpResponse:
    form = EventForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        event = services.create(by=signed_in(request), **form.cleaned_data)
        messages.success(request, _("The event was saved as a draft."))
        return redirect("manage_events:detail", event.slug)
    return render(request, "events/manage_edit.html", {"form": form}, status=422 if form.errors else 200)


@require_events
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    event = get_object_or_404(Event, slug=slug)
    form = EventForm(request.POST or None, instance=event)
    holders: dict[str, object] = {}
    if request.method == "POST" and form.is_valid():
        try:
            event = services.change(event=event, by=signed_in(request), **form.changed_values())
        except services.CapacityBelowTaken as taken:
            form.add_error("capacity", _("%(taken)s places are already held.") % {"taken": taken.taken})
            found = event.registrations.holding_places()
            holders = {"holders": found[:PAGE], "more_holders": max(0, found.count() - PAGE)}
        except services.WrongState:
            form.add_error(None, _("This event can no longer be changed."))
        else:
            messages.success(request, _("The changes were saved. Calendars follow if time or place moved."))
            _name_those_above(request, event)
            return redirect("manage_events:detail", event.slug)
    fresh = get_object_or_404(Event, slug=slug)
    context = {"form": form, "event": fresh, **holders}
    return render(request, "events/manage_edit.html", context, status=422 if form.errors else 200)


def _name_those_above(request: HttpRequest, event: Event) -> None:
    """Organisations with more people than the cap: they keep their places, and somebody should know."""
    standing = Count("attendees", filter=~Q(attendees__state=Attendee.State.CANCELLED))
    if event.max_per_organisation:
        organisations = event.registrations.active().filter(category=Registration.Category.ORGANISATION)
        above = organisations.annotate(people=standing).filter(people__gt=event.max_per_organisation)
        rows = above.order_by("organisation_name", "pk").values_list("organisation_name", "people")[:20]
        names = [f"{name} ({people})" for name, people in rows]
        if names:
            words = _("These have more people than that already, and keep their places: %(names)s.")
            messages.warning(request, words % {"names": ", ".join(names)})


@require_POST
@require_events
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        event = services.publish(event=get_object_or_404(Event, slug=slug), by=signed_in(request))
    except services.WrongState:
        messages.error(request, _("Only a draft can be published."))
    except services.Blocked:
        messages.error(
            request, _("Conflicts of the agenda stop its first version, and so the event. Resolve them first.")
        )
        return redirect("manage_events:agenda_release", slug)
    else:
        messages.success(request, _("The event is public."))
        if rests := parts.resting(event):
            words = _("This rests until you switch it on: %(what)s.")
            messages.warning(request, words % {"what": "; ".join(one.words for one in rests)})
    return redirect("manage_events:detail", slug)


@require_POST
@require_events
def close(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        services.close(event=get_object_or_404(Event, slug=slug), by=signed_in(request))
    except services.WrongState:
        messages.error(request, _("Only a published event that is over can be closed."))
    else:
        messages.success(request, _("The event is recorded as held."))
    return redirect("manage_events:detail", slug)


@require_events
def cancel(request: HttpRequest, slug: str) -> HttpResponse:
    """A question first (GET), the change by POST."""
    event = get_object_or_404(Event, slug=slug)
    form = CancelEventForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel(event=event, reason=form.cleaned_data["reason"], by=signed_in(request))
        except services.WrongState:
            messages.error(request, _("This event can no longer be cancelled."))
        else:
            messages.success(request, _("The event is cancelled; everybody registered is being told."))
        return redirect("manage_events:detail", slug)
    context = {"event": event, "form": form, "taken": event.places_taken()}
    return render(request, "events/manage_cancel.html", context, status=422 if form.errors else 200)
