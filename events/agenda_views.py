"""Organisers' pages of the agenda: the list of items, and each of them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from events import agenda as agendas
from events import services
from events.agenda.changes import Change, What
from events.agenda.impact import Impact, impact_of
from events.forms import CancelEventForm, EditionForm, MoveForm, SessionForm, ShiftForm, TimesForm
from events.forms.agenda import unseal
from events.manage_views import require_events
from events.models import Event, Session
from organisations.access import signed_in


@dataclass(frozen=True, slots=True)
class Row:
    """One item as the editor shows it."""

    session: Session
    #: Items of one room and day exchange their times.
    lane: str
    is_public: bool
    change: Change | None
    findings: tuple[str, ...]
    untranslated: tuple[str, ...]

    @property
    def is_new(self) -> bool:
        """Whether the public does not know it yet."""
        return self.change is not None and What.ADDED in self.change.what


@require_safe
@require_events
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """All items by time, and how the draft stands beside what is public."""
    event = get_object_or_404(Event, slug=slug)
    return render(request, "events/agenda/index.html", editor_of(event))


def editor_of(event: Event) -> dict[str, Any]:
    """What the list of items shows. A fixed number of queries."""
    impact = impact_of(event, now=timezone.now())
    sessions = event.sessions.in_draft().in_order().select_related("room", "track")
    return {
        "event": event,
        "impact": impact,
        "rows": [_row(session, impact) for session in sessions.prefetch_related("appearances__speaker")],
        "is_public": event.state == Event.State.PUBLISHED,
        "is_outside": any(verdict.rule.name == "outside_the_event" for verdict in impact.blocking),
    }


def _row(session: Session, impact: Impact) -> Row:
    day = timezone.localtime(session.starts_at).date()
    return Row(
        session=session,
        lane=f"{day:%Y%m%d}-{session.room_id or 0}" if session.cancelled_at is None else "",
        is_public=impact.public.item(session.key) is not None,
        change=next((change for change in impact.changes if change.key == session.key), None),
        findings=tuple(_findings(session.key, impact)),
        untranslated=tuple(_untranslated(session)),
    )


def _findings(key: UUID, impact: Impact) -> list[str]:
    return [
        f"{verdict.rule.heading}: {finding.words}"
        for verdict in impact.blocking
        for finding in verdict.findings
        if any(item.key == key for item in finding.items)
    ]


def _untranslated(session: Session) -> list[str]:
    pairs = {_("title"): "title", _("description"): "about", _("who speaks"): "speakers"}
    return [
        label for label, name in pairs.items() if getattr(session, f"{name}_it") and not getattr(session, f"{name}_en")
    ]


# -- one item ------------------------------------------------------------------------------------------------------------


@require_events
def session_edit(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """Add an item to the agenda (no pk), or rewrite one."""
    event = get_object_or_404(Event, slug=slug)
    session = get_object_or_404(event.sessions.in_draft().filter(cancelled_at__isnull=True), pk=pk) if pk else None
    initial = {} if session else {"starts_at": event.starts_at, "ends_at": event.ends_at}
    if "another" in request.POST:
        return _form_page(request, event, session, _with_more_speakers(request, event, session))
    form = SessionForm(request.POST or None, instance=session, event=event, initial=initial)
    if request.method == "POST" and form.is_valid():
        edition = form.cleaned_data["edition"] if form.cleaned_data["edition"] is not None else -1
        try:
            saved = services.save_session(
                event=event, by=signed_in(request), session=session, edition=edition if session else None,
                **form.fields_to_save(),
            )  # fmt: skip
        except services.WrongState:
            messages.error(request, _("This event can no longer be changed."))
            return _back(slug)
        except services.ChangedMeanwhile as stale:
            return _stale_page(request, event, stale.session)
        messages.success(request, _("The item is saved. The public sees it after the next release."))
        return _back(slug, saved.pk)
    return _form_page(request, event, session, form, status=422 if form.errors else 200)


def _form_page(
    request: HttpRequest, event: Event, session: Session | None, form: SessionForm, status: int = 200, **more: Any
) -> HttpResponse:
    fresh = Session.objects.get(pk=session.pk) if session else None  # a form that failed has written into the other
    context = {"event": event, "form": form, "session": fresh, **more}
    return render(request, "events/agenda/session_edit.html", context, status=status)


def _with_more_speakers(request: HttpRequest, event: Event, session: Session | None) -> SessionForm:
    """The form as it was written so far, with more empty rows, nothing checked yet."""
    count = sum(1 for name in request.POST if name.startswith("speaker_"))
    form = SessionForm(instance=session, event=event, rows=count + 2)
    form.initial.update({name: value for name, value in request.POST.items() if name in form.fields})
    return form


def _stale_page(request: HttpRequest, event: Event, session: Session) -> HttpResponse:
    """Refused: what others have changed, and the form with that taken over where this writer had changed nothing."""
    base, sent = unseal(request.POST.get("base", "")), request.POST.copy()
    fresh = SessionForm(instance=session, event=event)
    differences = []
    for name, now in fresh.values().items():
        mine = sent.get(name, "").replace("\r\n", "\n")
        if base.get(name, mine) == now:
            continue
        is_mine = mine not in {base.get(name), now}
        differences.append({
            "label": fresh.fields[name].label, "was": fresh.words_of(name, base.get(name, "")),
            "now": fresh.words_of(name, now), "mine": fresh.words_of(name, mine), "is_mine": is_mine,
        })  # fmt: skip
        if not is_mine:
            sent[name] = now
    sent["edition"], sent["base"] = str(session.edition), fresh.initial["base"]
    form = SessionForm(sent, instance=session, event=event)
    return _form_page(request, event, session, form, status=409, differences=differences, is_stale=True)


@require_events
def session_cancel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A question first (GET), the change by POST."""
    event = get_object_or_404(Event, slug=slug)
    session = get_object_or_404(event.sessions, pk=pk)
    form = CancelEventForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_session(session=session, reason=form.cleaned_data["reason"], by=signed_in(request))
        except services.WrongState:
            messages.error(request, _("This item of the agenda can no longer be called off."))
        else:
            messages.success(request, _("It is called off; those whom it concerned are being told."))
        return _back(slug, pk)
    context = {"event": event, "session": session, "form": form, "taken": event.places_taken()}
    return render(request, "events/agenda/session_cancel.html", context, status=422 if form.errors else 200)


@require_POST
@require_events
def session_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    event, session, form = *_item(slug, pk), EditionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This did not arrive whole: load the page again."))
        return _back(slug, pk)
    try:
        services.remove_session(session=session, by=signed_in(request), edition=form.cleaned_data["edition"])
    except services.WrongState:
        messages.error(request, _("This event can no longer be changed."))
    except services.ChangedMeanwhile:
        messages.error(request, changed_meanwhile(session))
    else:
        is_public = agendas.current(event).item(session.key) is not None
        messages.success(
            request,
            _("It is out of the draft. The public sees it until the next release.")
            if is_public
            else _("It is removed."),
        )
    return _back(slug)


@require_POST
@require_events
def session_times(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    _event, session = _item(slug, pk)
    form = TimesForm(request.POST, session=session)
    if not form.is_valid():
        words = "; ".join(str(error) for errors in form.errors.values() for error in errors)
        messages.error(request, f"{session.title}: {words}")
        return _back(slug, pk)
    values = {name: form.cleaned_data[name] for name in ("starts_at", "ends_at", "edition")}
    try:
        services.set_times(session=session, by=signed_in(request), **values)
    except services.WrongState:
        messages.error(request, _("This event can no longer be changed."))
    except services.ChangedMeanwhile as stale:
        messages.error(request, changed_meanwhile(stale.session))
    else:
        messages.success(request, _("“%(title)s” has its new time.") % {"title": session.title})
    return _back(slug, pk)


@require_POST
@require_events
def session_move(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Up or down. Asked by script, it answers with the list alone."""
    event, session = _item(slug, pk)
    form, level = MoveForm(request.POST), messages.SUCCESS
    if form.is_valid():
        words, level = _moved(session, form, signed_in(request))
    else:
        words, level = _("This did not arrive whole: load the page again."), messages.ERROR
    if request.headers.get("HX-Request"):
        return render(request, "events/agenda/index.html#items", editor_of(event) | {"said": words})
    messages.add_message(request, level, words)
    return _back(slug, pk)


def _moved(session: Session, form: MoveForm, by: Any) -> tuple[str, int]:
    try:
        moved = services.move_session(session=session, by=by, **form.cleaned_data)
    except services.AtTheEdge:
        return _("“%(title)s” has nothing to change places with there.") % {"title": session.title}, messages.INFO
    except services.WrongState:
        return _("This event can no longer be changed."), messages.ERROR
    except services.ChangedMeanwhile as stale:
        return changed_meanwhile(stale.session), messages.ERROR
    starts_at, ends_at = timezone.localtime(moved.starts_at), timezone.localtime(moved.ends_at)
    words = {"title": moved.title, "start": f"{starts_at:%H:%M}", "end": f"{ends_at:%H:%M}"}
    return _("“%(title)s” is now from %(start)s to %(end)s.") % words, messages.SUCCESS


@require_POST
@require_events
def session_shift(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    _event, session = _item(slug, pk)
    form = ShiftForm(request.POST)
    if not form.is_valid():
        messages.error(request, "; ".join(str(error) for errors in form.errors.values() for error in errors))
        return _back(slug, pk)
    try:
        count = services.shift(session=session, by=signed_in(request), **form.cleaned_data)
    except services.WrongState:
        messages.error(request, _("This event can no longer be changed."))
    except services.ChangedMeanwhile as stale:
        messages.error(request, changed_meanwhile(stale.session))
    else:
        words = ngettext("%(count)s item was moved.", "%(count)s items were moved.", count) % {"count": count}
        messages.success(request, words)
    return _back(slug, pk)


@require_POST
@require_events
def session_duplicate(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    _event, session = _item(slug, pk)
    try:
        copy = services.duplicate_session(session=session, by=signed_in(request))
    except services.WrongState:
        messages.error(request, _("This event can no longer be changed."))
        return _back(slug, pk)
    messages.success(request, _("“%(title)s” stands there once more, right after it.") % {"title": session.title})
    return _back(slug, copy.pk)


@require_POST
@require_events
def follow_event(request: HttpRequest, slug: str) -> HttpResponse:
    """The event has moved: its agenda comes along."""
    try:
        count = services.follow_event(event=get_object_or_404(Event, slug=slug), by=signed_in(request))
    except services.WrongState:
        messages.error(request, _("This event can no longer be changed."))
    else:
        words = ngettext("%(count)s item was moved.", "%(count)s items were moved.", count) % {"count": count}
        messages.success(request, words)
    return _back(slug)


def changed_meanwhile(session: Session) -> str:
    """What to do when somebody else was quicker."""
    starts_at, ends_at = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
    words = {"title": session.title, "start": f"{starts_at:%H:%M}", "end": f"{ends_at:%H:%M}"}
    return _("“%(title)s” was changed meanwhile and is now from %(start)s to %(end)s. Nothing was written: look, and do it "
             "again if you still want to.") % words  # fmt: skip


def _item(slug: str, pk: int) -> tuple[Event, Session]:
    event = get_object_or_404(Event, slug=slug)
    return event, get_object_or_404(event.sessions.in_draft(), pk=pk)


def _back(slug: str, pk: int | None = None) -> HttpResponse:
    return redirect(f"{reverse('manage_events:agenda', args=[slug])}{f'#item-{pk}' if pk else ''}")
