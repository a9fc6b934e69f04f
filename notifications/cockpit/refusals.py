"""Addresses that get no invitations or news: looked up one by one, written down when asked, lifted with a reason.

They are kept by hash, so there is no list to walk through: whoever asks must know the address.
"""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from notifications.cockpit.views import require_switches
from notifications.cockpit.words import refusal_reason
from notifications.models import Suppression, hash_address
from notifications.recipients import services
from organisations.access import signed_in
from organisations.addresses import normalise

HERE = "manage_notifications:refusals"
#: What `Suppression.reason` holds.
LONGEST_REASON = 100


class LookUpForm(forms.Form):
    """Whose refusals are looked for."""

    address = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)

    def clean_address(self) -> str:
        return normalise(self.cleaned_data["address"])


class ReasonForm(forms.Form):
    """Why one is lifted."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=LONGEST_REASON,
        help_text=gettext_lazy("Who asked, when and how. Without the address: it is kept for good."),
    )  # fmt: skip


class RefusalForm(LookUpForm, ReasonForm):
    """A refusal that somebody asked us for."""

    scope = forms.ChoiceField(label=gettext_lazy("What is not wanted"), choices=Suppression.Scope)
    field_order = ("address", "scope", "reason")


@never_cache
@require_switches
@require_http_methods(["GET", "HEAD", "POST"])
def refusals(request: HttpRequest) -> HttpResponse:
    """GET looks an address up; POST writes a refusal down."""
    look_up = LookUpForm(request.GET if "address" in request.GET else None)
    address = look_up.cleaned_data["address"] if look_up.is_valid() else ""
    form = RefusalForm(request.POST if request.method == "POST" else None, initial={"address": address})
    if request.method == "POST" and form.is_valid():
        return _keep(request, form)
    rows = Suppression.objects.filter(address_hash=hash_address(address)).order_by("since") if address else []
    context = {
        "look_up": look_up,
        "address": address,
        "form": form,
        "rows": [(row, refusal_reason(row.reason)) for row in rows],
    }
    has_errors = bool(form.errors or look_up.errors)
    return render(request, "notifications/refusals.html", context, status=422 if has_errors else 200)


def _keep(request: HttpRequest, form: RefusalForm) -> HttpResponse:
    wanted = form.cleaned_data
    is_new = services.keep_refusal(
        address=wanted["address"], scope=wanted["scope"], reason=wanted["reason"], by=signed_in(request)
    )
    if is_new:
        messages.success(request, _("Written down: from now on nothing of the kind goes to this address."))
    else:
        messages.info(request, _("An organiser had written this down already."))
    return redirect(f"{reverse(HERE)}?{urlencode({'address': wanted['address']})}")


@never_cache
@require_switches
@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the reason, then write to the address again."""
    row = get_object_or_404(Suppression, pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.lift_refusal(refusal=row, reason=form.cleaned_data["reason"], by=signed_in(request))
        messages.success(request, _("Lifted. Look the address up again: another refusal may still stand."))
        return redirect(HERE)
    context = {
        "form": form,
        "row": row,
        "said": refusal_reason(row.reason),
        "is_theirs": row.by in Suppression.PERSONS_WORD,
    }
    return render(request, "notifications/refusal_lift.html", context, status=422 if form.errors else 200)
