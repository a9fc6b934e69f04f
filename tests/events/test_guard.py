"""Programs do not get through the form, and people who are stopped lose nothing that they typed."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from events.forms.guard import LONGEST, stamp
from events.models import Registration

pytestmark = pytest.mark.django_db
REGISTER = "/events/info-day/register/"


@pytest.fixture(autouse=True)
def _three_seconds(settings):
    settings.REGISTRATION_MIN_SECONDS = 3


def hidden(page) -> dict[str, str]:
    """What a browser sends of the fields that nobody sees."""
    fields = (re.search(rf'<input[^>]*name="{name}"[^>]*>', page.content.decode()) for name in ("shown", "homepage"))
    values = (re.search(r'value="([^"]*)"', field[0]) for field in fields)
    return dict(zip(("shown", "homepage"), (value[1] if value else "" for value in values), strict=True))


def test_a_form_sent_at_once_comes_back_whole_and_goes_through_the_second_time(client, event, posted):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        fields = posted("Anna", "Bruno") | hidden(client.get(REGISTER))
        clock.shift(timedelta(seconds=1))
        page = client.post(REGISTER, fields)
        text = page.content.decode()
        assert page.status_code == 200
        assert "Nulla è andato perso" in text
        for typed in ("Anna", "Bruno", "Carla Contatto", "carla@ente01.example.org", fields["submission_id"]):
            assert f'value="{typed}"' in text
        assert Registration.objects.count() == 0
        clock.shift(timedelta(seconds=2))
        assert client.post(REGISTER, fields | hidden(page)).status_code == 302


@pytest.mark.parametrize("shown", ["", "x", "1", "1:2:3", "\x00", "9" * 5000])
def test_a_form_without_a_moment_of_ours_is_shown_anew(client, event, posted, shown):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        page = client.post(REGISTER, posted("Anna") | {"shown": shown})
        assert Registration.objects.count() == 0
        clock.shift(timedelta(seconds=4))
        assert client.post(REGISTER, posted("Anna") | hidden(page)).status_code == 302


def test_a_moment_that_was_caught_once_serves_nobody_for_ever(client, event, posted):
    old, late = timezone.now() - LONGEST - timedelta(seconds=1), timezone.now() - LONGEST + timedelta(seconds=9)
    client.post(REGISTER, posted("Anna") | {"shown": stamp(old)})
    assert Registration.objects.count() == 0
    assert client.post(REGISTER, posted("Anna") | {"shown": stamp(late)}).status_code == 302


def test_a_moment_to_come_lets_nobody_through(client, event, posted):
    client.post(REGISTER, posted("Anna") | {"shown": stamp(timezone.now() + timedelta(hours=1))})
    assert Registration.objects.count() == 0


def test_the_moment_stays_when_another_row_is_added(client, event, posted):
    first = hidden(client.get(REGISTER))
    page = client.post(REGISTER, posted("Anna", another="1") | first)
    assert hidden(page)["shown"] == first["shown"]


def test_a_filled_trap_comes_back_empty_with_a_word_and_everything_else(client, event, posted):
    shown = {"shown": stamp(timezone.now() - timedelta(minutes=1))}
    page = client.post(REGISTER, posted("Anna") | shown | {"homepage": "https://example.org"})
    text = page.content.decode()
    assert "campo che le persone non vedono" in text
    assert 'value="Anna"' in text
    assert "https://example.org" not in text
    assert client.post(REGISTER, posted("Anna") | hidden(page)).status_code == 302


def test_the_trap_is_seen_by_nobody_and_reached_by_no_key(client, event):
    page = client.get(REGISTER).content.decode()
    before, _field, after = page.partition('name="homepage"')
    assert before.rindex('class="visually-hidden"') > before.rindex("<form")
    assert 'tabindex="-1"' in before[-400:] + after[:200]
    assert 'autocomplete="off"' in before[-400:] + after[:200]


def test_all_categories_are_guarded_and_zero_asks_for_nothing(client, event, settings):
    fields = {"submission_id": "6f1d5f0e-6a3e-4a0f-9a50-0d6b2f1f7f10", "contact_name": "Paola Privata",
              "contact_email": "paola@altrove.example.org", "notice_read": "on", "notice_version": "2026-11"}  # fmt: skip
    for category, more in (("person", {}), ("press", {"medium": "Giornale", "contact_office": "Giornalista"})):
        client.post(f"{REGISTER}?as={category}", fields | more)
    assert Registration.objects.count() == 0
    settings.REGISTRATION_MIN_SECONDS = 0
    assert client.post(f"{REGISTER}?as=person", fields).status_code == 302
