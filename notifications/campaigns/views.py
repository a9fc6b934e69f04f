"""Organisers' pages of campaigns: write, look, check, confirm, follow."""

from collections.abc import Callable
from uuid import UUID

from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise as StrPromise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from notifications import audiences, letters
from notifications.audiences import Candidate
from notifications.campaigns import examination, funnel, live, planning, services
from notifications.campaigns.forms import (
    TEXTS,
    CampaignForm,
    CandidateFilterForm,
    ConfirmForm,
    TemplateNameForm,
    starting_point,
)
from notifications.models import Campaign, Delivery, MessageTemplate, Station, Tally, Throttle, hash_address
from notifications.sending import lanes, patterns
from notifications.sending.mime import build
from organisations.access import View, require, signed_in
from organisations.roles import Permission

require_campaigns = require(Permission.SEND_CAMPAIGNS)
State = Campaign.State


def shows_a_mail(view: View) -> View:
    """A page that shows a mail's HTML in a frame of its own."""
    return csp_update({"frame-src": ["'self'"]})(view)


def is_a_mail(view: View) -> View:
    """That frame: a mail's inline styles, no script, no origin."""
    policy = {"style-src": ["'unsafe-inline'"], "frame-ancestors": ["'self'"], "sandbox": [True]}
    return xframe_options_sameorigin(csp_replace(policy)(view))


PAGE = 100
#: Up to so many messages are examined while the page is made.
EXAMINED_AT_ONCE = 2_000


@require_safe
@require_campaigns
def campaign_list(request: HttpRequest) -> HttpResponse:
    campaigns = Campaign.objects.select_related("event").order_by("-created_at", "pk")
    page = Paginator(campaigns, 50).get_page(request.GET.get("page"))
    context = {"page": page, "templates": MessageTemplate.objects.order_by("name")}
    return render(request, "notifications/campaign_list.html", context)


@require_campaigns
@shows_a_mail
def campaign_new(request: HttpRequest) -> HttpResponse:
    """`?template=` begins from a kept text."""
    chosen = request.GET.get("template", "")
    template = MessageTemplate.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
    form = CampaignForm(request.POST or None, initial=starting_point(template) or starting_text())
    if request.method == "POST" and form.is_valid():
        campaign = services.prepare(by=signed_in(request), **form.campaign_fields())
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
@shows_a_mail
def campaign_edit(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign, pk=pk, state=State.DRAFT)
    form = CampaignForm(request.POST or None, instance=campaign)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit(campaign=campaign, by=signed_in(request), **form.campaign_fields())
        except services.WrongState:
            messages.error(request, _("This campaign was sent already, or its event is not public."))
        return redirect("manage_notifications:campaign_detail", pk)
    context = {"form": form, "campaign": campaign}
    return render(request, "notifications/campaign_edit.html", context, status=422 if form.errors else 200)


# -- one campaign -----------------------------------------------------------------------------------------------------


def _campaign(pk: int) -> Campaign:
    return get_object_or_404(Campaign.objects.select_related("event", "sent_by", "approved_by"), pk=pk)


@never_cache
@require_safe
@require_campaigns
def campaign_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft: who is in and out, the check, confirmation. Later: progress. htmx asks for the progress alone."""
    campaign = _campaign(pk)
    if request.headers.get("HX-Request"):
        return render(request, "notifications/campaign_detail.html#progress", _progress(request, campaign))
    return _campaign_page(request, campaign)


def _campaign_page(request: HttpRequest, campaign: Campaign, status: int = 200, **forms: object) -> HttpResponse:
    context: dict[str, object] = {
        "campaign": campaign,
        "confirm_form": ConfirmForm(),
        "template_form": TemplateNameForm(),
    }
    context |= _draft(request, campaign) if campaign.is_draft else _progress(request, campaign)
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
def campaign_check(request: HttpRequest, pk: int) -> HttpResponse:
    """The check before sending with the sender's domain looked up: may take two seconds."""
    campaign = get_object_or_404(Campaign.objects.select_related("event"), pk=pk, state=State.DRAFT)
    verdict = examination.examine(campaign, planning.audience(campaign), asks_others=True)
    template = (
        "notifications/_preflight.html" if request.headers.get("HX-Request") else "notifications/campaign_check.html"
    )
    return render(request, template, {"campaign": campaign, "verdict": verdict})


# -- as somebody would get it --------------------------------------------------------------------------------------------


@require_safe
@require_campaigns
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


@never_cache
@require_POST
@require_campaigns
@shows_a_mail
def campaign_live(request: HttpRequest) -> HttpResponse:
    """What is being written, as a recipient would get it: nothing is saved. htmx asks for the looks alone."""
    form = CampaignForm(request.POST)
    form.is_valid()  # with errors too: the look shows what there is
    wanted = request.POST.get("preview_as", "").replace("\x00", "").strip()[:100]
    texts = {name: request.POST.get(name, "")[:50_000] for name in TEXTS}  # a text with an error is no cleaned value
    somebody, looks = live.looks({**texts, **form.cleaned_data}, wanted=wanted, by=signed_in(request))
    part = "#looks" if request.headers.get("HX-Request") else ""
    context = {"candidate": somebody, "looks": looks, "wanted": wanted}
    return render(request, f"notifications/campaign_live.html{part}", context)


@never_cache
@require_safe
@require_campaigns
@is_a_mail
def campaign_live_html(request: HttpRequest, key: UUID) -> HttpResponse:
    """The HTML part of a look; for the person who took it, for a quarter of an hour."""
    found = live.html_of(key, by=signed_in(request))
    if found is None:
        raise Http404
    return HttpResponse(found)


@require_POST
@require_campaigns
def campaign_test(request: HttpRequest, pk: int, who: str) -> HttpResponse:
    campaign, _candidates, candidate = _candidate(pk, who)
    user = signed_in(request)
    services.send_test(campaign=campaign, candidate=candidate, by=user)
    messages.success(request, _("A test is on its way to %(email)s.") % {"email": user.email})
    return redirect("manage_notifications:campaign_preview", pk, who)


# -- verbs -----------------------------------------------------------------------------------------------------------------


@require_POST
@require_campaigns
def campaign_send(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = _campaign(pk)
    form, verdict = ConfirmForm(request.POST), None
    if form.is_valid():
        try:
            services.send(campaign=campaign, expected=form.cleaned_data["number"], by=signed_in(request))
        except services.AudienceChanged as changed:
            text = ngettext(
                "The audience is %(count)s recipient: write that number to send.",
                "The audience is %(count)s recipients: write that number to send.",
                changed.count,
            )
            form.add_error("number", text % {"count": changed.count})
        except services.NotFit as refused:
            verdict = refused.verdict
            form.add_error(None, _("The check before sending found something that must be put right first."))
        except services.WrongState:
            messages.error(request, _("This campaign was sent already, or its event is not public."))
            return redirect("manage_notifications:campaign_detail", pk)
        else:
            return redirect("manage_notifications:campaign_detail", pk)
    extra = {"verdict": verdict} if verdict else {}
    return _campaign_page(request, campaign, status=422, confirm_form=form, form=form, **extra)


@require_POST
@require_campaigns
def campaign_approve(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        services.approve(campaign=_campaign(pk), by=signed_in(request))
    except services.SamePerson:
        messages.error(request, _("Another person must approve: you have confirmed it yourself."))
    except services.WrongState:
        messages.error(request, _("This is not possible now: the campaign has moved on meanwhile."))
    else:
        messages.success(request, _("Approved."))
    return redirect("manage_notifications:campaign_detail", pk)


@require_POST
@require_campaigns
def campaign_copy(request: HttpRequest, pk: int) -> HttpResponse:
    copied = services.copy(campaign=_campaign(pk), by=signed_in(request))
    messages.success(request, _("This is the copy: a draft."))
    return redirect("manage_notifications:campaign_edit", copied.pk)


@require_POST
@require_campaigns
def campaign_keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep its text as a template."""
    campaign, form = _campaign(pk), TemplateNameForm(request.POST)
    if not form.is_valid():
        return _campaign_page(request, campaign, status=422, template_form=form, form=form)
    services.keep_as_template(campaign=campaign, name=form.cleaned_data["kept_as"], by=signed_in(request))
    messages.success(request, _("Kept as a template."))
    return redirect("manage_notifications:campaign_detail", pk)


def _verb(service: Callable[..., object], done: StrPromise) -> Callable[..., HttpResponseBase]:
    """A page of one verb of a campaign."""

    @require_POST
    @require_campaigns
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        try:
            service(campaign=_campaign(pk), by=signed_in(request))
        except services.WrongState:
            messages.error(request, _("This is not possible now: the campaign has moved on meanwhile."))
        else:
            messages.success(request, str(done))
        return redirect("manage_notifications:campaign_detail", pk)

    return view


campaign_pause = _verb(services.pause, gettext_lazy("Paused: nothing more goes out."))
campaign_resume = _verb(services.resume, gettext_lazy("It goes on."))
campaign_cancel = _verb(services.cancel, gettext_lazy("Cancelled: the rest never goes out."))
campaign_withdraw = _verb(services.withdraw, gettext_lazy("Taken back: it is a draft again and nothing has left."))
campaign_start = _verb(services.start_now, gettext_lazy("It starts now."))
campaign_again = _verb(services.send_failed_again, gettext_lazy("Those that failed go out once more."))


# -- afterwards --------------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
@require_campaigns
def campaign_report(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of it: states, reasons, the way from planned to registered, by kind and municipality."""
    campaign = _campaign(pk)
    if campaign.is_draft:
        raise Http404
    return render(request, "notifications/campaign_report.html", {"campaign": campaign, **funnel.report(campaign)})


@never_cache
@require_safe
@require_campaigns
def campaign_ledger(request: HttpRequest, pk: int) -> HttpResponse:
    """Who got what: everybody in or out, with the reason, by pages of keys."""
    campaign, form = _campaign(pk), CandidateFilterForm(request.GET)
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
    return funnel.ledger_file(_campaign(pk))
