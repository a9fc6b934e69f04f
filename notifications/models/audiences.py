"""Who can be written to beside the directory: contact lists with their origin, and saved segments."""

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.languages import Language
from organisations.models import Organisation, User


class ContactListQuerySet(models.QuerySet["ContactList"]):
    """Questions about contact lists."""

    def with_size(self) -> "ContactListQuerySet":
        """Each with how many addresses it holds, as `size`."""
        contacts = Contact.objects.filter(contact_list=OuterRef("pk")).order_by().values("contact_list")
        counted = contacts.annotate(number=Count("pk")).values("number")
        return self.annotate(size=Coalesce(Subquery(counted, output_field=models.IntegerField()), 0))


class ContactList(models.Model):
    """A list of addresses that somebody brought along."""

    name = models.CharField(_("name"), max_length=150)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("created by"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    objects = ContactListQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact list")
        verbose_name_plural = _("contact lists")

    def __str__(self) -> str:
        return self.name


class ContactUploadQuerySet(models.QuerySet["ContactUpload"]):
    """Questions about uploads."""

    def waiting(self) -> "ContactUploadQuerySet":
        """Previews that nobody has decided about."""
        return self.filter(applied_at__isnull=True)

    def applied(self) -> "ContactUploadQuerySet":
        """Those whose addresses are in their list."""
        return self.filter(applied_at__isnull=False, undone_at__isnull=True)

    def undoable(self) -> "ContactUploadQuerySet":
        """Those that can still be taken out as a whole. Twin: `ContactUpload.is_undoable`."""
        return self.applied().filter(file_forgotten_at__isnull=True)

    def without_content(self) -> "ContactUploadQuerySet":
        """For tables: the files, megabytes each, stay where they are."""
        return self.defer("content")


class ContactUpload(models.Model):
    """Addresses as they were pasted or uploaded, and what became of them. Until applied, the list knows nothing of it."""

    contact_list = models.ForeignKey(
        ContactList, models.CASCADE, null=True, blank=True, related_name="uploads", verbose_name=_("contact list")
    )
    list_name = models.CharField(_("name of the list"), max_length=150)
    source = models.CharField(
        _("where the addresses come from"),
        max_length=200,
        help_text=_("The people on the list may ask (GDPR, art. 14): a public register, a fair, another office …"),
    )
    collected_on = models.DateField(_("collected on"))
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ITALIAN)
    filename = models.CharField(_("file name"), max_length=200, blank=True)
    content = models.BinaryField(_("content"))
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("uploaded by"))
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    #: The file has served its time; what it brought stays in the list, and cannot be taken back as one any more.
    file_forgotten_at = models.DateTimeField(_("file forgotten at"), null=True, blank=True, editable=False)
    outcome = models.JSONField(_("outcome"), default=dict, blank=True)

    objects = ContactUploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("uploaded addresses")
        verbose_name_plural = _("uploaded addresses")
        constraints = (
            models.CheckConstraint(condition=~Q(source=""), name="contact_upload_says_where_from"),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(contact_list__isnull=False),
                name="contact_upload_applied_to_a_list",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(applied_at__isnull=False),
                name="contact_upload_undone_only_when_applied",
            ),
        )

    def __str__(self) -> str:
        return self.filename or self.list_name

    @property
    def is_undoable(self) -> bool:
        """Whether it was applied and not taken back, and its file is still here to say what it brought."""
        return self.applied_at is not None and self.undone_at is None and self.file_forgotten_at is None


class ContactQuerySet(models.QuerySet["Contact"]):
    """Questions about contacts."""

    def matching(self, text: str) -> "ContactQuerySet":
        """Those with the text in address, name or organisation; an empty text matches all."""
        found = Q(address__icontains=text) | Q(name__icontains=text) | Q(organisation_name__icontains=text)
        return self.filter(found) if text else self


class Contact(models.Model):
    """One address of a contact list."""

    contact_list = models.ForeignKey(
        ContactList, models.CASCADE, related_name="contacts", verbose_name=_("contact list")
    )
    upload = models.ForeignKey(
        ContactUpload, models.CASCADE, related_name="contacts", verbose_name=_("uploaded addresses")
    )
    address = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    organisation_name = models.CharField(_("organisation"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ITALIAN)
    organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation in the directory"),
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = (models.UniqueConstraint(fields=("contact_list", "address"), name="contact_once_per_list"),)

    def __str__(self) -> str:
        return self.address


class Segment(models.Model):
    """A saved definition of an audience; who belongs to it is always asked anew."""

    name = models.CharField(_("name"), max_length=150)
    definition = models.JSONField(_("definition"), default=dict)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("created by"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")

    def __str__(self) -> str:
        return self.name
