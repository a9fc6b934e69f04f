"""Roles: held for the portal or for one organisation, never half."""

import pytest
from django.db import IntegrityError, transaction

from organisations.models import RoleGrant, User
from organisations.roles import PERMISSIONS, Permission, Role
from organisations.services import let_in

pytestmark = pytest.mark.django_db


def test_a_signatory_may_adhere_for_the_own_organisation_alone(signatory, terni, orvieto):
    assert signatory.has_permission(Permission.RECORD_ADHESION, terni)
    assert not signatory.has_permission(Permission.RECORD_ADHESION, orvieto)
    assert not signatory.has_permission(Permission.RECORD_ADHESION)
    assert not signatory.is_organiser


def test_an_inactive_user_may_nothing(organiser):
    organiser.is_active = False
    organiser.save()
    assert not organiser.has_permission(Permission.MANAGE_EVENTS)
    assert organiser not in User.objects.with_permission(Permission.MANAGE_EVENTS)


@pytest.mark.parametrize(("role", "with_organisation"), [(Role.SIGNATORY, False), (Role.ORGANISER, True)])
def test_the_database_refuses_a_role_with_the_wrong_reach(stranger, terni, role, with_organisation):
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=stranger, role=role, organisation=terni if with_organisation else None)


def test_a_role_is_granted_once(terni):
    let_in(email="A@example.org", name="A", role=Role.REVIEWER, organisation=terni)
    let_in(email="a@example.org", name="A", role=Role.REVIEWER, organisation=terni)
    assert RoleGrant.objects.count() == User.objects.count() == 1


def test_every_role_carries_something_and_every_permission_is_carried():
    assert set(PERMISSIONS) == set(Role)
    assert set().union(*PERMISSIONS.values()) == set(Permission)
