"""Where the dates of a timeline come from. Rooms above and modules beside enter a function into `CONTRIBUTORS`."""

from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events import agenda as agendas
from events.kept import ATTENDANCE, NEEDS, REGISTRATIONS
from events.models import Answer, Attendee, Event, Question, Registration, SpecialNeeds
from events.served import served_at
from events.timeline.values import Deadline, Standing, Timeline, standing
from organisations.kept import Period
from organisations.zone import ROME, on_the_wall

#: An event and the clock -> its dates of one kind. A fixed number of queries, however many dates there are.
Contributor = Callable[[Event, datetime], Iterable[Deadline]]
#: By then the night's deletion has been made.
MORNING = time(5)


def timeline_of(event: Event, now: datetime) -> Timeline:
    """All dates of an event, by time."""
    found = [deadline for contribute in CONTRIBUTORS for deadline in contribute(event, now)]
    found.sort(key=lambda one: one.at)
    coming = (one for one in found if one.standing == Standing.TO_COME)
    return Timeline(tuple(found), next(coming, None))


def _page(name: str, event: Event) -> str:
    return reverse(f"manage_events:{name}", args=[event.slug])


def _is_off(event: Event) -> bool:
    return event.state == Event.State.CANCELLED


def _registration(event: Event, now: datetime) -> Iterable[Deadline]:
    """When registrations open and close, when changes need approval, until when people wait."""
    edit, off = _page("edit", event), _is_off(event)
    is_public, opens, closes = (
        event.state != Event.State.DRAFT,
        event.registration_opens_at,
        event.registration_deadline,
    )
    draft = "" if is_public else _("The event is a draft: nobody can register before it is public.")
    if opens:
        yield Deadline(
            "opens", opens, _("Registration opens"), standing(opens, now, is_done=is_public, is_off=off), draft, edit, shows=True
        )  # fmt: skip
    note = "" if event.registration_closes_at else _("No other date is given: with the start.")
    yield Deadline(
        "closes", closes, _("Registration closes"), standing(closes, now, is_done=is_public, is_off=off), draft or note, edit,
        shows=True,
    )  # fmt: skip
    if freeze := event.changes_freeze_at:
        words = _("From now on changes of people need approval")
        yield Deadline("freeze", freeze, words, standing(freeze, now, is_off=off), "", edit)
    if event.has_waiting_list:
        words = _("The waiting list ends: nobody gets a place any more")
        yield Deadline(
            "waiting", event.starts_at, words, standing(event.starts_at, now, is_off=off), "", _page("places", event)
        )


def _decisions(event: Event, now: datetime) -> Iterable[Deadline]:
    """What organisers have to decide before the event is over. Two queries."""
    pending = event.registrations.filter(state=Registration.State.PENDING).count()
    if event.moderated or pending:
        note = ngettext("%(count)s registration waits.", "%(count)s registrations wait.", pending) % {"count": pending}
        state = standing(event.ends_at, now, is_done=not pending, is_off=_is_off(event))
        yield Deadline("approve", event.ends_at, _("Last moment to decide about registrations"), state, note,
                       f"{_page('registrations', event)}?state=pending")  # fmt: skip
    asked = event.change_requests.filter(state="open", registration__state=Registration.State.CONFIRMED).count()
    if event.changes_freeze_at or asked:
        note = ngettext("%(count)s request waits.", "%(count)s requests wait.", asked) % {"count": asked}
        state = standing(event.ends_at, now, is_done=not asked, is_off=_is_off(event))
        yield Deadline("changes", event.ends_at, _("Last moment to decide about requests for changes"), state, note,
                       _page("changes", event))  # fmt: skip


def _event(event: Event, now: datetime) -> Iterable[Deadline]:
    """Start and end; the word that it was held."""
    off, url = _is_off(event), _page("detail", event)
    is_public = event.state != Event.State.DRAFT
    starts, ends = event.starts_at, event.ends_at
    draft = "" if is_public else _("The event is a draft: it was never made public.") if starts <= now else _(
        "The event is a draft: make it public before.")  # fmt: skip
    yield Deadline(
        "starts", starts, _("The event begins"), standing(starts, now, is_done=is_public, is_off=off), draft, url, True
    )
    yield Deadline("ends", ends, _("The event ends"), standing(ends, now, is_done=is_public, is_off=off), "", url, True)
    if is_public:
        words, held = _("To be recorded as held, after the end"), event.state == Event.State.HELD
        yield Deadline("held", ends, words, standing(ends, now, is_done=held, is_off=off), "", url)


def _items(event: Event, now: datetime) -> Iterable[Deadline]:
    """The items that the public reads; where it reads none yet, those of the draft. At most six queries."""
    agenda = agendas.current(event)
    draft = "" if agenda.version else _("Not released yet.")
    for item in agenda if agenda.version else agendas.draft(event):
        notes = [draft, str(item.room.name) if item.room else ""]
        if item.places and not item.is_cancelled:
            notes.append(_("Its waiting list ends."))
        yield Deadline(
            f"item-{item.key}", item.starts_at, str(item.title),
            standing(item.starts_at, now, is_off=item.is_cancelled or _is_off(event)),
            " · ".join(note for note in notes if note), _page("agenda", event), shows=bool(agenda.version),
        )  # fmt: skip


def _questions(event: Event, now: datetime) -> Iterable[Deadline]:
    """Until when the questions that are asked later are answered. One query."""
    later = event.questions.filter(retired_at=None, moment=Question.Moment.LATER).count()
    if later:
        note = ngettext("%(count)s question is asked later.", "%(count)s questions are asked later.", later)
        url, state = (
            reverse("manage_questions:answers", args=[event.slug]),
            standing(event.starts_at, now, is_off=_is_off(event)),
        )
        yield Deadline(
            "answers", event.starts_at, _("Last answers to the questions"), state, note % {"count": later}, url
        )


def _deletion(event: Event, now: datetime) -> Iterable[Deadline]:
    """When data of its people leave, class by class: in the night after they have served. At most four queries."""
    people = Attendee.objects.filter(event=event, erased_at=None)
    contacts = Registration.objects.filter(event=event, erased_at=None)
    yield _leaves(
        "deletion", event, NEEDS, now, _("Access and dietary needs and sensitive answers are deleted"), _page("needs", event),
        SpecialNeeds.objects.filter(attendee__event=event), Answer.objects.filter(question__event=event, question__sensitive=True),
    )  # fmt: skip
    page = reverse("manage_kept:event", args=[event.slug])
    yield _leaves(
        "deletion-contacts", event, REGISTRATIONS, now,
        _("Contacts, addresses, free answers and the names of those who did not come are deleted"), page, contacts,
    )  # fmt: skip
    words = _("The names of those who came leave the attendance register")
    yield _leaves("deletion-attendance", event, ATTENDANCE, now, words, page, people)


def _leaves(
    key: str, event: Event, period: Period, now: datetime, words: str, url: str, *rows: QuerySet[Any]
) -> Deadline:
    at = morning_after(served_at(event, period))
    is_done = at > now or not any(found.exists() for found in rows)
    return Deadline(key, at, words, standing(at, now, is_done=is_done), "", url)


def morning_after(moment: datetime) -> datetime:
    """The end of the first night that begins its deletions after a moment, in UTC."""
    local = moment.astimezone(ROME)
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    return on_the_wall(datetime.combine(day, MORNING))


CONTRIBUTORS: list[Contributor] = [_registration, _decisions, _event, _items, _questions, _deletion]
