"""Organisers' pages of the directory: who is in it, and lists brought in row by row."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from organisations import imports, services
from organisations.access import require, signed_in
from organisations.forms import DirectoryFilterForm, ListUploadForm, RowsForm
from organisations.models import Organisation, StakeholderImport
from organisations.roles import Permission

#: Of a preview: a list may have 20,000.
ROWS_A_PAGE = 200

require_directory = require(Permission.MANAGE_ORGANISATIONS)


@require_safe
@require_directory
def organisation_list(request: HttpRequest) -> HttpResponse:
    form = DirectoryFilterForm(request.GET)
    organisations = Organisation.objects.order_by("name", "pk")
    if form.is_valid():
        q, kind = form.cleaned_data["q"], form.cleaned_data["kind"]
        if q:
            organisations = organisations.filter(Q(name__icontains=q) | Q(email__icontains=q))
        if kind:
            organisations = organisations.filter(kind=kind)
    page = Paginator(organisations, 50).get_page(request.GET.get("page"))
    return render(request, "organisations/list.html", {"form": form, "page": page})


@require_directory
def import_upload(request: HttpRequest) -> HttpResponse:
    """Take a list and go on to its preview; nothing is written into the directory yet."""
    form = ListUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = services.keep_list(filename=file.name or "", content=file.read(), by=signed_in(request))
        except imports.UnreadableList as error:
            form.add_error("file", str(error))
        else:
            return redirect("organisations:import_preview", kept.pk)
    return render(request, "organisations/import_upload.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@require_directory
def import_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What each row will do, and why."""
    kept = get_object_or_404(StakeholderImport, pk=pk)
    plan, form = imports.plan(bytes(kept.content)), RowsForm(request.GET)
    outcome = form.cleaned_data["outcome"] if form.is_valid() else ""
    rows = [row for row in plan.rows if row.outcome == outcome] if outcome else plan.rows
    context = {
        "import": kept,
        "plan": plan,
        "counts": plan.counts,
        "filter": form,
        "query": urlencode({"outcome": outcome}) if outcome else "",
        "page": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "organisations/import_preview.html", context)


@require_POST
@require_directory
def import_apply(request: HttpRequest, pk: int) -> HttpResponse:
    kept = get_object_or_404(StakeholderImport, pk=pk)
    try:
        plan = services.apply_list(stakeholder_import=kept)
    except services.AlreadyApplied:
        messages.info(request, _("This list was already imported; nothing was written again."))
        return redirect("organisations:list")
    count = plan.count(imports.Outcome.NEW) + plan.count(imports.Outcome.UPDATED)
    text = ngettext("%(count)s organisation was written.", "%(count)s organisations were written.", count)
    messages.success(request, text % {"count": count})
    return redirect("organisations:list")
