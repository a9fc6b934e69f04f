"""Organisers' pages of agreements: the text, the review, the document, the audit trail."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agreements import audit, demo, documents, services
from agreements.forms import ArticleForm, NoteForm, ShareForm, WithdrawForm
from agreements.markup import to_html
from agreements.models import Agreement, ArticleRevision, AuditEvent
from agreements.views import party_states
from organisations.access import require, signed_in
from organisations.models import User
from organisations.roles import Permission

require_agreements = require(Permission.MANAGE_AGREEMENTS)


@require_safe
@require_agreements
def agreement_list(request: HttpRequest) -> HttpResponse:
    agreements = Agreement.objects.order_by("-created_at", "pk")
    context = {"agreements": agreements, "key": uuid4().hex[:8]}
    return render(request, "agreements/manage_list.html", context)


@require_POST
@require_agreements
def new(request: HttpRequest) -> HttpResponse:
    """A new draft from the model text of the real case; the same click twice makes one."""
    key = request.POST.get("key", "")
    slug = f"protocollo-{key if re.fullmatch('[0-9a-f]{8}', key) else uuid4().hex[:8]}"
    try:
        demo.new_from_model(by=signed_in(request), slug=slug)
    except services.AlreadyDone:
        return redirect("manage_agreements:detail", slug)
    except demo.PartiesMissing as missing:
        messages.error(request, _("First import these organisations: %(names)s.") % {"names": missing})
        return redirect("manage_agreements:list")
    messages.success(request, _("The draft was made from the model text. Edit it article by article."))
    return redirect("manage_agreements:detail", slug)


@require_safe
@require_agreements
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    agreement = get_object_or_404(Agreement, slug=slug)
    return _page(request, agreement)


def _page(request: HttpRequest, agreement: Agreement, status: int = 200, **forms: object) -> HttpResponse:
    version = agreement.newest_version()
    document = agreement.current_document()
    closes_at = timezone.localtime(timezone.now() + timedelta(days=14)).replace(hour=18, minute=0)
    revisions = list(version.in_order()) if version else []
    context = {
        "agreement": agreement, "version": version, "document": document, "review_round": agreement.open_round(),
        "articles": [{"revision": r, "html": to_html(r.source)} for r in revisions],
        "parties": party_states(agreement, document), "share_form": ShareForm(initial={"closes_at": closes_at}),
        "note_form": NoteForm(), "withdraw_form": WithdrawForm(), **forms,
        "can": {state: state in Agreement.TRANSITIONS[agreement.state] for state in Agreement.State.values},
    }  # fmt: skip
    return render(request, "agreements/manage_detail.html", context, status=status)


@require_agreements
def article_add(request: HttpRequest, slug: str) -> HttpResponse:
    agreement = get_object_or_404(Agreement, slug=slug)
    form = ArticleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _do(request, agreement, lambda by: services.add_article(agreement=agreement, draft=form.draft(), by=by))
    context = {"agreement": agreement, "form": form}
    return render(request, "agreements/article_edit.html", context, status=422 if form.errors else 200)


@require_agreements
def article_edit(request: HttpRequest, slug: str, revision_id: int) -> HttpResponse:
    revision = _revision(slug, revision_id)
    form = ArticleForm(request.POST or None, initial={"heading": revision.heading, "source": revision.source})
    agreement = revision.version.agreement
    if request.method == "POST" and form.is_valid():
        return _do(request, agreement, lambda by: services.edit_article(revision=revision, draft=form.draft(), by=by))
    context = {"agreement": agreement, "form": form, "revision": revision}
    return render(request, "agreements/article_edit.html", context, status=422 if form.errors else 200)


@require_POST
@require_agreements
def article_move(request: HttpRequest, slug: str, revision_id: int, direction: str) -> HttpResponse:
    revision = _revision(slug, revision_id)
    up = direction == "up"
    agreement = revision.version.agreement
    return _do(request, agreement, lambda by: services.move_article(revision=revision, up=up, by=by))


@require_POST
@require_agreements
def article_remove(request: HttpRequest, slug: str, revision_id: int) -> HttpResponse:
    revision = _revision(slug, revision_id)
    agreement = revision.version.agreement
    return _do(request, agreement, lambda by: services.remove_article(revision=revision, by=by))


@require_POST
@require_agreements
def share(request: HttpRequest, slug: str) -> HttpResponse:
    agreement = get_object_or_404(Agreement, slug=slug)
    form = ShareForm(request.POST)
    if not form.is_valid():
        return _page(request, agreement, status=422, share_form=form, form=form)
    return _do(request, agreement, lambda by: services.share(agreement=agreement, by=by, **form.cleaned_data))


@require_POST
@require_agreements
def close_observations(request: HttpRequest, slug: str) -> HttpResponse:
    agreement = get_object_or_404(Agreement, slug=slug)
    return _do(request, agreement, lambda by: services.close_observations(agreement=agreement, by=by))


@require_POST
@require_agreements
def prepare_version(request: HttpRequest, slug: str) -> HttpResponse:
    agreement = get_object_or_404(Agreement, slug=slug)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, agreement, status=422, note_form=form, form=form)
    note = form.cleaned_data["note"]
    return _do(request, agreement, lambda by: services.prepare_version(agreement=agreement, note=note, by=by))


@require_POST
@require_agreements
def freeze(request: HttpRequest, slug: str) -> HttpResponse:
    agreement = get_object_or_404(Agreement, slug=slug)
    try:
        return _do(request, agreement, lambda by: services.freeze(agreement=agreement, by=by))
    except documents.CannotRender as error:
        messages.error(request, _("The document could not be made, nothing was changed: %(why)s") % {"why": error})
        return redirect("manage_agreements:detail", slug)
    except services.NotApproved as refused:
        messages.error(request, " ".join([_("The text cannot be frozen yet."), *refused.lacking]))
        return redirect("agreements:approval", slug)


@require_POST
@require_agreements
def open_signing(request: HttpRequest, slug: str) -> HttpResponse:
    agreement = get_object_or_404(Agreement, slug=slug)
    return _do(request, agreement, lambda by: services.open_signing(agreement=agreement, by=by))


@require_POST
@require_agreements
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    agreement = get_object_or_404(Agreement, slug=slug)
    return _do(request, agreement, lambda by: services.publish(agreement=agreement, by=by))


@require_POST
@require_agreements
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    agreement = get_object_or_404(Agreement, slug=slug)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _page(request, agreement, status=422, withdraw_form=form, form=form)
    reason = form.cleaned_data["reason"]
    return _do(request, agreement, lambda by: services.withdraw(agreement=agreement, reason=reason, by=by))


@require_safe
@require_agreements
def audit_trail(request: HttpRequest, slug: str) -> HttpResponse:
    """The chain, link by link, with today's verdict."""
    agreement = get_object_or_404(Agreement, slug=slug)
    events = AuditEvent.objects.filter(agreement_slug=slug).order_by("-seq")
    context = {"agreement": agreement, "events": events, "broken": audit.verify(agreement)}
    return render(request, "agreements/audit.html", context)


def _revision(slug: str, revision_id: int) -> ArticleRevision:
    revisions = ArticleRevision.objects.select_related("version__agreement", "article")
    return get_object_or_404(revisions.filter(version__agreement__slug=slug), pk=revision_id)


def _do(request: HttpRequest, agreement: Agreement, change: Callable[[User], object]) -> HttpResponse:
    """Call one service and go back to the agreement, with a word on how it went."""
    try:
        change(signed_in(request))
    except services.WrongState:
        messages.error(request, _("This is not possible now: the protocol has moved on meanwhile."))
    except services.NothingToShare:
        messages.error(request, _("There is nothing to share: the text needs an article and the protocol a party."))
    else:
        messages.success(request, _("Done."))
    return redirect("manage_agreements:detail", agreement.slug)
