"""What became of a campaign: the report, and who got what."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events.attribution import counts
from notifications.campaigns import funnel
from notifications.campaigns.forms import (
    CandidateFilterForm,
)
from notifications.campaigns.tagging import code_of
from notifications.campaigns.views.shared import campaign_or_404, require_campaigns
from organisations.access import signed_in
from organisations.roles import Permission


@never_cache
@require_safe
@require_campaigns
def campaign_report(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of it: states, reasons, the way from planned to registered, by kind and municipality."""
    campaign = campaign_or_404(pk)
    if campaign.is_draft:
        raise Http404
    context = {"campaign": campaign, "came_by": counts.of_event(campaign.event), "mark": code_of(campaign.pk)}
    return render(request, "notifications/campaign_report.html", {**context, **funnel.report(campaign)})


@never_cache
@require_safe
@require_campaigns
def campaign_ledger(request: HttpRequest, pk: int) -> HttpResponse:
    """Who got what: everybody in or out, with the reason, by pages of keys."""
    campaign, form = campaign_or_404(pk), CandidateFilterForm(request.GET)
    rows = funnel.ledger(campaign, form, request.GET.get("after", ""))
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "campaign": campaign,
        "filter_form": form,
        "query": query.urlencode(),
        "may_see_outbox": signed_in(request).has_permission(Permission.SEE_OUTBOX),
        **rows,
    }
    return render(request, "notifications/campaign_ledger.html", context)


@never_cache
@require_safe
@require_campaigns
def campaign_ledger_csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The same as a file."""
    return funnel.ledger_file(campaign_or_404(pk))
