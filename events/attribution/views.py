"""Organisers' page of an event's tagged addresses, with their QR codes."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events.attribution import counts, pictures, services
from events.attribution.forms import SourceForm
from events.attribution.models import RegistrationSource
from events.models import Event
from organisations.access import require, signed_in
from organisations.languages import Language
from organisations.roles import Permission

#: Addresses belong to who makes an event known, as posts do.
require_publicity = require(Permission.SEND_CAMPAIGNS)


@require_publicity
def addresses(request: HttpRequest, slug: str) -> HttpResponse:
    """The addresses there are, what came of them, and a form for one more."""
    event = get_object_or_404(Event, slug=slug)
    form = SourceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        source = services.declare(event=event, by=signed_in(request), **form.cleaned_data)
        messages.success(request, _("The address is ready: %(url)s") % {"url": source.url()})
        return redirect("manage_sources:addresses", slug)
    came_by = counts.of_event(event)
    came = {row.code: row.registrations for row in came_by.rows}
    sources = event.sources.exclude(kind=RegistrationSource.Kind.CAMPAIGN).select_related("event").order_by("-pk")
    context = {
        "event": event,
        "form": form,
        "sources": [(source, source.url(), source.url("en"), came.get(source.code, 0)) for source in sources],
        "came_by": came_by,
    }
    return render(request, "events/addresses.html", context, status=422 if form.errors else 200)


@require_POST
@require_publicity
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Forget an address that nobody came by."""
    source = _source(slug, pk)
    try:
        services.withdraw(source=source, by=signed_in(request))
    except services.SourceInUse:
        messages.error(request, _("Registrations came by this address, or a post carries it: it stays."))
    else:
        messages.success(request, _("The address was removed."))
    return redirect("manage_sources:addresses", slug)


@require_safe
@require_publicity
def qr_svg(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The address as a picture for printers."""
    return _picture(request, _source(slug, pk), pictures.svg, "image/svg+xml", "svg")


@require_safe
@require_publicity
def qr_png(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The address as a picture for documents and posts."""
    return _picture(request, _source(slug, pk), pictures.png, "image/png", "png")


def _source(slug: str, pk: int) -> RegistrationSource:
    wanted = RegistrationSource.objects.select_related("event").exclude(kind=RegistrationSource.Kind.CAMPAIGN)
    return get_object_or_404(wanted, event__slug=slug, pk=pk)


def _picture(
    request: HttpRequest, source: RegistrationSource, draw: Callable[[str], bytes], kind: str, ending: str
) -> HttpResponse:
    """To be looked at in a page; `?download` gives it a name and keeps it out of the window. `?language=en`: of that page."""
    is_english = request.GET.get("language") == Language.ENGLISH
    response = HttpResponse(draw(source.url(Language.ENGLISH if is_english else Language.ITALIAN)), content_type=kind)
    if "download" in request.GET:
        name = f"{source.event.slug}-{source.code}{'-en' if is_english else ''}.{ending}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
