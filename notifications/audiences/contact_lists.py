"""The addresses of one pasted or imported list, each with where it came from."""

from collections.abc import Iterable, Sequence

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.audiences.sources import Fields, Recipient, Source, SourceForm, is_key, register
from notifications.models.audiences import Contact, ContactList, ContactUpload
from organisations.languages import Words


class ListForm(SourceForm):
    """One contact list."""

    list = forms.ModelChoiceField(ContactList.objects.order_by("name", "pk"), label=gettext_lazy("Contact list"))


@register
class Contacts(Source):
    """One contact list."""

    kind = "list"
    label = gettext_lazy("A contact list")
    help = gettext_lazy("Addresses that were pasted or imported.")
    form_class = ListForm

    def recipients(self, fields: Fields) -> Iterable[Recipient]:
        origins = {upload.pk: _origin(upload) for upload in ContactUpload.objects.select_related("contact_list").filter(
            contact_list=fields["list"]).defer("content")}  # fmt: skip
        rows = Contact.objects.filter(contact_list=fields["list"]).values_list(
            "address", "name", "organisation_name", "organisation__name", "language", "organisation", "upload"
        )
        for address, name, typed, known, language, organisation, upload in rows:
            yield Recipient(address, name or typed or known or address, language, organisation, origins[upload])

    def phrases(self, many: Sequence[Fields]) -> list[str]:
        known = dict(ContactList.objects.filter(pk__in={fields["list"] for fields in many}).values_list("pk", "name"))
        words, gone = _("the list “%(list)s”"), _("a list that is gone")
        return [words % {"list": known[fields["list"]]} if fields["list"] in known else gone for fields in many]

    def is_complete(self, fields: Fields) -> bool:
        return is_key(fields.get("list"))


def _origin(upload: ContactUpload) -> Words:
    def say() -> str:
        return _("the list “%(list)s” (source: %(source)s, %(date)s)") % {
            "list": upload.contact_list,
            "source": upload.source,
            "date": date_format(upload.collected_on),
        }

    return Words.made_by(say)
