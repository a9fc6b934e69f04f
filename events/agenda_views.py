"""Organisers' pages of the agenda."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events import services
from events.forms import CancelEventForm, SessionForm
from events.manage_views import require_events
from events.models import Event
from organisations.access import signed_in


@require_events
def session_edit(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """Add an item to the agenda (no pk), or rewrite one."""
    event = get_object_or_404(Event, slug=slug)
    session = get_object_or_404(event.sessions, pk=pk) if pk else None
    initial = {} if session else {"starts_at": event.starts_at, "ends_at": event.ends_at}
    form = SessionForm(request.POST or None, instance=session, event=event, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_session(event=event, by=signed_in(request), session=session, **form.cleaned_data)
        except services.PlacesBelowTaken as taken:
            names = ", ".join(taken.names)
            form.add_error("places", _("More places are held, by: %(names)s.") % {"names": names})
        except services.WrongState:
            messages.error(request, _("This event can no longer be changed."))
            return redirect("manage_events:detail", slug)
        else:
            messages.success(request, _("The agenda was saved."))
            return redirect("manage_events:detail", slug)
    context = {"event": event, "form": form, "session": session}
    return render(request, "events/session_edit.html", context, status=422 if form.errors else 200)


@require_events
def session_cancel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A question first (GET), the change by POST."""
    event = get_object_or_404(Event, slug=slug)
    session = get_object_or_404(event.sessions, pk=pk)
    form = CancelEventForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_session(session=session, reason=form.cleaned_data["reason"], by=signed_in(request))
        except services.WrongState:
            messages.error(request, _("This item of the agenda can no longer be called off."))
        else:
            messages.success(request, _("It is called off; everybody registered is being told."))
        return redirect("manage_events:detail", slug)
    context = {"event": event, "session": session, "form": form, "taken": event.places_taken()}
    return render(request, "events/session_cancel.html", context, status=422 if form.errors else 200)


@require_POST
@require_events
def session_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    event = get_object_or_404(Event, slug=slug)
    try:
        services.remove_session(session=get_object_or_404(event.sessions, pk=pk), by=signed_in(request))
    except services.WrongState:
        messages.error(request, _("This event can no longer be changed."))
    else:
        messages.success(request, _("The agenda was saved."))
    return redirect("manage_events:detail", slug)
