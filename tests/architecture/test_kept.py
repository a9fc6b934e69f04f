"""Whoever adds a column says whether it names somebody, what for, on which ground and how long (decision 0030)."""

from collections import Counter

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from notifications import retention
from organisations.kept import DECLARED, NOT_PERSONAL, Ending
from portal import catalogues

OURS = ("organisations", "events", "agreements", "research", "notifications", "portal")
WORDS = (
    models.CharField, models.TextField, models.JSONField, models.BinaryField, models.GenericIPAddressField, models.FileField,
)  # fmt: skip


def columns() -> set[str]:
    """Columns that can hold words: those with a choice of ours cannot."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in OURS:
            found |= {
                f"{model._meta.label}.{field.name}"
                for field in model._meta.concrete_fields
                if isinstance(field, WORDS) and not field.choices
            }
    return found


def test_every_column_that_can_name_somebody_is_declared_or_listed_with_a_reason():
    declared = {column for kept in DECLARED.values() for column in kept.columns}
    assert columns() - declared - set(NOT_PERSONAL) == set()
    assert declared & set(NOT_PERSONAL) == set()
    assert all(NOT_PERSONAL.values())


def test_no_declaration_speaks_of_a_column_that_is_not_there():
    known = {
        f"{model._meta.label}.{field.name}" for model in apps.get_models() for field in model._meta.concrete_fields
    }
    declared = Counter(column for kept in DECLARED.values() for column in kept.columns)
    assert set(declared) | set(NOT_PERSONAL) <= known
    assert [column for column, times in declared.items() if times > 1] == []


def test_the_rule_would_notice_a_new_column(monkeypatch):
    """The negative control of the first test."""
    field = models.TextField()
    field.set_attributes_from_name("gossip")
    from events.models import Attendee

    monkeypatch.setattr(Attendee._meta, "local_concrete_fields", [*Attendee._meta.local_concrete_fields, field])
    monkeypatch.setitem(Attendee._meta.__dict__, "concrete_fields", (*Attendee._meta.concrete_fields, field))
    with pytest.raises(AssertionError, match="gossip"):
        test_every_column_that_can_name_somebody_is_declared_or_listed_with_a_reason()


@pytest.mark.django_db
def test_whatever_has_a_date_leaves_by_a_step_and_every_step_is_declared():
    from django.utils import timezone

    numbers = set(retention.due(timezone.now()))
    dated = {kept.key for kept in DECLARED.values() if kept.ending != Ending.STAYS}
    #: With the name; with the last registration of the address.
    of_other_steps = {"counted_answers", "photographs", "calendar_feeds"}
    assert dated - of_other_steps <= numbers
    assert numbers <= set(DECLARED)


@pytest.mark.parametrize("kept", DECLARED.values(), ids=DECLARED)
def test_every_period_has_words_in_both_languages_and_its_setting_is_a_number(kept):
    from django.utils import translation

    said = set()
    for language in catalogues.LANGUAGES:
        with translation.override(language):
            said.add(kept.short)
            assert kept.period.words
            assert kept.seen_by
    assert len(said) == 2
    for name in (kept.period.days, kept.period.years):
        assert not name or isinstance(getattr(settings, name), int)
