"""Organisers' pages of rooms, tracks and speakers: one list, one form, three kinds."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from events import services
from events.forms import RoomForm, SpeakerForm, TrackForm
from events.manage_views import require_events
from events.models import Event, Room, Speaker, Track
from organisations.access import signed_in
from organisations.models import Organisation

#: So many names of the directory are offered while somebody writes; any other may be written too.
OFFERED = 500


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the three, and what its pages say."""

    model: type[Room] | type[Track] | type[Speaker]
    form: type[ModelForm[Any]]
    many: Promise
    one: Promise
    lead: Promise


KINDS = {
    "rooms": Kind(
        Room, RoomForm, gettext_lazy("Rooms"), gettext_lazy("Room"),
        gettext_lazy("Where items take place, in the order in which the agenda names them."),
    ),
    "tracks": Kind(
        Track, TrackForm, gettext_lazy("Tracks"), gettext_lazy("Track"),
        gettext_lazy("Threads that run through several items."),
    ),
    "speakers": Kind(
        Speaker, SpeakerForm, gettext_lazy("Speakers"), gettext_lazy("Speaker"),
        gettext_lazy("Who speaks: a person, or an office where no name is known yet."),
    ),
}  # fmt: skip


@require_safe
@require_events
def part_list(request: HttpRequest, slug: str, what: str) -> HttpResponse:
    event, kind = get_object_or_404(Event, slug=slug), KINDS[what]
    rows = kind.model._default_manager.filter(event=event).order_by("position", "pk")
    context = {"event": event, "what": what, "kind": kind, "rows": rows.prefetch_related("sessions")}
    return render(request, "events/agenda/part_list.html", context)


@require_events
def part_edit(request: HttpRequest, slug: str, what: str, pk: int | None = None) -> HttpResponse:
    """Add one (no pk), or correct it."""
    event, kind = get_object_or_404(Event, slug=slug), KINDS[what]
    part = get_object_or_404(kind.model, event=event, pk=pk) if pk else None
    form = kind.form(request.POST or None, instance=part)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_part(event=event, by=signed_in(request), part=form.save(commit=False))
        except services.WrongState:
            messages.error(request, _("This event can no longer be changed."))
            return _back(slug, what)
        except IntegrityError:
            form.add_error(None, _("There is one of this name already."))
        else:
            messages.success(request, _("It is saved. The public sees it after the next release."))
            return _back(slug, what)
    names = Organisation.objects.order_by("name").values_list("name", flat=True)[:OFFERED] if what == "speakers" else ()
    context = {"event": event, "what": what, "kind": kind, "form": form, "is_new": pk is None, "names": names}
    return render(request, "events/agenda/part_edit.html", context, status=422 if form.errors else 200)


@require_POST
@require_events
def part_move(request: HttpRequest, slug: str, what: str, pk: int) -> HttpResponse:
    """Up, or down where `steps` is more than nothing."""
    part = _part(slug, what, pk)
    steps = 1 if request.POST.get("steps") == "1" else -1
    try:
        services.move_part(part=part, steps=steps, by=signed_in(request))
    except services.AtTheEdge:
        messages.info(request, _("“%(title)s” has nothing to change places with there.") % {"title": part})
    except services.WrongState:
        messages.error(request, _("This event can no longer be changed."))
    return _back(slug, what)


@require_POST
@require_events
def part_remove(request: HttpRequest, slug: str, what: str, pk: int) -> HttpResponse:
    part = _part(slug, what, pk)
    try:
        services.remove_part(part=part, by=signed_in(request))
    except services.InUse as used:
        words = {"title": part, "items": ", ".join(f"“{item}”" for item in used.items)}
        messages.error(request, _("“%(title)s” is used by: %(items)s. Take it out there first, and release.") % words)
    except services.WrongState:
        messages.error(request, _("This event can no longer be changed."))
    else:
        messages.success(request, _("“%(title)s” is removed.") % {"title": part})
    return _back(slug, what)


def _part(slug: str, what: str, pk: int) -> Room | Track | Speaker:
    found: Room | Track | Speaker = get_object_or_404(
        KINDS[what].model._default_manager.select_related("event"), event__slug=slug, pk=pk
    )  # type: ignore[assignment]  # one of the three
    return found


def _back(slug: str, what: str) -> HttpResponse:
    return redirect(f"manage_events:{what}", slug)
