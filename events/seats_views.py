"""Agenda items with places of their own: choose, exchange, give back, wait. For the contact, and for each person."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from events import agenda as agendas
from events import services, waiting_words
from events.agenda import Item
from events.models import (
    Attendee,
    AttendeeQuerySet,
    Event,
    Registration,
    Session,
    SessionPlace,
    WaitingEntry,
    WaitingPerson,
)
from events.secret_links import attendee_link, registration_link


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person stands towards one item. `waits`: the words for their position, empty where they do not wait."""

    attendee: Attendee
    holds: bool
    waits: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One item that has places of its own, and how each of the people stands towards it."""

    item: Item
    session: Session
    free: int
    is_open: bool
    people: tuple[Standing, ...]

    @property
    def without(self) -> list[Attendee]:
        """Those who neither hold a place nor wait."""
        return [one.attendee for one in self.people if not one.holds and not one.waits]


def choices_of(event: Event, people: AttendeeQuerySet) -> list[Choice]:
    """Every item with places of its own, by time, for these people. A fixed number of queries, however many come."""
    now = timezone.now()
    agenda = agendas.current(event)
    items = [item for item in agenda if item.places]
    held = Count("seats", filter=Q(seats__state=SessionPlace.State.HELD))
    keys = [item.key for item in items]
    sessions = {one.key: one for one in event.sessions.filter(key__in=keys).annotate(held=held)} if items else {}
    here = list(people)
    holders = set(SessionPlace.objects.held().filter(attendee__in=here).values_list("attendee", "session"))
    waits = _waits(event, here)
    return [
        Choice(
            item=item,
            session=session,
            free=max((session.open_places or 0) - vars(session)["held"], 0),
            is_open=bool(session.open_places) and item.starts_at > now and event.is_upcoming(now),
            people=tuple(
                Standing(
                    attendee=one,
                    holds=(one.pk, session.pk) in holders,
                    waits=waits.get((one.pk, session.pk), ""),
                )
                for one in here
            ),
        )
        for item in items
        if (session := sessions.get(item.key))
    ]


def _waits(event: Event, people: Iterable[Attendee]) -> Mapping[tuple[int, int], str]:
    """Attendee and item -> position in words. One query where nobody of these waits."""
    waiting = WaitingPerson.objects.filter(attendee__in=[one.pk for one in people], state=WaitingPerson.State.WAITING)
    rows = list(waiting.filter(session__isnull=False).values_list("attendee", "session", "entry"))
    if not rows:
        return {}
    words = {
        entry.pk: waiting_words.in_words(decision)
        for queue in services.decisions(event, timezone.now()).values()
        for entry, decision in queue
    }
    return {(attendee, session): words[entry] for attendee, session, entry in rows if entry in words}


# -- for the contact ---------------------------------------------------------------------------------------------------


@require_safe
@registration_link
def sessions(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Every item that may be chosen, with every person who has a place at the event."""
    return _page(request, registration)


def _page(request: HttpRequest, registration: Registration, status: int = 200, **more: Any) -> HttpResponse:
    people = registration.attendees.confirmed().order_by("place_number")
    context = {
        "registration": registration,
        "event": registration.event,
        "choices": choices_of(registration.event, people),
        "action": reverse("registrations:session_change", args=[registration.token]),
        "back": registration.get_absolute_url(),
        "by_contact": True,
        **more,
    }
    return render(request, "events/seats/sessions.html", context, status=status)


@require_POST
@registration_link
def change(request: HttpRequest, registration: Registration) -> HttpResponse:
    """One change of one item for one person, or a group of them that waits."""
    keys = [int(key) for key in request.POST.getlist("attendee") if key.isdecimal() and len(key) < 19]
    people = list(registration.attendees.confirmed().filter(pk__in=keys).order_by("place_number"))
    again = reverse("registrations:sessions", args=[registration.token])
    return _changed(
        request, registration.event, people, again, lambda **more: _page(request, registration, 409, **more)
    )


# -- for one person ----------------------------------------------------------------------------------------------------


@require_safe
@attendee_link
def own_sessions(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """Every item that this person may choose."""
    return _own_page(request, attendee)


def _own_page(request: HttpRequest, attendee: Attendee, status: int = 200, **more: Any) -> HttpResponse:
    people = Attendee.objects.confirmed().filter(pk=attendee.pk)
    context = {
        "event": attendee.event,
        "choices": choices_of(attendee.event, people),
        "action": reverse("attendees:own_session_change", args=[attendee.token]),
        "back": attendee.get_absolute_url(),
        **more,
    }
    return render(request, "events/seats/sessions.html", context, status=status)


@require_POST
@attendee_link
def own_change(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """One change of one item, for oneself."""
    people = [attendee] if attendee.is_confirmed else []
    again = reverse("attendees:own_sessions", args=[attendee.token])
    return _changed(request, attendee.event, people, again, lambda **more: _own_page(request, attendee, 409, **more))


# -- inside ------------------------------------------------------------------------------------------------------------


def _changed(
    request: HttpRequest, event: Event, people: list[Attendee], again: str, page: Callable[..., HttpResponse]
) -> HttpResponse:
    """Do what was asked for and say so, or offer what is possible instead (409), or say why not."""
    wanted = request.POST.get("session", "")
    if not wanted.isdecimal() or len(wanted) > 18:
        raise Http404
    session = get_object_or_404(event.sessions, pk=wanted)
    verb = request.POST.get("do", "")
    if not people or verb not in VERBS:
        messages.error(request, _("Tick at least one person."))
        return redirect(again)
    try:
        said = VERBS[verb](people, session, request.POST.get("takes", ""))
    except services.ChoiceOverlaps as overlap:
        return page(swap={"attendee": people[0], "session": session, "others": overlap.sessions})
    except services.SessionFull:
        return page(full={"attendee": people[0], "session": session})
    except services.NotToBeChosen:
        messages.error(request, _("This item of the agenda cannot be chosen any more."))
    except services.RegistrationClosed:
        messages.error(request, _("This can no longer be changed."))
    else:
        messages.success(request, said)
    return redirect(again)


def _choose(people: list[Attendee], session: Session, _takes: str) -> str:
    services.choose(attendee=people[0], session=session)
    return _("%(name)s has a place in “%(title)s”.") % {"name": people[0], "title": session.title}


def _swap(people: list[Attendee], session: Session, _takes: str) -> str:
    services.swap(attendee=people[0], session=session)
    return _("Exchanged: %(name)s has a place in “%(title)s”.") % {"name": people[0], "title": session.title}


def _give_back(people: list[Attendee], session: Session, _takes: str) -> str:
    services.give_back(attendee=people[0], session=session)
    return _("The place in “%(title)s” was given back.") % {"title": session.title}


def _wait(people: list[Attendee], session: Session, takes: str) -> str:
    takes = takes if takes in WaitingEntry.Takes else WaitingEntry.Takes.ANY
    services.join_session(attendees=people, session=session, takes=takes)
    waits = ngettext(
        "%(count)s person is on the waiting list of “%(title)s”.",
        "%(count)s people are on the waiting list of “%(title)s”.", len(people),
    )  # fmt: skip
    return waits % {"count": len(people), "title": session.title}


def _leave(people: list[Attendee], session: Session, _takes: str) -> str:
    services.stop_waiting_for(attendee=people[0], session=session)
    return _("%(name)s waits no longer for “%(title)s”.") % {"name": people[0], "title": session.title}


VERBS: dict[str, Callable[[list[Attendee], Session, str], str]] = {
    "choose": _choose,
    "swap": _swap,
    "give_back": _give_back,
    "wait": _wait,
    "leave": _leave,
}
