"""The frozen bytes, the parties' adhesions to them, and the files they signed with their own tools."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models.agreements import Agreement, Party
from agreements.models.texts import TextVersion
from organisations.models import User


class FrozenDocument(models.Model):
    """The final text as a PDF: its bytes are stored once and never rendered again."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="documents")
    version = models.OneToOneField(TextVersion, models.PROTECT, related_name="document")
    content = models.BinaryField()
    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    size = models.PositiveIntegerField(_("size in bytes"))
    page_count = models.PositiveIntegerField(_("pages"))
    frozen_at = models.DateTimeField(default=timezone.now)
    frozen_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("frozen document")
        verbose_name_plural = _("frozen documents")

    def __str__(self) -> str:
        return self.sha256


class Adhesion(models.Model):
    """A party's adhesion, recorded by somebody entitled. It is not a digital signature and never called one."""

    document = models.ForeignKey(FrozenDocument, models.PROTECT, related_name="adhesions")
    party = models.ForeignKey(Party, models.PROTECT, related_name="adhesions")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_name = models.CharField(_("name"), max_length=150)
    office_held = models.CharField(_("office held"), max_length=150)
    statement = models.TextField(_("statement"))
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("adhesion")
        verbose_name_plural = _("adhesions")
        constraints = (models.UniqueConstraint(fields=("document", "party"), name="adhesion_once_per_party"),)

    def __str__(self) -> str:
        return str(self.party)


class SignedFile(models.Model):
    """A file that a party signed with its own tool, kept byte for byte."""

    document = models.ForeignKey(FrozenDocument, models.PROTECT, related_name="signed_files")
    party = models.ForeignKey(Party, models.PROTECT, related_name="signed_files")
    filename = models.CharField(_("file name"), max_length=150)
    media_type = models.CharField(max_length=50)
    content = models.BinaryField()
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField(_("size in bytes"))
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("signed file")
        verbose_name_plural = _("signed files")
        constraints = (
            models.UniqueConstraint(fields=("document", "party", "sha256"), name="signed_file_once_per_party"),
        )

    def __str__(self) -> str:
        return self.filename
