"""Organisers decide about an amendment: as proposed, with changes, or not; always with a reason."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from agreements.amending import redlines, services
from agreements.amending.applying import Clash, Foreseen, foresee
from agreements.amending.forms import DecisionForm
from agreements.amending.models import Amendment
from agreements.amending.tables import rows_of
from agreements.manage_views import require_agreements
from agreements.models import Agreement, TextVersion
from agreements.redline import marked
from agreements.services import AlreadyDone, WrongState
from organisations.access import signed_in


@never_cache
@require_agreements
def decide(request: HttpRequest, slug: str, amendment_id: int) -> HttpResponse:
    """The article as it was proposed on, as it is now, as it is proposed; and the decision."""
    agreement = get_object_or_404(Agreement, slug=slug)
    amendment = get_object_or_404(Amendment.objects.of(agreement).in_full(), pk=amendment_id)
    version = agreement.newest_version()
    if version is None or not amendment.is_open or not services.may_decide(agreement, amendment):
        messages.error(request, _why_not(agreement, amendment))
        return redirect(amendment)
    foreseen = foresee(amendment, version)
    form = DecisionForm(
        request.POST or None, kind=amendment.kind, clash=foreseen.clash, initial=_initial(amendment, foreseen)
    )
    if request.method == "POST" and form.is_valid():
        return _decide(request, amendment, form)
    return _page(request, amendment, foreseen, form, status=422 if form.errors else 200)


def _why_not(agreement: Agreement, amendment: Amendment) -> str:
    if not amendment.is_open:
        return _("This amendment was decided or withdrawn already.")
    if agreement.open_round():
        return _("The parties still read this version: decide once the review is closed.")
    return _("Amendments to this version are no longer decided on.")


def _initial(amendment: Amendment, foreseen: Foreseen) -> dict[str, str]:
    """The text by hand begins with what a merge could do, or with what was proposed."""
    if foreseen.clash == Clash.TEXT:
        heading, source = redlines.to_finish(foreseen.heading), redlines.to_finish(foreseen.source)
    elif foreseen.draft:
        heading, source = foreseen.draft.heading, foreseen.draft.source
    elif amendment.source:
        heading, source = amendment.heading, amendment.source
    else:
        of = foreseen.now or amendment.base
        heading, source = (of.heading, of.source) if of else ("", "")
    return {"heading": heading, "source": source, "seen": foreseen.seen}


def _decide(request: HttpRequest, amendment: Amendment, form: DecisionForm) -> HttpResponse:
    try:
        services.decide(amendment=amendment, by=signed_in(request), **form.decided())
    except (services.Conflicting, services.TextMoved, services.NothingProposed):
        return _again(request, amendment)
    except (WrongState, AlreadyDone):
        messages.error(request, _("It was decided meanwhile, or the protocol has moved on: nothing was written."))
        return redirect(amendment)
    messages.success(request, _("The decision was recorded."))
    return redirect("amending:list", amendment.agreement.slug)


def _again(request: HttpRequest, amendment: Amendment) -> HttpResponse:
    """The text has changed under the page: as it is now, and what was written is kept."""
    agreement = Agreement.objects.get(pk=amendment.agreement.pk)
    foreseen = foresee(amendment, _newest(agreement))
    kept = request.POST.copy()
    kept["seen"] = foreseen.seen
    form = DecisionForm(kept, kind=amendment.kind, clash=foreseen.clash)
    form.is_valid()
    form.add_error(None, _("The article was changed while you were deciding. Look at it as it is now and decide again; "
                           "what you wrote is kept."))  # fmt: skip
    return _page(request, amendment, foreseen, form, status=409)


def _newest(agreement: Agreement) -> TextVersion:
    version = agreement.newest_version()
    if version is None:
        raise WrongState
    return version


def _page(
    request: HttpRequest, amendment: Amendment, foreseen: Foreseen, form: DecisionForm, status: int
) -> HttpResponse:
    base, now, draft = amendment.base, foreseen.now, foreseen.draft
    context = {
        "agreement": amendment.agreement, "amendment": amendment, "row": rows_of(amendment.version, [amendment])[0],
        "foreseen": foreseen, "form": form, "clash": foreseen.clash.label if foreseen.clash else "",
        "is_changed": bool(base and now and (base.heading, base.source) != (now.heading, now.source)),
        "since": {"heading": marked(base.heading, now.heading), "body": marked(base.source, now.source)} if base and now else None,
        "result": marked(now.source, draft.source) if now and draft else None,
        "heading_pieces": redlines.pieces(foreseen.heading) if foreseen.clash else [],
        "pieces": redlines.pieces(foreseen.source) if foreseen.clash else [],
    }  # fmt: skip
    return render(request, "agreements/amending/decide.html", context, status=status)
