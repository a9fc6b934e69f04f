"""The page of the approval, for the parties' offices and the organisers, and the forms that stand behind it."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agreements import services as verbs
from agreements.approving import placeholders, preamble, services, standing
from agreements.approving.forms import (
    ActForm,
    DeclarationForm,
    FinaliseForm,
    MandateForm,
    ObjectionForm,
    OnText,
    SendForm,
)
from agreements.approving.posting import day_in_rome
from agreements.models import Agreement, ApprovalAct, Mandate, Objection, Party
from agreements.redline import redline
from agreements.views import attachment
from organisations.access import signed_in
from organisations.models import User
from organisations.roles import Permission

State = Agreement.State


def _seen(request: HttpRequest, slug: str) -> tuple[Agreement, User]:
    """The agreement as this user may see it, or 404."""
    user = signed_in(request)
    return get_object_or_404(Agreement.objects.visible_to(user), slug=slug), user


def _own(request: HttpRequest, slug: str, party_id: int, permission: Permission) -> tuple[Agreement, Party, User]:
    """A party for which this user acts; organisers act for all. 404 for others' parties, 403 without the permission."""
    agreement, user = _seen(request, slug)
    party = get_object_or_404(agreement.parties.select_related("organisation"), pk=party_id)
    if user.has_permission(Permission.MANAGE_AGREEMENTS):
        return agreement, party, user
    if not user.organisations_with(Permission.COMMENT_DRAFTS).filter(pk=party.organisation_id).exists():
        raise Http404
    if not user.organisations_with(permission).filter(pk=party.organisation_id).exists():
        raise PermissionDenied
    return agreement, party, user


@never_cache
@require_safe
def approval(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is waiting for whom, the schema, the acts; what the reader may do next."""
    agreement, user = _seen(request, slug)
    return approval_page(request, agreement, user)


def approval_page(
    request: HttpRequest, agreement: Agreement, user: User, status: int = 200, **forms: object
) -> HttpResponse:
    """The page, with a form that was refused in place of a fresh one."""
    is_organiser = user.has_permission(Permission.MANAGE_AGREEMENTS)
    today, version = day_in_rome(timezone.now()), agreement.newest_version()
    lines = standing.board(agreement, today)
    answer_by = timezone.localtime(timezone.now() + timedelta(days=30)).replace(hour=18, minute=0)
    shown = version if version and (version.shared_at or is_organiser) else None
    used = {name for revision in shown.in_order() for name in placeholders.used_in(revision.source)} if shown else set()
    filled = preamble.values(agreement, today) if used & set(placeholders.NAMES) else {}
    context = {
        "agreement": agreement, "version": shown, "schema": standing.schema_of(agreement), "lines": lines,
        "is_organiser": is_organiser, "acts": _history(agreement), "objections": _objections(agreement),
        "record_for": _ids(user, agreement, Permission.COMMENT_DRAFTS),
        "object_for": _ids(user, agreement, Permission.RECORD_POSITION),
        "declare_for": _ids(user, agreement, Permission.RECORD_POSITION, organisers_too=False),
        "mandates": _mandates(agreement, user),
        "lacking": [line.lacking for line in lines if not line.is_done],
        "places": [(f"[[{name}]]", filled.get(name)) for name in sorted(used)],
        "can": {state: state in Agreement.TRANSITIONS[agreement.state] for state in State.values},
        "is_open_to_parties": agreement.state in services.OPEN_TO_PARTIES,
        "finalise_form": FinaliseForm(), "send_form": SendForm(initial={"answer_by": answer_by}), **forms,
    }  # fmt: skip
    return render(request, "agreements/approving/approval.html", context, status=status)


def _history(agreement: Agreement) -> list[ApprovalAct]:
    return list(ApprovalAct.objects.of(agreement).select_related("superseded_by").defer("superseded_by__content"))


def _objections(agreement: Agreement) -> QuerySet[Objection]:
    found = Objection.objects.filter(party__agreement=agreement).select_related(
        "party__organisation", "schema__version"
    )
    return found.defer("schema__content").order_by("at", "pk")


def _mandates(agreement: Agreement, user: User) -> QuerySet[Mandate]:
    """Those of the reader's own party; organisers read all."""
    mandates = Mandate.objects.filter(party__agreement=agreement, party__left_at=None).defer("content")
    if not user.has_permission(Permission.MANAGE_AGREEMENTS):
        mandates = mandates.filter(party__organisation__in=user.organisations_with(Permission.COMMENT_DRAFTS))
    return mandates.select_related("party__organisation").order_by("party__position", "valid_from", "pk")


def _ids(user: User, agreement: Agreement, permission: Permission, *, organisers_too: bool = True) -> set[int]:
    """The parties for which this user may do something."""
    if organisers_too and user.has_permission(Permission.MANAGE_AGREEMENTS):
        return set(agreement.parties.values_list("pk", flat=True))
    own = agreement.parties.filter(organisation__in=user.organisations_with(permission))
    return set(own.values_list("pk", flat=True))


@require_safe
def schema_file(request: HttpRequest, slug: str) -> HttpResponse:
    """The schema's bytes as they were rendered."""
    agreement, _user = _seen(request, slug)
    schema = standing.schema_of(agreement)
    if schema is None:
        raise Http404
    return attachment(bytes(schema.content), f"{slug}-schema.pdf", "application/pdf", schema.sha256)


@require_safe
def act_file(request: HttpRequest, slug: str, act_id: int) -> HttpResponse:
    """An act's paper, for all parties."""
    agreement, _user = _seen(request, slug)
    act = get_object_or_404(ApprovalAct, pk=act_id, party__agreement=agreement, content__isnull=False)
    return attachment(bytes(act.content or b""), act.filename, act.media_type, act.file_sha256)


@require_safe
def mandate_file(request: HttpRequest, slug: str, mandate_id: int) -> HttpResponse:
    """A mandate's paper, for the own office and the organisers."""
    agreement, user = _seen(request, slug)
    mandate = get_object_or_404(_mandates(agreement, user), pk=mandate_id, content__isnull=False)
    return attachment(bytes(mandate.content or b""), mandate.filename, mandate.media_type, mandate.file_sha256)


def mandate(request: HttpRequest, slug: str, party_id: int) -> HttpResponse:
    """Write down who may sign."""
    agreement, party, user = _own(request, slug, party_id, Permission.COMMENT_DRAFTS)
    form = MandateForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return carry_out(request, agreement, lambda: services.record_mandate(party=party, by=user, **form.values()))
    return _form_page(request, agreement, party, form, _("Who may sign"), _("Record the mandate"))


def act(request: HttpRequest, slug: str, party_id: int, act_id: int | None = None) -> HttpResponse:
    """Record a body's act, or a further one that corrects it."""
    agreement, party, user = _own(request, slug, party_id, Permission.COMMENT_DRAFTS)
    if not party.mandates.exists():
        messages.info(request, _("First write down who may sign; the act names that person."))
        return redirect("agreements:approval_mandate", slug, party_id)
    corrected = get_object_or_404(ApprovalAct.objects.defer("content"), pk=act_id, party=party) if act_id else None
    names = ("body_kind", "body_label", "act_type", "number", "adopted_on", "effect", "posted_on", "certified_on",
             "signatory", "link")  # fmt: skip
    initial = {name: getattr(corrected, name) for name in names} if corrected else {}
    initial["text"] = standing.current_text(agreement)
    form = ActForm(request.POST or None, request.FILES or None, initial=initial, party=party)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        return carry_out(request, agreement, lambda: services.record_act(
            party=party, record=form.record(), text=text, by=user, supersedes=corrected
        ))  # fmt: skip
    title = _("Correct the act by a further one") if corrected else _("Record the act of the body")
    return _form_page(request, agreement, party, form, title, _("Record the act"))


def changes(request: HttpRequest, slug: str, party_id: int) -> HttpResponse:
    """The body wants another text."""
    agreement, party, user = _own(request, slug, party_id, Permission.RECORD_POSITION)
    form = _on_text(request, agreement, ObjectionForm)
    if request.method == "POST" and form.is_valid():
        return carry_out(request, agreement, lambda: services.ask_changes(party=party, by=user, **form.cleaned_data))
    lead = _(
        "The text goes back into preparation. Acts already recorded stay, and count only for the text they approved."
    )
    return _form_page(request, agreement, party, form, _("Ask for changes"), _("Ask for changes"), lead=lead)


def refuse(request: HttpRequest, slug: str, party_id: int) -> HttpResponse:
    """The body refuses."""
    agreement, party, user = _own(request, slug, party_id, Permission.RECORD_POSITION)
    form = _on_text(request, agreement, ObjectionForm)
    if request.method == "POST" and form.is_valid():
        return carry_out(request, agreement, lambda: services.refuse(party=party, by=user, **form.cleaned_data))
    lead = _("With this the protocol goes no further, for nobody. If another text would do, ask for changes instead.")
    return _form_page(
        request, agreement, party, form, _("Refuse the protocol"), _("Refuse the protocol"), lead=lead, tone="danger"
    )


def declare(request: HttpRequest, slug: str, party_id: int) -> HttpResponse:
    """The redline between what was approved and what lies there, and the word that it is nothing of substance."""
    agreement, party, user = _own(request, slug, party_id, Permission.RECORD_POSITION)
    if party.pk not in _ids(user, agreement, Permission.RECORD_POSITION, organisers_too=False):
        raise PermissionDenied
    form = _on_text(request, agreement, DeclarationForm)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("declared_by", "office_held", "reason", "text")}
        return carry_out(request, agreement, lambda: services.declare_non_substantial(party=party, by=user, **values))
    line = next(one for one in standing.board(agreement, day_in_rome(timezone.now())) if one.party.pk == party.pk)
    version = agreement.shared_versions().last()
    differences = redline(line.earlier, version) if line.earlier and version else []
    return _form_page(
        request, agreement, party, form, _("Declare the change non-substantial"), _("Declare"),
        changes=[one for one in differences if one.kind != "same"],
    )  # fmt: skip


def _on_text(request: HttpRequest, agreement: Agreement, kind: type[OnText]) -> OnText:
    return kind(request.POST or None, initial={"text": standing.current_text(agreement)})


def _form_page(
    request: HttpRequest, agreement: Agreement, party: Party, form: object, title: str, button: str, **more: object
) -> HttpResponse:
    context = {"agreement": agreement, "party": party, "form": form, "title": title, "button": button, **more}
    status = 422 if getattr(form, "errors", None) else 200
    return render(request, "agreements/approving/form.html", context, status=status)


def carry_out(request: HttpRequest, agreement: Agreement, change: Callable[[], object]) -> HttpResponse:
    """Call one service and go back to the approval, with a word on how it went."""
    try:
        change()
    except verbs.WrongState:
        messages.error(request, _("This is not possible now: the protocol has moved on meanwhile."))
    except verbs.StaleText:
        messages.error(request, _("The text has changed since you opened the page: read it, then decide again."))
    except verbs.AlreadyDone:
        messages.info(request, _("This was recorded a moment earlier, perhaps by a colleague; look at it below."))
    except verbs.NotEntitled as error:
        raise PermissionDenied from error
    else:
        messages.success(request, _("It was recorded."))
    return redirect(reverse("agreements:approval", args=[agreement.slug]))
