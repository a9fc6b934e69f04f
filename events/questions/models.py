"""An event's own questions and what people answered. A module of its own; `events.models` takes it in."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.languages import Bilingual

YES, NO = "yes", "no"


class QuestionQuerySet(models.QuerySet["Question"]):
    """Questions about questions."""

    def asked(self) -> "QuestionQuerySet":
        """Those that are asked, in their order, with their options: two queries. Twin: `Question.is_asked`."""
        return self.filter(retired_at=None).order_by("position", "pk").prefetch_related("options")


class Question(models.Model):
    """One question: what is asked, of whom, when, and after which answer to another."""

    class Kind(models.TextChoices):
        SHORT = "short", gettext_lazy("short text")
        LONG = "long", gettext_lazy("long text")
        CHOICE = "choice", gettext_lazy("one of several")
        CHOICES = "choices", gettext_lazy("any of several")
        YES_NO = "yes_no", gettext_lazy("yes or no")
        NUMBER = "number", gettext_lazy("number")
        DATE = "date", gettext_lazy("date")

    class Audience(models.TextChoices):
        REGISTRATION = "registration", gettext_lazy("once for each registration")
        ATTENDEE = "attendee", gettext_lazy("each person who comes")

    class Moment(models.TextChoices):
        REGISTERING = "registering", gettext_lazy("in the registration form")
        LATER = "later", gettext_lazy("later, through the link in the confirmation")

    #: Kinds whose answers are options.
    WITH_OPTIONS = (Kind.CHOICE, Kind.CHOICES)
    #: Kinds whose answer another question may wait for.
    DECIDING = (Kind.CHOICE, Kind.CHOICES, Kind.YES_NO)

    event = models.ForeignKey(
        "events.Event", models.CASCADE, related_name="questions", verbose_name=gettext_lazy("event")
    )
    kind = models.CharField(gettext_lazy("kind of answer"), max_length=8, choices=Kind, default=Kind.SHORT)
    audience = models.CharField(
        gettext_lazy("who is asked"), max_length=12, choices=Audience, default=Audience.REGISTRATION
    )
    moment = models.CharField(gettext_lazy("when"), max_length=12, choices=Moment, default=Moment.LATER)
    position = models.PositiveIntegerField(default=0, editable=False)
    text_it = models.CharField(gettext_lazy("question (Italian)"), max_length=300)
    text_en = models.CharField(gettext_lazy("question (English)"), max_length=300, blank=True)
    help_it = models.CharField(gettext_lazy("explanation (Italian)"), max_length=500, blank=True)
    help_en = models.CharField(gettext_lazy("explanation (English)"), max_length=500, blank=True)
    required = models.BooleanField(gettext_lazy("must be answered"), default=False)
    minimum = models.DecimalField(gettext_lazy("at least"), max_digits=12, decimal_places=2, null=True, blank=True)
    maximum = models.DecimalField(gettext_lazy("at most"), max_digits=12, decimal_places=2, null=True, blank=True)
    unit_it = models.CharField(gettext_lazy("unit (Italian)"), max_length=30, blank=True)
    unit_en = models.CharField(gettext_lazy("unit (English)"), max_length=30, blank=True)
    #: Asked only after one of these answers to an earlier question: "yes", "no", or keys of options.
    depends_on = models.ForeignKey(
        "self", models.RESTRICT, null=True, blank=True, related_name="dependents",
        verbose_name=gettext_lazy("only after an answer to"),
    )  # fmt: skip
    depends_values = models.JSONField(gettext_lazy("if the answer is"), default=list, blank=True)
    #: Data of a special kind, or close to it: few read it, and it is deleted soon after the event.
    sensitive = models.BooleanField(gettext_lazy("sensitive: few read it, deleted after the event"), default=False)
    purpose_it = models.CharField(gettext_lazy("what it is needed for (Italian)"), max_length=300, blank=True)
    purpose_en = models.CharField(gettext_lazy("what it is needed for (English)"), max_length=300, blank=True)
    #: Raised by every change, so that a form written for an older one is shown again.
    edition = models.PositiveIntegerField(default=0, editable=False)
    retired_at = models.DateTimeField(gettext_lazy("no longer asked since"), null=True, blank=True, editable=False)

    text = Bilingual()
    help = Bilingual()
    unit = Bilingual()
    purpose = Bilingual()

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("question")
        verbose_name_plural = gettext_lazy("questions")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="number") | Q(minimum__isnull=True, maximum__isnull=True, unit_it="", unit_en=""),
                name="question_bounds_only_of_numbers",
            ),
            models.CheckConstraint(
                condition=Q(minimum__isnull=True) | Q(maximum__isnull=True) | Q(minimum__lte=F("maximum")),
                name="question_at_least_not_above_at_most",
            ),
            models.CheckConstraint(
                condition=Q(sensitive=False, purpose_it="", purpose_en="") | (Q(sensitive=True) & ~Q(purpose_it="")),
                name="question_sensitive_exactly_with_a_purpose",
            ),
            models.CheckConstraint(
                condition=Q(depends_on__isnull=True) | ~Q(depends_on=F("id")), name="question_not_after_itself"
            ),
        )

    def __str__(self) -> str:
        return self.text

    @property
    def is_asked(self) -> bool:
        """Twin of `QuestionQuerySet.asked`."""
        return self.retired_at is None

    @property
    def has_options(self) -> bool:
        """Whether its answers are options."""
        return self.kind in self.WITH_OPTIONS

    @property
    def name(self) -> str:
        """Its field's name in every form."""
        return f"q{self.pk}"

    def is_called_for(self, answers: dict[int, Any]) -> bool:
        """Whether it is asked at all after these answers (by the keys of the questions; see `value_of`)."""
        if self.depends_on_id is None:
            return True
        return not {str(one) for one in self.depends_values}.isdisjoint(keys_of(answers.get(self.depends_on_id)))


class QuestionOption(models.Model):
    """One of the answers to choose from. What somebody chose is retired, never removed."""

    question = models.ForeignKey(
        Question, models.CASCADE, related_name="options", verbose_name=gettext_lazy("question")
    )
    text_it = models.CharField(gettext_lazy("answer (Italian)"), max_length=200)
    text_en = models.CharField(gettext_lazy("answer (English)"), max_length=200, blank=True)
    position = models.PositiveIntegerField(default=0, editable=False)
    retired_at = models.DateTimeField(gettext_lazy("no longer offered since"), null=True, blank=True, editable=False)

    text = Bilingual()

    class Meta:
        verbose_name = gettext_lazy("answer to choose")
        verbose_name_plural = gettext_lazy("answers to choose")
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("question", "text_it"), name="question_option_once"),
            models.CheckConstraint(condition=~Q(text_it=""), name="question_option_says_something"),
        )

    def __str__(self) -> str:
        return self.text


class AnswerQuerySet(models.QuerySet["Answer"]):
    """Questions about answers; the clock is passed in."""

    def outlived(self, now: datetime) -> "AnswerQuerySet":
        """Sensitive ones that serve nobody any more: the event was called off, or ended NEEDS_KEPT_DAYS ago."""
        ended = Q(question__event__ends_at__lte=now - timedelta(days=settings.NEEDS_KEPT_DAYS))
        return self.filter(ended | Q(question__event__state="cancelled"), question__sensitive=True)


class Answer(models.Model):
    """What one registration, or one person, answered to one question. A row is there only while it says something."""

    question = models.ForeignKey(
        Question, models.PROTECT, related_name="answers", verbose_name=gettext_lazy("question")
    )
    registration = models.ForeignKey(
        "events.Registration", models.CASCADE, null=True, blank=True, related_name="answers",
        verbose_name=gettext_lazy("registration"),
    )  # fmt: skip
    attendee = models.ForeignKey(
        "events.Attendee", models.CASCADE, null=True, blank=True, related_name="answers",
        verbose_name=gettext_lazy("attendee"),
    )  # fmt: skip
    text = models.TextField(gettext_lazy("text"), blank=True)
    number = models.DecimalField(gettext_lazy("number"), max_digits=12, decimal_places=2, null=True, blank=True)
    day = models.DateField(gettext_lazy("date"), null=True, blank=True)
    yes = models.BooleanField(gettext_lazy("yes"), null=True, blank=True)
    chosen = models.ManyToManyField(QuestionOption, related_name="answers", verbose_name=gettext_lazy("chosen"))
    answered_at = models.DateTimeField(gettext_lazy("answered at"), default=timezone.now)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("answer")
        verbose_name_plural = gettext_lazy("answers")
        constraints = (
            models.CheckConstraint(
                condition=Q(registration__isnull=False, attendee__isnull=True)
                | Q(registration__isnull=True, attendee__isnull=False),
                name="answer_of_a_registration_or_of_a_person",
            ),
            models.UniqueConstraint(
                fields=("question", "registration"),
                condition=Q(registration__isnull=False),
                name="answer_once_per_registration",
            ),
            models.UniqueConstraint(
                fields=("question", "attendee"), condition=Q(attendee__isnull=False), name="answer_once_per_attendee"
            ),
        )

    def __str__(self) -> str:
        return f"{self.question_id}"  # never the words: this goes into logs

    def value(self) -> Any:
        """As forms know it: str, Decimal, date, bool, or a list of keys of options. Expects `chosen` prefetched."""
        match self.question.kind:
            case Question.Kind.NUMBER:
                return self.number
            case Question.Kind.DATE:
                return self.day
            case Question.Kind.YES_NO:
                return self.yes
            case Question.Kind.CHOICE | Question.Kind.CHOICES:
                return [option.pk for option in self.chosen.all()]
            case _:
                return self.text

    def said(self) -> str:
        """As people read it, in the active language. Expects `chosen` prefetched."""
        value = self.value()
        if value is None:
            return ""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return "; ".join(option.text for option in self.chosen.all())
        if isinstance(value, Decimal):
            return f"{number_format(value.normalize() + 0)} {self.question.unit}".strip()
        return str(value) if isinstance(value, str) else date_format(value, "j F Y")


def keys_of(value: Any) -> set[str]:
    """What a condition compares: "yes" or "no", or the keys of options. Nothing where there is no answer."""
    if isinstance(value, bool):
        return {YES if value else NO}
    return {str(key) for key in value} if isinstance(value, list) else set()
