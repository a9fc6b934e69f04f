"""A campaign is written, looked at while it is written, copied, kept as a template."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from notifications import audiences
from notifications.campaigns import live, services
from notifications.campaigns.forms import (
    SEGMENT,
    TEXTS,
    CampaignForm,
    TemplateNameForm,
    starting_point,
)
from notifications.campaigns.views.pages import campaign_page
from notifications.campaigns.views.shared import audience_unknown, campaign_or_404, require_campaigns
from notifications.framing import is_a_mail, shows_a_mail
from notifications.models import Campaign, MessageTemplate
from organisations.access import signed_in

State = Campaign.State


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
    """`?template=` begins from a kept text, `?segment=` with that audience."""
    chosen = request.GET.get("template", "")
    template = MessageTemplate.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
    initial = starting_point(template) or starting_text()
    if (segment := request.GET.get("segment", "")).isdecimal():
        initial["whom"] = f"{SEGMENT}:{segment}"
    form = CampaignForm(request.POST or None, initial=initial)
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


@never_cache
@require_POST
@require_campaigns
@shows_a_mail
def campaign_live(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """What is being written, as a recipient would get it: nothing is saved. htmx asks for the looks alone.

    `pk`: the draft that is edited; it knows the audience that is to stay as it is.
    """
    draft = get_object_or_404(Campaign, pk=pk, state=State.DRAFT) if pk else None
    form = CampaignForm(request.POST, instance=draft)
    form.is_valid()  # with errors too: the look shows what there is
    wanted = request.POST.get("preview_as", "").replace("\x00", "").strip()[:100]
    texts = {name: request.POST.get(name, "")[:50_000] for name in TEXTS}  # a text with an error is no cleaned value
    fields, user, trouble = {**texts, **form.cleaned_data}, signed_in(request), ""
    try:
        somebody, looks = live.looks(fields, wanted=wanted, by=user)
    except audiences.UnknownSource:
        trouble = audience_unknown()
        somebody, looks = live.looks({**fields, "audience": {}}, wanted="", by=user)
    part = "#looks" if request.headers.get("HX-Request") else ""
    context = {"candidate": somebody, "looks": looks, "wanted": wanted, "trouble": trouble}
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
def campaign_copy(request: HttpRequest, pk: int) -> HttpResponse:
    copied = services.copy(campaign=campaign_or_404(pk), by=signed_in(request))
    messages.success(request, _("This is the copy: a draft."))
    return redirect("manage_notifications:campaign_edit", copied.pk)


@require_POST
@require_campaigns
def campaign_keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep its text as a template."""
    campaign, form = campaign_or_404(pk), TemplateNameForm(request.POST)
    if not form.is_valid():
        return campaign_page(request, campaign, status=422, template_form=form, form=form)
    services.keep_as_template(campaign=campaign, name=form.cleaned_data["kept_as"], by=signed_in(request))
    messages.success(request, _("Kept as a template."))
    return redirect("manage_notifications:campaign_detail", pk)


@require_campaigns
def template_rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name for a kept text."""
    template = get_object_or_404(MessageTemplate, pk=pk)
    form = TemplateNameForm(request.POST or None, initial={"kept_as": template.name})
    if request.method == "POST" and form.is_valid():
        try:
            services.rename_template(template=template, name=form.cleaned_data["kept_as"], by=signed_in(request))
        except services.NameTaken:
            form.add_error("kept_as", _("Another template has this name: choose a different one."))
        else:
            messages.success(request, _("The template was renamed."))
            return redirect("manage_notifications:campaign_list")
    context = {"form": form, "template": template}
    return render(request, "notifications/template_rename.html", context, status=422 if form.errors else 200)


@require_campaigns
def template_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """A question first (GET), the change by POST."""
    template = get_object_or_404(MessageTemplate, pk=pk)
    if request.method == "POST":
        services.delete_template(template=template, by=signed_in(request))
        messages.success(request, _("The template was deleted. Invitations written from it keep their text."))
        return redirect("manage_notifications:campaign_list")
    return render(request, "notifications/template_delete.html", {"template": template})
