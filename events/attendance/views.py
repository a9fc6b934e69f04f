"""The register of an event for organisers; certificates for those who came; their verification for anybody."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events import papers
from events.attendance import papers as sheets
from events.attendance import rows, services
from events.attendance.forms import CloseForm, CodeForm, MarkForm
from events.attendance.models import AttendanceRegister, Certificate, Status
from events.checkin import codes
from events.manage_views import require_events
from events.models import Attendee, Event, Registration
from events.secret_links import attendee_link, registration_link
from organisations.access import signed_in

#: Organisations on a page of the register.
GROUPS = 40


@require_safe
@never_cache
@require_events
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody who held a place, by organisation, as it stands now; the closed editions."""
    event = get_object_or_404(Event, slug=slug)
    sheet = rows.now_of(event)
    editions = list(event.registers.select_related("closed_by").order_by("-edition"))
    groups = sheet.groups
    if request.GET.get("only") == "absent":
        groups = tuple(group for group in groups if any(line.status == Status.ABSENT for line in group.lines))
    context = {
        "event": event,
        "sheet": sheet,
        "page_obj": Paginator(groups, GROUPS).get_page(request.GET.get("page")),
        "editions": editions,
        "has_changed": bool(editions) and rows.has_changed(editions[0], sheet),
        "may_close": _may_close(event),
        "only": request.GET.get("only", ""),
    }
    return render(request, "events/attendance/register.html", context)


@never_cache
@require_events
def mark(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """How one person stands in the register."""
    event = get_object_or_404(Event, slug=slug)
    attendee = get_object_or_404(event.attendees.confirmed().select_related("registration"), pk=pk)
    present = event.attendees.filter(
        pk__in=[line.attendee.pk for line in rows.now_of(event).lines if line.status == Status.PRESENT]
    ).exclude(pk=pk)  # fmt: skip
    written = getattr(attendee, "attendance_mark", None)
    initial = {"status": written.status, "represented_by": written.represented_by_id} if written else {}
    form = MarkForm(request.POST or None, initial=initial, present=present.order_by("full_name", "pk"))
    if request.method == "POST" and form.is_valid():
        status = form.cleaned_data["status"]
        try:
            if status:
                services.mark(
                    attendee=attendee,
                    status=status,
                    by=signed_in(request),
                    represented_by=form.cleaned_data["represented_by"],
                )
            else:
                services.unmark(attendee=attendee, by=signed_in(request))
        except services.NotPresent:
            form.add_error("represented_by", _("This person is not present any more: choose another."))
        except services.HoldsNoPlace:
            form.add_error(None, _("This person has given the place back meanwhile."))
        else:
            messages.success(request, _("The register is updated."))
            return redirect("manage_attendance:register", slug)
    context = {"event": event, "attendee": attendee, "form": form}
    return render(request, "events/attendance/mark.html", context, status=422 if form.errors else 200)


@never_cache
@require_events
def close(request: HttpRequest, slug: str) -> HttpResponse:
    """Close the register with its minutes, or correct it by another edition."""
    event = get_object_or_404(Event, slug=slug)
    last = event.registers.order_by("-edition").first()
    initial = {"minutes": last.minutes, "tell": True} if last else {}
    form = CloseForm(request.POST or None, initial=initial, is_correction=last is not None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            closed = services.close(
                event=event, minutes=values["minutes"].strip(), by=signed_in(request), tell=values["tell"],
                reason=values.get("reason", ""),
            )  # fmt: skip
        except services.NotOver:
            form.add_error(None, _("The register can be closed once the event is over."))
        except services.NeedsReason:
            form.add_error(
                None, _("Somebody has closed the register meanwhile: look at it, then say why it is corrected.")
            )
        else:
            number = closed.certificates.holding().count()
            words = ngettext("The register is closed. %(number)s certificate was given.",
                             "The register is closed. %(number)s certificates were given.", number)  # fmt: skip
            messages.success(request, words % {"number": number})
            return redirect("manage_attendance:register", slug)
    context = {"event": event, "form": form, "last": last, "sheet": rows.now_of(event), "may_close": _may_close(event)}
    return render(request, "events/attendance/close.html", context, status=422 if form.errors else 200)


@require_safe
@require_events
def register_pdf(request: HttpRequest, slug: str, edition: int | None = None) -> HttpResponse:
    """A closed edition, or the register as it stands."""
    event = get_object_or_404(Event, slug=slug)
    found: AttendanceRegister | None = get_object_or_404(event.registers, edition=edition) if edition else None
    return papers.answered(sheets.register_page(event, found), f"{event.slug}-register-{edition or 'open'}")


@require_safe
@registration_link
def certificates_of_registration(request: HttpRequest, registration: Registration) -> HttpResponse:
    """The certificates of all people of the registration who came, for its contact."""
    people = Attendee.objects.filter(registration=registration)
    return _certificates(request, registration.event, list(people.values_list("pk", flat=True)))


@require_safe
@attendee_link
def own_certificate(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """One person's own certificate."""
    return _certificates(request, attendee.event, [attendee.pk])


@never_cache
@login_not_required
@require_safe
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """Whether a certificate is genuine: by the address on it, or by its code typed here."""
    typed = request.GET.get("code", "") or code
    normal = codes.normal(typed.rsplit("/certificates/", 1)[-1].strip("/ "))
    certificate = (
        Certificate.objects.filter(mark=services.mark_of(normal))
        .select_related("attendee__registration", "attendee__event", "register")
        .first()
        if normal
        else None
    )
    context = {"certificate": certificate, "asked": bool(typed), "form": CodeForm(initial={"code": typed[:40]})}
    status = 404 if typed and certificate is None else 200
    return render(request, "events/attendance/verify.html", context, status=status)


# -- inside ------------------------------------------------------------------------------------------------------------


def _may_close(event: Event) -> bool:
    return timezone.now() >= event.ends_at and event.state in (Event.State.PUBLISHED, Event.State.HELD)


def _certificates(request: HttpRequest, event: Event, people: list[int]) -> HttpResponse:
    found = list(
        Certificate.objects.holding()
        .filter(attendee__in=people, attendee__erased_at=None)
        .select_related("attendee__registration", "register")
        .order_by("attendee__full_name", "pk")
    )
    if not found:
        return render(request, "events/attendance/no_certificate.html", {"event": event}, status=404)
    return papers.answered(sheets.certificate_page(event, found), f"{event.slug}-certificate", is_download=True)
