"""Organisers' pages of an event's reminder rules: what goes out when, to how many, what became of it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise as StrPromise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events.models import Event
from notifications import copies, letters, outbox
from notifications.access import require_campaigns
from notifications.framing import is_a_mail, shows_a_mail
from notifications.models.reminders import ReminderOccurrence, ReminderRule
from notifications.reminders import planning, services, words
from notifications.reminders.audiences import Recipient, candidates, joined_before
from notifications.reminders.forms import ReminderRuleForm
from notifications.sending import mime
from organisations.access import signed_in


@dataclass(frozen=True, slots=True)
class Line:
    """A rule as the list shows it."""

    rule: ReminderRule
    sentence: str
    notes: list[str]
    count: int


@never_cache
@require_safe
@require_campaigns
def rule_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Every rule in a sentence, recomputed now, with its history."""
    event = get_object_or_404(Event, slug=slug)
    lines = _lines(event)
    rests = copies.resting(event, (line.rule for line in lines)) if event.is_editable else ()
    context = {"event": event, "lines": lines, "resting": rests}
    return render(request, "notifications/reminder_list.html", context)


def _lines(event: Event) -> list[Line]:
    now, rules = timezone.now(), list(event.reminder_rules.with_dates().order_by("pk"))
    people = {audience: candidates(rule, now) for audience, rule in {rule.audience: rule for rule in rules}.items()}
    return [
        Line(
            rule,
            words.sentence(rule, now),
            words.notes(rule, now),
            len(joined_before(rule.due_at() or now, people[rule.audience])),
        )
        for rule in rules
    ]


@require_campaigns
def rule_new(request: HttpRequest, slug: str) -> HttpResponse:
    event = get_object_or_404(Event, slug=slug)
    form = ReminderRuleForm(request.POST or None, event=event)
    if request.method == "POST" and form.is_valid():
        services.add_rule(target=event, by=signed_in(request), **form.values())
        messages.success(request, _("The reminder was saved."))
        return redirect("manage_reminders:list", slug)
    context = {"event": event, "form": form}
    return render(request, "notifications/reminder_edit.html", context, status=422 if form.errors else 200)


@require_campaigns
def rule_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    rule = _rule(slug, pk)
    event = get_object_or_404(Event, slug=slug)
    form = ReminderRuleForm(request.POST or None, instance=rule, event=event)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_rule(rule=rule, by=signed_in(request), **form.values())
        except services.AlreadyGone:
            messages.error(request, _("This reminder is not there any more."))
        else:
            messages.success(request, _("The reminder was saved."))
        return redirect("manage_reminders:list", slug)
    context = {"event": event, "form": form, "rule": rule}
    return render(request, "notifications/reminder_edit.html", context, status=422 if form.errors else 200)


def _verb(service: Callable[..., object], done: StrPromise) -> Callable[..., HttpResponseBase]:
    """A page of one verb of a rule."""

    @require_POST
    @require_campaigns
    def view(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        try:
            service(rule=_rule(slug, pk), by=signed_in(request))
        except services.AlreadyGone:
            messages.error(request, _("This reminder is not there any more."))
        except services.AlreadyFired:
            messages.error(request, _("This reminder has gone out once: it can be switched off, and stays on record."))
        else:
            messages.success(request, str(done))
        return redirect("manage_reminders:list", slug)

    return view


rule_switch_on = _verb(services.switch_on, gettext_lazy("The reminder is active again."))
rule_switch_off = _verb(services.switch_off, gettext_lazy("The reminder is switched off: nothing goes out."))
rule_delete = _verb(services.delete_rule, gettext_lazy("The reminder was deleted."))


@require_safe
@require_campaigns
@shows_a_mail
def rule_preview(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The letter as the first person of today's audience would get it."""
    rule = _rule(slug, pk)
    context: dict[str, object] = {"event": rule.event, "rule": rule}
    person = _first_person(rule)
    if person:
        letter, rendered = _letter(rule, person)
        context |= {"person": person, "letter": letter, "text": rendered.text}
    return render(request, "notifications/reminder_preview.html", context)


@require_safe
@require_campaigns
@is_a_mail
def rule_preview_html(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The HTML part alone, for the frame of the preview: a mail's inline styles, no script, no origin."""
    rule = _rule(slug, pk)
    person = _first_person(rule)
    return HttpResponse(_letter(rule, person)[1].html if person else "")


def _rule(slug: str, pk: int) -> ReminderRule:
    return get_object_or_404(ReminderRule.objects.with_dates(), event__slug=slug, pk=pk)


def _first_person(rule: ReminderRule) -> Recipient | None:
    return next(iter(candidates(rule, timezone.now())), None) if rule.is_target_live else None


def _letter(rule: ReminderRule, person: Recipient) -> tuple[letters.Letter, letters.Rendered]:
    now = timezone.now()
    occurrence = ReminderOccurrence(rule=rule, revision=0, anchor_at=rule.anchor_at or now, due_at=rule.due_at() or now)
    with transaction.atomic():  # a look leaves no calendar entry behind
        message = planning.message(rule, occurrence, person)
        planning.stamp_all(rule, occurrence, [message])
        row = outbox.preview_row(message)
        letter = letters.letter_for(row)
        transaction.set_rollback(True)
    rendered = letters.render(letter, name=row.name, language=row.language)
    mime.build(row, letter, rendered)  # what cannot be built must show here and not while sending
    return letter, rendered
