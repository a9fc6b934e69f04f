"""Organisers' pages of an event's questions: written, ordered, retired, copied, looked at as people see them; answers."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events import services as events
from events.log.exports import note_export
from events.manage_views import require_events
from events.models import Event
from events.questions import counts, services
from events.questions.forms import AnswersForm, CopyForm, QuestionForm
from events.questions.models import Question
from organisations.access import signed_in
from organisations.roles import Permission


@require_safe
@require_events
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """The questions in their order, those that are asked no more below."""
    event = get_object_or_404(Event, slug=slug)
    questions = event.questions.order_by("position", "pk").select_related("depends_on").prefetch_related("options")
    context = {
        "event": event,
        "questions": [question for question in questions if question.is_asked],
        "retired": [question for question in questions if not question.is_asked],
        "copying": CopyForm(event=event) if event.is_editable else None,
    }
    return render(request, "events/questions/index.html", context)


@require_events
def edit(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """Add one (no pk), or correct it; once it was answered its meaning stays."""
    event = get_object_or_404(Event, slug=slug)
    question = get_object_or_404(event.questions.prefetch_related("options"), pk=pk) if pk else None
    form = QuestionForm(request.POST or None, instance=question, event=event)
    answered = question.answers.count() if question else 0
    if request.method == "POST" and form.is_valid():
        fields = form.values()
        options = fields.pop("options", [])
        try:
            saved = services.save_question(
                event=event, by=signed_in(request), question=question, options=options, **fields
            )
        except services.HasAnswers:
            form.add_error(None, _("Somebody has answered it meanwhile: retire it and write a new one."))
        except services.IsDependedOn:
            form.add_error(None, _("Another question waits for an answer to this one, or the condition cannot be met."))
        except events.WrongState:
            form.add_error(None, _("This event can no longer be changed."))
        else:
            messages.success(request, _("The question is saved."))
            return redirect("manage_questions:index", saved.event.slug)
    context = {"event": event, "form": form, "question": question, "answered": answered}
    return render(request, "events/questions/edit.html", context, status=422 if form.errors else 200)


def _changed(request: HttpRequest, change: Callable[[], object], words: str) -> None:
    try:
        change()
    except services.HasAnswers:
        messages.error(request, _("Somebody has answered it: it cannot be removed, but asked no more."))
    except services.IsDependedOn:
        messages.error(request, _("Another question waits for an answer to this one: change that one first."))
    except events.WrongState:
        messages.error(request, _("This event can no longer be changed."))
    else:
        messages.success(request, words)


def _question(slug: str, pk: int) -> Question:
    return get_object_or_404(Question.objects.select_related("event"), event__slug=slug, pk=pk)


@require_POST
@require_events
def move(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Up, or down where `steps` is 1."""
    question, steps = _question(slug, pk), 1 if request.POST.get("steps") == "1" else -1
    _changed(
        request,
        lambda: services.move_question(question=question, steps=steps, by=signed_in(request)),
        _("The order is saved."),
    )
    return redirect("manage_questions:index", slug)


@require_POST
@require_events
def retire(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    question = _question(slug, pk)
    _changed(
        request,
        lambda: services.retire_question(question=question, by=signed_in(request)),
        _("The question is asked no more; its answers stay."),
    )
    return redirect("manage_questions:index", slug)


@require_POST
@require_events
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    question = _question(slug, pk)
    _changed(
        request,
        lambda: services.remove_question(question=question, by=signed_in(request)),
        _("The question is removed."),
    )
    return redirect("manage_questions:index", slug)


@require_POST
@require_events
def copy(request: HttpRequest, slug: str) -> HttpResponse:
    """Take over the questions of another event."""
    event = get_object_or_404(Event, slug=slug)
    form = CopyForm(request.POST, event=event)
    if not form.is_valid():
        messages.error(request, _("Choose an event that asks questions."))
        return redirect("manage_questions:index", slug)
    try:
        count = services.copy_questions(event=event, source=form.cleaned_data["source"], by=signed_in(request))
    except events.WrongState:
        messages.error(request, _("This event can no longer be changed."))
    else:
        words = ngettext("%(count)s question was copied.", "%(count)s questions were copied.", count)
        messages.success(request, words % {"count": count})
    return redirect("manage_questions:index", slug)


@require_safe
@require_events
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """As those who register see them, by moment and audience; nothing can be sent."""
    event = get_object_or_404(Event, slug=slug)
    questions = list(event.questions.asked())
    blocks = []
    for moment, when in Question.Moment.choices:
        for audience, who in Question.Audience.choices:
            asked = [one for one in questions if one.moment == moment and one.audience == audience]
            if asked:
                blocks.append((when, who, AnswersForm(asked, prefix=f"{moment}-{audience}")))
    return render(request, "events/questions/preview.html", {"event": event, "blocks": blocks})


def _may_see_sensitive(request: HttpRequest) -> bool:
    return signed_in(request).has_permission(Permission.SEE_NEEDS)


@never_cache
@require_safe
@require_events
def answers(request: HttpRequest, slug: str) -> HttpResponse:
    """What was answered, question by question."""
    event, may = get_object_or_404(Event, slug=slug), _may_see_sensitive(request)
    context = {"event": event, "results": counts.results(event, may_see_sensitive=may), "may_see_sensitive": may}
    return render(request, "events/questions/answers.html", context)


@never_cache
@require_safe
@require_events
def answers_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """One line for each registration, or for each person (`?of=attendee`)."""
    event = get_object_or_404(Event, slug=slug)
    wanted = request.GET.get("of", "")
    audience = wanted if wanted in Question.Audience else Question.Audience.REGISTRATION.value
    content = counts.sheet(event, audience, may_see_sensitive=_may_see_sensitive(request))
    note_export(request, event, "answers")
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{event.slug}-answers-{audience}.csv"'
    return response
