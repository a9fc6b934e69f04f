"""The parties' pages of amendments: propose, read, withdraw; change table, redline, provenance."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from agreements.amending import papers, services
from agreements.amending.forms import CompareForm, FilterForm
from agreements.amending.models import Amendment, AmendmentQuerySet
from agreements.amending.provenance import provenance as provenance_of
from agreements.amending.tables import rows_of
from agreements.models import Agreement, TextVersion
from agreements.redline import redline
from agreements.services import AlreadyDone, NotEntitled
from organisations.access import signed_in
from organisations.models import User
from organisations.papers import answered
from organisations.roles import Permission

#: Amendments on a page of the list.
PAGE = 50


def visible(request: HttpRequest, slug: str) -> tuple[Agreement, User]:
    """The agreement as this user may see it, or 404."""
    user = signed_in(request)
    return get_object_or_404(Agreement.objects.visible_to(user), slug=slug), user


def readable(agreement: Agreement, user: User) -> "QuerySet[TextVersion]":
    """The versions that this user may read, oldest first: parties never see one in preparation."""
    if user.has_permission(Permission.MANAGE_AGREEMENTS):
        return agreement.versions.order_by("number")
    return agreement.shared_versions()


def _version(versions: "QuerySet[TextVersion]", number: str | None) -> TextVersion:
    """The version of that number, else the newest of them. Raises Http404."""
    found = versions.filter(number=int(number)).first() if number and number.isdecimal() else versions.last()
    if found is None:
        raise Http404
    return found


@require_safe
@never_cache
def amendment_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The amendments of a version, by article, filtered."""
    agreement, user = visible(request, slug)
    versions = agreement.shared_versions()
    version = _version(versions, request.GET.get("version"))
    parties = [
        (p.pk, p.organisation.name) for p in agreement.parties.select_related("organisation").order_by("position")
    ]
    form = FilterForm(request.GET or {"version": version.number}, versions=list(versions), parties=parties)
    rows = rows_of(version, list(_filtered(version, form)))
    context = {
        "agreement": agreement, "version": version, "form": form, "may_decide": user.has_permission(Permission.MANAGE_AGREEMENTS),
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")), "undecided": version.amendments.undecided().count(),
        "query": _query(request), "review_round": agreement.open_round(),
    }  # fmt: skip
    return render(request, "agreements/amending/list.html", context)


def _query(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


def _filtered(version: TextVersion, form: FilterForm) -> AmendmentQuerySet:
    amendments: AmendmentQuerySet = version.amendments.in_full().order_by("number")
    if not form.is_valid():
        return amendments
    state, party = form.cleaned_data["state"], form.cleaned_data["party"]
    if state:
        amendments = amendments.filter(state=state)
    if party != "":
        amendments = amendments.filter(party=party or None)
    return amendments


@require_safe
@never_cache
def detail(request: HttpRequest, slug: str, amendment_id: int) -> HttpResponse:
    """One amendment: what is asked, by whom, why, and the answer."""
    agreement, user = visible(request, slug)
    amendment = get_object_or_404(Amendment.objects.of(agreement).in_full(), pk=amendment_id)
    row = rows_of(amendment.version, [amendment])[0]
    context = {
        "agreement": agreement, "amendment": amendment, "row": row,
        "decision": getattr(amendment, "decision", None),
        "may_withdraw": amendment.is_open and amendment.is_of(user),
        "may_decide": user.has_permission(Permission.MANAGE_AGREEMENTS) and services.may_decide(agreement, amendment),
    }  # fmt: skip
    return render(request, "agreements/amending/detail.html", context)


@require_POST
def withdraw(request: HttpRequest, slug: str, amendment_id: int) -> HttpResponse:
    """Take an amendment back."""
    agreement, user = visible(request, slug)
    amendment = get_object_or_404(Amendment.objects.of(agreement).in_full(), pk=amendment_id)
    try:
        services.withdraw(amendment=amendment, by=user)
    except NotEntitled as error:
        raise PermissionDenied from error
    except AlreadyDone:
        messages.error(request, _("It was decided or withdrawn meanwhile."))
    else:
        messages.success(request, _("The amendment was withdrawn. It stays readable."))
    return redirect(amendment)


@require_safe
@never_cache
def change_table(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Article, proposer, what was asked, outcome, reason."""
    agreement, _user = visible(request, slug)
    version = get_object_or_404(agreement.shared_versions(), number=number)
    context = {"agreement": agreement, "version": version, "rows": rows_of(version)}
    return render(request, "agreements/amending/changes.html", context)


@require_safe
def change_table_pdf(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The same on paper."""
    agreement, _user = visible(request, slug)
    version = get_object_or_404(agreement.shared_versions().select_related("agreement"), number=number)
    return answered(papers.change_table_page(version), f"{slug}-{_('amendments')}-v{number}")


@require_safe
@never_cache
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """The redline between any two versions that this user may read."""
    agreement, user = visible(request, slug)
    old, new, versions = _pair(request, agreement, user)
    context = {
        "agreement": agreement, "older": old, "version": new, "changes": redline(old, new),
        "form": CompareForm({"old": old.number, "new": new.number}, versions=versions),
    }  # fmt: skip
    return render(request, "agreements/amending/redline.html", context)


@require_safe
def compare_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The same on paper."""
    agreement, user = visible(request, slug)
    old, new, _versions = _pair(request, agreement, user)
    return answered(papers.redline_page(old, new), f"{slug}-v{old.number}-v{new.number}")


def _pair(request: HttpRequest, agreement: Agreement, user: User) -> tuple[TextVersion, TextVersion, list[TextVersion]]:
    """The two versions asked for, else the last two; and all there are to choose from. Raises Http404."""
    versions = list(readable(agreement, user).select_related("agreement"))
    form = CompareForm(request.GET, versions=versions)
    by_number = {version.number: version for version in versions}
    if form.is_valid():
        return by_number[form.cleaned_data["old"]], by_number[form.cleaned_data["new"]], versions
    if request.GET or not versions:
        raise Http404
    return versions[max(len(versions) - 2, 0)], versions[-1], versions


@require_safe
@never_cache
def provenance(request: HttpRequest, slug: str) -> HttpResponse:
    """Each sentence of a version with the version and amendment from which it comes."""
    agreement, user = visible(request, slug)
    version = _version(readable(agreement, user).select_related("agreement"), request.GET.get("version"))
    context = {"agreement": agreement, "version": version, "articles": provenance_of(version)}
    return render(request, "agreements/amending/provenance.html", context)
