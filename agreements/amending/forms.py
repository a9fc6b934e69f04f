"""Forms of amendments. They validate and convert; services write."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.amending.applying import Clash
from agreements.amending.models import Amendment
from agreements.amending.redlines import is_finished
from agreements.models import TextVersion
from agreements.services import Draft
from organisations.text import LineField

Kind = Amendment.Kind


class ProposalForm(forms.Form):
    """What is to be written differently, and why. `places`: (number of the article to follow, words)."""

    after = forms.TypedChoiceField(label=_("Where it goes"), coerce=int)
    heading = LineField(label=_("Heading"), max_length=200)
    source = forms.CharField(
        label=_("Text"), max_length=20_000, widget=forms.Textarea({"rows": 12, "aria-describedby": "writing-help"})
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2_000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("All parties read it beside the proposal."),
    )

    def __init__(self, *args: Any, kind: str, places: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind in {Kind.INSERT, Kind.MOVE}:
            self.fields["after"].choices = places  # type: ignore[attr-defined]  # of this field's own class
        else:
            del self.fields["after"]
        if kind in {Kind.DELETE, Kind.MOVE}:
            del self.fields["heading"], self.fields["source"]

    def draft(self) -> Draft | None:
        """The text, for the services."""
        if "source" not in self.fields:
            return None
        return Draft(self.cleaned_data["heading"], self.cleaned_data["source"])


class DecisionForm(forms.Form):
    """Outcome, reason, and the text by hand where it is accepted with changes."""

    outcome = forms.ChoiceField(label=_("Outcome"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2_000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("It stands in the change table, whatever the outcome."),
    )
    heading = LineField(label=_("Heading, if accepted with changes"), max_length=200, required=False)
    source = forms.CharField(
        label=_("Text, if accepted with changes"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea({"rows": 12}),
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)

    def __init__(self, *args: Any, kind: str, clash: Clash | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = _outcomes(kind, clash)  # type: ignore[attr-defined]  # as above

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("outcome") != "accepted_changed":
            return values
        for name in ("heading", "source"):
            if name not in self.errors and not values.get(name):
                self.add_error(name, _("Write here what the article is to say."))
        if not is_finished(values.get("source", "") + values.get("heading", "")):
            self.add_error("source", _("Choose between the texts in ⟦ ⟧, or write another, and remove these signs."))
        return values

    def decided(self) -> dict[str, Any]:
        """Outcome, reason, text and mark, for the services."""
        values = self.cleaned_data
        by_hand = values["outcome"] == "accepted_changed"
        return {
            "outcome": "accepted_changed" if values["outcome"] == "despite" else values["outcome"],
            "reason": values["reason"],
            "draft": Draft(values["heading"], values["source"]) if by_hand else None,
            "seen": values["seen"],
        }


def _outcomes(kind: str, clash: Clash | None) -> list[tuple[str, Any]]:
    """What can be decided: with a clash nothing is taken as it is."""
    by_hand = ("accepted_changed", _("accept with changes: the text below is written"))
    if clash is None:
        first = [("accepted", _("accept as proposed"))]
    elif clash == Clash.CHANGED:
        first = [("despite", _("remove the article all the same, with what was changed in it"))]
    elif clash == Clash.MOVED:
        first = [("despite", _("move the article all the same"))]
    else:
        first = []
    return [*first, by_hand, ("rejected", _("reject"))]


class FilterForm(forms.Form):
    """Which amendments of a version are shown."""

    version = forms.TypedChoiceField(label=_("Version"), coerce=int, required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    party = forms.TypedChoiceField(label=_("Proposed by"), coerce=int, required=False)

    def __init__(self, *args: Any, versions: list[TextVersion], parties: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = [(version.number, _("version %(number)s") % {"number": version.number}) for version in versions]
        choices = {
            "version": numbers,
            "state": [("", _("all")), *Amendment.State.choices],
            "party": [("", _("all")), (0, _("the organisers")), *parties],
        }
        for name, values in choices.items():
            self.fields[name].choices = values  # type: ignore[attr-defined]  # as above


class CompareForm(forms.Form):
    """Two versions to be compared."""

    old = forms.TypedChoiceField(label=_("From"), coerce=int)
    new = forms.TypedChoiceField(label=_("To"), coerce=int)

    def __init__(self, *args: Any, versions: list[TextVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("old", "new"):
            self.fields[name].choices = [  # type: ignore[attr-defined]  # as above
                (version.number, _("version %(number)s") % {"number": version.number}) for version in versions
            ]
