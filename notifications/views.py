"""Organisers' pages: campaigns, their progress, the outbox. And the public door out of the mailing list."""

from collections.abc import Callable

from csp.decorators import csp_replace, csp_update
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.functional import Promise as StrPromise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from notifications import letters, services
from notifications.forms import CampaignForm, ConfirmForm, OutboxFilterForm
from notifications.mime import build
from notifications.models import Campaign, Delivery, Station, Tally, Throttle
from notifications.outbox import preview_row
from notifications.unsubscribe import address_hash_of
from organisations.access import require, signed_in
from organisations.models import Organisation, User
from organisations.roles import Permission

require_campaigns = require(Permission.SEND_CAMPAIGNS)
require_outbox = require(Permission.SEE_OUTBOX)


@require_safe
@require_campaigns
def campaign_list(request: HttpRequest) -> HttpResponse:
    campaigns = Campaign.objects.select_related("event").order_by("-created_at", "pk")
    return render(request, "notifications/campaign_list.html", {"campaigns": campaigns})


@require_campaigns
def campaign_new(request: HttpRequest) -> HttpResponse:
    form = CampaignForm(request.POST or None, initial=starting_text())
    if request.method == "POST" and form.is_valid():
        campaign = services.prepare(by=signed_in(request), **form.cleaned_data)
        return redirect("manage_notifications:campaign_detail", campaign.pk)
    context = {"form": form}
    return render(request, "notifications/campaign_edit.html", context, status=422 if form.errors else 200)


def starting_text() -> dict[str, str]:
    """A text to begin from, in both languages."""
    subject, body = "Invitation: {event}", (
        "the association invites {organisation} to take part in “{event}”, {date}, {place}.\n\n"
        "Registration takes two minutes and is free. The form is already filled in with what we know of you."
    )  # fmt: skip
    with translation.override("it"):
        italian = {"subject_it": _("Invitation: {event}"), "body_it": _(
            "the association invites {organisation} to take part in “{event}”, {date}, {place}.\n\n"
            "Registration takes two minutes and is free. The form is already filled in with what we know of you."
        )}  # fmt: skip
    return {**italian, "subject_en": subject, "body_en": body}


@require_campaigns
def campaign_edit(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign, pk=pk, state=Campaign.State.DRAFT)
    form = CampaignForm(request.POST or None, instance=campaign)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit(campaign=campaign, by=signed_in(request), **form.cleaned_data)
        except services.WrongState:
            messages.error(request, _("This campaign was sent already, or its event is not public."))
        return redirect("manage_notifications:campaign_detail", pk)
    context = {"form": form, "campaign": campaign}
    return render(request, "notifications/campaign_edit.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
@require_campaigns
def campaign_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft: who is in and out, preview, confirmation. Later: progress. htmx asks for the progress alone."""
    campaign = get_object_or_404(Campaign.objects.select_related("event"), pk=pk)
    if request.headers.get("HX-Request"):
        template = "notifications/campaign_detail.html#progress"
        return render(request, template, _progress(campaign))
    return _campaign_page(request, campaign)


def _campaign_page(request: HttpRequest, campaign: Campaign, status: int = 200, **forms: object) -> HttpResponse:
    context: dict[str, object] = {**_progress(campaign), "confirm_form": ConfirmForm(), **forms}
    if campaign.state == Campaign.State.DRAFT:
        candidates = services.audience(campaign)
        chosen = [candidate for candidate in candidates if candidate.is_in]
        context |= {"candidates": candidates, "count": len(chosen), "first": chosen[0] if chosen else None}
    return render(request, "notifications/campaign_detail.html", context, status=status)


def _progress(campaign: Campaign) -> dict[str, object]:
    counts = Tally.objects.by_state(campaign=campaign.pk)
    waiting = sum(counts[state] for state in Delivery.UNSETTLED)
    rows = [(label, counts[state]) for state, label in Delivery.State.choices if counts[state]]
    return {"campaign": campaign, "rows": rows, "settled": campaign.planned - waiting, **_troubles()}


def _troubles() -> dict[str, object]:
    """Why mail may stand still."""
    paused = Throttle.objects.filter(paused_until__gt=timezone.now()).order_by("lane", "domain_group")
    return {"paused": paused, "station": Station.objects.filter(pk=1).first()}


@require_safe
@require_campaigns
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # its types forget the arguments
def campaign_preview(request: HttpRequest, pk: int, organisation_id: int) -> HttpResponse:
    """The mail as one organisation would get it."""
    campaign, organisation, letter, rendered = _preview(pk, organisation_id)
    context = {"campaign": campaign, "organisation": organisation, "letter": letter, "text": rendered.text}
    return render(request, "notifications/campaign_preview.html", context)


@require_safe
@require_campaigns
@xframe_options_sameorigin
@csp_replace({"style-src": ["'unsafe-inline'"], "frame-ancestors": ["'self'"], "sandbox": [True]})  # type: ignore[arg-type]  # as above
def campaign_preview_html(request: HttpRequest, pk: int, organisation_id: int) -> HttpResponse:
    """The HTML part alone, for the frame of the preview: a mail's inline styles, no script, no origin."""
    return HttpResponse(_preview(pk, organisation_id)[3].html)


def _preview(pk: int, organisation_id: int) -> tuple[Campaign, Organisation, letters.Letter, letters.Rendered]:
    campaign = get_object_or_404(Campaign.objects.select_related("event"), pk=pk)
    organisation = get_object_or_404(Organisation.objects.with_email(), pk=organisation_id)
    with transaction.atomic():  # a look leaves no invitation behind
        row = preview_row(services.message(campaign, organisation))
        letter = letters.letter_for(row)
        transaction.set_rollback(True)
    rendered = letters.render(letter, name=row.name, language=row.language)
    build(row, letter, rendered)  # what cannot be built must show here and not while sending
    return campaign, organisation, letter, rendered


@require_POST
@require_campaigns
def campaign_test(request: HttpRequest, pk: int, organisation_id: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign, pk=pk)
    organisation = get_object_or_404(Organisation.objects.with_email(), pk=organisation_id)
    user = signed_in(request)
    services.send_test(campaign=campaign, organisation=organisation, by=user)
    messages.success(request, _("A test is on its way to %(email)s.") % {"email": user.email})
    return redirect("manage_notifications:campaign_preview", pk, organisation_id)


@require_POST
@require_campaigns
def campaign_send(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign.objects.select_related("event"), pk=pk)
    form = ConfirmForm(request.POST)
    if form.is_valid():
        try:
            services.send(campaign=campaign, expected=form.cleaned_data["number"], by=signed_in(request))
        except services.AudienceChanged as changed:
            text = ngettext(
                "The audience is %(count)s organisation: write that number to send.",
                "The audience is %(count)s organisations: write that number to send.",
                changed.count,
            )
            form.add_error("number", text % {"count": changed.count})
        except services.WrongState:
            messages.error(request, _("This campaign was sent already, or its event is not public."))
            return redirect("manage_notifications:campaign_detail", pk)
        else:
            messages.success(request, _("The invitations are going out."))
            return redirect("manage_notifications:campaign_detail", pk)
    return _campaign_page(request, campaign, status=422, confirm_form=form, form=form)


def _verb(service: Callable[..., object], done: StrPromise) -> Callable[..., HttpResponseBase]:
    """A page of one verb of a campaign."""

    @require_POST
    @require_campaigns
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        try:
            service(campaign=get_object_or_404(Campaign, pk=pk), by=signed_in(request))
        except services.WrongState:
            messages.error(request, _("This is not possible now: the campaign has moved on meanwhile."))
        else:
            messages.success(request, str(done))
        return redirect("manage_notifications:campaign_detail", pk)

    return view


campaign_pause = _verb(services.pause, translation.gettext_lazy("Paused: nothing more goes out."))
campaign_resume = _verb(services.resume, translation.gettext_lazy("It goes on."))
campaign_cancel = _verb(services.cancel, translation.gettext_lazy("Cancelled: the rest never goes out."))


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


# -- the way out ----------------------------------------------------------------------------------------------------


@csrf_exempt  # RFC 8058 section 3.1: the one-click POST carries neither cookie nor token; the link itself is signed
@never_cache
@login_not_required
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks (mail scanners open links), POST does it."""
    address_hash = address_hash_of(token)
    if address_hash is None:
        raise Http404
    if request.method == "POST":
        services.unsubscribe(address_hash=address_hash)
    return render(request, "notifications/unsubscribe.html", {"done": request.method == "POST"})
