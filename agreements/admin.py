"""Reading of agreements. Nothing about them is changed or deleted here."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from agreements.models import (
    Adhesion,
    Agreement,
    Amendment,
    AmendmentDecision,
    AuditEvent,
    FrozenDocument,
    SignedFile,
)


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Evidence is looked at, never touched."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Agreement)
class AgreementAdmin(ReadOnlyAdmin):
    list_display = ("title_it", "state", "published_at")


@admin.register(FrozenDocument)
class FrozenDocumentAdmin(ReadOnlyAdmin):
    list_display = ("agreement", "sha256", "frozen_at")
    exclude = ("content",)


@admin.register(Adhesion)
class AdhesionAdmin(ReadOnlyAdmin):
    list_display = ("party", "by_name", "office_held", "at")


@admin.register(SignedFile)
class SignedFileAdmin(ReadOnlyAdmin):
    list_display = ("party", "filename", "sha256", "uploaded_at")
    exclude = ("content",)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("agreement_slug", "seq", "type", "actor", "at")
    list_filter = ("agreement_slug",)


@admin.register(Amendment)
class AmendmentAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "kind", "party", "state", "proposed_at")
    list_filter = ("state", "kind")


@admin.register(AmendmentDecision)
class AmendmentDecisionAdmin(ReadOnlyAdmin):
    list_display = ("amendment", "outcome", "by", "at")
