"""When the meeting point is open: in words, as a table of the week, and as data. No cookie."""

import json

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from events.meeting_point import published
from events.meeting_point.shown import all_shown
from events.outputs import answers


@require_safe
@login_not_required
def page(request: HttpRequest) -> HttpResponse:
    """Address, hours in words, exceptions to come, open or closed now."""
    return render(request, "events/meeting_point/page.html", {"points": all_shown(timezone.now())})


@require_safe
@login_not_required
def hours_file(request: HttpRequest) -> HttpResponse:
    """The same as data: every site may read it."""
    now = timezone.now()
    found = published.as_data([(one.point, one.timetable) for one in all_shown(now)], now)
    content = json.dumps(found, ensure_ascii=False, indent=1).encode()
    file = answers.File(content, "application/json", "hours.json", is_open_data=True)
    return answers.file(request, file)
