"""The week's hours, exceptions, and the point's own facts."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from events.meeting_point import timetables
from events.meeting_point.models import MeetingPoint, OpeningException, Weekday
from events.meeting_point.timetables import Hours
from organisations.languages import Words
from organisations.text import LineField, validate_one_line

#: Stretches that a day may have, before and after a break, and what their fields are called.
LABELS = ((_("opens at"), _("closes at")), (_("opens again at"), _("closes again at")))
STRETCHES = len(LABELS)


class TimeInput(forms.TimeInput):
    """The browser's own picker of a time."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class DateInput(forms.DateInput):
    """The browser's own picker of a day."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class StretchesForm(forms.Form):
    """Times of opening and closing, two stretches a day."""

    def add_day(self, prefix: str, hours: Sequence[Hours] = ()) -> None:
        """Fields for one day, filled with what holds now."""
        for number in range(STRETCHES):
            held = hours[number] if number < len(hours) else None
            opens, closes = LABELS[number]
            for name, label, initial in (
                ("opens", opens, held and held.opens_at),
                ("closes", closes, held and held.closes_at),
            ):
                self.fields[f"{prefix}_{name}_{number}"] = forms.TimeField(
                    label=label, required=False, widget=TimeInput, initial=initial
                )

    def fields_of(self, prefix: str) -> list[BoundField]:
        """Its fields, for the template."""
        return [self[f"{prefix}_{name}_{number}"] for number in range(STRETCHES) for name in ("opens", "closes")]

    def hours_of(self, prefix: str) -> list[Hours]:
        """The stretches of one day; what is wrong with them is written beside the fields."""
        found = []
        for number in range(STRETCHES):
            opens, closes = f"{prefix}_opens_{number}", f"{prefix}_closes_{number}"
            if opens in self.errors or closes in self.errors:
                continue
            first, last = (_whole_minutes(self.cleaned_data.get(name)) for name in (opens, closes))
            if (first is None) != (last is None):
                self.add_error(closes if last is None else opens, _("Write both times, or neither."))
            elif first and last and last <= first:
                self.add_error(closes, _("The end must come after the start."))
            elif first is not None and last is not None:
                found.append(Hours(first, last))
        if timetables.overlap(found):
            self.add_error(f"{prefix}_opens_{STRETCHES - 1}", _("Two stretches of a day must not overlap."))
        return found


def _whole_minutes(typed: time | None) -> time | None:
    return typed.replace(second=0, microsecond=0) if typed else None


class WeeklyForm(StretchesForm):
    """The hours of a week."""

    def __init__(self, *args: Any, weekly: Mapping[int, Sequence[Hours]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday in Weekday.values:
            self.add_day(f"day{weekday}", weekly.get(weekday, ()))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        values["weekly"] = {weekday: self.hours_of(f"day{weekday}") for weekday in Weekday.values}
        return values

    def days(self) -> list[tuple[str, list[BoundField]]]:
        """Each day's name and its fields, for the template."""
        return [(str(Weekday(weekday).label), self.fields_of(f"day{weekday}")) for weekday in Weekday.values]


class ExceptionForm(StretchesForm):
    """Days on which the point keeps other hours, or is closed."""

    from_on = forms.DateField(label=_("First day"), widget=DateInput)
    until_on = forms.DateField(
        label=_("Last day"), widget=DateInput, required=False, help_text=_("Leave it empty for one day.")
    )
    reason_it = LineField(label=_("Reason (Italian)"), max_length=200, help_text=_("Everybody reads it."))
    reason_en = LineField(label=_("Reason (English)"), max_length=200, required=False)

    def __init__(self, *args: Any, exception: OpeningException | None = None, **kwargs: Any) -> None:
        held: list[Hours] = []
        if exception:
            names = ("from_on", "until_on", "reason_it", "reason_en")
            kwargs["initial"] = {name: getattr(exception, name) for name in names}
            held = sorted(Hours(one.opens_at, one.closes_at) for one in exception.hours.all())
        super().__init__(*args, **kwargs)
        self.add_day("day", held)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        first = values.get("from_on")
        if first:
            values["until_on"] = values.get("until_on") or first
            if values["until_on"] < first:
                self.add_error("until_on", _("The last day must not come before the first."))
        values["hours"] = self.hours_of("day")
        return values

    def times(self) -> list[BoundField]:
        """The fields of the hours, for the template."""
        return self.fields_of("day")

    def values(self) -> dict[str, Any]:
        """For the service."""
        found = {name: self.cleaned_data[name] for name in ("from_on", "until_on", "hours")}
        return found | {"reason": Words(self.cleaned_data["reason_it"], self.cleaned_data["reason_en"])}


class PointForm(forms.ModelForm[MeetingPoint]):
    """The point's facts, and how its appointments are booked."""

    class Meta:
        model = MeetingPoint
        fields = ("name_it", "name_en", "about_it", "about_en", "address", "phone", "email", "takes_appointments",
                  "slot_minutes", "places", "lead_hours", "horizon_days")  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name_it", "name_en", "address", "phone"):
            self.fields[name].validators.append(validate_one_line)
        for name in ("about_it", "about_en"):
            self.fields[name].widget.attrs["rows"] = 3

    def changed_values(self) -> dict[str, Any]:
        """New values of what was changed, for the service."""
        return {name: self.cleaned_data[name] for name in self.changed_data}
