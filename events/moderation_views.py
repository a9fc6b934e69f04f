"""Organisers decide: registrations of an event by state, approved or refused; invitations withdrawn."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from events import services
from events.forms import InviteForm, RefusalForm, RegistrationFilterForm
from events.manage_views import require_events
from events.models import ChangeRequest, Event, Registration, RegistrationQuerySet, WaitingEntry
from events.register_views import cap_message
from organisations.access import signed_in

#: Rows on one page.
PAGE = 50


@require_safe
@require_events
def registrations(request: HttpRequest, slug: str) -> HttpResponse:
    """All registrations of an event, and the queue of those to be approved."""
    return _page(request, get_object_or_404(Event, slug=slug), RefusalForm())


def _page(request: HttpRequest, event: Event, refusal: RefusalForm, status: int = 200) -> HttpResponse:
    form = RegistrationFilterForm(request.GET)
    rows = _filtered(event, form).select_related("decided_by").prefetch_related("attendees")
    query = request.GET.copy()
    query.pop("page", None)
    page = Paginator(rows.order_by("-created_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    context = {
        "event": event,
        "form": form,
        "refusal": refusal,
        "page": page,
        "can_decide": any(row.state == Registration.State.PENDING for row in page),
        "query": query.urlencode(),
        "states": _states(event),
        "free": event.places_free(),
        "chosen": set(request.POST.getlist("registration")),
    }
    return render(request, "events/moderation/registrations.html", context, status=status)


def _filtered(event: Event, form: RegistrationFilterForm) -> RegistrationQuerySet:
    """What a filter that cannot be read says is passed over."""
    form.is_valid()
    rows = event.registrations.all()
    for name in ("state", "category"):
        if value := form.cleaned_data.get(name):
            rows = rows.filter(**{name: value})
    wanted = form.cleaned_data.get("q")
    return rows.matching(wanted) if wanted else rows


def _states(event: Event) -> list[tuple[str, str, int]]:
    """How many registrations stand in each state. One query."""
    counts = dict(event.registrations.order_by().values_list("state").annotate(Count("pk")))
    return [(value, str(label), counts[value]) for value, label in Registration.State.choices if value in counts]


@require_POST
@require_events
def approve(request: HttpRequest, slug: str) -> HttpResponse:
    """Approve one or several; each on its own, so that one that does not fit stops no other."""
    event, by = get_object_or_404(Event, slug=slug), signed_in(request)
    waits = WaitingEntry.Takes.ALL if "waits" in request.POST else ""
    queued = []

    def decide(registration: Registration) -> None:
        if services.approve(registration=registration, by=by, waits=waits).state == Registration.State.WAITING:
            queued.append(registration.registrant)

    done = _each(request, event, decide)
    if done:
        words = ngettext("%(number)s registration is approved.", "%(number)s registrations are approved.", done)
        messages.success(request, words % {"number": done})
    if queued:
        messages.info(
            request, _("On the waiting list, because there is no room: %(names)s.") % {"names": ", ".join(queued)}
        )
    return redirect("manage_events:registrations", slug)


@require_POST
@require_events
def refuse(request: HttpRequest, slug: str) -> HttpResponse:
    """Refuse one or several, with one reason for all of them."""
    event, by, form = get_object_or_404(Event, slug=slug), signed_in(request), RefusalForm(request.POST)
    if not form.is_valid():
        return _page(request, event, form, status=422)
    reason = form.cleaned_data["reason"]
    done = _each(request, event, lambda registration: services.refuse(registration=registration, reason=reason, by=by))
    if done:
        words = ngettext("%(number)s registration is refused.", "%(number)s registrations are refused.", done)
        messages.success(request, words % {"number": done})
    return redirect("manage_events:registrations", slug)


def _each(request: HttpRequest, event: Event, decide: Callable[[Registration], object]) -> int:
    """Decide about each that was ticked and say of each where that was not possible; how many were decided."""
    keys = [int(key) for key in request.POST.getlist("registration") if key.isdecimal() and len(key) < 19][:PAGE]
    done = 0
    for registration in event.registrations.select_related("event").filter(pk__in=keys).order_by("created_at", "pk"):
        try:
            decide(registration)
        except services.AlreadyDecided as earlier:
            messages.error(request, _already_message(earlier.decided))
        except services.EventFull as full:
            words = ngettext(
                "%(name)s does not fit: only %(free)s place is free.",
                "%(name)s does not fit: only %(free)s places are free.", full.free,
            )  # fmt: skip
            messages.error(request, words % {"name": registration.registrant, "free": full.free})
        except services.RegistrationClosed:
            messages.error(request, _("The event is over or called off: nothing is left to decide."))
        else:
            done += 1
    if not keys:
        messages.error(request, _("Tick at least one registration."))
    return done


def _already_message(decided: Registration | ChangeRequest) -> str:
    """Who was first, and what they decided."""
    words = {"name": decided.registrant, "state": decided.get_state_display()}
    if decided.decided_by is None or decided.decided_at is None:
        return _("%(name)s: nothing is left to decide, it is %(state)s.") % words
    words["by"] = decided.decided_by.name or decided.decided_by.email
    words["at"] = date_format(timezone.localtime(decided.decided_at), "j F, H:i")
    return _("%(name)s is %(state)s already: %(by)s decided on %(at)s.") % words


@require_safe
@require_events
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """What registrants ask to change after the freeze, and what was decided."""
    return _changes(request, get_object_or_404(Event, slug=slug))


def _changes(
    request: HttpRequest,
    event: Event,
    status: int = 200,
    refused: int | None = None,
    refusal: RefusalForm | None = None,
) -> HttpResponse:
    rows = event.change_requests.select_related("registration", "attendee", "decided_by")
    waiting = rows.to_decide(timezone.now())
    page = Paginator(waiting, PAGE).get_page(request.GET.get("page"))
    forms = [
        (row, refusal if refusal and row.pk == refused else RefusalForm(auto_id=f"id_{row.pk}_%s")) for row in page
    ]
    decided = rows.exclude(state=ChangeRequest.State.OPEN).order_by("-decided_at", "-pk")[:PAGE]
    context = {"event": event, "page": page, "rows": forms, "decided": decided, "free": event.places_free()}
    return render(request, "events/moderation/changes.html", context, status=status)


@require_POST
@require_events
def approve_change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    change = get_object_or_404(get_object_or_404(Event, slug=slug).change_requests, pk=pk)
    try:
        services.approve_change(request=change, by=signed_in(request))
    except services.AlreadyDecided as earlier:
        messages.error(request, _already_message(earlier.decided))
    except services.EventFull:
        messages.error(request, _("This does not fit any more: all places are taken. The request stays open."))
    except services.TooManyAttendees as too_many:
        messages.error(request, cap_message(too_many))
    except (services.AlreadyComing, services.RegistrationClosed):
        messages.error(request, _("The registration has changed meanwhile: this can no longer be done. Refuse it."))
    else:
        messages.success(request, _("The change is made; those concerned are being told."))
    return redirect("manage_events:changes", slug)


@require_POST
@require_events
def refuse_change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    event = get_object_or_404(Event, slug=slug)
    change, form = get_object_or_404(event.change_requests, pk=pk), RefusalForm(request.POST, auto_id=f"id_{pk}_%s")
    if not form.is_valid():
        return _changes(request, event, 422, pk, form)
    try:
        services.refuse_change(request=change, reason=form.cleaned_data["reason"], by=signed_in(request))
    except services.AlreadyDecided as earlier:
        messages.error(request, _already_message(earlier.decided))
    else:
        messages.success(request, _("The request is refused; the contact is being told why."))
    return redirect("manage_events:changes", slug)


@require_safe
@require_events
def invitations(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is invited, whether they opened their link, and whether it still opens the form."""
    event = get_object_or_404(Event, slug=slug)
    return _invitations(request, event, InviteForm(event=event))


def _invitations(request: HttpRequest, event: Event, form: InviteForm, status: int = 200) -> HttpResponse:
    standing = event.registrations.active().filter(invitation=OuterRef("pk"))
    rows = event.invitations.select_related("organisation").annotate(is_used=Exists(standing))
    page = Paginator(rows.order_by("organisation__name", "pk"), PAGE).get_page(request.GET.get("page"))
    context = {"event": event, "page": page, "form": form if event.is_editable else None}
    return render(request, "events/moderation/invitations.html", context, status=status)


@require_POST
@require_events
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """One organisation, by hand."""
    event = get_object_or_404(Event, slug=slug)
    form = InviteForm(request.POST, event=event)
    if not form.is_valid():
        return _invitations(request, event, form, status=422)
    organisation, sends = form.cleaned_data["organisation"], form.cleaned_data["sends"]
    try:
        services.invite_by_hand(event=event, organisation=organisation, sends=sends, by=signed_in(request))
    except services.WrongState:
        messages.error(request, _("This event can no longer be changed."))
    else:
        sent = sends and organisation.email
        words = (
            _("%(name)s is invited; the link is on its way.") if sent else _("%(name)s is invited. Pass the link on.")
        )
        messages.success(request, words % {"name": organisation})
    return redirect("manage_events:invitations", slug)


@require_POST
@require_events
def revoke_invitation(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    invitation = get_object_or_404(get_object_or_404(Event, slug=slug).invitations, pk=pk)
    services.revoke_invitation(invitation=invitation, by=signed_in(request))
    messages.success(request, _("The invitation of %(name)s is withdrawn.") % {"name": invitation.organisation})
    return redirect("manage_events:invitations", slug)


@require_POST
@require_events
def restore_invitation(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    invitation = get_object_or_404(get_object_or_404(Event, slug=slug).invitations, pk=pk)
    services.restore_invitation(invitation=invitation, by=signed_in(request))
    messages.success(request, _("The invitation of %(name)s holds again.") % {"name": invitation.organisation})
    return redirect("manage_events:invitations", slug)
