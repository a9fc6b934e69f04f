"""Organisers' pages of contact lists: addresses come in line by line, and can be taken out again."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from notifications.access import require_campaigns
from notifications.audiences import imports, services, uses
from notifications.audiences.definitions import definition_of
from notifications.audiences.forms import OUTCOMES, ContactsForm, LinesForm, NameForm, NewListForm, UploadForm
from notifications.audiences.imports import Outcome
from notifications.models.audiences import ContactList, ContactUpload
from organisations.access import signed_in
from organisations.tables import UnreadableList

PAGE = 100


# -- addresses come in --------------------------------------------------------------------------------------------------


@require_campaigns
def list_new(request: HttpRequest) -> HttpResponse:
    """Addresses for a list that does not exist yet; the next page shows what each line would do."""
    return _take(request, NewListForm)


@require_campaigns
def list_add(request: HttpRequest, pk: int) -> HttpResponse:
    """More addresses for a list."""
    return _take(request, UploadForm, get_object_or_404(ContactList, pk=pk))


def _take(request: HttpRequest, form_class: type[UploadForm], contact_list: ContactList | None = None) -> HttpResponse:
    form = form_class(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            upload = services.keep_upload(contact_list=contact_list, by=signed_in(request), **form.upload_fields())
        except UnreadableList as error:
            form.add_error(form.came_in, str(error))
        else:
            return redirect("manage_audiences:upload_detail", upload.pk)
    context = {"form": form, "list": contact_list}
    return render(request, "notifications/contact_list_add.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
@require_campaigns
def upload_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What each line would do, and why; once written, what it did."""
    upload = get_object_or_404(ContactUpload.objects.select_related("contact_list"), pk=pk)
    context: dict[str, object] = {"upload": upload}
    if not upload.undone_at and not upload.file_forgotten_at:
        context |= _lines(request, imports.plan(upload))
    counts = upload.outcome if upload.applied_at else context["counts"]
    assert isinstance(counts, dict)
    context["totals"] = [(label, counts.get(outcome.value, 0)) for outcome, label in OUTCOMES.items()]
    return render(request, "notifications/contact_upload.html", context)


def _lines(request: HttpRequest, plan: imports.Plan) -> dict[str, object]:
    form = LinesForm(request.GET)
    outcome = form.cleaned_data["outcome"] if form.is_valid() else ""
    rows = plan.with_outcome(outcome) if outcome else plan.rows
    query = request.GET.copy()
    query.pop("page", None)
    return {
        "counts": plan.counts,
        "ignored_columns": plan.ignored_columns,
        "filter": form,
        "query": query.urlencode(),
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
    }


@require_POST
@require_campaigns
def upload_apply(request: HttpRequest, pk: int) -> HttpResponse:
    upload = get_object_or_404(ContactUpload.objects.without_content(), pk=pk)
    try:
        plan = services.apply_upload(upload=upload, by=signed_in(request))
    except services.AlreadyApplied:
        messages.info(request, _("These addresses were written already; nothing was written again."))
    except services.Gone:
        return _gone(request)
    else:
        count = plan.counts[Outcome.NEW]
        text = ngettext("%(count)s address was added.", "%(count)s addresses were added.", count)
        messages.success(request, text % {"count": count})
    upload.refresh_from_db(fields=["contact_list"])
    return redirect("manage_audiences:list_detail", upload.contact_list_id)


@require_POST
@require_campaigns
def upload_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a preview."""
    upload = get_object_or_404(ContactUpload.objects.without_content(), pk=pk)
    try:
        services.discard_upload(upload=upload, by=signed_in(request))
    except services.AlreadyApplied:
        messages.error(request, _("These addresses are written already. Undo the upload to take them out again."))
        return redirect("manage_audiences:upload_detail", pk)
    except services.Gone:
        return _gone(request)
    messages.success(request, _("The preview was discarded: nothing of it is kept."))
    return redirect("manage_audiences:index")


@require_campaigns
def upload_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """A question first (GET), the change by POST."""
    upload = get_object_or_404(ContactUpload.objects.undoable().without_content(), pk=pk)
    if request.method == "POST":
        try:
            count = services.undo_upload(upload=upload, by=signed_in(request))
        except (services.NotApplied, services.Gone):
            return _gone(request)
        text = ngettext("%(count)s address was taken out.", "%(count)s addresses were taken out.", count)
        messages.success(request, text % {"count": count})
        return redirect("manage_audiences:list_detail", upload.contact_list_id)
    context = {"upload": upload, "count": upload.contacts.count()}
    return render(request, "notifications/contact_upload_undo.html", context)


@require_safe
@require_campaigns
def upload_left_out(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines left out with the reason, as a sheet that Italian Excel opens as it is."""
    upload = get_object_or_404(ContactUpload, pk=pk, undone_at__isnull=True)
    response = HttpResponse(imports.error_sheet(imports.plan(upload)), content_type="text/csv; charset=utf-8")
    name = f"{slugify(upload.list_name)[:60] or 'list'}-{pk}-left-out.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _gone(request: HttpRequest) -> HttpResponse:
    messages.error(request, _("These addresses are not there any more: somebody has removed them meanwhile."))
    return redirect("manage_audiences:index")


# -- one list -----------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
@require_campaigns
def list_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Its uploads, its contacts, and who uses it."""
    contact_list = get_object_or_404(ContactList.objects.with_size(), pk=pk)
    form = ContactsForm(request.GET)
    wanted = form.cleaned_data["q"].strip() if form.is_valid() else ""
    contacts = contact_list.contacts.matching(wanted).select_related("organisation").order_by("address")
    query = request.GET.copy()
    query.pop("page", None)
    uploads = contact_list.uploads.without_content().select_related("uploaded_by").order_by("-uploaded_at", "-pk")
    context = {
        "list": contact_list,
        "uploads": uploads,
        "segments": uses.now().segments_with_list(pk),
        "filter": form,
        "page": Paginator(contacts, PAGE).get_page(request.GET.get("page")),
        "query": query.urlencode(),
    }
    return render(request, "notifications/contact_list.html", context)


@require_campaigns
def list_rename(request: HttpRequest, pk: int) -> HttpResponse:
    contact_list = get_object_or_404(ContactList, pk=pk)
    form = NameForm(request.POST or None, model=ContactList, instance=contact_list)
    if request.method == "POST" and form.is_valid():
        services.rename_list(contact_list=contact_list, name=form.cleaned_data["name"], by=signed_in(request))
        messages.success(request, _("The name was changed."))
        return redirect("manage_audiences:list_detail", pk)
    context = {"form": form, "list": contact_list}
    return render(request, "notifications/contact_list_name.html", context, status=422 if form.errors else 200)


@require_POST
@require_campaigns
def list_segment(request: HttpRequest, pk: int) -> HttpResponse:
    """A segment of this list alone, so that a campaign can choose it; one that exists is enough."""
    contact_list = get_object_or_404(ContactList, pk=pk)
    definition = definition_of({"kind": "list", "list": pk})
    found = [each for each in uses.now().segments_with_list(pk) if each.definition == definition]
    if found:
        segment = found[0]
        messages.info(request, _("There is a segment of this list alone already."))
    else:
        segment = services.save_segment(name=contact_list.name, definition=definition, by=signed_in(request))
        messages.success(request, _("The segment was made. A campaign can choose it as its audience now."))
    return redirect("manage_audiences:segment_detail", segment.pk)


@require_campaigns
def list_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """A question first (GET), the change by POST."""
    contact_list = get_object_or_404(ContactList.objects.with_size(), pk=pk)
    if request.method == "POST":
        try:
            services.delete_list(contact_list=contact_list, by=signed_in(request))
        except services.InUse:
            return redirect("manage_audiences:list_delete", pk)  # the page says what needs it
        messages.success(request, _("The list was deleted with its addresses and files."))
        return redirect("manage_audiences:index")
    found = uses.now()
    context = {
        "list": contact_list,
        "segments": found.segments_with_list(pk),
        "campaigns": found.campaigns_with_list(pk),
    }
    return render(request, "notifications/contact_list_delete.html", context)
