"""Questions in a real browser: hidden until they are called for, looked at wide and narrow, answered by keyboard."""

import pytest
from playwright.sync_api import expect

from events import services as events
from events.models import Answer, Event, Question, Registration
from organisations.models import User
from portal.demo import ORGANISER
from tests.browser.test_every_page import check


@pytest.fixture
def organiser(demo) -> User:
    return User.objects.get(email=ORGANISER)


@pytest.fixture
def workshop(organiser) -> Event:
    """With room for more, and questions in its form."""
    workshop = Event.objects.get(slug__startswith="laboratorio-colloquio")
    return events.change(event=workshop, by=organiser, capacity=20)


def pages(workshop: Event) -> dict[str, str]:
    day = Event.objects.get(kind=Event.Kind.INFO_DAY, state=Event.State.PUBLISHED)
    here = Registration.objects.get(event=day, category=Registration.Category.ORGANISATION)
    person = here.attendees.exclude(email="").order_by("pk").first()
    at, question = f"/manage/events/{day.slug}/questions/", Question.objects.filter(event=day, kind="choices").get()
    return {
        "register-asks": f"{workshop.get_absolute_url()}register/", "questions": at, "question": f"{at}{question.pk}/",
        "question-new": f"{at}add/", "questions-preview": f"{at}preview/", "answers": f"{at}answers/",
        "registration-open-questions": here.get_absolute_url(), "answer": f"{here.get_absolute_url()}questions/",
        "own-open-questions": person.get_absolute_url(), "own-answer": f"{person.get_absolute_url()}questions/",
    }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("language", ["it", "en"])
def test_questions_and_answers(workshop, organiser, open_as, language, width):
    watched = open_as(organiser, width=width)
    for name, path in pages(workshop).items():
        check(watched, path, name, language, width)
    assert watched.findings == []


def test_a_question_appears_with_the_answer_that_calls_for_it_and_goes_with_another(workshop, open_as):
    watched = open_as(None, width=320)
    page = watched.page
    page.goto(f"{workshop.get_absolute_url()}register/")
    which = page.get_by_label("Quale formato?").first
    expect(which).to_be_hidden()
    material = page.get_by_role("group", name="Ti serve il materiale in un formato accessibile?").first
    material.get_by_label("sì").focus()
    page.keyboard.press("Space")
    expect(which).to_be_visible()
    which.fill("Braille")
    for field, value in (
        ("organisation_name", "Nuovo ente"), ("contact_name", "Rita Referente"), ("contact_office", "Presidente"),
        ("contact_email", "rita@nuovo.example.org"), ("attendees-0-full_name", "Nina Nuova"),
    ):  # fmt: skip
        page.locator(f"input[name={field}]").fill(value)
    page.locator("select[name=organisation_kind]").select_option("cso")
    page.get_by_label("Ho letto").check()
    page.get_by_role("button", name="Iscriviti").click()
    expect(page.get_by_text("L’iscrizione è confermata.")).to_be_visible()
    assert sorted(answer.said() for answer in Answer.objects.filter(question__event=workshop)) == ["Braille", "sì"]
    assert watched.trouble == []


def test_an_organiser_writes_a_question_and_sees_it_as_people_do(organiser, open_as):
    day = Event.objects.get(kind=Event.Kind.INFO_DAY, state=Event.State.PUBLISHED)
    watched = open_as(organiser)
    page = watched.page
    page.goto(f"/manage/events/{day.slug}/questions/add/")
    page.get_by_label("domanda (italiano)", exact=False).fill("Come arrivi?")
    page.locator("select[name=kind]").select_option("choice")
    page.get_by_label("Risposte tra cui scegliere").fill("treno | train\nbici | bicycle")
    page.get_by_role("button", name="Salva").click()
    expect(page.get_by_role("heading", name="Come arrivi?")).to_be_visible()
    page.get_by_role("link", name="Come le vedono gli iscritti").click()
    expect(page.get_by_label("bici")).to_be_visible()
    assert watched.trouble == []
