"""One row for each change. A module of its own; `events.models` takes it in."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.models import User


class LogEntry(models.Model):
    """One change of an event or of something of it. Written once: triggers of the database refuse anything else.

    Things are named by their keys and not by relations: the row outlives a draft that was removed, and holds no word
    that would have to be erased with a person.
    """

    class Actor(models.TextChoices):
        USER = "user", _("somebody who signed in")
        CONTACT = "contact", _("a contact, through the link")
        PERSON = "person", _("a person, through their own link")
        PORTAL = "portal", _("the portal by itself")

    #: `Event.uid`.
    event_uid = models.UUIDField(_("event"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    actor = models.CharField(_("who"), max_length=8, choices=Actor)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("user"))
    #: What was done: a key of `kinds.KINDS`.
    action = models.CharField(_("action"), max_length=40)
    #: The key of the thing it was done to; which table that is follows from the action.
    subject = models.PositiveBigIntegerField(_("thing"), null=True, blank=True)
    #: The key of the registration that it concerns.
    registration = models.PositiveBigIntegerField(_("registration"), null=True, blank=True)
    values = models.JSONField(_("values"), default=dict)

    class Meta:
        verbose_name = _("entry of the change log")
        verbose_name_plural = _("change log")
        constraints = (
            models.CheckConstraint(
                condition=Q(actor="user", by__isnull=False) | (~Q(actor="user") & Q(by__isnull=True)),
                name="log_entry_names_a_user_exactly_when_one_did_it",
            ),
            models.CheckConstraint(condition=~Q(action=""), name="log_entry_says_what_was_done"),
        )
        indexes = (
            models.Index(fields=("event_uid", "id"), name="log_entry_of_event"),
            models.Index(fields=("registration",), name="log_entry_of_registration"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Once. Raises TypeError on a second time."""
        if not self._state.adding:
            raise TypeError("the change log is a record: an entry is written once")
        super().save(*args, **kwargs)
