"""Needs and photographs: told by the person, or by the contact for people without a mailbox; read by very few."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events import services
from events.forms import NeedsForm
from events.models import Attendee, Event, Registration, SpecialNeeds
from events.secret_links import attendee_link, registration_link
from organisations.access import require
from organisations.roles import Permission


@attendee_link
def own(request: HttpRequest, attendee: Attendee) -> HttpResponse:
    """What a person tells of themselves."""
    return _page(request, attendee, attendee)


@registration_link
def by_contact(request: HttpRequest, registration: Registration, attendee_id: int) -> HttpResponse:
    """For a person without a mailbox of their own, or for the contact; nobody answers for the others."""
    attendee = get_object_or_404(registration.attendees.standing(), pk=attendee_id)
    if attendee.speaks_for_themselves:
        messages.info(request, _("%(name)s answers this through their own link.") % {"name": attendee})
        return redirect(registration)
    return _page(request, attendee, registration)


def _page(request: HttpRequest, attendee: Attendee, back: Attendee | Registration) -> HttpResponse:
    for_another = isinstance(back, Registration) and not attendee.email
    initial = NeedsForm.initial_for(attendee)
    form = NeedsForm(request.POST or None, initial=initial, for_another=for_another)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            if not for_another:
                services.agree_to_photographs(attendee=attendee, agrees=values["photos"])
            services.tell_needs(attendee=attendee, access=values["access"], dietary=values["dietary"])
        except services.RegistrationClosed:
            messages.error(request, _("This registration can no longer be changed."))
        else:
            messages.success(request, _("Noted."))
        return redirect(back)
    context = {"attendee": attendee, "event": attendee.event, "form": form, "back": back, "for_another": for_another}
    context |= {"needs_kept_days": settings.NEEDS_KEPT_DAYS, "own_url": absolute(request, attendee)}
    return render(request, "events/needs.html", context, status=422 if form.errors else 200)


def absolute(request: HttpRequest, attendee: Attendee) -> str:
    """Their own link as it can be handed over on paper."""
    return request.build_absolute_uri(attendee.get_absolute_url())


@never_cache
@require_safe
@require(Permission.SEE_NEEDS)
def of_event(request: HttpRequest, slug: str) -> HttpResponse:
    """What people who come need, by place; never part of an export."""
    event = get_object_or_404(Event, slug=slug)
    people = event.attendees.standing()
    needs = SpecialNeeds.objects.filter(attendee__in=people.values("pk")).select_related("attendee__registration")
    context = {
        "event": event,
        "page": Paginator(needs.order_by("attendee__place_number", "pk"), 50).get_page(request.GET.get("page")),
        "with_access": needs.exclude(access="").count(),
        "with_dietary": needs.exclude(dietary="").count(),
        "people": people.count(),
        "photographed": people.exclude(photo_consent_version="").count(),
        "needs_kept_days": settings.NEEDS_KEPT_DAYS,
    }
    return render(request, "events/manage_needs.html", context)
