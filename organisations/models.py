"""Users, organisations, their people and the roles they hold."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from organisations.compiled import Compiled
from organisations.languages import Language
from organisations.roles import ORGANISATION_ROLES, PERMISSIONS, Permission, Role, roles_with


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Questions about organisations."""

    def with_email(self) -> "OrganisationQuerySet":
        """Those that an ordinary mail can reach."""
        return self.exclude(email="")


class Organisation(models.Model):
    """An institution, municipality, civil-society organisation, school or firm."""

    class Kind(models.TextChoices):
        ASSOCIATION = "association", _("trade association")
        MUNICIPALITY = "municipality", _("municipality")
        PUBLIC_BODY = "public_body", _("public body")
        CSO = "cso", _("civil-society organisation")
        SCHOOL = "school", _("school or university")
        FIRM = "firm", _("firm")
        OTHER = "other", _("other")

    class Section(models.TextChoices):
        """Kind of third-sector body, after the register RUNTS (legislative decree 117/2017, art. 46)."""

        NONE = "", _("not applicable")
        ODV = "odv", _("voluntary organisation (ODV)")
        APS = "aps", _("social promotion association (APS)")
        SOCIAL_ENTERPRISE = "social_enterprise", _("social enterprise")
        SOCIAL_COOPERATIVE = "social_cooperative", _("social cooperative")
        FOUNDATION = "foundation", _("foundation")
        OTHER = "other", _("other body")

    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    section = models.CharField(_("section"), max_length=20, choices=Section, blank=True, default=Section.NONE)
    municipality = models.CharField(_("municipality"), max_length=100, blank=True)
    fiscal_code = models.CharField(_("fiscal code"), max_length=16, blank=True)
    ipa_code = models.CharField(_("IPA code"), max_length=30, blank=True)
    runts_number = models.CharField(_("RUNTS number"), max_length=30, blank=True)
    istat_code = models.CharField(_("ISTAT code"), max_length=6, blank=True, help_text=_("six digits, as text"))
    cadastral_code = models.CharField(_("cadastral code"), max_length=4, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    pec = models.EmailField(_("certified e-mail (PEC)"), blank=True)
    pec_source = models.CharField(_("source of the PEC"), max_length=100, blank=True)
    pec_checked_on = models.DateField(_("PEC checked on"), null=True, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ITALIAN)
    note = models.TextField(_("note"), blank=True)
    source = models.CharField(
        _("source"), max_length=200, blank=True, help_text=_("where these facts come from (GDPR, art. 14)")
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = (
            models.UniqueConstraint(
                Lower("email"), "name", condition=~Q(email=""), name="organisation_once_per_email_and_name"
            ),
            models.CheckConstraint(
                condition=Q(istat_code="") | Q(istat_code__regex=r"^[0-9]{6}$"), name="organisation_istat_six_digits"
            ),
        )

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail; nobody here has a password by default."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user who signs in by e-mailed code. Raises ValueError without an address."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)  # None makes it unusable
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user for repair work in the admin, who signs in like everybody else."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def with_permission(
        self, permission: Permission, organisation: Organisation | None = None
    ) -> "models.QuerySet[User]":
        """Active users who hold a role that carries the permission, for that organisation or the whole portal."""
        grants = RoleGrant.objects.filter(role__in=roles_with(permission), organisation=organisation)
        return self.filter(is_active=True, pk__in=grants.values("user"))


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in, by e-mail address."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ITALIAN)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined at"), default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_case"),)

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        self.email = self.email.strip().lower()

    def has_permission(self, permission: Permission, organisation: Organisation | None = None) -> bool:
        """Twin of `UserManager.with_permission`: one query, and none more for the whole portal's permissions after it."""
        if not self.is_active:
            return False
        if organisation is None:
            return not self._roles.isdisjoint(roles_with(permission))
        return self.grants.filter(role__in=roles_with(permission), organisation=organisation).exists()

    @cached_property
    def _roles(self) -> frozenset[str]:
        """Those held for the whole portal, asked once for each request."""
        return frozenset(grant.role for grant in _GRANTS_OF.rows(self.pk))

    def organisations_with(self, permission: Permission) -> "models.QuerySet[Organisation]":
        """The organisations for which this user holds the permission."""
        grants = self.grants.filter(role__in=roles_with(permission), organisation__isnull=False)
        return Organisation.objects.filter(pk__in=grants.values("organisation"))

    @property
    def is_organiser(self) -> bool:
        """Whether the organisers' pages open for this user at all: a role held for the whole portal, more than the door."""
        return self.is_active and bool(self._roles - {Role.SCANNER})


class RoleGrant(models.Model):
    """A role held by a user: for the whole portal, or for one organisation."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="grants", verbose_name=_("organisation")
    )
    granted_at = models.DateTimeField(_("granted at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("role held")
        verbose_name_plural = _("roles held")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "role", "organisation"),
                condition=Q(organisation__isnull=False),
                name="role_granted_once_per_organisation",
            ),
            models.UniqueConstraint(
                fields=("user", "role"), condition=Q(organisation__isnull=True), name="role_granted_once_for_the_portal"
            ),
            models.CheckConstraint(
                condition=Q(role__in=sorted(ORGANISATION_ROLES), organisation__isnull=False)
                | (~Q(role__in=sorted(ORGANISATION_ROLES)) & Q(organisation__isnull=True)),
                name="role_has_organisation_exactly_when_it_needs_one",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"

    @property
    def permissions(self) -> frozenset[Permission]:
        """What this role carries."""
        return PERMISSIONS[Role(self.role)]


def _grants_of(user: RawSQL) -> "models.QuerySet[RoleGrant]":
    """The roles of one user for the whole portal."""
    return RoleGrant.objects.filter(user=user, organisation=None).only("role")


_GRANTS_OF = Compiled(_grants_of)


class Person(models.Model):
    """A contact; becomes a user only when they need to sign in."""

    full_name = models.CharField(_("full name"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True)
    user = models.OneToOneField(
        User, models.SET_NULL, null=True, blank=True, related_name="person", verbose_name=_("user")
    )

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.full_name


class Membership(models.Model):
    """A person in an organisation, in an office, for a time."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships", verbose_name=_("person"))
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    office_held = models.CharField(_("office held"), max_length=150, blank=True)
    from_on = models.DateField(_("from"), null=True, blank=True)
    to_on = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = (
            models.UniqueConstraint(
                fields=("person", "organisation", "office_held"), name="membership_once_per_person_and_office"
            ),
            models.CheckConstraint(
                condition=Q(from_on__isnull=True) | Q(to_on__isnull=True) | Q(to_on__gte=models.F("from_on")),
                name="membership_ends_after_it_begins",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}, {self.office_held or self.organisation}"

    def clean(self) -> None:
        if self.from_on and self.to_on and self.to_on < self.from_on:
            raise ValidationError({"to_on": _("The end comes before the beginning.")})


class StakeholderImport(models.Model):
    """One uploaded list, kept as it came, and what became of it: shown row by row before anything is written."""

    filename = models.CharField(_("file name"), max_length=200)
    content = models.BinaryField(_("content"))
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("uploaded by"))
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    outcome = models.JSONField(_("outcome"), default=dict, blank=True)

    class Meta:
        verbose_name = _("imported list")
        verbose_name_plural = _("imported lists")

    def __str__(self) -> str:
        return self.filename
