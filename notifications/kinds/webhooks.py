"""The letter to organisers when the address of another program was switched off."""

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from notifications.letters import CannotWrite, Letter, absolute
from notifications.models import Delivery, Webhook


def webhook_disabled(delivery: Delivery) -> Letter:
    """Which one, since when, and what to do."""
    webhook = Webhook.objects.filter(pk=delivery.payload.get("webhook")).first()
    if webhook is None:
        raise CannotWrite("the address is gone")
    since = webhook.failing_since or webhook.created_at
    why = (
        _("its server says that the address is gone for good.")
        if delivery.payload.get("is_gone")
        else _("nothing that we sent there was taken since %(when)s.")
        % {"when": date_format(timezone.localtime(since), "l j F Y, H:i")}
    )
    return Letter(
        subject=_("Switched off: %(name)s") % {"name": webhook.name},
        paragraphs=[
            _("the portal no longer tells “%(name)s” what happens here: %(why)s") % {"name": webhook.name, "why": why},
            _("What it did not take until now is kept for ninety days; what happens from now on is not written down for "
              "it. When the other program is well again, switch it on and send again what was given up."),
        ],
        facts=[(_("Address"), webhook.url)],
        link=(_("Open its page"), absolute(reverse("manage_webhooks:detail", args=[webhook.key]))),
    )  # fmt: skip
