"""Agenda items with places of their own, chosen behind the secret link: choose, exchange, give back, wait."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events import agenda, services
from events.models import Attendee, Registration, Session, SessionPlace, WaitingPerson
from events.registration_views import by_link


@require_safe
@by_link
def sessions(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Every delegate with every item that may be chosen."""
    return page(request, registration)


def page(request: HttpRequest, registration: Registration, status: int = 200, **more: object) -> HttpResponse:
    """The page of one registration; with `?attendee=` of one of its people alone. Nine queries, however many come."""
    people = registration.attendees.seated().order_by("place_number")
    only = request.GET.get("attendee", "")
    if only.isdecimal():
        people = people.filter(pk=only)
    event = registration.event
    items = [item for item in agenda.current(event) if item.places and not item.is_cancelled]
    count = Count("seats", filter=Q(seats__state=SessionPlace.State.HELD))
    held = event.sessions.annotate(held=count)
    rows = {session.key: session for session in held}
    held_by = set(SessionPlace.objects.held().filter(attendee__in=people).values_list("attendee", "session__key"))
    waits = WaitingPerson.objects.filter(attendee__in=people, state="waiting", session__isnull=False)
    waited_by = set(waits.values_list("attendee", "session__key"))
    choices = [
        (
            person,
            [
                _choice(person, item.key, rows, held_by, waited_by) | {"item": item}
                for item in items
                if item.key in rows
            ],
        )
        for person in people
    ]
    context = {"registration": registration, "event": event, "choices": choices, **more}
    context["is_live"] = event.is_upcoming(timezone.now())
    return render(request, "events/seats/sessions.html", context, status=status)


def _choice(
    person: Attendee,
    key: UUID,
    rows: Mapping[UUID, Session],
    held_by: set[tuple[int, UUID]],
    waited_by: set[tuple[int, UUID]],
) -> dict[str, object]:
    session = rows[key]
    free = max((session.places or 0) - session.held, 0)  # type: ignore[attr-defined]  # annotated
    return {
        "session": session,
        "free": free,
        "held": (person.pk, key) in held_by,
        "waits": (person.pk, key) in waited_by,
    }


Verb = Callable[[HttpRequest, Registration, Attendee, Session], HttpResponse | None]


def _change(verb: Verb) -> Callable[..., HttpResponse]:
    """A posted change for one person and one item of this registration's event, with each refusal in words."""

    @require_POST
    @by_link
    def changed(request: HttpRequest, registration: Registration) -> HttpResponse:
        person, item = request.POST.get("attendee", ""), request.POST.get("session", "")
        if not (person.isdecimal() and item.isdecimal()):
            raise Http404
        attendee = get_object_or_404(registration.attendees.seated(), pk=person)
        session = get_object_or_404(registration.event.sessions, pk=item)
        try:
            response = verb(request, registration, attendee, session)
        except services.SessionFull:
            offer = {"attendee": attendee, "session": session}
            return page(request, registration, status=409, full=offer)
        except services.NotToBeChosen:
            messages.error(request, _("This item of the agenda cannot be chosen."))
        except services.RegistrationClosed:
            messages.error(request, _("This registration can no longer be changed."))
        else:
            if response:
                return response
        return redirect("registrations:sessions", registration.token)

    return changed


@_change
def choose(
    request: HttpRequest, registration: Registration, attendee: Attendee, session: Session
) -> HttpResponse | None:
    try:
        services.choose(attendee=attendee, session=session)
    except services.ChoiceOverlaps as overlap:
        offer = {"attendee": attendee, "session": session, "others": overlap.sessions}
        return page(request, registration, status=409, swap=offer)
    messages.success(request, _("%(name)s has a place.") % {"name": attendee.full_name})
    return None


@_change
def swap(request: HttpRequest, registration: Registration, attendee: Attendee, session: Session) -> HttpResponse | None:
    services.swap(attendee=attendee, session=session)
    messages.success(request, _("The places were exchanged."))
    return None


@_change
def give_back(
    request: HttpRequest, registration: Registration, attendee: Attendee, session: Session
) -> HttpResponse | None:
    services.give_back(attendee=attendee, session=session)
    messages.success(request, _("The place was given back."))
    return None


@_change
def wait(request: HttpRequest, registration: Registration, attendee: Attendee, session: Session) -> HttpResponse | None:
    services.join_session(attendees=[attendee], session=session)
    messages.success(request, _("%(name)s is on the waiting list.") % {"name": attendee.full_name})
    return None
