"""The outbox as organisers see it."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from notifications import services
from notifications.forms import OutboxFilterForm
from notifications.models import Delivery, Station, Tally, Throttle
from organisations.access import require, signed_in
from organisations.models import User
from organisations.roles import Permission

require_outbox = require(Permission.SEE_OUTBOX)


def _troubles() -> dict[str, object]:
    """Why mail may stand still."""
    paused = Throttle.objects.filter(paused_until__gt=timezone.now()).order_by("lane", "domain_group")
    return {"paused": paused, "station": Station.objects.filter(pk=1).first()}


# -- outbox ---------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
@require_outbox
def outbox(request: HttpRequest) -> HttpResponse:
    """Every message with its state."""
    form = OutboxFilterForm(request.GET)
    deliveries = Delivery.objects.order_by("-pk")
    if form.is_valid():
        if form.cleaned_data["q"]:
            deliveries = deliveries.filter(address__icontains=form.cleaned_data["q"])
        if form.cleaned_data["state"]:
            deliveries = deliveries.filter(state=form.cleaned_data["state"])
    counts = Tally.objects.by_state()
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "page": Paginator(deliveries, 50).get_page(request.GET.get("page")),
        "counts": [(label, counts[state]) for state, label in Delivery.State.choices if counts[state]],
        **_troubles(),
        "query": query.urlencode(),
    }
    return render(request, "notifications/outbox.html", context)


@never_cache
@require_safe
@require_outbox
def delivery(request: HttpRequest, key: str) -> HttpResponse:
    """One message: what is known of it, and what can be done."""
    return render(request, "notifications/delivery.html", {"delivery": get_object_or_404(Delivery, key=key)})


def _settle(request: HttpRequest, key: str, service: Callable[..., None]) -> HttpResponse:
    user: User = signed_in(request)
    try:
        service(delivery=get_object_or_404(Delivery, key=key), by=user)
    except services.WrongState:
        messages.error(request, _("This is not possible now: the message has moved on meanwhile."))
    else:
        messages.success(request, _("Done."))
    return redirect("manage_notifications:delivery", key)


@require_POST
@require_outbox
def send_again(request: HttpRequest, key: str) -> HttpResponse:
    return _settle(request, key, services.send_again)


@require_POST
@require_outbox
def mark_arrived(request: HttpRequest, key: str) -> HttpResponse:
    return _settle(request, key, services.mark_arrived)
