"""What every page of a campaign needs."""

from django.shortcuts import get_object_or_404

from notifications.models import Campaign
from organisations.access import require
from organisations.roles import Permission

require_campaigns = require(Permission.SEND_CAMPAIGNS)


def campaign_or_404(pk: int) -> Campaign:
    """With its event and who confirmed and approved it."""
    return get_object_or_404(Campaign.objects.select_related("event", "sent_by", "approved_by"), pk=pk)
