"""A group on a waiting list, behind the contact's link: where it stands, leave, give back what was got."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from events import services, waiting_words
from events.models import Registration, WaitingEntry, WaitingPerson
from events.secret_links import registration_link


@registration_link
def entry(request: HttpRequest, registration: Registration, pk: int) -> HttpResponse:
    """The position and its reason, who waits and who has got a place (GET); leave or decline by one button (POST)."""
    entries = registration.waiting_entries.select_related("session", "event", "registration__event")
    found = get_object_or_404(entries, pk=pk)
    if request.method == "POST":
        return _change(request, registration, found)
    waiting = WaitingPerson.State.WAITING
    context = {
        "registration": registration,
        "event": registration.event,
        "entry": found,
        "words": waiting_words.place_in_queue(found, timezone.now()),
        "waiting": [person.attendee for person in found.people.filter(state=waiting).select_related("attendee")],
        "holding": found.holding(),
        "is_upcoming": registration.event.is_upcoming(timezone.now()),
    }
    return render(request, "events/waiting/entry.html", context)


def _change(request: HttpRequest, registration: Registration, found: WaitingEntry) -> HttpResponse:
    declines = "decline" in request.POST
    try:
        (services.decline if declines else services.leave)(entry=found)
    except services.RegistrationClosed:
        messages.error(request, _("This registration can no longer be changed."))
    else:
        words = (
            _("Given back: the next on the list get the place.") if declines else _("You have left the waiting list.")
        )
        messages.success(request, words)
    return redirect(registration)
