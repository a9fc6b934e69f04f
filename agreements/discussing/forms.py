"""Forms of the discussion. They validate and convert; services write."""

from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from agreements.discussing.anchors import Ambiguous, NotInText, anchor, folded, plain
from agreements.models import ArticleRevision, Party, ReviewRound, Thread
from organisations.models import Organisation
from organisations.text import LocalDateTimeInput, WallClockField


class BodyField(forms.CharField):
    """What somebody writes to others."""

    def __init__(self) -> None:
        super().__init__(label=_("Comment"), max_length=5_000, widget=forms.Textarea({"rows": 4}))


class ThreadForm(forms.Form):
    """A remark to an article, or to a passage of it."""

    passage = forms.CharField(
        label=_("Passage"), required=False, max_length=2_000, widget=forms.Textarea({"rows": 2}),
        help_text=_("Paste here the words of the article that it is about; leave it empty if it is about the whole."),
    )  # fmt: skip
    #: What stands before the passage: written by the browser, so that of two equal passages the right one is meant.
    before = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)
    body = BodyField()
    visibility = forms.ChoiceField(label=_("Who may read it"), choices=Thread.Visibility.choices)

    def __init__(self, *args: object, revision: ArticleRevision, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as they come
        self.revision = revision

    def clean(self) -> dict[str, str]:
        values = super().clean() or self.cleaned_data
        if passage := folded(values.get("passage", "")):
            try:
                anchor(plain(self.revision.source), passage, values.get("before", ""))
            except NotInText:
                self.add_error("passage", _("These words do not stand in the article. Copy them from the text as it is "
                                            "shown above, or leave the field empty."))  # fmt: skip
            except Ambiguous:
                self.add_error("passage", _("These words stand in the article more than once: paste a few more of those "
                                            "before or after them."))  # fmt: skip
        return values


class ReplyForm(forms.Form):
    """One more comment in a thread."""

    body = BodyField()


class ResolveForm(forms.Form):
    """Why a thread is settled."""

    why = forms.CharField(label=_("How it was settled"), max_length=1_000, widget=forms.Textarea({"rows": 2}))


class ExtendForm(forms.Form):
    """A later date for the review, and why."""

    closes_at = WallClockField(label=_("Remarks by"), widget=LocalDateTimeInput)
    reason = forms.CharField(label=_("Reason"), max_length=1_000, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: object, review_round: ReviewRound, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as they come
        self.review_round = review_round

    def clean_closes_at(self) -> datetime:
        closes_at: datetime = self.cleaned_data["closes_at"]
        if closes_at <= self.review_round.closes_at:
            raise ValidationError(_("Choose a date later than the present one: a review is never shortened."))
        return closes_at


class AddPartyForm(forms.Form):
    """An organisation that becomes a party, and why it comes now."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Party.Kind.choices)
    reason = forms.CharField(label=_("Reason"), max_length=1_000, widget=forms.Textarea({"rows": 2}))


class RemovePartyForm(forms.Form):
    """Why an organisation is no longer a party."""

    reason = forms.CharField(label=_("Reason"), max_length=1_000, widget=forms.Textarea({"rows": 2}))
