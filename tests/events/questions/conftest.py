"""An event that asks."""

import pytest

from events.questions import services
from events.questions.models import Question

Kind, Audience, Moment = Question.Kind, Question.Audience, Question.Moment


@pytest.fixture
def ask(event, organiser):
    """Writes a question; by default a short text, once for each registration, in the form."""

    def ask(text: str, kind: str = Kind.SHORT, *, options=(), **fields) -> Question:
        fields = {"moment": Moment.REGISTERING, "audience": Audience.REGISTRATION} | fields
        pairs = [(option, "") if isinstance(option, str) else option for option in options]
        return services.save_question(event=event, by=organiser, kind=kind, text_it=text, options=pairs, **fields)

    return ask
