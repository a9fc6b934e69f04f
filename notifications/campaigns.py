"""What the clock does for campaigns."""

from notifications.models import Campaign, Delivery, Tally


def settle() -> None:
    """A running campaign without waiting rows is finished. Two queries, whatever the number of rows."""
    for campaign in Campaign.objects.filter(state=Campaign.State.RUNNING):
        if not Tally.objects.total(Delivery.UNSETTLED, campaign=campaign.pk):
            Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.RUNNING).update(state=Campaign.State.FINISHED)
