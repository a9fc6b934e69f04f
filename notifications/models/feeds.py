"""A person's own calendar, subscribed to by a secret address."""

import uuid

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.links import hash_token, make_token

FEED_LINK = "calendar_feed"


class CalendarFeed(models.Model):
    """The secret address under which one person's calendar follows their registrations.

    The token is derived (docs/decisions/0006) and says nothing about the mail address; a higher version kills it.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    address = models.EmailField(_("e-mail"), unique=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made at"), default=timezone.now)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")

    def __str__(self) -> str:
        return self.address

    @property
    def token(self) -> str:
        """The token of the secret address, derived anew each time."""
        return make_token(FEED_LINK, self.key, self.version)

    def get_absolute_url(self) -> str:
        """The page that shows how to subscribe. Holds the secret token: only for this address."""
        return reverse("calendars:personal_page", args=[self.token])

    def get_file_url(self) -> str:
        """The file that calendars fetch again and again."""
        return reverse("calendars:personal", args=[self.token])

    def renew_token(self) -> None:
        """Another address from now on; the one before opens nothing. Does not save."""
        self.version += 1
        self.token_hash = hash_token(self.token)
