"""Forms of campaigns."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import Event
from notifications import audiences, compose
from notifications.models import Campaign, MessageTemplate, Segment
from organisations.models import Organisation
from organisations.text import LineField, LocalDateTimeInput, one_line

#: Where an audience comes from: the fields below, a segment (with its key), or the one that the draft has.
DIRECTORY, SEGMENT, KEPT = "directory", "segment", "kept"
TEXTS = ("subject_it", "body_it", "text_it", "subject_en", "body_en", "text_en")


class CampaignForm(forms.ModelForm[Campaign]):
    """Text and audience of a campaign. `audience` of the cleaned values is its definition."""

    whom = forms.ChoiceField(
        label=_("Audience"), help_text=_("Other audiences (an event, an agreement, a list) are made under “Audiences”.")
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
            "event", "name", "purpose", "whom", "kinds", "municipality", "subject_it", "body_it", "subject_en", "body_en",
            "text_it", "text_en", "calendar", "scheduled_for", "also_at_quiet_times", "canary_percent", "late_joiners",
            "tags_links",
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
            "tags_links": _(
                "Adds utm_source, utm_medium and utm_campaign, which other sites' statistics understand. Our own pages "
                "know the campaign without it."
            ),
            "late_joiners": _("Who is added to the audience before the event gets the mail too."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        events = Event.objects.filter(state=Event.State.PUBLISHED)
        self.fields["event"] = forms.ModelChoiceField(
            events.order_by("starts_at"), label=_("Event"), initial=events.upcoming(timezone.now()).first()
        )
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
        """What may be chosen, and what is: also an audience that no choice here could make again."""
        definition = self.instance.audience or {}
        choices: list[tuple[str, str]] = [(DIRECTORY, gettext("Organisations of the directory, as ticked below"))]
        choices += [
            (f"{SEGMENT}:{pk}", name) for pk, name in Segment.objects.order_by("name").values_list("pk", "name")
        ]
        chosen = f"{SEGMENT}:{definition['segment']}" if definition.get("segment") else DIRECTORY
        if definition and (chosen not in dict(choices) or (chosen == DIRECTORY and not _is_plain(definition))):
            words = gettext("As it is: %(sentence)s") % {"sentence": audiences.describe(definition)}
            choices, chosen = [(KEPT, words), *choices], KEPT
        whom = self.fields["whom"]
        assert isinstance(whom, forms.ChoiceField)
        whom.choices = choices
        self.initial.setdefault("whom", chosen)
        if chosen == DIRECTORY and definition:
            source = definition["sources"][0]
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
        if values.get("whom"):
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
        kind, _colon, key = (values.get("whom") or "").partition(":")
        if kind == KEPT:
            return dict(self.instance.audience)
        if kind == SEGMENT:
            return {**Segment.objects.get(pk=key).definition, "segment": int(key)}
        source: dict[str, Any] = {"kind": "directory"}
        if values.get("kinds"):
            source["kinds"] = values["kinds"]
        places = [place.strip() for place in (values.get("municipality") or "").split(",") if place.strip()]
        if places:
            source["municipalities"] = places
        return {"sources": [source]}

    def campaign_fields(self) -> dict[str, Any]:
        """What a service writes."""
        extra = {"whom", "kinds", "municipality"}
        return {name: value for name, value in self.cleaned_data.items() if name not in extra}


def _is_plain(definition: audiences.Definition) -> bool:
    """Whether the fields of the form say all of it."""
    sources = definition.get("sources", [])
    return len(sources) == 1 and set(sources[0]) <= {"kind", "kinds", "municipalities"} and "segment" not in definition


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
    return {name: getattr(template, name) for name in MessageTemplate.TEXTS} if template else {}
