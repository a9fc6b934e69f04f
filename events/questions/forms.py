"""Forms made of an event's questions, and the form that organisers write a question with."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event
from events.questions.models import NO, YES, Question
from events.questions.services import CHANGED_LATER, Answers
from organisations.text import LineField, validate_one_line

Kind = Question.Kind
#: Up to so many answers stand as buttons; more come as a list to open.
BUTTONS = 8
MAX_OPTIONS = 40
#: The field that says which questions, and as they were when, a form showed.
SHOWN = "shown_questions"


def state_of(questions: Iterable[Question]) -> str:
    """The same as long as the same questions are asked in the same words; different after any change.

    Of the words too: after a restore the same key and edition may stand for something else.
    """
    text = [
        (
            question.pk,
            question.edition,
            question.text_it,
            question.text_en,
            *(one.text_it for one in question.options.all()),
        )
        for question in questions
    ]
    return hashlib.sha256(repr(text).encode("utf-8", "surrogatepass")).hexdigest()[:16]


class AnswersForm(forms.Form):
    """The questions put to one registration or one person. Empty where there are none.

    `answers` after validation: key of the question -> value, without what was not asked after the other answers.
    """

    use_required_attribute = False

    def __init__(
        self,
        questions: Sequence[Question],
        data: Mapping[str, Any] | None = None,
        *,
        prefix: str,
        given: Mapping[int, Any] | None = None,
        typed: Mapping[str, Any] | None = None,
    ) -> None:
        """`given`: answers that are kept already. `typed`: what stood in a form that is shown once more, not judged."""
        given = given or {}
        initial = {question.name: _initial(question, given.get(question.pk)) for question in questions}
        if typed is not None:
            initial = {question.name: _typed(question, typed, f"{prefix}-{question.name}") for question in questions}
        super().__init__(data, initial=initial, prefix=prefix)
        self.questions = list(questions)
        by_key = {question.pk: question for question in questions}
        for question in self.questions:
            self.fields[question.name] = _field(question, by_key, given.get(question.pk))

    def rows(self) -> list[tuple[forms.BoundField, str, str, Question]]:
        """Each field with the name of the field it waits for, and the values that call for it."""
        shown = {question.pk for question in self.questions}
        return [
            (
                self[question.name],
                self.add_prefix(f"q{question.depends_on_id}") if question.depends_on_id in shown else "",
                ",".join(str(value) for value in question.depends_values),
                question,
            )
            for question in self.questions
        ]

    @cached_property
    def answers(self) -> dict[int, Any]:
        """What was answered. Expects a valid form."""
        return {
            question.pk: self.cleaned_data[question.name]
            for question in self.questions
            if self.cleaned_data.get(question.name) not in (None, "", [])
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        settled: dict[int, Any] = {}
        for question in self.questions:
            if question.is_called_for(settled):
                settled[question.pk] = values.get(question.name)
                continue
            self.errors.pop(question.name, None)  # nobody had to answer it
            values[question.name] = None
        return values


class Questionnaire:
    """Everything that a registration form asks beside who comes: of the registration once, and of each person.

    `people`: how many rows for people the form has; their answers stand under the rows' own prefixes.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        data: Mapping[str, Any] | None,
        prefixes: Sequence[str],
        *,
        typed: Mapping[str, Any] | None = None,
    ) -> None:
        self.state = state_of(questions)
        self._was = data.get(SHOWN) if data is not None else None
        once = [one for one in questions if one.audience == Question.Audience.REGISTRATION]
        each = [one for one in questions if one.audience == Question.Audience.ATTENDEE]
        self.of_registration = AnswersForm(once, data, prefix="once", typed=typed)
        self.of_people = [AnswersForm(each, data, prefix=f"{prefix}-q", typed=typed) for prefix in prefixes]
        self.is_empty = not questions

    def is_valid(self, filled: Sequence[bool]) -> bool:
        """Whether everything is answered well; rows of people that are not filled in are passed over."""
        good = self.of_registration.is_valid()
        for form, is_filled in zip(self.of_people, filled, strict=True):
            if is_filled:
                good = form.is_valid() and good
        return good

    def is_of_now(self) -> bool:
        """Whether the form showed the questions as they stand."""
        return self.is_empty or self._was == self.state

    def answers(self, filled: Sequence[bool]) -> Answers:
        """For the service. Expects it to be valid."""
        people = [form.answers for form, is_filled in zip(self.of_people, filled, strict=True) if is_filled]
        return Answers(self.of_registration.answers, people)


class CopyForm(forms.Form):
    """From which event questions are taken over."""

    source = forms.ModelChoiceField(
        Event.objects.none(), to_field_name="slug", label=gettext_lazy("Event"), empty_label=None
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source = self.fields["source"]
        assert isinstance(source, forms.ModelChoiceField)
        others = Event.objects.filter(questions__retired_at=None, questions__isnull=False).exclude(pk=event.pk)
        source.queryset = others.distinct().order_by("-starts_at", "pk")


class QuestionForm(forms.ModelForm[Question]):
    """One question, for organisers. The answers to choose stand one on a line, Italian and English."""

    options = forms.CharField(
        label=gettext_lazy("Answers to choose"), required=False, max_length=10_000, widget=forms.Textarea({"rows": 6}),
        help_text=gettext_lazy("One on each line. The English text goes on the same line, after a vertical bar."),
    )  # fmt: skip
    depends_on = forms.ModelChoiceField(
        Question.objects.none(), required=False, label=gettext_lazy("Only after an answer to"),
        empty_label=gettext_lazy("always ask it"),
    )  # fmt: skip
    depends_values = forms.MultipleChoiceField(
        label=gettext_lazy("If the answer is"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick the answers of the question above."),
    )  # fmt: skip

    class Meta:
        model = Question
        fields = ("text_it", "text_en", "kind", "options", "audience", "moment", "required", "help_it", "help_en", "minimum",
                  "maximum", "unit_it", "unit_en", "depends_on", "depends_values", "sensitive", "purpose_it", "purpose_en")  # fmt: skip

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        for name in ("text_it", "text_en", "help_it", "help_en", "unit_it", "unit_en", "purpose_it", "purpose_en"):
            self.fields[name].validators.append(validate_one_line)
        before = event.questions.filter(retired_at=None, kind__in=Question.DECIDING).order_by("position", "pk")
        if self.instance.pk:
            before = before.filter(position__lt=self.instance.position)
            if not self.is_bound:
                self.initial["options"] = "\n".join(
                    " | ".join(filter(None, (one.text_it, one.text_en)))
                    for one in self.instance.options.all()
                    if one.retired_at is None
                )
        depends_on, values = self.fields["depends_on"], self.fields["depends_values"]
        assert isinstance(depends_on, forms.ModelChoiceField)
        assert isinstance(values, forms.MultipleChoiceField)
        depends_on.queryset = before
        values.choices = _values_of(before.prefetch_related("options"))
        if self.instance.pk and self.instance.answers.exists():
            for name in self.fields.keys() - CHANGED_LATER - {"options"}:
                self.fields[name].disabled = True  # it was answered: its meaning stays
        if not before:  # nothing that a condition could name
            del self.fields["depends_on"], self.fields["depends_values"]

    def clean_options(self) -> list[tuple[str, str]]:
        lines = [line.strip() for line in self.cleaned_data["options"].splitlines() if line.strip()]
        found = []
        for line in lines:
            italian, _bar, english = (part.strip() for part in line.partition("|"))
            for text in (italian, english):
                if len(text) > 200:
                    raise ValidationError(_("An answer has at most 200 characters: “%(text)s …”") % {"text": text[:40]})
                validate_one_line(text)
            if not italian:
                raise ValidationError(_("Each line begins with the Italian text."))
            found.append((italian, english))
        if len({italian for italian, _english in found}) < len(found):
            raise ValidationError(_("The same answer stands there twice."))
        if len(found) > MAX_OPTIONS:
            raise ValidationError(_("At most %(most)s answers to choose from.") % {"most": MAX_OPTIONS})
        return found

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        kind = values.get("kind")
        if kind in Question.WITH_OPTIONS and not self.errors.get("options") and len(values.get("options") or ()) < 2:
            self.add_error("options", _("Write at least two answers to choose from."))
        if kind != Kind.NUMBER:
            values |= {"minimum": None, "maximum": None, "unit_it": "", "unit_en": ""}
        low, high = values.get("minimum"), values.get("maximum")
        if low is not None and high is not None and low > high:
            self.add_error("maximum", _("“At most” is less than “at least”."))
        if values.get("sensitive") and not values.get("purpose_it"):
            self.add_error("purpose_it", _("Say what it is needed for: people read it beside the question."))
        if not values.get("sensitive"):
            values |= {"purpose_it": "", "purpose_en": ""}
        self._clean_condition(values)
        return values

    def _clean_condition(self, values: dict[str, Any]) -> None:
        if "depends_on" not in self.fields:
            return
        other = values.get("depends_on")
        if other is None:
            values["depends_values"] = []
            return
        possible = {key for key, _label in _values_of([other])}
        values["depends_values"] = [value for value in values.get("depends_values") or () if value in possible]
        if not values["depends_values"]:
            self.add_error("depends_values", _("Tick at least one answer of the question above."))
        if values.get("audience") != other.audience:
            self.add_error("depends_on", _("That question is put to somebody else: choose the same audience."))
        if values.get("moment") == Question.Moment.REGISTERING and other.moment == Question.Moment.LATER:
            self.add_error("depends_on", _("That question is asked later than this one."))

    def values(self) -> dict[str, Any]:
        """For the service."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


# -- inside ------------------------------------------------------------------------------------------------------------


def _values_of(questions: Iterable[Question]) -> list[tuple[str, str]]:
    """What a condition may name: the key, and words that say of which question it is an answer."""
    found = []
    for question in questions:
        if question.kind == Kind.YES_NO:
            answers = [(YES, _("yes")), (NO, _("no"))]
        else:
            answers = [(str(option.pk), option.text) for option in question.options.all() if option.retired_at is None]
        found += [(key, f"{question.text}: {label}") for key, label in answers]
    # "yes" and "no" are the same for every question: each once
    return list(
        {key: label if key not in {YES, NO} else {YES: _("yes"), NO: _("no")}[key] for key, label in found}.items()
    )


def _initial(question: Question, value: Any) -> Any:
    if question.kind == Kind.YES_NO and value is not None:
        return YES if value else NO
    if question.kind == Kind.CHOICE:
        return str(value[0]) if value else ""
    return format(value.normalize(), "f") if question.kind == Kind.NUMBER and value is not None else value


def _typed(question: Question, data: Mapping[str, Any], name: str) -> Any:
    getlist = getattr(data, "getlist", None)
    return getlist(name) if getlist and question.kind == Kind.CHOICES else data.get(name, "")


def _field(question: Question, shown: Mapping[int, Question], value: Any) -> forms.Field:
    """The field of a question, with what it is for and when it is asked as its explanation."""
    common: dict[str, Any] = {
        "label": question.text,
        "required": question.required,
        "help_text": " ".join(filter(None, (question.help, _purpose(question), _when(question, shown)))),
    }
    match question.kind:
        case Kind.SHORT:
            return LineField(**common, max_length=200)
        case Kind.LONG:
            return forms.CharField(**common, max_length=2000, widget=forms.Textarea({"rows": 3}))
        case Kind.NUMBER:
            common["label"] = f"{question.text} ({question.unit})" if question.unit else question.text
            return forms.DecimalField(
                **common, min_value=question.minimum, max_value=question.maximum, max_digits=12, decimal_places=2
            )
        case Kind.DATE:
            return forms.DateField(**common, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
        case Kind.YES_NO:
            return _YesNoField(**common, choices=[(YES, _("yes")), (NO, _("no"))], widget=forms.RadioSelect)
        case Kind.CHOICE:
            choices = _choices(question, value)
            if len(choices) <= BUTTONS:
                return _OneOptionField(**common, choices=choices, widget=forms.RadioSelect)
            return _OneOptionField(**common, choices=[("", _("choose …")), *choices])
        case _:
            return _OptionsField(**common, choices=_choices(question, value), widget=forms.CheckboxSelectMultiple)


def _choices(question: Question, value: Any) -> list[tuple[str, str]]:
    """What is offered, and what somebody chose while it was."""
    kept = set(value or ())
    return [(str(one.pk), one.text) for one in question.options.all() if one.retired_at is None or one.pk in kept]


def _purpose(question: Question) -> str:
    if not question.sensitive:
        return ""
    return _("Needed for: %(purpose)s. Few read it, and it is deleted after the event.") % {"purpose": question.purpose}


def _when(question: Question, shown: Mapping[int, Question]) -> str:
    """Also without script people know whether they are asked."""
    other = shown.get(question.depends_on_id or 0)
    if other is None:
        return ""
    labels = {str(option.pk): option.text for option in other.options.all()} | {YES: _("yes"), NO: _("no")}
    answers = _(" or ").join(
        _("“%(text)s”") % {"text": labels.get(str(value), "?")} for value in question.depends_values
    )
    return _("Only if you answer %(answers)s to “%(question)s”.") % {"answers": answers, "question": other.text}


class _YesNoField(forms.ChoiceField):
    def clean(self, value: Any) -> bool | None:
        return {YES: True, NO: False}.get(str(super().clean(value)))


class _OneOptionField(forms.ChoiceField):
    """One option, as a list of one key, like several."""

    def clean(self, value: Any) -> list[int]:
        found = super().clean(value)
        return [int(found)] if found else []


class _OptionsField(forms.MultipleChoiceField):
    def clean(self, value: Any) -> list[int]:
        return [int(found) for found in super().clean(value)]
