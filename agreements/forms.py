"""Forms of agreements. They validate and convert; services write."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models import Comment, Position
from agreements.services import Draft, NotASignedFile, media_type_of
from organisations.text import LineField, LocalDateTimeInput


class ArticleForm(forms.Form):
    """Heading and text of one article."""

    heading = LineField(label=_("Heading"), max_length=200)
    source = forms.CharField(
        label=_("Text"),
        max_length=20_000,
        widget=forms.Textarea({"rows": 8}),
        help_text=_(
            "An empty line begins a new paragraph; “- ” begins an item of a list. [[parti]], [[data]] and [[atti]] are "
            "filled in when the text is frozen."
        ),
    )

    def draft(self) -> Draft:
        """The article, for the services."""
        return Draft(self.cleaned_data["heading"], self.cleaned_data["source"])


class CommentForm(forms.Form):
    """A remark to one article."""

    body = forms.CharField(label=_("Comment"), max_length=5_000, widget=forms.Textarea({"rows": 3}))
    visibility = forms.ChoiceField(label=_("Who may read it"), choices=Comment.Visibility.choices)


class PositionForm(forms.Form):
    """What the party says to the version as a whole."""

    kind = forms.ChoiceField(
        label=_("Position on this version"),
        widget=forms.RadioSelect,
        choices=[choice for choice in Position.Kind.choices if choice[0] != Position.Kind.SILENT],
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=5_000, widget=forms.Textarea({"rows": 3}))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("kind") == Position.Kind.REMARKS and not values.get("note"):
            self.add_error("note", _("Say in a sentence what the remarks are about; details belong to the articles."))
        return values


class ShareForm(forms.Form):
    """Until when remarks are asked for."""

    closes_at = forms.DateTimeField(label=_("Remarks by"), widget=LocalDateTimeInput)
    note = LineField(label=_("What is new in this version"), max_length=300, required=False)

    def clean_closes_at(self) -> datetime:
        closes_at: datetime = self.cleaned_data["closes_at"]
        if closes_at <= timezone.now():
            raise ValidationError(_("This date has passed: choose a later one."))
        return closes_at


class NoteForm(forms.Form):
    """What a new version is about."""

    note = LineField(label=_("What is new in this version"), max_length=300)


class AdhesionForm(forms.Form):
    """Who adheres, in which office; the statement is shown and repeated."""

    name = LineField(label=_("Full name"), max_length=150)
    office_held = LineField(label=_("Office held"), max_length=150)
    declared = forms.BooleanField(label=_("I have read the final text and I am entitled to adhere for my organisation"))


class SignedFileForm(forms.Form):
    """A file signed with the party's own tool."""

    file = forms.FileField(label=_("Signed file"), help_text=_("PDF or .p7m, at most 25 MB; it is kept as it is."))

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if file.size and file.size > settings.MAX_SIGNED_FILE_BYTES:
            raise ValidationError(_("The file is larger than 25 MB."))
        head = file.read(64)
        file.seek(0)
        try:
            media_type_of(head)
        except NotASignedFile as error:
            raise ValidationError(
                _("This is neither a PDF nor a .p7m file. Upload the file as your tool signed it.")
            ) from error
        return file

    def filename(self) -> str:
        """The file's name as a harmless label."""
        name = str(self.cleaned_data["file"].name or "file")
        return "".join(c for c in name if c.isprintable() and c not in '"\\/')[-150:] or "file"


class WithdrawForm(forms.Form):
    """Why the agreement goes no further."""

    reason = forms.CharField(label=_("Reason"), max_length=1_000, widget=forms.Textarea({"rows": 3}))
