"""The desk's first page: the points there are."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from events.meeting_point.shown import all_shown
from organisations.access import require, signed_in
from organisations.roles import Permission

require_desk = require(Permission.ATTEND_MEETING_POINT)


@require_safe
@require_desk
def index(request: HttpRequest) -> HttpResponse:
    """Every point, open or closed now, with the ways to its pages."""
    context = {
        "points": all_shown(timezone.now()),
        "may_edit": signed_in(request).has_permission(Permission.MANAGE_MEETING_POINT),
    }
    return render(request, "events/meeting_point/index.html", context)
