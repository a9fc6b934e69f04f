"""Pages that belong to no single room: home, notices, my area, the organisers' first page, health."""

import hmac
from collections.abc import Iterable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agreements.models import Agreement
from events.checkin.services import LATEST_REPORT
from events.meeting_point.shown import all_shown
from events.models import Attendee, Event, Registration
from notifications.models import CalendarFeed, ChannelPost, NightlyCheck, Sweep, Tally, Webhook
from notifications.posting import waiting as posting
from notifications.sending import station, waiting
from organisations.access import signed_in
from organisations.kept import Who, of
from organisations.models import Organisation, User
from organisations.roles import Permission
from portal import metrics

#: After this long without a sweep organisers are told that mail is not moving.
STANDS_STILL_SECONDS = 120


@require_safe
@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """The project, the next event, the meeting point, the state of the protocol."""
    now = timezone.now()
    event = Event.objects.upcoming(now).first()
    points = all_shown(now)
    context = {
        "event": event,
        "is_open": event is not None and event.is_open(now),
        "free": event.places_free() if event else 0,
        "shown": points[0] if points else None,
        "agreement": Agreement.objects.public().order_by("-published_at").first(),
    }
    return render(request, "portal/home.html", context)


@require_safe
@login_not_required
def privacy(request: HttpRequest) -> HttpResponse:
    """What is held of whom, made of the declarations (organisations.kept)."""
    held = [(who, of(who)) for who in Who]
    context = {"version": settings.PRIVACY_NOTICE_VERSION, "held": held, "project_ends_on": settings.PROJECT_ENDS_ON}
    return render(request, "portal/privacy.html", context)


@require_safe
@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/accessibility.html")


@never_cache
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """What lies before somebody signed in."""
    user = signed_in(request)
    registrations = Registration.objects.filter(contact_email=user.email).select_related("event")
    own = Attendee.objects.filter(email=user.email).standing().exclude(registration__contact_email=user.email)
    context = {
        "places": own.select_related("event").order_by("-event__starts_at", "pk"),
        "agreements": Agreement.objects.for_parties_of(user).order_by("-created_at"),
        "registrations": registrations.order_by("-event__starts_at", "pk"),
        "has_second_factor": is_mfa_enabled(user),
        "desks": _desks(user),
        # the sign-in code went to this very mailbox, so its calendar may be shown
        "calendar": CalendarFeed.objects.filter(address=user.email).first(),
    }
    return render(request, "portal/me.html", context)


def _desks(user: User) -> Iterable[Event]:
    """Events at whose door somebody may stand: from the day before, and as long as desks may report."""
    if not user.has_permission(Permission.SCAN_PASSES):
        return ()
    now = timezone.now()
    near = Event.objects.filter(state__in=(Event.State.PUBLISHED, Event.State.HELD), ends_at__gt=now - LATEST_REPORT)
    return near.order_by("starts_at", "pk")[:10]


@never_cache
@require_safe
def manage(request: HttpRequest) -> HttpResponse:
    """The organisers' first page."""
    if not signed_in(request).is_organiser:
        raise PermissionDenied
    upcoming = Event.objects.upcoming(timezone.now())
    counts = Tally.objects.by_state()
    numbers = [
        (
            Attendee.objects.filter(event__in=upcoming.values("pk")).confirmed().count(),
            _("places held, events to come"),
        ),
        (Organisation.objects.count(), _("organisations in the directory")),
        (counts["ready"] + counts["leased"] + counts["sending"], _("messages waiting")),
        (counts["failed"] + counts["uncertain"], _("messages to look at")),
    ]
    age = Sweep.age(timezone.now())
    stands_still = age is None or age > STANDS_STILL_SECONDS
    context = {"numbers": numbers, "stands_still": stands_still, "standing": station.standing(), **_undecided(request)}
    return render(request, "portal/manage.html", {**context, "check": NightlyCheck.last()})


def _undecided(request: HttpRequest) -> dict[str, object]:
    """What left by another way than mail and waits for a person, for those who may decide."""
    user = signed_in(request)
    found: dict[str, object] = {}
    if user.has_permission(Permission.SEND_CAMPAIGNS):
        found["posts"] = ChannelPost.objects.undecided().select_related("event").order_by("not_before", "pk")[:5]
    if user.has_permission(Permission.OPERATE_OUTBOX):
        found["programs"] = Webhook.objects.filter(state=Webhook.State.DISABLED).order_by("name", "pk")[:5]
    return found


@never_cache
@require_safe
@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, else 503. The broker is only a bell: its absence makes nobody unwell."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"database": "unreachable"}, status=503)
    now = timezone.now()
    found = {
        "database": "ok",
        "seconds_since_sweep": Sweep.age(now),
        # what is paused, scheduled or quiet does not count; what is held does, and `held` says so
        "oldest_due_seconds": waiting.oldest_due_seconds(now),
        **{f"oldest_of_{what}_seconds": age for what, age in posting.oldest_due_seconds(now).items()},
    }
    rounded = {name: round(value) if isinstance(value, float) else value for name, value in found.items()}
    return JsonResponse({**rounded, "held": station.standing().stands_still})


@never_cache
@require_safe
@login_not_required
def metrics_page(request: HttpRequest) -> HttpResponse:
    """For Prometheus, which shows METRICS_TOKEN; without one set there is no such address."""
    if not settings.METRICS_TOKEN:
        raise Http404
    shown = request.headers.get("Authorization", "")
    if not hmac.compare_digest(shown.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(metrics.exposition(timezone.now()), content_type=metrics.CONTENT_TYPE)


@require_safe
@login_not_required
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        "User-agent: *\nDisallow: /manage/\nDisallow: /registrations/\nDisallow: /attendees/\nDisallow: /me/\n",
        content_type="text/plain",
    )


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was sent without its token: say what to do."""
    return render(request, "403_csrf.html", status=403)
