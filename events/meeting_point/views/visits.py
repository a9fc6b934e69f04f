"""The visit log of a month, each visit with what was changed of it, and the monthly figures; both as files, too."""

from collections.abc import Iterable
from datetime import date, datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events.meeting_point import figures, log, services, timetables
from events.meeting_point.forms import StrikeForm, VisitForm
from events.meeting_point.models import MeetingPoint, Visit, VisitQuerySet
from events.meeting_point.views.desk import day_url, point_of, require_desk, wanted_day
from organisations.access import signed_in
from organisations.suppression import threshold

#: Visits on one page.
PAGE = 50


@never_cache
@require_safe
@require_desk
def visits(request: HttpRequest, pk: int) -> HttpResponse:
    """The log of one month, the latest first; those struck out stand in it, too."""
    point, first = point_of(pk), _month(request)
    found = _of_month(point, first).select_related("recorded_by").order_by("-arrived_at", "-pk")
    context = {
        "point": point,
        "first": first,
        "months": log.around(first, timezone.localdate()),
        "visits": Paginator(found, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "events/meeting_point/desk/visits.html", context)


@require_safe
@require_desk
def visits_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The same as a file."""
    point, first = point_of(pk), _month(request)
    rows = _of_month(point, first).counted().select_related("recorded_by").order_by("arrived_at", "pk")
    return _file(log.as_csv(rows.iterator()), f"visits-{point.pk}-{first:%Y-%m}.csv")


@never_cache
@require_desk
def visit(request: HttpRequest, pk: int, visit_id: int) -> HttpResponse:
    """One visit: the outcome to be added, what is wrong to be corrected; what was changed, by whom, when and why."""
    found = _visit(pk, visit_id)
    form = VisitForm(request.POST or None, visit=found)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_visit(visit=found, by=signed_in(request), **form.cleaned_data)
        except services.ReasonNeeded:
            form.add_error("reason", _("What was written is changed only with a word on why."))
        except services.NotYet:
            form.add_error("arrived_at", _("This lies ahead: nobody can have come yet."))
        except services.TooLongAgo:
            form.add_error("arrived_at", _("This is more than a month ago: it can no longer be recorded."))
        except services.WrongState:
            form.add_error(None, _("This visit was struck out: it changes no more."))
        else:
            messages.success(request, _("The visit was saved."))
            return redirect(day_url(pk, timezone.localdate(found.arrived_at)))
    return _page(request, found, form)


@require_POST
@require_desk
def strike(request: HttpRequest, pk: int, visit_id: int) -> HttpResponse:
    """A visit that was recorded by mistake counts no more."""
    found, form = _visit(pk, visit_id), StrikeForm(request.POST, auto_id="strike_%s")
    if not form.is_valid():
        return _page(request, found, VisitForm(visit=found), form)
    services.strike_visit(visit=found, by=signed_in(request), reason=form.cleaned_data["reason"])
    messages.success(request, _("The visit was struck out."))
    return redirect("manage_meeting_point:visit", pk, visit_id)


@require_safe
@require_desk
def monthly(request: HttpRequest, pk: int) -> HttpResponse:
    """The last twelve months as a table beside a plot; of one of them what it was about."""
    point = point_of(pk)
    months = figures.months(point, timezone.now())
    chosen = next((month for month in months if month.code == request.GET.get("month")), months[0])
    context = {"point": point, "months": months, "chosen": chosen, "plot": figures.plot(months), "small": threshold()}
    return render(request, "events/meeting_point/desk/figures.html", context)


@require_safe
@require_desk
def monthly_csv(_request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The same as a file."""
    point = point_of(pk)
    return _file(figures.as_csv(figures.months(point, timezone.now())), f"figures-{point.pk}.csv")


# -- inside ------------------------------------------------------------------------------------------------------------


def _page(request: HttpRequest, found: Visit, form: VisitForm, strike_form: StrikeForm | None = None) -> HttpResponse:
    context = {
        "point": found.meeting_point,
        "visit": found,
        "form": form,
        "strike_form": strike_form or StrikeForm(auto_id="strike_%s"),
        "changes": [log.said(change) for change in found.changes.select_related("by").order_by("-at", "-pk")],
    }
    is_wrong = form.errors or (strike_form is not None and strike_form.errors)
    return render(request, "events/meeting_point/desk/visit.html", context, status=422 if is_wrong else 200)


def _visit(pk: int, visit_id: int) -> Visit:
    rows = point_of(pk).visits.select_related("meeting_point", "recorded_by", "appointment")
    return get_object_or_404(rows, pk=visit_id)


def _month(request: HttpRequest) -> date:
    """The first day of the month an address names, of this month where it names none."""
    return (wanted_day(f"{request.GET.get('month', '')}-01") or timezone.localdate()).replace(day=1)


def _of_month(point: MeetingPoint, first: date) -> VisitQuerySet:
    begins, ends = (timetables.moment(day, datetime.min.time()) for day in (first, log.next_month(first)))
    return Visit.objects.filter(meeting_point=point).between(begins, ends)


def _file(lines: Iterable[bytes], name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
