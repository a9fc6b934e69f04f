"""What organisers ask beside who comes: some of it in the form of a workshop, most of it later, for the info day."""

from decimal import Decimal
from typing import Any

from events.models import Event, Question, Registration
from events.questions import services
from organisations.models import User

Kind, Audience, Moment = Question.Kind, Question.Audience, Question.Moment


def load(*, by: User) -> None:
    """Write what is not there yet; running it again changes nothing."""
    for event in Event.objects.filter(state=Event.State.PUBLISHED, questions=None).order_by("pk"):
        if event.kind == Event.Kind.INFO_DAY:
            _of_the_info_day(event, by)
        elif event.slug.startswith("laboratorio"):
            _of_the_workshop(event, by)


def _ask(event: Event, by: User, kind: str, text_it: str, text_en: str, **fields: Any) -> Question:
    return services.save_question(event=event, by=by, kind=kind, text_it=text_it, text_en=text_en, **fields)


def _of_the_info_day(event: Event, by: User) -> None:
    reached = _ask(
        event, by, Kind.NUMBER, "Quanti giovani avete incontrato nell’ultimo anno?", "How many young people did you meet last year?",
        minimum=Decimal(0), unit_it="giovani", unit_en="young people", help_it="Basta una stima.", help_en="An estimate will do.",
    )  # fmt: skip
    topics = _ask(
        event, by, Kind.CHOICES, "Quali temi vi interessano di più?", "Which topics interest you most?",
        options=[("Orientamento al lavoro", "Guidance towards work"), ("Formazione", "Training"),
                 ("Volontariato e servizio civile", "Volunteering and civic service"), ("Spazi e attrezzature", "Rooms and equipment")],
    )  # fmt: skip
    car = _ask(event, by, Kind.YES_NO, "Arrivi in auto?", "Do you come by car?", audience=Audience.ATTENDEE)
    _ask(
        event, by, Kind.YES_NO, "Ti serve un posto auto riservato?", "Do you need a reserved parking place?",
        audience=Audience.ATTENDEE, depends_on=car, depends_values=["yes"],
    )  # fmt: skip
    registration = Registration.objects.filter(event=event, category=Registration.Category.ORGANISATION).first()
    if registration:
        first, second = topics.options.order_by("position")[:2]
        services.answer(
            registration=registration, given={reached.pk: Decimal(140), topics.pk: [first.pk, second.pk]},
            asked=[reached.pk, topics.pk],
        )  # fmt: skip


def _of_the_workshop(event: Event, by: User) -> None:
    _ask(
        event, by, Kind.CHOICE, "Quanta esperienza hai con i colloqui?", "How experienced are you with interviews?",
        audience=Audience.ATTENDEE, moment=Moment.REGISTERING,
        options=[("Comincio adesso", "I am beginning"), ("Qualche anno", "Some years"), ("Molta", "A lot")],
    )  # fmt: skip
    material = _ask(
        event, by, Kind.YES_NO, "Ti serve il materiale in un formato accessibile?", "Do you need the material in an accessible format?",
        audience=Audience.ATTENDEE, moment=Moment.REGISTERING, sensitive=True,
        purpose_it="preparare il materiale per te", purpose_en="preparing the material for you",
    )  # fmt: skip
    _ask(
        event, by, Kind.SHORT, "Quale formato?", "Which format?", audience=Audience.ATTENDEE, moment=Moment.REGISTERING,
        depends_on=material, depends_values=["yes"], sensitive=True, purpose_it="preparare il materiale per te",
        purpose_en="preparing the material for you",
    )  # fmt: skip
