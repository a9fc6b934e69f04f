"""Papers of the day: everybody's own pass, and the desk's badges and sheets."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from events import papers
from events.checkin import papers as sheets
from events.checkin.views import may_run_desk
from events.models import Attendee, Event, Registration
from events.secret_links import attendee_link, registration_link


@require_safe
@registration_link
def registration_passes(request: HttpRequest, registration: Registration) -> HttpResponse:
    """The passes of everybody of the registration who has a place."""
    people = registration.attendees.confirmed().order_by("place_number").select_related("registration")
    return papers.answered(
        sheets.passes(registration.event, people), f"{registration.event.slug}-{registration.reference}"
    )


@require_safe
@attendee_link
def own_pass(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """One person's own pass; an empty sheet says so where they have no place."""
    people = [attendee] if attendee.is_confirmed else []
    return papers.answered(sheets.passes(attendee.event, people), f"{attendee.event.slug}-pass")


@require_safe
@may_run_desk
def badges(request: HttpRequest, slug: str) -> HttpResponse:
    """Badges of everybody who has a place, eight on a sheet."""
    event = get_object_or_404(Event, slug=slug)
    return papers.answered(sheets.badges(event, event.attendees.confirmed()), f"{event.slug}-badges")


@require_safe
@may_run_desk
def sign_in(request: HttpRequest, slug: str) -> HttpResponse:
    """The list to sign on, for those who want paper."""
    event = get_object_or_404(Event, slug=slug)
    return papers.answered(sheets.sign_in(event, event.attendees.confirmed()), f"{event.slug}-signatures")
