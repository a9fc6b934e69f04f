"""Proposing an amendment: written, looked at, proposed. Who comes too late keeps what they wrote."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from agreements.amending import services
from agreements.amending.forms import ProposalForm
from agreements.amending.models import Amendment
from agreements.amending.redlines import Shown
from agreements.amending.views import visible
from agreements.markup import normal, to_html
from agreements.models import Agreement, Article, ArticleRevision, TextVersion
from agreements.redline import marked
from agreements.services import NotEntitled, WrongState
from organisations.models import User
from organisations.roles import Permission

Kind = Amendment.Kind


@never_cache
def propose(request: HttpRequest, slug: str, number: int, kind: str) -> HttpResponse:
    """`?article=` the number of the article in version `number`; for a new one, of the article that it follows."""
    agreement, user = visible(request, slug)
    if not _may_propose(agreement, user):
        raise PermissionDenied
    version = get_object_or_404(agreement.shared_versions().select_related("agreement"), number=number)
    if kind not in Kind.values:
        raise Http404
    revisions = list(version.in_order())
    base, initial = _asked(request, kind, revisions)
    places = [(0, _("at the beginning of the text"))] + [
        (r.position, _("after article %(number)s, %(heading)s") % {"number": r.position, "heading": r.heading})
        for r in revisions if r != base
    ]  # fmt: skip
    form = ProposalForm(request.POST or None, kind=kind, places=places, initial=initial)
    context = {
        "agreement": agreement,
        "version": version,
        "kind": kind,
        "base": base,
        "form": form,
        "title": _title(kind),
    }
    if request.method != "POST":
        return _first_look(request, agreement, version, context)
    is_valid = form.is_valid()
    if "preview" in request.POST and "HX-Request" in request.headers:  # while somebody writes: what there is so far
        context["preview"] = _preview(form, base)
        return render(request, "agreements/amending/propose.html#looks", context)
    if not is_valid:
        return render(request, "agreements/amending/propose.html", context, status=422)
    if "preview" in request.POST:
        context["preview"] = _preview(form, base)
        return render(request, "agreements/amending/propose.html", context)
    after = next((r.article for r in revisions if r.position == form.cleaned_data.get("after")), None)
    return _propose(request, user, version, base, after, context, form)


def _may_propose(agreement: Agreement, user: User) -> bool:
    is_organiser = user.has_permission(Permission.MANAGE_AGREEMENTS)
    return is_organiser or agreement.party_of(user, Permission.COMMENT_DRAFTS) is not None


def _asked(
    request: HttpRequest, kind: str, revisions: list[ArticleRevision]
) -> tuple[ArticleRevision | None, dict[str, object]]:
    """The article and what the form begins with. Raises Http404."""
    asked = request.GET.get("article", "")
    revision = next((r for r in revisions if str(r.position) == asked), None)
    if kind == Kind.INSERT:
        return None, {"after": revision.position if revision else 0}
    if revision is None:
        raise Http404
    return revision, {"heading": revision.heading, "source": revision.source, "after": revision.position - 1}


def _title(kind: str) -> str:
    return {
        Kind.CHANGE: _("Propose a change"), Kind.INSERT: _("Propose a new article"),
        Kind.DELETE: _("Propose to remove an article"), Kind.MOVE: _("Propose to move an article"),
    }[Kind(kind)]  # fmt: skip


def _first_look(
    request: HttpRequest, agreement: Agreement, version: TextVersion, context: dict[str, object]
) -> HttpResponse:
    review_round = agreement.open_round()
    if review_round is None or review_round.version_id != version.pk:
        messages.error(request, _("The review of this version is closed: it takes no amendments any more."))
        return redirect("amending:list", agreement.slug)
    return render(request, "agreements/amending/propose.html", context)


def _preview(form: ProposalForm, base: ArticleRevision | None) -> dict[str, object]:
    if "source" not in form.cleaned_data:
        return {}
    heading, source = normal(form.cleaned_data.get("heading", "")), normal(form.cleaned_data["source"])
    old = (base.heading, base.source) if base else ("", "")
    return {
        "heading": heading, "html": to_html(source),
        "redline": Shown(marked(old[0], heading), marked(old[1], source)) if base else None,
    }  # fmt: skip


def _propose(
    request: HttpRequest, user: User, version: TextVersion, base: ArticleRevision | None, after: Article | None,
    context: dict[str, object], form: ProposalForm,
) -> HttpResponse:  # fmt: skip
    try:
        amendment = services.propose(
            version=version, kind=str(context["kind"]), base=base, after=after, draft=form.draft(),
            reason=form.cleaned_data["reason"], by=user,
        )  # fmt: skip
    except services.NothingProposed:
        form.add_error(None, _("This is how the text stands already: change something, or go back."))
        return render(request, "agreements/amending/propose.html", context, status=422)
    except NotEntitled as error:
        raise PermissionDenied from error
    except WrongState:
        context |= {"is_late": True, "again": _again(version.agreement, str(context["kind"]), base, after)}
        return render(request, "agreements/amending/propose.html", context, status=409)
    messages.success(request, _("The amendment was proposed. All parties can read it now."))
    return redirect(amendment)


def _again(agreement: Agreement, kind: str, base: ArticleRevision | None, after: Article | None) -> dict[str, object]:
    """Where the same text can be proposed on the version that lies before the parties now, if one does."""
    review_round = agreement.open_round()
    if review_round is None:
        return {}
    article = base.article if base else after
    now = review_round.version.revisions.filter(article=article).first() if article else None
    if base and now is None:
        return {}
    url = reverse("amending:propose", args=[agreement.slug, review_round.version.number, kind])
    changed = marked(base.source, now.source) if base and now else ""
    return {"url": f"{url}?article={now.position}" if now else url, "version": review_round.version, "changed": changed}
