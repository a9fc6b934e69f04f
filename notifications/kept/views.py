"""What is held of people: all events at a glance, one event with its reasons, the runs of the purge, and a run by hand."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events import holdings
from events.kept import BY_KEY
from events.models import Event
from notifications import retention
from notifications.kept import running
from notifications.models import PurgeRun
from organisations.access import require, signed_in
from organisations.kept import DECLARED, Ending, Numbers
from organisations.roles import Permission

#: Events on a page; runs below it.
EVENTS, RUNS = 25, 7
require_held = require(Permission.MANAGE_EVENTS)
require_purge = require(Permission.RUN_PURGE)


@never_cache
@require_safe
@require_held
def index(request: HttpRequest) -> HttpResponse:
    """Every event, the latest first, with what it holds and when that leaves; what else leaves; the last runs."""
    now = timezone.now()
    page = Paginator(Event.objects.order_by("-ends_at", "-pk"), EVENTS).get_page(request.GET.get("page"))
    lines = holdings.lines(page, now)
    due = retention.due(now)
    context = {
        "page_obj": page,
        "lines": lines,
        "classes": [BY_KEY[key] for key in holdings.CLASSES],
        "overdue": [line for line in lines if line.overdue],
        "others": _others(due),
        "due": sum(due.values()),
        "runs": _runs(),
        "reason": _reason(now),
        "may_run": signed_in(request).has_permission(Permission.RUN_PURGE),
        **_project(),
    }
    return render(request, "notifications/kept.html", context)


@never_cache
@require_safe
@require_held
def event(request: HttpRequest, slug: str) -> HttpResponse:
    """One event: each class of data with its purpose and ground, how many rows hold it, and what becomes of them."""
    now = timezone.now()
    found = get_object_or_404(Event, slug=slug)
    [line] = holdings.lines([found], now)
    context = {"event": found, "line": line, "reason": _reason(now) if line.overdue else "", **_project()}
    return render(request, "notifications/kept_event.html", context)


@require_POST
@require_purge
def run(request: HttpRequest) -> HttpResponse:
    """Let what has served its time leave now."""
    try:
        done = retention.purge(timezone.now(), by=signed_in(request))
    except running.AlreadyRunning:
        messages.info(request, _("A deletion is going on already: look again in a minute."))
    except running.TakenOver:
        messages.info(request, _("Another deletion has taken over: look again in a minute."))
    else:
        words = ngettext("Done: %(count)s entry left.", "Done: %(count)s entries left.", done.total)
        messages.success(request, words % {"count": done.total} if done.total else _("Done: nothing was due."))
    return redirect("manage_kept:index")


# -- inside ------------------------------------------------------------------------------------------------------------


def _project() -> dict[str, object]:
    return {"attendance": BY_KEY["attendance"].period.words, "project_ends_on": settings.PROJECT_ENDS_ON}


def _others(due: Numbers) -> list[dict[str, object]]:
    """Classes of data that belong to no event of the table: their period, and how many are due."""
    return [
        {"kept": kept, "due": due.get(kept.key), "stays": kept.ending == Ending.STAYS}
        for kept in DECLARED.values()
        if kept.key not in holdings.CLASSES
    ]


def _runs() -> list[dict[str, object]]:
    """The last runs with what left, in words."""
    found = []
    for one in PurgeRun.objects.select_related("by")[:RUNS]:
        left = [
            (DECLARED[key].words if key in DECLARED else key, number) for key, number in one.numbers.items() if number
        ]
        found.append({"run": one, "left": left, "is_silent": one.is_silent(timezone.now())})
    return found


def _reason(now: datetime) -> str:
    """Why something that should have left is still here: what the last run says. Two queries at most."""
    last = PurgeRun.objects.exclude(outcome=PurgeRun.Outcome.RUNNING).first()
    if last is None:
        return _("The nightly deletion has never run.")
    when = date_format(timezone.localtime(last.began_at), "j F Y, H:i")
    if last.outcome != PurgeRun.Outcome.WHOLE:
        said = {"when": when, "outcome": last.get_outcome_display(), "step": last.step}
        return _("The last deletion, of %(when)s, did not come to its end (%(outcome)s, step “%(step)s”).") % said
    if last.began_at < now - holdings.GRACE:
        return _("The last deletion was on %(when)s: the clock of the portal stands still.") % {"when": when}
    return _("The last deletion, of %(when)s, did not take it: tell whoever runs the portal.") % {"when": when}
