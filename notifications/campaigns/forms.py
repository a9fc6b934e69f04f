"""Forms of campaigns."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event
from notifications import compose
from notifications.models import Campaign, MessageTemplate, Segment
from organisations.models import Organisation
from organisations.text import LineField, LocalDateTimeInput, one_line

TEXTS = ("subject_it", "body_it", "text_it", "subject_en", "body_en", "text_en")


class CampaignForm(forms.ModelForm[Campaign]):
    """Text and audience of a campaign. `audience` of the cleaned values is its definition."""

    segment = forms.ModelChoiceField(
        Segment.objects.none(),
        label=_("Audience"),
        required=False,
        empty_label=_("Organisations of the directory, as ticked below"),
        help_text=_("Segments are made under “Segments”: by event, agreement, contact list."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of organisation"),
        choices=Organisation.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked means all."),
    )
    municipality = LineField(label=_("Municipality"), max_length=100, required=False)

    class Meta:
        model = Campaign
        fields = (
            "event", "name", "purpose", "segment", "kinds", "municipality", "subject_it", "body_it", "subject_en", "body_en",
            "text_it", "text_en", "calendar", "scheduled_for", "also_at_quiet_times", "canary_percent", "late_joiners",
        )  # fmt: skip
        widgets = {
            "body_it": forms.Textarea({"rows": 10}),
            "body_en": forms.Textarea({"rows": 10}),
            "text_it": forms.Textarea({"rows": 6}),
            "text_en": forms.Textarea({"rows": 6}),
            "scheduled_for": LocalDateTimeInput(),
        }
        help_texts = {
            "scheduled_for": _("Empty: as soon as it is confirmed."),
            "canary_percent": _(
                "Of a large audience so many go first; if too many come back, the rest waits for you. 0: all at once."
            ),
            "late_joiners": _("Who is added to the audience before the event gets the mail too."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        events = Event.objects.filter(state=Event.State.PUBLISHED)
        self.fields["event"] = forms.ModelChoiceField(
            events.order_by("starts_at"), label=_("Event"), initial=events.upcoming(timezone.now()).first()
        )
        segment = self.fields["segment"]
        assert isinstance(segment, forms.ModelChoiceField)
        segment.queryset = Segment.objects.order_by("name")
        self.fields["canary_percent"] = forms.IntegerField(
            label=_("First share, in percent"),
            min_value=0,
            max_value=50,
            help_text=self.fields["canary_percent"].help_text,
        )
        for name, default in (("purpose", "invitation"), ("calendar", "none"), ("canary_percent", 5)):
            self.fields[name].initial = default
        self._show_audience()
        variables = ", ".join(f"{{{variable.name}}}" for variable in compose.offered())
        for name in ("body_it", "body_en"):
            self.fields[name].help_text = _(
                "An empty line begins a paragraph; **bold**, *italics*, lists with “- ”, [words](https://…). These are "
                "filled in: %(variables)s. The button with the personal link is added by itself."
            ) % {"variables": variables}
        for name in ("text_it", "text_en"):
            self.fields[name].help_text = _("Empty: made from the text above.")

    def _show_audience(self) -> None:
        definition = self.instance.audience or {}
        self.fields["segment"].initial = definition.get("segment")
        for source in definition.get("sources", []):
            if source.get("kind") == "directory":
                self.fields["kinds"].initial = source.get("kinds", [])
                self.fields["municipality"].initial = ", ".join(source.get("municipalities", []))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for name in ("subject_it", "subject_en", "name"):
            values[name] = one_line(values.get(name) or "")
        self._check_texts(values)
        if values.get("scheduled_for") and values["scheduled_for"] < timezone.now():
            self.add_error("scheduled_for", _("This moment has passed."))
        if bool(values.get("subject_en")) != bool(values.get("body_en")):
            missing = "body_en" if values.get("subject_en") else "subject_en"
            self.add_error(missing, _("English needs both a subject and a text, or neither."))
        values["audience"] = self._audience(values)
        return values

    def _check_texts(self, values: dict[str, Any]) -> None:
        for language in ("it", "en"):
            subject, body = values.get(f"subject_{language}") or "", values.get(f"body_{language}") or ""
            if not (subject or body):
                continue
            source = compose.Source(subject, body, values.get(f"text_{language}") or "")
            for problem in compose.check(source):
                part = problem.part if problem.part in {"subject", "body", "text"} else "body"
                self.add_error(f"{part}_{language}", str(problem.message))

    def _audience(self, values: dict[str, Any]) -> dict[str, Any]:
        segment = values.get("segment")
        if segment:
            return {**segment.definition, "segment": segment.pk}
        source: dict[str, Any] = {"kind": "directory"}
        if values.get("kinds"):
            source["kinds"] = values["kinds"]
        places = [place.strip() for place in (values.get("municipality") or "").split(",") if place.strip()]
        if places:
            source["municipalities"] = places
        return {"sources": [source]}

    def campaign_fields(self) -> dict[str, Any]:
        """What a service writes."""
        extra = {"segment", "kinds", "municipality"}
        return {name: value for name, value in self.cleaned_data.items() if name not in extra}


class ConfirmForm(forms.Form):
    """The number, typed by a person who has read it."""

    number = forms.IntegerField(label=_("Number of recipients"), min_value=1)


class TemplateNameForm(forms.Form):
    """Under which name a text is kept."""

    kept_as = LineField(label=_("Name of the template"), max_length=150)


class CandidateFilterForm(forms.Form):
    """Which candidates or messages a long table shows."""

    q = forms.CharField(label=_("Name or address"), required=False, max_length=100)
    standing = forms.ChoiceField(
        label=_("In or out"), required=False, choices=[("", _("all")), ("in", _("in")), ("out", _("out"))]
    )


def starting_point(template: MessageTemplate | None) -> dict[str, str]:
    """The texts of a template."""
    return (
        {name: getattr(template, name) for name in ("subject_it", "subject_en", "body_it", "body_en")}
        if template
        else {}
    )
