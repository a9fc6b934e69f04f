"""The desk at the door: codes, names, who came without registration, who is here, what is contested.

Everything works as plain pages; with the script (static/desk.js) the same desk answers without waiting, and without a
network (offline_views).
"""

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events.checkin import codes, counters, services, words
from events.checkin.forms import CodeForm, DeskForm, FindForm, NewcomerForm, ReconciliationForm
from events.checkin.models import Scan, WalkIn
from events.checkin.services import Desk, Outcome, Shown
from events.checkin.words import initials, items_of, represents, said, verdicts
from events.models import Attendee, AttendeeQuerySet, Event
from events.services import EventFull
from organisations.access import require, signed_in
from organisations.roles import Permission

may_scan = require(Permission.SCAN_PASSES)
may_run_desk = require(Permission.RUN_DESK)
#: Where the session keeps how the desk is called that this browser stands at.
DESK = "desk"
#: People that a search shows, and rows of a page.
FOUND, ROWS = 20, 50


def desk_of(request: HttpRequest) -> Desk:
    """The desk this browser stands at."""
    return Desk(request.session.get(DESK) or _("Entrance"), signed_in(request))


@never_cache
@may_scan
def desk(request: HttpRequest, slug: str) -> HttpResponse:
    """The field for the code, the answer to the last one, the search by name."""
    event = get_object_or_404(Event, slug=slug)
    form = CodeForm(request.POST or None)
    outcome = None
    if request.method == "POST" and form.is_valid():
        code = codes.normal(form.cleaned_data["code"]) or form.cleaned_data["code"]
        shown = Shown(form.cleaned_data["key"], Scan.Means.TYPED, code=code)
        outcome = _recorded(request, event, shown)
        form = CodeForm()
    return _page(request, event, form=form, outcome=outcome)


@never_cache
@may_run_desk
def find(request: HttpRequest, slug: str) -> HttpResponse:
    """People of the event by part of their name or organisation."""
    event = get_object_or_404(Event, slug=slug)
    return _page(request, event, query=request.GET.get("q", "").strip()[:100])


@require_POST
@never_cache
@may_run_desk
def admit(request: HttpRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    """Record somebody who was found by name."""
    event = get_object_or_404(Event, slug=slug)
    outcome = _recorded(request, event, Shown(_key_of(request), Scan.Means.FOUND, person=key))
    return _page(request, event, outcome=outcome)


@require_POST
@may_scan
def name_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """From now on this browser stands at the desk of this name."""
    event = get_object_or_404(Event, slug=slug)
    form = DeskForm(request.POST)
    if not form.is_valid():
        return _page(request, event, desk_form=form, status=422)
    request.session[DESK] = form.cleaned_data["desk"]
    messages.success(request, _("This device stands at: %(desk)s.") % {"desk": form.cleaned_data["desk"]})
    return redirect("checkin:desk", slug)


@never_cache
@may_run_desk
def newcomer(request: HttpRequest, slug: str) -> HttpResponse:
    """Somebody came without a registration."""
    event = get_object_or_404(Event, slug=slug)
    form = NewcomerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        shown = Shown(form.cleaned_data["key"], Scan.Means.WALK_IN, newcomer=form.newcomer())
        try:
            outcome = _recorded(request, event, shown)
        except EventFull:
            form.add_error(None, _("All places are taken. Nothing was saved; an organiser can raise the number of places "
                                   "of the event."))  # fmt: skip
        else:
            if outcome:
                return _page(request, event, outcome=outcome)
    context = {"event": event, "form": form, "free": event.places_free()}
    return render(request, "events/checkin/newcomer.html", context, status=422 if form.errors else 200)


@require_safe
@may_run_desk
def present(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is here, the latest first; an arrival that was a mistake can be taken back."""
    event = get_object_or_404(Event, slug=slug)
    arrivals = Scan.objects.arrivals().filter(event=event).order_by("-happened_at", "-pk")
    page = Paginator(arrivals.select_related("attendee__registration", "by"), ROWS).get_page(request.GET.get("page"))
    return render(request, "events/checkin/present.html", {"event": event, "page_obj": page})


@require_POST
@may_run_desk
def take_back(request: HttpRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    """It was a mistake: this person is not here."""
    attendee = get_object_or_404(Attendee, event__slug=slug, key=key)
    try:
        services.take_back(attendee=attendee, desk=desk_of(request))
    except services.NotHere:
        messages.info(request, _("%(name)s was not here any more.") % {"name": attendee})
    else:
        messages.success(request, _("%(name)s is no longer counted as present.") % {"name": attendee})
    return redirect("checkin:present", slug)


@never_cache
@may_run_desk
def contested(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """People who were let in without a network although the record says otherwise."""
    event = get_object_or_404(Event, slug=slug)
    scan = get_object_or_404(event.scans, pk=pk) if pk else None
    form = ReconciliationForm(request.POST or None, prefix=str(pk)) if scan else None
    if scan and form and request.method == "POST" and form.is_valid():
        try:
            services.reconcile(scan=scan, by=signed_in(request), **form.cleaned_data)
        except services.NothingContested:
            messages.info(request, _("Somebody has settled this meanwhile."))
        else:
            messages.success(request, _("It is settled."))
        return redirect("checkin:contested", slug)
    waiting = Scan.objects.to_reconcile().filter(event=event).order_by("happened_at", "pk")
    waiting = waiting.select_related("attendee__registration", "walk_in", "by")
    arrived = {
        one.attendee_id: one for one in Scan.objects.arrivals().filter(attendee__in=[s.attendee_id for s in waiting])
    }
    rows = [
        (one, arrived.get(one.attendee_id),
         form if form and scan and scan.pk == one.pk else ReconciliationForm(prefix=str(one.pk)))
        for one in waiting
    ]  # fmt: skip
    settled = (
        event.scans.exclude(reconciliation=None).select_related("reconciliation__by", "attendee").order_by("-pk")[:ROWS]
    )
    context = {"event": event, "rows": rows, "settled": settled}
    return render(request, "events/checkin/contested.html", context, status=422 if form and form.errors else 200)


@require_POST
@may_run_desk
def seat(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Try again to give a place to somebody who came while none was left."""
    walk_in = get_object_or_404(WalkIn, pk=pk, scan__event__slug=slug)
    try:
        services.seat_walk_in(walk_in=walk_in, desk=desk_of(request))
    except EventFull:
        messages.error(request, _("All places are taken still: raise the number of places of the event first."))
    except services.NothingContested:
        messages.info(request, _("Somebody has settled this meanwhile."))
    else:
        messages.success(request, _("%(name)s has a place.") % {"name": walk_in.full_name})
    return redirect("checkin:contested", slug)


@require_safe
@never_cache
@may_scan
def live(request: HttpRequest, slug: str) -> HttpResponse:
    """How many are here, by kind of organisation, municipality and item; a part of the page asks again by itself."""
    event = get_object_or_404(Event, slug=slug)
    context = {"event": event, "counters": counters.of(event), "now": timezone.now()}
    part = "events/checkin/live.html#counters" if request.headers.get("HX-Request") else "events/checkin/live.html"
    return render(request, part, context)


@never_cache
@login_not_required
def opened_pass(request: HttpRequest, code: str) -> HttpResponse:
    """What the camera of a telephone opens. For a desk: who it is, and the button; for anybody else: what it is for."""
    user = request.user
    if not user.is_authenticated or not user.has_permission(Permission.SCAN_PASSES):
        return render(request, "events/checkin/pass_shown.html", {"code": codes.normal(code)})
    normal = codes.normal(code)
    attendee = (
        Attendee.objects.select_related("event", "registration").filter(pass_mark=codes.mark_of(normal)).first()
        if normal
        else None
    )
    if attendee is None or not services.takes_scans(attendee.event, timezone.now()):
        return render(request, "events/checkin/pass_unknown.html", {"attendee": attendee}, status=404)
    if request.method == "POST":
        shown = Shown(_key_of(request), Scan.Means.PASS, code=normal)
        return _page(request, attendee.event, outcome=_recorded(request, attendee.event, shown))
    name = attendee.full_name if user.has_permission(Permission.RUN_DESK) else initials(attendee.full_name)
    context = {"event": attendee.event, "attendee": attendee, "shown_name": name, "represents": represents(attendee)}
    context |= {"here": attendee.scans.arrivals().first(), "key": uuid.uuid4()}
    return render(request, "events/checkin/pass_opened.html", context)


# -- inside ------------------------------------------------------------------------------------------------------------


def _key_of(request: HttpRequest) -> uuid.UUID:
    """Of the form: the same click twice is one fact. A form without one is its own."""
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()


def _recorded(request: HttpRequest, event: Event, shown: Shown) -> Outcome | None:
    try:
        [outcome] = services.record(event=event, shown=[shown], desk=desk_of(request))
    except services.NotThatDay:
        messages.error(request, _("This event takes no arrivals: it is a draft, called off, or long over."))
        return None
    return outcome


def _page(
    request: HttpRequest,
    event: Event,
    *,
    form: CodeForm | None = None,
    desk_form: DeskForm | None = None,
    outcome: Outcome | None = None,
    query: str = "",
    status: int = 200,
) -> HttpResponse:
    """The desk."""
    runs = signed_in(request).has_permission(Permission.RUN_DESK)
    here = desk_of(request)
    context = {
        "event": event,
        "form": form or CodeForm(),
        "desk": here,
        "desk_form": desk_form or DeskForm(initial={"desk": here.name}),
        "said": said(outcome, _items(outcome), names=runs) if outcome else None,
        "runs_desk": runs,
        "query": query,
        "found": [(person, uuid.uuid4()) for person in _search(event, query)] if query else (),
        "find_form": FindForm(initial={"q": query}),
        "newcomer_form": NewcomerForm(auto_id="newcomer_%s") if runs else None,
        "perms_events": signed_in(request).has_permission(Permission.MANAGE_EVENTS),
        "takes_scans": services.takes_scans(event, timezone.now()),
        "contested": Scan.objects.to_reconcile().filter(event=event).count() if runs else 0,
        "came": event.attendees.present().count(),
        "expected": event.attendees.confirmed().count(),
        **script_context(),
    }
    return render(request, "events/checkin/desk.html", context, status=status)


def _items(outcome: Outcome) -> dict[int, list[str]]:
    return items_of([outcome.attendee]) if outcome.attendee else {}


def script_context() -> dict[str, object]:
    """What the desk's script needs of the page: its words, and the worker of the printed addresses, which know no language."""
    with translation.override(settings.LANGUAGE_CODE):
        passes_worker = reverse("passes:passes_worker")
    return {"words": {"verdicts": verdicts(), "messages": words.messages()}, "passes_worker": passes_worker}


def _search(event: Event, query: str) -> AttendeeQuerySet:
    """People whose name or organisation holds every word."""
    return event.attendees.matching(query).with_arrival().select_related("registration")[:FOUND]
