"""Forms of contact lists and segments. They validate and convert; the services write."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.audiences.imports import Outcome
from notifications.audiences.reasons import Reason
from notifications.models.audiences import ContactList, ContactUpload, Segment
from organisations.text import LineField

IN, OUT = "in", "out"
_ORDER = ("name", "text", "file", "source", "collected_on", "language")
#: In words for people; the order is that of the work: what changes first.
OUTCOMES = {
    Outcome.NEW: _("new lines"),
    Outcome.REPEATED: _("repeated lines"),
    Outcome.KNOWN: _("lines on the list already"),
    Outcome.OUT: _("lines left out"),
}


class NameForm(forms.Form):
    """The name of a list or segment, unlike the others of its kind."""

    name = LineField(label=_("Name"), max_length=150)

    def __init__(
        self, data: Any = None, *, model: type[ContactList | Segment], instance: ContactList | Segment | None = None
    ) -> None:
        super().__init__(data, initial={"name": instance.name} if instance else None)
        self.others = model._default_manager.exclude(pk=instance.pk if instance else 0)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if self.others.filter(name__iexact=name).exists():
            raise ValidationError(_("There is one of this name already: choose another."))
        return name


class UploadForm(forms.ModelForm[ContactUpload]):
    """Addresses as text or as a file, and where they come from."""

    text = forms.CharField(
        label=_("Paste addresses"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_(
            "One a line: the address alone, “Name <address>”, or columns copied from a table with their titles."
        ),
    )
    file = forms.FileField(
        label=_("Or choose a file (CSV or XLSX)"),
        required=False,
        allow_empty_file=True,  # refused in our own words, like every other file that holds no list
        help_text=_(
            "Its first row names the columns: “E-mail” is needed; “Nome”, “Cognome”, “Ente” and “Lingua” are read too. "
            "At most 100,000 rows."
        ),
        widget=forms.ClearableFileInput({"accept": ".csv,.txt,.xlsx,text/csv"}),
    )
    source = LineField(
        label=_("Where the addresses come from"),
        max_length=200,
        help_text=_("The people on the list may ask (GDPR, art. 14): a public register, a fair, another office …"),
    )

    field_order = _ORDER

    class Meta:
        model = ContactUpload
        fields = ("source", "collected_on", "language")
        widgets = {"collected_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "collected_on": _("The day on which they were collected or last checked."),
            "language": _("In which they are written to, unless a column of the file says otherwise."),
        }

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if len(text.encode()) > settings.MAX_IMPORT_BYTES:
            raise ValidationError(_("This is more than 2 MB of text: choose a file in place of it."))
        return text

    def clean_file(self) -> UploadedFile[Any] | None:
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file and (file.size or 0) > settings.MAX_CONTACT_LIST_BYTES:
            raise ValidationError(_("The file is larger than 12 MB: split the list."))
        return file

    def clean_collected_on(self) -> Any:
        day = self.cleaned_data["collected_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This day has not come yet."))
        return day

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        has_text, has_file = bool((values.get("text") or "").strip()), values.get("file") is not None
        if has_text and has_file:
            self.add_error("file", _("Either paste addresses or choose a file, not both."))
        elif not (has_text or has_file or {"text", "file"} & set(self.errors)):
            self.add_error("text", _("Paste some addresses, or choose a file below."))
        return values

    @property
    def came_in(self) -> str:
        """The field that brought the addresses, for an error about them."""
        return "file" if self.cleaned_data.get("file") is not None else "text"

    def upload_fields(self) -> dict[str, Any]:
        """What the service keeps. A file without a name is still a file."""
        values, file = self.cleaned_data, self.cleaned_data["file"]
        content = values["text"].encode() if file is None else file.read()
        filename = "" if file is None else file.name or "?"
        own = {name: values[name] for name in self.Meta.fields}
        return {**own, "content": content, "filename": filename}


class NewListForm(UploadForm):
    """The same for a list that does not exist yet."""

    name = LineField(label=_("Name of the list"), max_length=150)

    field_order = _ORDER

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if ContactList.objects.filter(name__iexact=name).exists():
            raise ValidationError(_("There is a list of this name already: open it and add the addresses there."))
        return name

    def upload_fields(self) -> dict[str, Any]:
        return {**super().upload_fields(), "name": self.cleaned_data["name"]}


class LinesForm(forms.Form):
    """Which lines of a preview are shown."""

    outcome = forms.ChoiceField(
        label=_("What happens to them"), required=False, choices=[("", _("all lines")), *OUTCOMES.items()]
    )


class ContactsForm(forms.Form):
    """Which contacts of a list are shown."""

    q = forms.CharField(label=_("Name or address"), required=False, max_length=100)


class PeopleForm(forms.Form):
    """Which people of a segment are shown."""

    q = forms.CharField(label=_("Name or address"), required=False, max_length=100)
    reason = forms.ChoiceField(
        label=_("In or out"),
        required=False,
        choices=[
            ("", _("all")),
            (IN, _("in")),
            (OUT, _("out, whatever the reason")),
            *((reason.value, reason.label) for reason in Reason),
        ],
    )
