"""Behind an appointment's link: see it, move it, give it up, read and erase what is stored. Every change is a POST."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events.meeting_point import calendars, personal_data, services, slots
from events.meeting_point.models import Appointment, MeetingPoint
from events.meeting_point.views.booking import times_of
from events.personal_data import made_at
from events.secret_links import appointment_link
from events.self_service_views import WITH_ACCENTS


@require_safe
@appointment_link
def detail(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """When, where, and a button for each change."""
    context = {
        "appointment": appointment,
        "point": appointment.meeting_point,
        "is_upcoming": appointment.is_upcoming(timezone.now()),
        "is_new": "new" in request.GET,
    }
    return render(request, "events/meeting_point/own/detail.html", context)


@appointment_link
def move(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """The free times (GET); one of them by POST, in one click."""
    now = timezone.now()
    if not appointment.is_upcoming(now):
        messages.error(request, _no_longer())
        return redirect(appointment)
    refused = ""
    if request.method == "POST":
        starts_at = slots.parse(request.POST.get("slot", ""))
        try:
            if starts_at is None:
                raise services.NotOffered
            services.move(appointment=appointment, starts_at=starts_at)
        except services.NoLongerBooked:
            messages.error(request, _no_longer())
            return redirect(appointment)
        except services.NotTakingAppointments:
            refused = _("At the moment times cannot be chosen here: call or write to us.")
        except services.AlreadyBooked:
            refused = _("You have another appointment at that time. This one stays as it is; choose another time.")
        except (services.SlotTaken, services.NotOffered):
            refused = _("This time has been taken meanwhile, or is not offered any more. Yours stays as it is; choose another "
                        "one.")  # fmt: skip
        else:
            messages.success(request, _("The appointment has been moved. The new confirmation is on its way."))
            return redirect(appointment)
    point = MeetingPoint.objects.with_hours(timezone.localdate(now)).get(pk=appointment.meeting_point_id)
    times = times_of(point, now, since=request.GET.get("from", ""), but=appointment)
    context = {"appointment": appointment, "point": point, "times": times, "refused": refused}
    return render(request, "events/meeting_point/own/move.html", context, status=409 if refused else 200)


@require_POST
@appointment_link
def cancel(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """Give it up, in one click."""
    try:
        services.cancel(appointment=appointment)
    except services.NoLongerBooked:
        messages.error(request, _no_longer())
    else:
        said = _("The appointment is cancelled. Thank you for saying so: somebody else can have the time.")
        messages.success(request, said)
    return redirect(appointment)


@require_safe
@appointment_link
def calendar(_request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """As a file for calendars, with the state it has now."""
    content = calendars.publication(appointment, language=translation.get_language() or appointment.language)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{appointment.reference}.ics"'
    return response


@require_safe
@appointment_link
def data(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """Everything about it, to read."""
    context = {"appointment": appointment, "sections": personal_data.of_appointment(appointment)}
    return render(request, "events/meeting_point/own/data.html", context)


@require_safe
@appointment_link
def data_file(_request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """The same as a file."""
    content = made_at(personal_data.of_appointment(appointment), timezone.now())
    response = JsonResponse(content, json_dumps_params=WITH_ACCENTS)
    response["Content-Disposition"] = f'attachment; filename="{appointment.reference}.json"'
    return response


@appointment_link
def erase(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """What goes and what stays first (GET), the erasure by POST."""
    if request.method == "POST":
        owner = services.erase(appointment=appointment)
        return render(request, "events/meeting_point/erased.html", {"owner": owner})
    context = {"appointment": appointment, "gives_back": appointment.is_upcoming(timezone.now())}
    return render(request, "events/meeting_point/own/erase.html", context)


def _no_longer() -> str:
    return _("This appointment can no longer be changed.")
