"""The outbox at a glance, and its switches: hold, release, limits, pauses, what a log settles."""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from notifications.cockpit import numbers, services
from notifications.cockpit.forms import HoldForm, LimitsForm, LogForm, ReleaseForm
from notifications.cockpit.words import act_sentence, house_name
from notifications.models import GROUPS, Delivery, Lane, NightlyCheck, Tally, Throttle
from notifications.sending import lanes, station, waiting
from organisations.access import require, signed_in
from organisations.roles import Permission

require_outbox = require(Permission.SEE_OUTBOX)
require_switches = require(Permission.OPERATE_OUTBOX)
HERE = "manage_notifications:outbox"


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


@never_cache
@require_safe
@require_outbox
def cockpit(request: HttpRequest) -> HttpResponse:
    """Every lane with its numbers, the switches, the night's check, the last acts."""
    now = timezone.now()
    context = {
        "standing": station.standing(),
        "site_url": settings.SITE_URL,
        "allow_list": settings.MAIL_ALLOW_LIST,
        "lanes": numbers.lane_views(now),
        "check": NightlyCheck.last(),
        "acts": [(act, act_sentence(act)) for act in numbers.last_acts()],
        "may_operate": signed_in(request).has_permission(Permission.OPERATE_OUTBOX),
    }
    return render(request, "notifications/cockpit.html", context)


# -- the hold of everything ----------------------------------------------------------------------------------------------


@never_cache
@require_switches
def hold(request: HttpRequest) -> HttpResponse:
    """Ask for the reason, then hold."""
    form = HoldForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        station.hold(reason=form.cleaned_data["reason"], by=signed_in(request))
        messages.success(request, _("All mail is held: nothing leaves until it is released."))
        return redirect(HERE)
    return render(request, "notifications/hold.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_switches
def release(request: HttpRequest) -> HttpResponse:
    """Say what will go out, then let it."""
    standing = station.standing()
    if not standing.stands_still:
        messages.info(request, _("Mail is not held."))
        return redirect(HERE)
    form = ReleaseForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        station.release(by=signed_in(request))
        messages.success(request, _("Mail flows again."))
        return redirect(HERE)
    counts = Tally.objects.by_lane()
    context = {
        "form": form,
        "standing": standing,
        "site_url": settings.SITE_URL,
        "allow_list": settings.MAIL_ALLOW_LIST,
        "waiting": [(Lane(lane).label, counts[lane][Delivery.State.READY]) for lane in waiting.WORKED],
        "uncertain": sum(numbers[Delivery.State.UNCERTAIN] for numbers in counts.values()),
    }
    return render(request, "notifications/release.html", context, status=422 if form.errors else 200)


# -- limits and pauses -----------------------------------------------------------------------------------------------------


def _place(lane: str, group: str) -> tuple[str, str]:
    """A lane that is worked and a mail house in it (`all`: the lane itself), or 404."""
    if lane not in waiting.WORKED or group not in {"all", *GROUPS}:
        raise Http404
    return lane, "" if group == "all" else group


@never_cache
@require_switches
def limits(request: HttpRequest, lane: str, group: str) -> HttpResponse:
    """Messages a minute, a day; connections. Of the lane, or of one mail house in it."""
    lane, house = _place(lane, group)
    throttle = Throttle.objects.filter(lane=lane, domain_group=house).first() or Throttle(lane=lane, domain_group=house)
    form = LimitsForm(_posted(request), throttle=throttle, most=lanes.connections_set_up(lane))
    if request.method == "POST" and form.is_valid():
        services.set_limits(lane=lane, group=house, limits=form.limits(), by=signed_in(request))
        messages.success(request, _("The limits hold from the next message on."))
        return redirect(HERE)
    context = {
        "form": form,
        "throttle": throttle,
        "over": f"{Lane(lane).label}, {house_name(house)}",
        "here": lane,
        "houses": [(each or "all", house_name(each), each == house) for each in ("", *GROUPS)],
    }
    return render(request, "notifications/limits.html", context, status=422 if form.errors else 200)


@require_POST
@require_switches
def try_now(request: HttpRequest, lane: str, group: str) -> HttpResponse:
    lane, house = _place(lane, group)
    try:
        services.try_now(lane=lane, group=house, by=signed_in(request))
    except services.NothingToEnd:
        messages.info(request, _("The pause is over already."))
    else:
        messages.success(request, _("The pause is over: the next message is tried now."))
    return redirect(HERE)


# -- what a log settles -------------------------------------------------------------------------------------------------


@never_cache
@require_switches
def settle(request: HttpRequest) -> HttpResponse:
    """Paste or send the mail server's log: what it names was handed over."""
    form = LogForm(_posted(request), request.FILES if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        found = station.reconcile(lines=_lines(form), by=signed_in(request))
        named = ngettext(
            "The log names %(count)s message of ours.", "The log names %(count)s messages of ours.", found.named
        )
        settled = ngettext(
            "%(count)s was open and is settled now.", "%(count)s were open and are settled now.", found.settled
        )
        messages.success(request, f"{named % {'count': found.named}} {settled % {'count': found.settled}}")
        return redirect("manage_notifications:settle")
    counts = Tally.objects.by_state()
    context = {
        "form": form,
        "standing": station.standing(),
        "uncertain": counts[Delivery.State.UNCERTAIN],
        "waiting": counts[Delivery.State.READY],
    }
    return render(request, "notifications/settle.html", context, status=422 if form.errors else 200)


def _lines(form: LogForm) -> Iterator[str]:
    upload: Iterable[bytes] | None = form.cleaned_data["file"]
    for line in upload or ():
        yield line.decode("utf-8", "replace")
    yield from form.cleaned_data["text"].splitlines()
