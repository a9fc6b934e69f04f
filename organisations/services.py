"""Everything that changes the directory."""

from django.db import transaction
from django.utils import timezone

from organisations import imports
from organisations.imports import FACTS, Outcome, Plan
from organisations.models import Organisation, RoleGrant, StakeholderImport, User
from organisations.roles import Role


class AlreadyApplied(Exception):
    """The list was imported before."""


@transaction.atomic
def keep_list(*, filename: str, content: bytes, by: User) -> StakeholderImport:
    """Keep an uploaded list as it came, for the preview. Raises imports.UnreadableList."""
    imports.plan(content)
    return StakeholderImport.objects.create(filename=filename[:200], content=content, uploaded_by=by)


@transaction.atomic
def apply_list(*, stakeholder_import: StakeholderImport) -> Plan:
    """Write a previewed list into the directory, once. Raises AlreadyApplied, imports.UnreadableList."""
    stakeholder_import = StakeholderImport.objects.select_for_update().get(pk=stakeholder_import.pk)
    if stakeholder_import.applied_at:
        raise AlreadyApplied
    plan = write_stakeholders(content=bytes(stakeholder_import.content), source=stakeholder_import.filename)
    stakeholder_import.applied_at, stakeholder_import.outcome = timezone.now(), plan.report()
    stakeholder_import.save(update_fields=["applied_at", "outcome"])
    return plan


@transaction.atomic
def write_stakeholders(*, content: bytes, source: str) -> Plan:
    """Write the new and changed rows of a list; the plan says what became of each. Raises imports.UnreadableList.

    An empty cell never erases a fact that the directory has.
    """
    plan = imports.plan(content)
    fresh = [
        Organisation(name=row.name, source=source, **{fact: row.facts.get(fact, "") for fact in FACTS})
        for row in plan.rows
        if row.outcome == Outcome.NEW
    ]
    Organisation.objects.bulk_create(fresh)
    for row in plan.rows:
        if row.outcome == Outcome.UPDATED and row.organisation:
            for fact in FACTS:
                setattr(row.organisation, fact, row.facts.get(fact) or getattr(row.organisation, fact))
            row.organisation.save()
    return plan


@transaction.atomic
def let_in(*, email: str, name: str, role: Role, organisation: Organisation | None = None) -> User:
    """Give somebody a role, making the user when the address is new; doing it again changes nothing."""
    user = User.objects.filter(email=email.lower()).first() or User.objects.create_user(email, name=name)
    RoleGrant.objects.get_or_create(user=user, role=role, organisation=organisation)
    return user
