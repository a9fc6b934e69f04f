"""The declared sources of an event's registrations. A module of its own; `events.models` takes it in."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from events.attribution.codes import PARAMETER
from organisations.languages import Language
from organisations.models import User


class RegistrationSource(models.Model):
    """A mail, poster, newspaper or page that carries a tagged address of one event."""

    class Kind(models.TextChoices):
        CAMPAIGN = "campaign", _("invitation by e-mail")
        POSTER = "poster", _("poster or leaflet")
        PRESS = "press", _("newspaper, radio or television")
        SOCIAL = "social", _("social network")
        PARTNER = "partner", _("partner's page or newsletter")
        OTHER = "other", _("other")

    event = models.ForeignKey("events.Event", models.CASCADE, related_name="sources", verbose_name=_("event"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    label = models.CharField(_("where it stands"), max_length=150)
    code = models.CharField(_("code"), max_length=32)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("created by"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    class Meta:
        verbose_name = _("source of registrations")
        verbose_name_plural = _("sources of registrations")
        constraints = (
            models.UniqueConstraint(fields=("event", "code"), name="source_code_once_per_event"),
            # a form sent twice is one source; two campaigns may bear the same name
            models.UniqueConstraint(
                fields=("event", "kind", "label"),
                condition=~Q(kind="campaign"),
                name="source_label_once_per_event_and_kind",
            ),
            models.CheckConstraint(condition=~Q(code=""), name="source_has_a_code"),
        )

    def __str__(self) -> str:
        return self.label

    @property
    def is_campaign(self) -> bool:
        """Whether the portal itself put the address into letters."""
        return self.kind == self.Kind.CAMPAIGN

    def url(self, language: str = Language.ITALIAN) -> str:
        """The tagged address as it is printed, in that language."""
        with translation.override(language):
            return f"{settings.SITE_URL}{reverse('events:detail', args=[self.event.slug])}?{PARAMETER}={self.code}"
