"""Forms of the approval. They validate and convert; services write."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.approving.posting import day_in_rome
from agreements.approving.services import ActRecord, Paper
from agreements.models import Agreement, ApprovalAct, Mandate, Party
from agreements.services import NotASignedFile, media_type_of
from organisations.models import Organisation
from organisations.text import LineField, LocalDateTimeInput

MAX_PAPER_BYTES = 10 * 1024 * 1024


def _day(**kwargs: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **kwargs)


class FinaliseForm(forms.Form):
    """Who, versed in the law, confirmed that the text may go before the bodies."""

    legal_contact = LineField(label=_("Legal contact who confirmed the text"), max_length=150)
    legal_contact_office = LineField(label=_("Office held"), max_length=150)
    confirmed = forms.BooleanField(label=_("We both confirm this text as the final schema; it no longer changes"))


class SendForm(forms.Form):
    """Until when the bodies' acts are awaited."""

    answer_by = forms.DateTimeField(
        label=_("Act awaited by"), widget=LocalDateTimeInput,
        help_text=_("Who has not recorded an act is reminded a week and a day before."),
    )  # fmt: skip

    def clean_answer_by(self) -> datetime:
        answer_by: datetime = self.cleaned_data["answer_by"]
        if answer_by <= timezone.now():
            raise ValidationError(_("This date has passed: choose a later one."))
        return answer_by


class PaperForm(forms.Form):
    """A link to the paper or the paper itself."""

    link = forms.URLField(label=_("Link to the document"), required=False, assume_scheme="https", max_length=200)
    file = forms.FileField(
        label=_("Document"), required=False, help_text=_("PDF or .p7m, at most 10 MB; it is kept as it is.")
    )

    def clean_link(self) -> str:
        link = str(self.cleaned_data["link"])
        if link and not link.startswith("https://"):
            raise ValidationError(_("Write an address that begins with https://."))
        return link

    def clean_file(self) -> UploadedFile[Any] | None:
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file is None:
            return None
        if file.size and file.size > MAX_PAPER_BYTES:
            raise ValidationError(_("The file is larger than 10 MB."))
        head = file.read(64)
        file.seek(0)
        try:
            media_type_of(head)
        except NotASignedFile as error:
            raise ValidationError(_("This is neither a PDF nor a .p7m file.")) from error
        return file

    def paper(self) -> Paper:
        """Link and bytes, for the services."""
        file = self.cleaned_data["file"]
        if file is None:
            return Paper(link=self.cleaned_data["link"])
        name = "".join(c for c in str(file.name or "file") if c.isprintable() and c not in '"\\/')[-150:]
        return Paper(link=self.cleaned_data["link"], filename=name or "file", content=file.read())


class MandateForm(PaperForm):
    """Who may sign for the party, and from where that comes."""

    person_name = LineField(label=_("Full name"), max_length=150)
    office_held = LineField(label=_("Office held"), max_length=150)
    source = forms.ChoiceField(label=_("Source of the mandate"), choices=Mandate.Source.choices)
    valid_from = _day(label=_("Valid from"))
    valid_to = _day(label=_("Valid until"), required=False, help_text=_("Leave empty where no end is known."))

    field_order = ("person_name", "office_held", "source", "valid_from", "valid_to", "link", "file")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        begins, ends = values.get("valid_from"), values.get("valid_to")
        if begins and ends and ends < begins:
            self.add_error("valid_to", _("The end lies before the beginning."))
        return values

    def values(self) -> dict[str, Any]:
        """The mandate's fields, for the service."""
        names = ("person_name", "office_held", "source", "valid_from", "valid_to")
        return {name: self.cleaned_data[name] for name in names} | {"paper": self.paper()}


class OnText(forms.Form):
    """The text that the page showed travels along: what was decided on another one is refused."""

    text = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ActForm(OnText, PaperForm):
    """What the body decided."""

    body_kind = forms.ChoiceField(label=_("Body"), choices=ApprovalAct.Body.choices)
    body_label = LineField(
        label=_("Name of the body"), max_length=150, required=False,
        help_text=_("As it is called; needed for another body."),
    )  # fmt: skip
    act_type = LineField(label=_("Kind of act"), max_length=100, help_text=_("As “resolution”, “minutes”, “decision”."))
    number = LineField(label=_("Number"), max_length=50)
    adopted_on = _day(label=_("Date of the act"))
    effect = forms.ChoiceField(label=_("It takes effect"), choices=ApprovalAct.Effect.choices)
    posted_on = _day(
        label=_("Posted on the notice board on"), required=False,
        help_text=_("Only for acts effective after posting; leave empty if it is not posted yet."),
    )  # fmt: skip
    certified_on = _day(
        label=_("Effective on, as certified"), required=False,
        help_text=_("Where the secretary certified the date, it goes before our arithmetic."),
    )  # fmt: skip
    signatory = forms.ModelChoiceField(Mandate.objects.none(), label=_("Signatory named"))

    field_order = ("body_kind", "body_label", "act_type", "number", "adopted_on", "effect", "posted_on", "certified_on",
                   "signatory", "link", "file", "text")  # fmt: skip

    def __init__(self, *args: Any, party: Party, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["signatory"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = Mandate.objects.filter(party=party).defer("content").order_by("-valid_from", "-pk")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        today, adopted, posted = day_in_rome(timezone.now()), values.get("adopted_on"), values.get("posted_on")
        if values.get("body_kind") == ApprovalAct.Body.OTHER and not values.get("body_label"):
            self.add_error("body_label", _("Write how this body is called."))
        if posted and values.get("effect") != ApprovalAct.Effect.AFTER_POSTING:
            self.add_error("posted_on", _("Only an act effective after posting has this date: leave it empty."))
        self._not_after("adopted_on", adopted, today)
        self._not_after("posted_on", posted, today)
        for name in ("posted_on", "certified_on"):
            day = values.get(name)
            if adopted and day and day < adopted:
                self.add_error(name, _("This date lies before the act’s own."))
        return values

    def _not_after(self, name: str, day: date | None, today: date) -> None:
        if day and day > today:
            self.add_error(name, _("This date is still to come: record the act once it exists."))

    def record(self) -> ActRecord:
        """The act, for the service."""
        names = ("body_kind", "body_label", "act_type", "number", "adopted_on", "effect", "posted_on", "certified_on",
                 "signatory")  # fmt: skip
        return ActRecord(**{name: self.cleaned_data[name] for name in names}, paper=self.paper())


class ObjectionForm(OnText):
    """A body that asks for changes, or refuses."""

    body_label = LineField(label=_("Body that decided"), max_length=150)
    reason = forms.CharField(label=_("Reason"), max_length=5_000, widget=forms.Textarea({"rows": 5}))


class DeclarationForm(OnText):
    """Who says for the party that the text differs in nothing of substance."""

    declared_by = LineField(label=_("Full name"), max_length=150)
    office_held = LineField(label=_("Office held"), max_length=150)
    reason = forms.CharField(label=_("Reason"), max_length=2_000, widget=forms.Textarea({"rows": 3}))
    confirmed = forms.BooleanField(
        label=_("I have read the differences and declare for my organisation that they are not substantial")
    )


class PartyForm(forms.Form):
    """One more party."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Party.Kind.choices)

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["organisation"]
        assert isinstance(choice, forms.ModelChoiceField)
        own = agreement.parties.values("organisation")
        choice.queryset = Organisation.objects.exclude(pk__in=own).order_by("name", "pk")


class LeaveForm(forms.Form):
    """Why a party leaves."""

    reason = forms.CharField(label=_("Reason"), max_length=1_000, widget=forms.Textarea({"rows": 3}))
