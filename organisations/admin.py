"""Reading and repair of the directory."""

from django.contrib import admin

from organisations.models import Membership, Organisation, Person, RoleGrant, StakeholderImport, User


class RoleGrantInline(admin.TabularInline[RoleGrant, User]):
    model = RoleGrant
    extra = 0


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    list_display = ("email", "name", "is_active")
    search_fields = ("email", "name")
    fields = ("email", "name", "language", "is_active", "is_staff", "is_superuser")
    inlines = (RoleGrantInline,)


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin[Organisation]):
    list_display = ("name", "kind", "municipality", "email")
    list_filter = ("kind", "section")
    search_fields = ("name", "email", "fiscal_code")


class MembershipInline(admin.TabularInline[Membership, Person]):
    model = Membership
    extra = 0


@admin.register(Person)
class PersonAdmin(admin.ModelAdmin[Person]):
    list_display = ("full_name", "email")
    search_fields = ("full_name", "email")
    inlines = (MembershipInline,)


@admin.register(StakeholderImport)
class StakeholderImportAdmin(admin.ModelAdmin[StakeholderImport]):
    list_display = ("filename", "uploaded_by", "uploaded_at", "applied_at")
    readonly_fields = ("filename", "uploaded_by", "uploaded_at", "applied_at", "outcome")
    exclude = ("content",)
