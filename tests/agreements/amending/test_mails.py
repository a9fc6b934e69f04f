"""Who is told of amendments: organisers once a day, the proposer's party of each answer."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from notifications.kinds import BUILDERS
from notifications.models import Delivery
from tests.agreements.amending.conftest import change, close, delete, reject

pytestmark = pytest.mark.django_db


def rows(kind):
    return Delivery.objects.filter(kind=kind).order_by("pk")


def test_many_proposals_of_a_day_are_one_mail_to_organisers_that_names_them_all(version, reviewer, orvietan, organiser):
    morning = (timezone.now() + timedelta(days=1)).replace(hour=10)
    with time_machine.travel(morning, tick=False):
        change(version, 6, "due volte", "tre volte", reviewer)
        delete(version, 7, orvietan)
    mail = rows("amendment_proposed").get()
    assert mail.address == organiser.email
    letter = BUILDERS["amendment_proposed"](mail)
    assert [fact[0] for fact in letter.facts] == ["1.1", "1.2"]
    with time_machine.travel(morning + timedelta(days=1), tick=False):
        delete(version, 8, orvietan)
    assert rows("amendment_proposed").count() == 2


def test_whoever_proposes_is_not_told_of_it(version, organiser):
    delete(version, 7, organiser)
    assert not rows("amendment_proposed").exists()


@pytest.mark.parametrize(("language", "word"), [("it", "respinto"), ("en", "rejected")])
def test_the_proposers_people_and_nobody_else_hear_the_decision(
    shared, version, reviewer, signatory, orvietan, organiser, language, word
):
    amendment = delete(version, 7, reviewer)
    close(shared, organiser)
    reject(amendment, organiser, "Le risorse restano.")
    told = rows("amendment_decided")
    assert {row.address for row in told} == {reviewer.email, signatory.email}
    with translation.override(language):
        letter = BUILDERS["amendment_decided"](told[0])
    assert word in letter.subject
    assert "Le risorse restano." in dict(letter.facts).values()
