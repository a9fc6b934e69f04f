"""Public pages of agreements and the review pages of the parties."""

import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from agreements import services
from agreements.approving import standing
from agreements.forms import AdhesionForm, CommentForm, PositionForm, SignedFileForm
from agreements.markup import to_html
from agreements.models import Agreement, ArticleRevision, Comment, FrozenDocument, Party, SignedFile, TextVersion
from agreements.redline import redline
from organisations.access import signed_in
from organisations.models import User
from organisations.roles import Permission


@require_safe
@login_not_required
def agreement_list(request: HttpRequest) -> HttpResponse:
    """The public register."""
    agreements = Agreement.objects.public().order_by("-published_at", "pk")
    return render(request, "agreements/list.html", {"agreements": agreements})


@require_safe
@login_not_required
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """State, parties and, once frozen, the document with its fingerprint. Drafts never."""
    agreement = get_object_or_404(Agreement.objects.public(), slug=slug)
    document = agreement.current_document()
    context = {"agreement": agreement, "document": document, "parties": party_states(agreement, document),
               "acts": standing.acts_relied_on(agreement)}  # fmt: skip
    return render(request, "agreements/detail.html", context)


def party_states(agreement: Agreement, document: FrozenDocument | None) -> list[dict[str, object]]:
    """Each party with its adhesion and its newest signed file. Three queries whatever their number."""
    adhesions = {a.party_id: a for a in document.adhesions.all()} if document else {}
    files: dict[int, SignedFile] = {}
    if document:
        for file in document.signed_files.defer("content").order_by("uploaded_at", "pk"):
            files[file.party_id] = file
    parties = agreement.parties.select_related("organisation").order_by("position")
    return [{"party": p, "adhesion": adhesions.get(p.pk), "file": files.get(p.pk)} for p in parties]


@require_safe
@login_not_required
def document_file(request: HttpRequest, slug: str) -> HttpResponse:
    """The frozen bytes: public with the agreement, before that for its people alone."""
    visible = Agreement.objects.public()
    if request.user.is_authenticated:
        visible = visible | Agreement.objects.filter(
            pk__in=Agreement.objects.visible_to(signed_in(request)).values("pk")
        )
    agreement = get_object_or_404(visible.distinct(), slug=slug)
    document = agreement.current_document()
    if document is None:
        return render(request, "404.html", status=404)
    return attachment(bytes(document.content), f"{agreement.slug}.pdf", "application/pdf", document.sha256)


def attachment(content: bytes, filename: str, media_type: str, sha256: str) -> HttpResponse:
    """Stored bytes as a download; the hash is checked on the way out."""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError("stored bytes no longer match their hash")
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'.encode("ascii", "replace").decode()
    response["X-Content-Type-Options"] = "nosniff"
    return response


# -- the review -----------------------------------------------------------------------------------------------------


def _visible(request: HttpRequest, slug: str) -> tuple[Agreement, User, Party | None]:
    """The agreement as this user may see it, or 404; with the party they act for."""
    user = signed_in(request)
    agreement = get_object_or_404(Agreement.objects.visible_to(user), slug=slug)
    return agreement, user, agreement.party_of(user, Permission.COMMENT_DRAFTS)


def _version(agreement: Agreement, user: User, number: str | None) -> TextVersion | None:
    """The version asked for, else the newest that this user may read."""
    versions = agreement.versions.all()
    if not user.has_permission(Permission.MANAGE_AGREEMENTS):
        versions = agreement.shared_versions()
    if number and number.isdecimal():
        return versions.filter(number=int(number)).first()
    return versions.order_by("-number").first()


@never_cache
@require_safe
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """Read, compare, comment, take position, adhere: one page for signatories and their offices."""
    agreement, user, party = _visible(request, slug)
    return _review_page(request, agreement, user, party)


def _review_page(
    request: HttpRequest, agreement: Agreement, user: User, party: Party | None, status: int = 200, **forms: object
) -> HttpResponse:
    version = _version(agreement, user, request.GET.get("to"))
    if version is None:
        return render(request, "404.html", status=404)
    older = _version(agreement, user, request.GET.get("from")) if request.GET.get("from") else None
    review_round = agreement.open_round()
    is_open = review_round is not None and review_round.version_id == version.pk
    document = agreement.current_document()
    states = party_states(agreement, document)
    mine = next((state for state in states if party and state["party"] == party), None)
    can_adhere = agreement.party_of(user, Permission.RECORD_ADHESION) is not None
    context = {
        "agreement": agreement, "version": version, "older": older, "party": party, "parties": states,
        "versions": [v for v in agreement.versions.order_by("-number") if v.shared_at or user.is_organiser],
        "changes": redline(older, version) if older and older != version else None,
        "articles": _articles(version, user, party), "review_round": review_round, "is_open": is_open,
        "is_late": review_round is not None and review_round.is_late(timezone.now()),
        "positions": version.review_round.positions.select_related("party__organisation").order_by("party__position")
        if hasattr(version, "review_round") else [],
        "document": document, "mine": mine, "comment_form": CommentForm(auto_id=False), "position_form": PositionForm(),
        "can_take_position": is_open and agreement.party_of(user, Permission.RECORD_POSITION) is not None,
        "can_adhere": can_adhere and agreement.state == Agreement.State.SIGNING and mine and not mine["adhesion"],
        "can_upload": can_adhere and document and agreement.state in {"signing", "concluded"},
        "can_comment": is_open and (party is not None or user.has_permission(Permission.MANAGE_AGREEMENTS)),
        "adhesion_form": AdhesionForm(initial={"name": user.name}), "upload_form": SignedFileForm(), **forms,
    }  # fmt: skip
    return render(request, "agreements/review.html", context, status=status)


def _articles(version: TextVersion, user: User, party: Party | None) -> list[dict[str, object]]:
    """The version's articles with the comments this user may read. Two queries."""
    revisions = list(version.in_order())
    comments = Comment.objects.visible_to(user, party).filter(revision__in=revisions)
    by_revision: dict[int, list[Comment]] = {}
    for written in comments.select_related("party__organisation", "author").order_by("at", "pk"):
        by_revision.setdefault(written.revision_id, []).append(written)
    return [{"revision": r, "html": to_html(r.source), "comments": by_revision.get(r.pk, [])} for r in revisions]


@require_POST
def comment(request: HttpRequest, slug: str, revision_id: int) -> HttpResponse:
    agreement, user, _party = _visible(request, slug)
    revision = get_object_or_404(ArticleRevision.objects.filter(version__agreement=agreement), pk=revision_id)
    form = CommentForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The comment is empty or too long; nothing was saved."))
        return redirect(f"{agreement.get_review_url()}#article-{revision.position}")
    try:
        services.comment(revision=revision, by=user, **form.cleaned_data)
    except services.WrongState:
        messages.error(request, _("This version takes no comments: its review is closed."))
    except services.NotEntitled as error:
        raise PermissionDenied from error
    else:
        messages.success(request, _("The comment was saved."))
    return redirect(f"{agreement.get_review_url()}#article-{revision.position}")


@require_POST
def record_position(request: HttpRequest, slug: str) -> HttpResponse:
    agreement, user, party = _visible(request, slug)
    form = PositionForm(request.POST)
    if not form.is_valid():
        return _review_page(request, agreement, user, party, status=422, position_form=form, form=form)
    try:
        services.record_position(agreement=agreement, by=user, **form.cleaned_data)
    except services.WrongState:
        messages.error(request, _("The review is closed: the position can no longer be recorded."))
    except services.NotEntitled as error:
        raise PermissionDenied from error
    else:
        messages.success(request, _("The position was recorded."))
    return redirect(agreement.get_review_url())


@require_POST
def adhere(request: HttpRequest, slug: str) -> HttpResponse:
    agreement, user, party = _visible(request, slug)
    form = AdhesionForm(request.POST)
    if not form.is_valid():
        return _review_page(request, agreement, user, party, status=422, adhesion_form=form, form=form)
    document = agreement.current_document()
    statement = _("I adhere to the protocol “%(title)s” in its final text with SHA-256 %(sha256)s.") % {
        "title": agreement.title, "sha256": document.sha256 if document else "",
    }  # fmt: skip
    name, office_held = form.cleaned_data["name"], form.cleaned_data["office_held"]
    try:
        services.adhere(agreement=agreement, name=name, office_held=office_held, statement=statement, by=user)
    except services.WrongState:
        messages.error(request, _("The adhesion is not open."))
    except services.AlreadyDone:
        messages.info(request, _("Your organisation has adhered already."))
    except services.NotEntitled as error:
        raise PermissionDenied from error
    else:
        messages.success(request, _("The adhesion was recorded."))
    return redirect(agreement.get_review_url())


@require_POST
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    agreement, user, party = _visible(request, slug)
    form = SignedFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _review_page(request, agreement, user, party, status=422, upload_form=form, form=form)
    content = form.cleaned_data["file"].read()
    try:
        services.upload_signed_file(agreement=agreement, filename=form.filename(), content=content, by=user)
    except services.WrongState:
        messages.error(request, _("Signed files are taken once the adhesion is open."))
    except services.AlreadyDone:
        messages.info(request, _("This very file was uploaded before."))
    except services.NotEntitled as error:
        raise PermissionDenied from error
    else:
        messages.success(request, _("The file was kept byte for byte. It has not been verified yet."))
    return redirect(agreement.get_review_url())


@require_safe
def signed_file(request: HttpRequest, slug: str, file_id: int) -> HttpResponse:
    """A signed file as it came."""
    agreement, _user, _party = _visible(request, slug)
    file = get_object_or_404(SignedFile.objects.filter(document__agreement=agreement), pk=file_id)
    return attachment(bytes(file.content), file.filename, file.media_type, file.sha256)
