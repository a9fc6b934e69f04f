"""Figures as they were published: written once (triggers), whatever becomes of the rows they were counted from."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from organisations.models import User


class FiguresEdition(models.Model):
    """One publication of an event's figures. `content`: what `events.figures.telling.told` gave; it names nobody."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="figures_editions", verbose_name=_("event"))
    edition = models.PositiveIntegerField(_("edition"))
    content = models.JSONField(_("content"))
    published_at = models.DateTimeField(_("published at"))
    published_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("published by"))

    class Meta:
        verbose_name = _("published figures")
        verbose_name_plural = _("published figures")
        constraints = (models.UniqueConstraint(fields=("event", "edition"), name="figures_edition_once"),)

    def __str__(self) -> str:
        return f"{self.event} · {self.edition}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Once. Raises TypeError on a second time."""
        if not self._state.adding:
            raise TypeError("published figures are a record: they are written once")
        super().save(*args, **kwargs)


class FiguresWithdrawal(models.Model):
    """An edition is shown no more. It stays: who kept its numbers could subtract them from those of a later one."""

    edition = models.OneToOneField(
        FiguresEdition, models.PROTECT, related_name="withdrawal", verbose_name=_("published figures")
    )
    reason = models.CharField(_("reason"), max_length=300)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("withdrawal of figures")
        verbose_name_plural = _("withdrawals of figures")
        constraints = (models.CheckConstraint(condition=~models.Q(reason=""), name="figures_withdrawn_with_a_reason"),)

    def __str__(self) -> str:
        return str(self.edition)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Once. Raises TypeError on a second time."""
        if not self._state.adding:
            raise TypeError("a withdrawal is a record: it is written once")
        super().save(*args, **kwargs)
