"""What every row that leaves by HTTP has in common."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Posted(models.Model):
    """A row that leaves by HTTP: held under a lease while it does, tried along a ladder, given up visibly.

    Its own `State` has at least `waiting`, `sending`, `delivered` and `failed` (posting/rows.py).
    """

    state = models.CharField(_("state"), max_length=10, default="waiting")  # each kind names its own choices
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    attempts = models.PositiveIntegerField(_("attempts"), default=0, editable=False)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    owner = models.CharField(max_length=32, blank=True, default="", editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True


class PostAttempt(models.Model):
    """One try and how it ended. Written once, never changed."""

    at = models.DateTimeField(_("at"), default=timezone.now)
    #: The status of HTTP; empty where nobody answered.
    status = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    words = models.CharField(_("words"), max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField(_("milliseconds"), default=0)

    class Meta:
        abstract = True
