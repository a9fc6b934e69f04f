"""Behind each link: all that is stored, to read and to take along; and its erasure."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from events import personal_data, services
from events.models import Attendee, Registration
from events.secret_links import attendee_link, registration_link

WITH_ACCENTS = {"ensure_ascii": False, "indent": 1}


@require_safe
@registration_link
def data(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Everything about the registration, to read."""
    context = {"sections": personal_data.of_registration(registration), "owner": registration, "is_contact": True}
    return render(request, "events/personal_data.html", {**context, "event": registration.event})


@require_safe
@registration_link
def data_file(_request: HttpRequest, registration: Registration) -> HttpResponse:
    """The same as a file."""
    return _file(personal_data.of_registration(registration), registration.event.slug, registration.reference)


@require_safe
@attendee_link
def own_data(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """Everything about one person, to read."""
    context = {"sections": personal_data.of_attendee(attendee), "owner": attendee, "is_contact": False}
    return render(request, "events/personal_data.html", {**context, "event": attendee.event})


@require_safe
@attendee_link
def own_data_file(_request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """The same as a file."""
    return _file(personal_data.of_attendee(attendee), attendee.event.slug, attendee.registration.reference)


def _file(sections: list[personal_data.Section], event: str, name: str) -> HttpResponse:
    content = personal_data.as_json(sections, event=event, now=timezone.now())
    response = JsonResponse(content, json_dumps_params=WITH_ACCENTS)
    response["Content-Disposition"] = f'attachment; filename="{event}-{name}.json"'
    return response


@registration_link
def erase(request: HttpRequest, registration: Registration) -> HttpResponse:
    """What goes and what stays first (GET), the erasure by POST."""
    event, is_upcoming = registration.event, registration.event.is_upcoming(timezone.now())
    context = {"owner": registration, "registration": registration, "event": event, "is_contact": True}
    if request.method == "POST":
        registration = services.erase_registration(registration=registration)
        return render(request, "events/erased.html", {**context, "registration": registration, "owner": registration})
    gives_back = registration.is_active and is_upcoming
    return render(request, "events/erase.html", {**context, "gives_back": gives_back})


@attendee_link
def own_erase(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """The same for one person."""
    event = attendee.event
    context = {"owner": attendee, "registration": attendee.registration, "event": event, "is_contact": False}
    if request.method == "POST":
        attendee = services.erase_attendee(attendee=attendee)
        return render(request, "events/erased.html", {**context, "owner": attendee})
    gives_back = attendee.is_standing and event.is_upcoming(timezone.now())
    return render(request, "events/erase.html", {**context, "gives_back": gives_back})
