"""Forms of the directory."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from organisations.imports import Outcome
from organisations.models import Organisation


class ListUploadForm(forms.Form):
    """One CSV list of stakeholders."""

    file = forms.FileField(
        label=_("List of stakeholders (CSV)"),
        help_text=_("As Excel saves it: “Ente” and “E-mail” are needed, other columns are read if known."),
        widget=forms.ClearableFileInput({"accept": ".csv,.txt,text/csv"}),
    )

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if file.size and file.size > settings.MAX_IMPORT_BYTES:
            raise ValidationError(_("The file is larger than 2 MB: split the list."))
        return file


class RowsForm(forms.Form):
    """Which rows of a preview are shown."""

    outcome = forms.ChoiceField(
        label=_("What happens to them"),
        required=False,
        choices=[
            ("", _("all rows")),
            (Outcome.NEW, _("new")),
            (Outcome.UPDATED, _("changed")),
            (Outcome.UNCHANGED, _("unchanged")),
            (Outcome.DUPLICATE, _("duplicates")),
            (Outcome.ERROR, _("with an error, left out")),
            (Outcome.EMPTY, _("empty rows")),
        ],
    )


class DirectoryFilterForm(forms.Form):
    """What the directory shows."""

    q = forms.CharField(label=_("Name or e-mail"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("all")), *Organisation.Kind.choices])
