"""An event that should not be there: a draft goes; where people have registered the page says who, and goes nowhere."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from events import services
from events.models import Event
from organisations.access import require, signed_in
from organisations.roles import Permission

#: So many registrations are named; of more the number.
NAMED = 50


@require(Permission.MANAGE_EVENTS)
def remove(request: HttpRequest, slug: str) -> HttpResponse:
    """A question first (GET), the deletion by POST."""
    event = get_object_or_404(Event, slug=slug)
    if request.method == "POST":
        try:
            services.remove(event=event, by=signed_in(request))
        except services.HasRegistrations:
            pass  # the page names them
        except services.WrongState:
            messages.error(request, _("Only a draft can be removed. Call the event off instead: it stays on record."))
        except services.InUse as used:
            messages.error(request, _("It is still in use: %(where)s.") % {"where": ", ".join(used.items)})
        else:
            messages.success(request, _("The draft was removed."))
            return redirect("manage_events:list")
    registrations = event.registrations.order_by("-created_at", "-pk")
    count = registrations.count()
    context = {"event": event, "registrations": registrations[:NAMED], "count": count, "more": max(0, count - NAMED)}
    return render(request, "events/manage_remove.html", context, status=409 if request.method == "POST" else 200)
