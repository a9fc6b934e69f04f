"""One campaign: as a draft with everybody in or out, the check and the previews; later its progress."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from notifications import audiences, letters
from notifications.audiences import Candidate
from notifications.campaigns import examination, planning, services
from notifications.campaigns.forms import (
    CandidateFilterForm,
    ConfirmForm,
    TemplateNameForm,
)
from notifications.campaigns.views.shared import asks_for_the_audience, campaign_or_404, require_campaigns
from notifications.framing import is_a_mail, shows_a_mail
from notifications.models import Campaign, Delivery, Station, Tally, Throttle, hash_address
from notifications.sending import lanes, patterns
from notifications.sending.mime import build
from organisations.access import signed_in

State = Campaign.State
PAGE = 100
#: Up to so many messages are examined while the page is made.
EXAMINED_AT_ONCE = 2_000


@never_cache
@require_safe
@require_campaigns
@asks_for_the_audience
def campaign_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft: who is in and out, the check, confirmation. Later: progress. htmx asks for the progress alone."""
    campaign = campaign_or_404(pk)
    if request.headers.get("HX-Request"):
        return render(request, "notifications/campaign_detail.html#progress", _progress(request, campaign))
    return campaign_page(request, campaign)


def campaign_page(request: HttpRequest, campaign: Campaign, status: int = 200, **forms: object) -> HttpResponse:
    context: dict[str, object] = {
        "campaign": campaign,
        "confirm_form": ConfirmForm(),
        "template_form": TemplateNameForm(),
    }
    context |= _draft(request, campaign) if campaign.is_draft else _progress(request, campaign)
    if not campaign.is_draft:
        context["verdict"] = examination.recorded(campaign)
    context["acts"] = campaign.acts.select_related("by")
    return render(request, "notifications/campaign_detail.html", {**context, **forms}, status=status)


def _draft(request: HttpRequest, campaign: Campaign) -> dict[str, object]:
    """Everybody in or out, the totals by reason, the verdict."""
    candidates = planning.audience(campaign)
    form = CandidateFilterForm(request.GET)
    shown = _filtered(candidates, form)
    chosen = [candidate for candidate in candidates if candidate.is_in]
    query = request.GET.copy()
    query.pop("page", None)
    few = len(chosen) <= EXAMINED_AT_ONCE
    return {
        "page": Paginator(_with_links(shown), PAGE).get_page(request.GET.get("page")),
        "filter_form": form,
        "query": query.urlencode(),
        "totals": audiences.totals(candidates),
        "total": len(candidates),
        "count": len(chosen),
        "first": hash_address(chosen[0].address)[:16] if chosen else "",
        "whom": audiences.describe(campaign.audience),
        # looking at a great many messages takes seconds: then htmx, or a page of its own, fetches the verdict
        "verdict": examination.examine(campaign, candidates) if few else None,
        "check_url": reverse("manage_notifications:campaign_check", args=[campaign.pk]),
        "undo_minutes": -(-settings.CAMPAIGN_UNDO_SECONDS // 60),
        "second_person_above": settings.CAMPAIGN_SECOND_PERSON_ABOVE,
        "needs_second_person": len(chosen) > settings.CAMPAIGN_SECOND_PERSON_ABOVE,
    }


def _filtered(candidates: list[Candidate], form: CandidateFilterForm) -> list[Candidate]:
    if not form.is_valid():
        return candidates
    wanted, standing = form.cleaned_data["q"].casefold(), form.cleaned_data["standing"]
    return [
        candidate
        for candidate in candidates
        if (not wanted or wanted in candidate.name.casefold() or wanted in candidate.address)
        and (not standing or candidate.is_in == (standing == "in"))
    ]


def _with_links(candidates: list[Candidate]) -> list[tuple[Candidate, str]]:
    return [(candidate, hash_address(candidate.address)[:16] if candidate.is_in else "") for candidate in candidates]


def _progress(request: HttpRequest, campaign: Campaign) -> dict[str, object]:
    """How far it is: from the tally, never by counting."""
    now, counts = timezone.now(), Tally.objects.by_state(campaign=campaign.pk)
    waiting = sum(counts[state] for state in Delivery.UNSETTLED)
    speed = lanes.measured_speed(Delivery.Lane.BULK) if campaign.state == State.RUNNING else None
    paused = Throttle.objects.filter(paused_until__gt=now).order_by("lane", "domain_group")
    return {
        "campaign": campaign,
        "rows": [(label, counts[state]) for state, label in Delivery.State.choices if counts[state]],
        "settled": campaign.planned - waiting,
        "is_moving": campaign.is_moving,
        "sum": sum(counts.values()),
        "is_whole": sum(counts.values()) == campaign.planned,
        "seconds_to_start": campaign.seconds_to_start(now),
        "minutes_left": round(waiting / speed / 60) if speed and waiting else None,
        "is_quiet": lanes.is_quiet(now) and not campaign.also_at_quiet_times,
        "quiet_until": lanes.quiet_until(now),
        "may_approve": campaign.sent_by_id != signed_in(request).pk,
        "failed": counts[Delivery.State.FAILED] + counts[Delivery.State.BOUNCED_SOFT],
        "paused": paused,
        "station": Station.objects.filter(pk=1).first(),
    }


@never_cache
@require_safe
@require_campaigns
@asks_for_the_audience
def campaign_check(request: HttpRequest, pk: int) -> HttpResponse:
    """The check before sending with the sender's domain looked up: may take two seconds."""
    campaign = get_object_or_404(Campaign.objects.select_related("event"), pk=pk, state=State.DRAFT)
    verdict = examination.examine(campaign, planning.audience(campaign), asks_others=True)
    template = (
        "notifications/_preflight.html" if request.headers.get("HX-Request") else "notifications/campaign_check.html"
    )
    return render(request, template, {"campaign": campaign, "verdict": verdict})


@require_safe
@require_campaigns
@asks_for_the_audience
@shows_a_mail
def campaign_preview(request: HttpRequest, pk: int, who: str) -> HttpResponse:
    """The mail as one candidate would get it, and the way to the next one."""
    campaign, candidates, candidate = _candidate(pk, who)
    letter, rendered = _example(campaign, candidate)
    place = candidates.index(candidate)
    context = {
        "campaign": campaign,
        "candidate": candidate,
        "who": who,
        "letter": letter,
        "text": rendered.text,
        "previous": hash_address(candidates[place - 1].address)[:16] if place else "",
        "following": hash_address(candidates[place + 1].address)[:16] if place + 1 < len(candidates) else "",
    }
    return render(request, "notifications/campaign_preview.html", context)


@require_safe
@require_campaigns
@asks_for_the_audience
@is_a_mail
def campaign_preview_html(request: HttpRequest, pk: int, who: str) -> HttpResponse:
    """The HTML part alone, for the frame of the preview: a mail's inline styles, no script, no origin."""
    campaign, _candidates, candidate = _candidate(pk, who)
    return HttpResponse(_example(campaign, candidate)[1].html)


def _candidate(pk: int, who: str) -> tuple[Campaign, list[Candidate], Candidate]:
    campaign = get_object_or_404(Campaign.objects.select_related("event"), pk=pk, state=State.DRAFT)
    candidates = [candidate for candidate in planning.audience(campaign) if candidate.is_in]
    found = next((each for each in candidates if hash_address(each.address)[:16] == who), None)
    if found is None:
        raise Http404
    return campaign, candidates, found


def _example(campaign: Campaign, candidate: Candidate) -> tuple[letters.Letter, letters.Rendered]:
    row = planning.example(campaign, candidate)
    letter, rendered = patterns.written(row)
    build(row, letter, rendered)  # what cannot be built must show here and not while sending
    return letter, rendered


@require_POST
@require_campaigns
@asks_for_the_audience
def campaign_test(request: HttpRequest, pk: int, who: str) -> HttpResponse:
    campaign, _candidates, candidate = _candidate(pk, who)
    user = signed_in(request)
    services.send_test(campaign=campaign, candidate=candidate, by=user)
    messages.success(request, _("A test is on its way to %(email)s.") % {"email": user.email})
    return redirect("manage_notifications:campaign_preview", pk, who)
