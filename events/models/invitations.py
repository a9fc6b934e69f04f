"""Organisations invited to an event."""

import uuid

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from organisations.links import make_token
from organisations.models import Organisation

INVITATION_LINK = "invitation"


class Invitation(models.Model):
    """An organisation invited to an event: its personal link fills the registration form."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="invitations", verbose_name=_("event"))
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="invitations", verbose_name=_("organisation")
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_at = models.DateTimeField(_("invited at"), default=timezone.now)
    #: From then on the link opens nothing; the row stays, so that a campaign does not invite anew by mistake.
    revoked_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    opened_at = models.DateTimeField(_("link opened at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = (models.UniqueConstraint(fields=("event", "organisation"), name="invitation_once_per_event"),)

    def __str__(self) -> str:
        return f"{self.organisation} → {self.event}"

    @property
    def token(self) -> str:
        """The token of the personal link, derived anew each time."""
        return make_token(INVITATION_LINK, self.key)

    def get_absolute_url(self) -> str:
        """The registration form, filled in for this organisation."""
        return f"{reverse('events:register', args=[self.event.slug])}?invitation={self.token}"
