"""What every page of a campaign needs."""

from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from notifications import audiences
from notifications.access import require_campaigns as require_campaigns
from notifications.models import Campaign
from organisations.access import View


def audience_unknown() -> str:
    """What to do when the audience cannot be read."""
    return _("The audience names something that is not understood any more: choose it anew.")


def asks_for_the_audience(view: View) -> View:
    """A page that reads the audience of a draft; where it cannot be read, the form says so and lets choose another."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, pk, *args, **kwargs)
        except audiences.UnknownSource:
            messages.error(request, audience_unknown())
            return redirect("manage_notifications:campaign_edit", pk)

    return guarded


def campaign_or_404(pk: int) -> Campaign:
    """With its event and who confirmed and approved it."""
    return get_object_or_404(Campaign.objects.select_related("event", "sent_by", "approved_by"), pk=pk)
