"""The meeting point and its hours."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.languages import Bilingual


class MeetingPoint(models.Model):
    """The desk where young people find counselling and orientation."""

    name_it = models.CharField(_("name (Italian)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    about_it = models.TextField(_("what it offers (Italian)"), blank=True)
    about_en = models.TextField(_("what it offers (English)"), blank=True)
    address = models.CharField(_("address"), max_length=200)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)

    name = Bilingual()
    about = Bilingual()

    class Meta:
        verbose_name = _("meeting point")
        verbose_name_plural = _("meeting points")

    def __str__(self) -> str:
        return self.name

    def is_open(self, now: datetime) -> bool:
        """Whether the desk is open at this moment, by the wall clock of Europe/Rome. One query."""
        local = timezone.localtime(now)
        return self.opening_hours.filter(
            weekday=local.weekday(), opens_at__lte=local.time(), closes_at__gt=local.time()
        ).exists()


class Weekday(models.IntegerChoices):
    """As Python counts them."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class OpeningHours(models.Model):
    """One stretch of opening on one day of the week, Europe/Rome."""

    meeting_point = models.ForeignKey(
        MeetingPoint, models.CASCADE, related_name="opening_hours", verbose_name=_("meeting point")
    )
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    opens_at = models.TimeField(_("opens at"))
    closes_at = models.TimeField(_("closes at"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        constraints = (
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="opening_hours_close_after_opening"),
            models.UniqueConstraint(fields=("meeting_point", "weekday", "opens_at"), name="opening_hours_once"),
        )

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"
