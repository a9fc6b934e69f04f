"""What organisers do about the approval: the schema, the call, parties that come and go, mandates that end."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements import documents
from agreements import services as verbs
from agreements.approving import services
from agreements.approving.forms import FinaliseForm, LeaveForm, PartyForm, SendForm
from agreements.approving.placeholders import NAMES
from agreements.approving.posting import day_in_rome
from agreements.approving.views import approval_page, carry_out
from agreements.models import Agreement, Mandate
from organisations.access import require, signed_in
from organisations.roles import Permission

require_agreements = require(Permission.MANAGE_AGREEMENTS)


@require_POST
@require_agreements
def finalise(request: HttpRequest, slug: str) -> HttpResponse:
    """Fix the text as the schema."""
    agreement, by, form = get_object_or_404(Agreement, slug=slug), signed_in(request), FinaliseForm(request.POST)
    if not form.is_valid():
        return approval_page(request, agreement, by, status=422, finalise_form=form)
    words = {name: form.cleaned_data[name] for name in ("legal_contact", "legal_contact_office")}
    try:
        return carry_out(request, agreement, lambda: services.finalise(agreement=agreement, by=by, **words))
    except verbs.UnknownPlaceholder as unknown:
        said = _("The text holds places that nothing fills in: %(names)s. Use only %(known)s, or remove the brackets.")
        names = ", ".join(f"[[{name}]]" for name in unknown.names)
        messages.error(request, said % {"names": names, "known": ", ".join(f"[[{name}]]" for name in NAMES)})
    except verbs.NothingToShare:
        messages.error(request, _("There is nothing to share: the text needs an article and the protocol a party."))
    except documents.CannotRender as error:
        messages.error(request, _("The document could not be made, nothing was changed: %(why)s") % {"why": error})
    return redirect("agreements:approval", slug)


@require_POST
@require_agreements
def send(request: HttpRequest, slug: str) -> HttpResponse:
    """Lay the schema before the bodies."""
    agreement, by, form = get_object_or_404(Agreement, slug=slug), signed_in(request), SendForm(request.POST)
    if not form.is_valid():
        return approval_page(request, agreement, by, status=422, send_form=form)
    answer_by = form.cleaned_data["answer_by"]
    return carry_out(
        request, agreement, lambda: services.send_for_approval(agreement=agreement, answer_by=answer_by, by=by)
    )


@require_agreements
def add_party(request: HttpRequest, slug: str) -> HttpResponse:
    """One more party."""
    agreement, by = get_object_or_404(Agreement, slug=slug), signed_in(request)
    form = PartyForm(request.POST or None, agreement=agreement)
    if request.method == "POST" and form.is_valid():
        return carry_out(
            request, agreement, lambda: services.add_party(agreement=agreement, by=by, **form.cleaned_data)
        )
    context = {"agreement": agreement, "form": form, "title": _("Add a party"), "button": _("Add"), "lead": _(
        "Its own body has to approve the text too; acts of the others stay."
    )}  # fmt: skip
    return render(request, "agreements/approving/form.html", context, status=422 if form.errors else 200)


@require_agreements
def remove_party(request: HttpRequest, slug: str, party_id: int) -> HttpResponse:
    """A party leaves; what it wrote stays."""
    agreement, by = get_object_or_404(Agreement, slug=slug), signed_in(request)
    party = get_object_or_404(agreement.parties.select_related("organisation"), pk=party_id)
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        return carry_out(request, agreement, lambda: services.remove_party(party=party, reason=reason, by=by))
    context = {"agreement": agreement, "party": party, "form": form, "title": _("A party leaves"), "tone": "danger",
               "button": _("Remove the party"),
               "lead": _("What it wrote and approved stays in the record. A protocol keeps at least one party.")}  # fmt: skip
    return render(request, "agreements/approving/form.html", context, status=422 if form.errors else 200)


@require_POST
@require_agreements
def end_mandate(request: HttpRequest, slug: str, mandate_id: int) -> HttpResponse:
    """A person no longer signs, from tomorrow on."""
    agreement, by = get_object_or_404(Agreement, slug=slug), signed_in(request)
    mandate = get_object_or_404(Mandate.objects.filter(party__agreement=agreement), pk=mandate_id)
    today = day_in_rome(timezone.now())
    return carry_out(request, agreement, lambda: services.end_mandate(mandate=mandate, valid_to=today, by=by))
