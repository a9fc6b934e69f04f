"""What changes a campaign: confirmed, approved, paused, taken back. Each a POST of its own."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise as StrPromise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from notifications.campaigns import services
from notifications.campaigns.forms import (
    ConfirmForm,
)
from notifications.campaigns.views.pages import campaign_page
from notifications.campaigns.views.shared import asks_for_the_audience, campaign_or_404, require_campaigns
from organisations.access import signed_in


@require_POST
@require_campaigns
@asks_for_the_audience
def campaign_send(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    form, verdict = ConfirmForm(request.POST), None
    if form.is_valid():
        try:
            services.send(campaign=campaign, expected=form.cleaned_data["number"], by=signed_in(request))
        except services.AudienceChanged as changed:
            text = ngettext(
                "The audience is %(count)s recipient: write that number to send.",
                "The audience is %(count)s recipients: write that number to send.",
                changed.count,
            )
            form.add_error("number", text % {"count": changed.count})
        except services.NotFit as refused:
            verdict = refused.verdict
            form.add_error(None, _("The check before sending found something that must be put right first."))
        except services.WrongState:
            messages.error(request, _("This campaign was sent already, or its event is not public."))
            return redirect("manage_notifications:campaign_detail", pk)
        else:
            return redirect("manage_notifications:campaign_detail", pk)
    extra = {"verdict": verdict} if verdict else {}
    return campaign_page(request, campaign, status=422, confirm_form=form, form=form, **extra)


def _verb(service: Callable[..., object], done: StrPromise) -> Callable[..., HttpResponseBase]:
    """A page of one verb of a campaign."""

    @require_POST
    @require_campaigns
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        try:
            service(campaign=campaign_or_404(pk), by=signed_in(request))
        except services.SamePerson:
            messages.error(request, _("Another person must approve: you have confirmed it yourself."))
        except services.WrongState:
            messages.error(request, _("This is not possible now: the campaign has moved on meanwhile."))
        else:
            messages.success(request, str(done))
        return redirect("manage_notifications:campaign_detail", pk)

    return view


campaign_approve = _verb(services.approve, gettext_lazy("Approved."))
campaign_pause = _verb(services.pause, gettext_lazy("Paused: nothing more goes out."))
campaign_resume = _verb(services.resume, gettext_lazy("It goes on."))
campaign_cancel = _verb(services.cancel, gettext_lazy("Cancelled: the rest never goes out."))
campaign_withdraw = _verb(services.withdraw, gettext_lazy("Taken back: it is a draft again and nothing has left."))
campaign_start = _verb(services.start_now, gettext_lazy("It starts now."))
campaign_again = _verb(services.send_failed_again, gettext_lazy("Those that failed go out once more."))
