"""The text: articles with an identity for life, and its versions, which no longer change once shared."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models.agreements import Agreement


class Article(models.Model):
    """An article's identity, stable for life: its number in a version is only a position."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="articles")

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    def __str__(self) -> str:
        return str(self.uid)


class TextVersion(models.Model):
    """The whole text at one time. Shared once, it no longer changes (a trigger of the database says so)."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    note = models.CharField(_("what is new"), max_length=300, blank=True)
    text_sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    shared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("version of the text")
        verbose_name_plural = _("versions of the text")
        constraints = (
            models.UniqueConstraint(fields=("agreement", "number"), name="text_version_number_once"),
            models.CheckConstraint(
                condition=Q(shared_at__isnull=True) | ~Q(text_sha256=""), name="text_version_shared_with_hash"
            ),
        )

    def __str__(self) -> str:
        return f"{self.agreement} v{self.number}"

    def in_order(self) -> "models.QuerySet[ArticleRevision]":
        """Its articles by position."""
        return self.revisions.select_related("article").order_by("position")


class ArticleRevision(models.Model):
    """An article's heading and text in one version."""

    version = models.ForeignKey(TextVersion, models.PROTECT, related_name="revisions")
    article = models.ForeignKey(Article, models.PROTECT, related_name="revisions")
    position = models.PositiveIntegerField(_("position"))
    heading = models.CharField(_("heading"), max_length=200)
    source = models.TextField(_("text"))

    class Meta:
        verbose_name = _("text of an article")
        verbose_name_plural = _("texts of articles")
        constraints = (models.UniqueConstraint(fields=("version", "article"), name="article_once_per_version"),)

    def __str__(self) -> str:
        return f"{self.position}. {self.heading}"
