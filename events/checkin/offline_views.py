"""What the desk's script asks: reports of what happened, the snapshot for when the network is cut, the rehearsal."""

import json

from django.contrib.auth.decorators import login_not_required
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events.checkin import reports, services, snapshot
from events.checkin.views import desk_of, may_scan, script_context
from events.checkin.words import items_of, said
from events.models import Event, SessionPlace
from events.services import EventFull
from organisations.access import signed_in
from organisations.compiled import Compiled
from organisations.roles import Permission


@require_POST
@never_cache
@may_scan
def report(request: HttpRequest, slug: str) -> JsonResponse:
    """What happened at a desk, at most 200 things; each is answered under its key. The same report again says the same."""
    event, now, by = _OF_REPORTS.get_or_404(slug), timezone.now(), signed_in(request)
    runs_desk = by.has_permission(Permission.RUN_DESK)
    try:
        desk, shown = reports.read(request.body, by=by, now=now)
    except reports.Unreadable as error:
        return JsonResponse({"error": f"unreadable: {error}"}, status=400)
    if not runs_desk and any(one.newcomer or one.person for one in shown):
        return JsonResponse({"error": "this desk only reads passes"}, status=403)
    try:
        outcomes = services.record(event=event, shown=shown, desk=desk, now=now)
    except services.NotThatDay:
        return JsonResponse(
            {"error": _("This event takes no arrivals: it is a draft, called off, or long over.")}, status=409
        )
    except EventFull:
        return JsonResponse({"error": _("All places are taken. Nothing was saved; an organiser can raise the number of "
                                        "places of the event.")}, status=409)  # fmt: skip
    people = [outcome.attendee for outcome in outcomes if outcome.attendee]
    items = items_of(people) if people and vars(event)["seated"] else {}
    return JsonResponse({
        "answers": {
            str(one.key): said(outcome, items, names=runs_desk).as_json()
            for one, outcome in zip(shown, outcomes, strict=True)
        }
    })  # fmt: skip


def _for_reports(slug: RawSQL) -> QuerySet[Event]:
    """What a report needs of its event, and whether anybody holds a place in one of its items, in one query."""
    seated = Exists(SessionPlace.objects.held().filter(session__event=OuterRef("pk")))
    return Event.objects.filter(slug=slug).only("slug", "state", "ends_at").annotate(seated=seated)


_OF_REPORTS = Compiled(_for_reports)


@require_safe
@never_cache
@may_scan
def snapshot_json(request: HttpRequest, slug: str) -> HttpResponse:
    """For a device that may lose its network. It also carries a token against forged requests that is valid now."""
    event = get_object_or_404(Event, slug=slug)
    now = timezone.now()
    if not services.takes_scans(event, now):
        return JsonResponse({"error": "not now"}, status=409)
    found = snapshot.taken(event, now, names=signed_in(request).has_permission(Permission.RUN_DESK))
    found["csrf"] = get_token(request)
    return HttpResponse(json.dumps(found, ensure_ascii=False, separators=(",", ":")), content_type="application/json")


@require_safe
@never_cache
@may_scan
def rehearsal(request: HttpRequest, slug: str) -> HttpResponse:
    """The page on which a device proves that it works without a network, and which devices have."""
    event = get_object_or_404(Event, slug=slug)
    passed = event.rehearsals.select_related("by").order_by("-passed_at")[:50]
    context = {"event": event, "desk": desk_of(request), "passed": passed, **script_context()}
    return render(request, "events/checkin/rehearsal.html", context)


@require_POST
@never_cache
@may_scan
def rehearsed(request: HttpRequest, slug: str) -> JsonResponse:
    """The device has passed; it says how many people it knew and how long it was cut off."""
    event, now = get_object_or_404(Event, slug=slug), timezone.now()
    try:
        desk, device, people, seconds = reports.read_rehearsal(request.body, by=signed_in(request), now=now)
    except reports.Unreadable as error:
        return JsonResponse({"error": f"unreadable: {error}"}, status=400)
    services.note_rehearsal(event=event, desk=desk, device=device, people=people, seconds=seconds, now=now)
    return JsonResponse({"passed": True})


@require_safe
@may_scan
def worker(request: HttpRequest, slug: str) -> HttpResponse:
    """The script that keeps the desk's page when the network is cut; it knows nothing of anybody."""
    return _script("events/checkin/worker.js")


@require_safe
@login_not_required
def passes_worker(request: HttpRequest) -> HttpResponse:
    """The script that leads a camera's address to the desk when the network is cut."""
    return _script("events/checkin/passes_worker.js")


def _script(template: str) -> HttpResponse:
    response = HttpResponse(render_to_string(template), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response
