"""Organisers' pages: more time for the review, a party that comes late or goes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from agreements.discussing import parties as services
from agreements.discussing import rounds
from agreements.discussing.forms import AddPartyForm, ExtendForm, RemovePartyForm
from agreements.models import Agreement, Party
from agreements.services import AlreadyDone, WrongState
from organisations.access import require, signed_in
from organisations.models import Organisation
from organisations.roles import Permission

require_agreements = require(Permission.MANAGE_AGREEMENTS)


@require_agreements
def extend(request: HttpRequest, slug: str) -> HttpResponse:
    """A later date for remarks; everybody is told why."""
    agreement = get_object_or_404(Agreement, slug=slug)
    review = agreement.open_round()
    if review is None:
        messages.error(request, _("No review is open."))
        return redirect("manage_agreements:detail", slug)
    form = ExtendForm(
        request.POST if request.method == "POST" else None, review_round=review, initial={"closes_at": review.closes_at}
    )
    if request.method == "POST" and form.is_valid():
        try:
            rounds.extend(agreement=agreement, by=signed_in(request), **form.cleaned_data)
        except WrongState:
            form.add_error(None, _("The review has closed meanwhile: it can no longer be extended."))
        else:
            messages.success(request, _("The review takes longer now. The parties are being told."))
            return redirect("manage_agreements:detail", slug)
    context = {"agreement": agreement, "review_round": review, "form": form}
    return render(request, "agreements/discussing/extend.html", context, status=422 if form.errors else 200)


@require_agreements
def parties(request: HttpRequest, slug: str) -> HttpResponse:
    """Who the parties are, who they were; one more may come until the text is final."""
    agreement = get_object_or_404(Agreement, slug=slug)
    form = AddPartyForm(request.POST if request.method == "POST" else None)
    form.fields["organisation"].queryset = Organisation.objects.exclude(  # type: ignore[attr-defined]  # a choice field
        pk__in=agreement.parties.values("organisation")
    ).order_by("name")
    if request.method == "POST" and form.is_valid():
        try:
            services.add(agreement=agreement, by=signed_in(request), **form.cleaned_data)
        except WrongState:
            form.add_error(None, _("The text is final: its parties no longer change."))
        except AlreadyDone:
            form.add_error("organisation", _("It is a party already."))
        else:
            messages.success(request, _("The party was added. All parties are being told."))
            return redirect("manage_discussing:parties", slug)
    everyone = Party.everyone.filter(agreement=agreement).select_related("organisation").order_by("position")
    context = {
        "agreement": agreement, "form": form, "parties": everyone, "is_open": agreement.state in services.NEGOTIABLE
    }  # fmt: skip
    return render(request, "agreements/discussing/parties.html", context, status=422 if form.errors else 200)


@require_agreements
def remove_party(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a party off, with a reason that everybody is told."""
    agreement = get_object_or_404(Agreement, slug=slug)
    party = get_object_or_404(agreement.parties.select_related("organisation"), pk=pk)
    form = RemovePartyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.remove(agreement=agreement, party=party, by=signed_in(request), **form.cleaned_data)
        except WrongState:
            form.add_error(
                None, _("Its parties no longer change, or it is the last one: withdraw the protocol instead.")
            )
        else:
            messages.success(request, _("The party was removed. All parties are being told."))
            return redirect("manage_discussing:parties", slug)
    context = {"agreement": agreement, "party": party, "form": form}
    return render(request, "agreements/discussing/remove_party.html", context, status=422 if form.errors else 200)
