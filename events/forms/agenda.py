"""The agenda's items, what they are made of, and the release."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.forms.utils import from_current_timezone
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event, Room, Session, Speaker, Track
from events.services import Seen
from organisations.models import Organisation
from organisations.text import LineField, LocalDateTimeInput, NameField, validate_one_line

#: So many speakers an item may have, and so many empty rows stand below those that are chosen.
MAX_SPEAKERS = 30
EMPTY_ROWS = 2
SPEAKER = re.compile(r"^speaker_\d{1,2}$")


class SessionForm(forms.ModelForm[Session]):
    """One item of the agenda, with the edition that its writer has read."""

    edition = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    #: What the fields said when the page was made, sealed: so that a refused page can say what has changed since.
    base = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Session
        fields = ("title_it", "title_en", "kind", "agreement", "starts_at", "ends_at", "room", "track", "places",
                  "speakers_it", "speakers_en", "about_it", "about_en")  # fmt: skip
        widgets = {
            "starts_at": LocalDateTimeInput,
            "ends_at": LocalDateTimeInput,
            "speakers_it": forms.Textarea({"rows": 2}),
            "speakers_en": forms.Textarea({"rows": 2}),
            "about_it": forms.Textarea({"rows": 4}),
            "about_en": forms.Textarea({"rows": 4}),
        }
        help_texts = {
            "agreement": _("For a signing ceremony: the last part of the agreement’s address, /agreements/…/."),
            "places": _("Leave it empty where everybody who is registered may come."),
            "speakers_it": _("Only where nobody is chosen above, or to say more."),
        }

    def __init__(self, *args: Any, event: Event, rows: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        for name in ("title_it", "title_en"):
            self.fields[name].validators.append(validate_one_line)
        self.fields["room"].queryset = event.rooms.order_by("position", "pk")  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["track"].queryset = event.tracks.order_by("position", "pk")  # type: ignore[attr-defined]  # a ModelChoiceField
        appearances = self.instance.appearances.order_by("position", "pk") if self.instance.pk else ()
        chosen = [appearance.speaker_id for appearance in appearances]
        speakers = event.speakers.order_by("full_name", "office_it", "pk")
        choices = [("", "–"), *((str(speaker.pk), str(speaker)) for speaker in speakers)]
        self._speakers = {str(speaker.pk): speaker for speaker in speakers}
        posted = sum(1 for name in self.data if SPEAKER.match(name))
        count = min(max(posted, rows, len(chosen) + EMPTY_ROWS), MAX_SPEAKERS)
        self.speaker_names = [f"speaker_{number}" for number in range(count)]
        for number, name in enumerate(self.speaker_names):
            label = _("speaker %(number)s") % {"number": number + 1}
            self.fields[name] = forms.ChoiceField(choices=choices, required=False, label=label)
            if number < len(chosen):
                self.initial[name] = str(chosen[number])
        if self.instance.pk:
            self.initial["edition"] = self.instance.edition
            self.initial["base"] = signing.dumps(self.values(), compress=True)

    def speaker_fields(self) -> list[forms.BoundField]:
        """One for each speaker, in the order of speaking."""
        return [self[name] for name in self.speaker_names]

    def values(self) -> dict[str, str]:
        """What a page shows before anybody writes in it, field by field, as a browser would send it."""
        shown = {name: self[name] for name in self.fields if name not in {"edition", "base"}}
        return {name: _as_sent(field, self.get_initial_for_field(field.field, name)) for name, field in shown.items()}

    def clean_title_it(self) -> str:
        return " ".join(self.cleaned_data["title_it"].split())

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        starts_at, ends_at = values.get("starts_at"), values.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The end must come after the start."))
        elif starts_at and ends_at and (starts_at < self.event.starts_at or ends_at > self.event.ends_at):
            self.add_error("starts_at", _("This lies outside the time of the event."))
        chosen = [values[name] for name in self.speaker_names if values.get(name)]
        for name in self.speaker_names:
            if values.get(name) and chosen.count(values[name]) > 1:
                self.add_error(name, _("The same speaker is chosen twice."))
                break
        return values

    def fields_to_save(self) -> dict[str, Any]:
        """For the service: the columns, and the speakers in their order."""
        columns = {name: self.cleaned_data[name] for name in self._meta.fields or ()}
        chosen = [self.cleaned_data[name] for name in self.speaker_names if self.cleaned_data[name]]
        return {**columns, "speakers": [self._speakers[pk] for pk in chosen]}

    def words_of(self, name: str, value: str) -> str:
        """A sent value as people read it."""
        field = self.fields.get(name)
        for key, words in getattr(field, "choices", ()) if field else ():
            if str(key) == value and value:
                return str(words)
        return value.replace("T", " ") if isinstance(field, forms.DateTimeField) else value


def unseal(base: str) -> dict[str, str]:
    """What a page showed; nothing where it was not sent, or was altered."""
    try:
        values = signing.loads(base, max_age=7 * 86400)
    except signing.BadSignature:
        return {}
    return values if isinstance(values, dict) else {}


def _as_sent(field: forms.BoundField, value: Any) -> str:
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%dT%H:%M")
    shown = field.field.prepare_value(value)
    return "" if shown is None else str(shown).replace("\r\n", "\n")


class TimesForm(forms.Form):
    """The times of one item, on the day on which it is."""

    starts = forms.TimeField(label=_("starts at"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=_("ends at"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, data: Any, *, session: Session) -> None:
        super().__init__(data)
        self.session = session

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("starts") and values.get("ends"):
            values["starts_at"] = self._on_the_day(values["starts"], self.session.starts_at)
            values["ends_at"] = self._on_the_day(values["ends"], self.session.ends_at)
            if values["ends_at"] <= values["starts_at"]:
                raise ValidationError(_("The end must come after the start."))
        return values

    def _on_the_day(self, at: time, before: datetime) -> datetime:
        """Raises ValidationError for an hour that the day does not have, or has twice."""
        return from_current_timezone(datetime.combine(timezone.localtime(before).date(), at))


class MoveForm(forms.Form):
    """How many places up (negative) or down."""

    steps = forms.IntegerField(min_value=-500, max_value=500)
    edition = forms.IntegerField(min_value=0)


class ShiftForm(forms.Form):
    """By how many minutes what follows an item moves."""

    minutes = forms.IntegerField(
        label=_("minutes"), min_value=-720, max_value=720, help_text=_("Later: 10. Earlier: -10.")
    )
    same_room = forms.BooleanField(label=_("Only what is in the same room"), required=False)
    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean_minutes(self) -> int:
        minutes: int = self.cleaned_data["minutes"]
        if minutes == 0:
            raise ValidationError(_("Write by how many minutes."))
        return minutes


class EditionForm(forms.Form):
    """Which edition of an item somebody wants to remove."""

    edition = forms.IntegerField(min_value=0)


# -- rooms, tracks, speakers ---------------------------------------------------------------------------------------------


class RoomForm(forms.ModelForm[Room]):
    """A room."""

    class Meta:
        model = Room
        fields = ("name_it", "name_en", "capacity", "accessibility_it", "accessibility_en")
        field_classes = {"name_it": LineField, "name_en": LineField}
        widgets = dict.fromkeys(("accessibility_it", "accessibility_en"), forms.Textarea({"rows": 3}))
        help_texts = {"accessibility_it": _("Steps, lift, induction loop, seats for wheelchairs.")}


class TrackForm(forms.ModelForm[Track]):
    """A track."""

    class Meta:
        model = Track
        fields = ("name_it", "name_en")
        field_classes = {"name_it": LineField, "name_en": LineField}


class SpeakerForm(forms.ModelForm[Speaker]):
    """A speaker; the organisation is found in the directory by its name."""

    class Meta:
        model = Speaker
        fields = ("full_name", "office_it", "office_en", "organisation_name", "email")
        field_classes = {"full_name": NameField, "office_it": NameField, "office_en": NameField,
                         "organisation_name": NameField}  # fmt: skip
        widgets = {"organisation_name": forms.TextInput({"list": "organisations"})}
        help_texts = {
            "full_name": _("Leave it empty where only the office is known."),
            "organisation_name": _("One of the directory, or any other."),
            "email": _("Not shown. Changes of their own items are mailed there."),
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not values.get("full_name") and not values.get("office_it") and not self.errors:
            self.add_error("full_name", _("Write a name, or an office."))
        return values

    def save(self, commit: bool = True) -> Speaker:
        speaker = super().save(commit=False)
        alike = list(Organisation.objects.filter(name__iexact=speaker.organisation_name)[:2])
        speaker.organisation = alike[0] if speaker.organisation_name and len(alike) == 1 else None
        if speaker.organisation:
            speaker.organisation_name = speaker.organisation.name
        speaker.email = speaker.email.lower()
        return speaker


# -- releases ----------------------------------------------------------------------------------------------------------


class ReleaseForm(forms.Form):
    """The yes to what was looked at."""

    note_it = forms.CharField(
        label=_("what is new (Italian)"), required=False, max_length=1000, widget=forms.Textarea({"rows": 3}),
        help_text=_("A word to the public, above the list of changes. It also stands in the mails."),
    )  # fmt: skip
    note_en = forms.CharField(
        label=_("what is new (English)"), required=False, max_length=1000, widget=forms.Textarea({"rows": 3})
    )
    number = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    fingerprint = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    despite_warnings = forms.BooleanField(label=_("Release all the same"), required=False)

    def seen(self) -> Seen:
        """What the page showed."""
        return Seen(self.cleaned_data["number"], self.cleaned_data["fingerprint"])


class CompareForm(forms.Form):
    """Two versions to compare; 0 is the draft."""

    def __init__(self, data: Mapping[str, Any] | None, *, numbers: list[int]) -> None:
        super().__init__(data)
        choices = [(number, _("version %(number)s") % {"number": number}) for number in numbers]
        for name, label, first in (("from", _("From"), []), ("to", _("To"), [(0, _("the draft"))])):
            self.fields[name] = forms.TypedChoiceField(label=label, choices=[*first, *choices], coerce=int)
