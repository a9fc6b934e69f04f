"""Organisers' pages of releases: what one would do, the yes, the versions there are, and the way back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events import agenda as agendas
from events import services
from events.agenda.changes import Change, between
from events.agenda.impact import Impact, impact_of
from events.forms import CompareForm, ReleaseForm
from events.manage_views import require_events
from events.models import Event
from organisations.access import signed_in

#: So many of those who would be told stand on one page.
TOLD_ON_A_PAGE = 50


@never_cache
@require_events
def release(request: HttpRequest, slug: str) -> HttpResponse:
    """What a release would do (GET), and the release (POST)."""
    event = get_object_or_404(Event, slug=slug)
    form = ReleaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = _release(request, event, form)
        if done:
            return done
    impact = impact_of(event, now=timezone.now())
    return _preview(request, event, impact, form)


def _release(request: HttpRequest, event: Event, form: ReleaseForm) -> HttpResponse | None:
    """The redirect after a release, or None with the reason written into the form or said."""
    values = {name: form.cleaned_data[name] for name in ("note_it", "note_en", "despite_warnings")}
    try:
        made = services.release(event=event, by=signed_in(request), seen=form.seen(), **values)
    except services.WrongState:
        messages.error(request, _("This event can no longer be changed."))
        return redirect("manage_events:agenda", event.slug)
    except services.ReleasedMeanwhile as other:
        who, at = str(other.release.by or ""), date_format(timezone.localtime(other.release.released_at), "j F, H:i")
        words = {"number": other.release.number, "who": who, "at": at}
        form.add_error(None, _("Version %(number)s was released meanwhile (%(who)s, %(at)s). Nothing was done: this is what "
                               "a release would do now.") % words)  # fmt: skip
    except services.DraftChanged:
        form.add_error(
            None, _("The draft was changed since you looked. Nothing was done: this is what a release would do now.")
        )
    except services.NothingNew:
        messages.info(request, _("The public sees all of this already."))
        return redirect("manage_events:agenda", event.slug)
    except services.Warned:
        form.add_error("despite_warnings", _("Look at the warnings, and tick this if it is meant so."))
    except services.Blocked:
        form.add_error(None, _("Conflicts stop the release. They are listed below, with what to do."))
    else:
        messages.success(request, _("Version %(number)s is public.") % {"number": made.number})
        return redirect("manage_events:releases", event.slug)
    return None


def _preview(request: HttpRequest, event: Event, impact: Impact, form: ReleaseForm) -> HttpResponse:
    shown = {"number": impact.number, "fingerprint": impact.fingerprint}
    if form.is_bound:  # the yes is to what is shown now, not to what was shown before
        form.data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        for name, value in shown.items():
            form.data[name] = str(value)  # type: ignore[index]  # copied above
    else:
        form.initial.update(shown)
    told = Paginator(impact.told, TOLD_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "event": event,
        "impact": impact,
        "form": form,
        "told": told,
        "told_rows": [(one.addressee, [impact.changes[number].name for number in one.changes]) for one in told],
        "is_upcoming": event.is_upcoming(timezone.now()),
    }
    return render(request, "events/agenda/release.html", context, status=422 if form.errors else 200)


@require_events
def discard(request: HttpRequest, slug: str) -> HttpResponse:
    """A question first (GET), the way back by POST."""
    event = get_object_or_404(Event, slug=slug)
    if request.method == "POST":
        try:
            last = services.discard_draft(event=event, by=signed_in(request))
        except services.WrongState:
            messages.error(request, _("This event can no longer be changed."))
        except services.NothingNew:
            messages.info(request, _("There is nothing to discard."))
        else:
            messages.success(request, _("The draft is as version %(number)s again.") % {"number": last.number})
        return redirect("manage_events:agenda", slug)
    return render(
        request, "events/agenda/discard.html", {"event": event, "impact": impact_of(event, now=timezone.now())}
    )


@require_safe
@require_events
def releases(request: HttpRequest, slug: str) -> HttpResponse:
    """Every version with its changes, and any two side by side."""
    event = get_object_or_404(Event, slug=slug)
    found = list(event.agenda_releases.defer("content").select_related("by").order_by("-number"))
    numbers = [one.number for one in found]
    form = CompareForm(request.GET if "from" in request.GET else None, numbers=numbers)
    context = {
        "event": event,
        "releases": [(one, [Change.from_json(kept) for kept in one.changes]) for one in found],
        "form": form if numbers else None,
        "changes": _compared(event, form) if form.is_bound and form.is_valid() else None,
    }
    return render(request, "events/agenda/releases.html", context)


def _compared(event: Event, form: CompareForm) -> tuple[Change, ...]:
    pair = (form.cleaned_data["from"], form.cleaned_data["to"])
    kept = {one.number: agendas.release_of(one) for one in event.agenda_releases.filter(number__in=pair)}
    old, new = (kept[number] if number else agendas.draft(event) for number in pair)
    return between(old, new)
