"""The meeting point, its weekly hours, and the days on which it keeps others."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Prefetch, Q
from django.utils.translation import gettext_lazy as _

from organisations.languages import Bilingual


class MeetingPointQuerySet(models.QuerySet["MeetingPoint"]):
    """Questions about meeting points; the day is passed in."""

    def with_hours(self, since: date) -> "MeetingPointQuerySet":
        """With all that `timetables.of` reads: weekly hours, and exceptions from that day on. Three queries more."""
        coming = OpeningException.objects.filter(until_on__gte=since).order_by("from_on").prefetch_related("hours")
        return self.prefetch_related("opening_hours", Prefetch("exceptions", queryset=coming))


class MeetingPoint(models.Model):
    """The desk where young people find counselling and orientation."""

    name_it = models.CharField(_("name (Italian)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    about_it = models.TextField(_("what it offers (Italian)"), blank=True)
    about_en = models.TextField(_("what it offers (English)"), blank=True)
    address = models.CharField(_("address"), max_length=200)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    takes_appointments = models.BooleanField(
        _("appointments can be booked on this site"), default=True,
        help_text=_("Switched off, those that are booked stay as they are."),
    )  # fmt: skip
    slot_minutes = models.PositiveSmallIntegerField(
        _("length of an appointment, in minutes"), default=30, validators=[MinValueValidator(5), MaxValueValidator(480)],
        help_text=_("Appointments that are booked keep their length."),
    )  # fmt: skip
    places = models.PositiveSmallIntegerField(
        _("appointments at the same time"), default=1, validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text=_("As many as there are counsellors."),
    )  # fmt: skip
    lead_hours = models.PositiveSmallIntegerField(
        _("to be booked at least so many hours before"), default=24, validators=[MaxValueValidator(336)]
    )
    horizon_days = models.PositiveSmallIntegerField(
        _("to be booked at most so many days ahead"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )

    name = Bilingual()
    about = Bilingual()

    objects = MeetingPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting point")
        verbose_name_plural = _("meeting points")
        constraints = (
            models.CheckConstraint(
                condition=Q(slot_minutes__gte=5, slot_minutes__lte=480), name="meeting_point_slot_has_a_length"
            ),
            models.CheckConstraint(condition=Q(places__gte=1, places__lte=20), name="meeting_point_has_places"),
            models.CheckConstraint(
                condition=Q(lead_hours__lte=336, horizon_days__gte=1, horizon_days__lte=365),
                name="meeting_point_books_within_reach",
            ),
        )

    def __str__(self) -> str:
        return self.name


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


class OpeningException(models.Model):
    """Days, the last one included, on which the point keeps other hours than the week's; without any it is closed."""

    meeting_point = models.ForeignKey(
        MeetingPoint, models.CASCADE, related_name="exceptions", verbose_name=_("meeting point")
    )
    from_on = models.DateField(_("first day"))
    until_on = models.DateField(_("last day"))
    reason_it = models.CharField(_("reason (Italian)"), max_length=200)
    reason_en = models.CharField(_("reason (English)"), max_length=200, blank=True)

    reason = Bilingual()

    class Meta:
        verbose_name = _("exception to the opening hours")
        verbose_name_plural = _("exceptions to the opening hours")
        constraints = (
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")), name="opening_exception_ends_not_before_it_begins"
            ),
            models.UniqueConstraint(fields=("meeting_point", "from_on"), name="opening_exception_once_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.from_on:%Y-%m-%d}–{self.until_on:%Y-%m-%d}"


class ExceptionalHours(models.Model):
    """One stretch of opening on each day of an exception, Europe/Rome."""

    exception = models.ForeignKey(
        OpeningException, models.CASCADE, related_name="hours", verbose_name=_("exception to the opening hours")
    )
    opens_at = models.TimeField(_("opens at"))
    closes_at = models.TimeField(_("closes at"))

    class Meta:
        verbose_name = _("exceptional hours")
        verbose_name_plural = _("exceptional hours")
        constraints = (
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="exceptional_hours_close_after_opening"
            ),
            models.UniqueConstraint(fields=("exception", "opens_at"), name="exceptional_hours_once"),
        )

    def __str__(self) -> str:
        return f"{self.opens_at:%H:%M}–{self.closes_at:%H:%M}"
