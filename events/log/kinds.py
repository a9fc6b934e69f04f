"""Every action of the change log with its words. Rooms above enter theirs by `register`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy


class Group(TextChoices):
    """What an organiser looks for in the log."""

    EVENT = "event", _("the event itself")
    AGENDA = "agenda", _("the agenda")
    REGISTRATIONS = "registrations", _("registrations and their people")
    PLACES = "places", _("places and waiting lists")
    INVITATIONS = "invitations", _("invitations and sources")
    QUESTIONS = "questions", _("questions")
    MESSAGES = "messages", _("reminders, campaigns, posts")
    DAY = "day", _("the day itself and its register")
    DATA = "data", _("personal data taken out or erased")


#: What else a sentence says, made of the values that were written.
More = Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One action. Its sentence may say `who`, the names of `registration` and `person`, and every value as it is.

    `model`: the label of the table whose fields the entry's `changes` are.
    """

    action: str
    group: Group
    sentence: Promise
    model: str = ""
    more: More | None = field(default=None, compare=False)


KINDS: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Make actions known; the same again changes nothing. Raises ValueError for another one of the same key."""
    for kind in kinds:
        if KINDS.setdefault(kind.action, kind) is not kind and KINDS[kind.action] != kind:
            raise ValueError(f"two actions of the change log are called {kind.action}")


def actions_of(group: str) -> list[str]:
    """The keys of a group's actions."""
    return [kind.action for kind in KINDS.values() if kind.group == group]


def labels(value: str, choices: Callable[[], Mapping[Any, Any]]) -> More:
    """The label of a value that is one of `choices`, under the name of the value."""

    def more(values: Mapping[str, Any]) -> Mapping[str, Any]:
        return {value: choices().get(values.get(value), values.get(value))}

    return more


def _exports() -> Mapping[Any, Any]:
    return EXPORTS


#: What is taken out, by the key that the entry holds. Whoever adds a sheet adds its name.
EXPORTS: dict[str, Promise] = {
    "attendees": _("the list of those who come"),
    "registrations": _("the list of registrations"),
    "agenda_places": _("the list of places in agenda items"),
    "waiting": _("the waiting list"),
    "register": _("the attendance register as a list"),
    "invitations": _("the list of invitations"),
    "changes": _("the list of changes asked for"),
    "answers": _("the answers to the questions"),
    "log": _("the change log"),
}


def _of_change_requests() -> Mapping[Any, Any]:
    from events.models import ChangeRequest

    return dict(ChangeRequest.Kind.choices)


register(
    Kind("event.created", Group.EVENT, _("%(who)s wrote the event as a draft.")),
    Kind("event.copied", Group.EVENT, _("%(who)s copied the event to “%(slug)s”.")),
    Kind("event.made_from", Group.EVENT, _("%(who)s made this draft as a copy of “%(slug)s”.")),
    Kind("event.changed", Group.EVENT, _("%(who)s changed facts of the event."), "events.Event"),
    Kind("event.published", Group.EVENT, _("%(who)s made the event public.")),
    Kind("event.cancelled", Group.EVENT, _("%(who)s called the event off.")),
    Kind("event.held", Group.EVENT, _("%(who)s recorded that the event was held.")),
    Kind("event.removed", Group.EVENT, _("%(who)s removed the draft “%(title)s”.")),
)
register(
    Kind("agenda.item_added", Group.AGENDA, _("%(who)s added “%(title)s” to the agenda.")),
    Kind("agenda.item_changed", Group.AGENDA, _("%(who)s changed “%(title)s” in the agenda."), "events.Session"),
    Kind("agenda.item_moved", Group.AGENDA, _("%(who)s moved “%(title)s” in the agenda."), "events.Session"),
    Kind(
        "agenda.items_shifted", Group.AGENDA,
        ngettext_lazy(
            "%(who)s moved %(count)s item after “%(title)s” by %(minutes)s minutes.",
            "%(who)s moved %(count)s items after “%(title)s” by %(minutes)s minutes.", "count",
        ),
    ),
    Kind(
        "agenda.followed", Group.AGENDA,
        ngettext_lazy(
            "%(who)s moved the agenda to the start of the event: %(count)s item.",
            "%(who)s moved the agenda to the start of the event: %(count)s items.", "count",
        ),
    ),
    Kind("agenda.item_doubled", Group.AGENDA, _("%(who)s put “%(title)s” into the agenda a second time.")),
    Kind("agenda.item_removed", Group.AGENDA, _("%(who)s took “%(title)s” out of the agenda.")),
    Kind("agenda.item_cancelled", Group.AGENDA, _("%(who)s called “%(title)s” off.")),
    Kind("agenda.released", Group.AGENDA, _("%(who)s released version %(number)s of the agenda.")),
    Kind("agenda.discarded", Group.AGENDA, _("%(who)s went back to version %(number)s of the agenda.")),
    Kind("agenda.room_added", Group.AGENDA, _("%(who)s added the room “%(title)s”.")),
    Kind("agenda.room_changed", Group.AGENDA, _("%(who)s changed the room “%(title)s”."), "events.Room"),
    Kind("agenda.room_removed", Group.AGENDA, _("%(who)s removed the room “%(title)s”.")),
    Kind("agenda.room_moved", Group.AGENDA, _("%(who)s changed the order of the rooms.")),
    Kind("agenda.track_added", Group.AGENDA, _("%(who)s added the track “%(title)s”.")),
    Kind("agenda.track_changed", Group.AGENDA, _("%(who)s changed the track “%(title)s”."), "events.Track"),
    Kind("agenda.track_removed", Group.AGENDA, _("%(who)s removed the track “%(title)s”.")),
    Kind("agenda.track_moved", Group.AGENDA, _("%(who)s changed the order of the tracks.")),
    Kind("agenda.speaker_added", Group.AGENDA, _("%(who)s added a speaker.")),
    Kind("agenda.speaker_changed", Group.AGENDA, _("%(who)s changed a speaker’s data."), "events.Speaker"),
    Kind("agenda.speaker_removed", Group.AGENDA, _("%(who)s removed a speaker.")),
    Kind("agenda.speaker_moved", Group.AGENDA, _("%(who)s changed the order of the speakers.")),
)  # fmt: skip
register(
    Kind("registration.approved", Group.REGISTRATIONS, _("%(who)s approved the registration of %(registration)s.")),
    Kind("registration.refused", Group.REGISTRATIONS, _("%(who)s refused the registration of %(registration)s.")),
    Kind("registration.cancelled", Group.REGISTRATIONS, _("%(who)s cancelled the registration of %(registration)s.")),
    Kind(
        "registration.contact_changed", Group.REGISTRATIONS,
        _("%(who)s corrected the contact’s data of %(registration)s."), "events.Registration",
    ),
    Kind(
        "registration.confirmed_coming", Group.REGISTRATIONS,
        ngettext_lazy(
            "%(who)s said that %(count)s person of %(registration)s really comes.",
            "%(who)s said that %(count)s people of %(registration)s really come.", "count",
        ),
    ),
    Kind("person.added", Group.REGISTRATIONS, _("%(who)s added %(person)s to %(registration)s.")),
    Kind("person.corrected", Group.REGISTRATIONS, _("%(who)s corrected the data of %(person)s, %(registration)s."),
         "events.Attendee"),
    Kind("person.replaced", Group.REGISTRATIONS, _("%(who)s gave a place of %(registration)s to %(person)s instead of another.")),
    Kind("person.cancelled", Group.REGISTRATIONS, _("%(who)s gave back the place of %(person)s, %(registration)s.")),
    Kind("person.agreed_to_photographs", Group.REGISTRATIONS,
         _("%(who)s recorded that %(person)s, %(registration)s, may be photographed.")),
    Kind("person.refused_photographs", Group.REGISTRATIONS,
         _("%(who)s recorded that %(person)s, %(registration)s, may no longer be photographed.")),
    Kind("change.asked", Group.REGISTRATIONS, _("%(who)s asked for a change of %(registration)s: %(kind)s."),
         more=labels("kind", _of_change_requests)),
    Kind("change.withdrawn", Group.REGISTRATIONS, _("%(who)s took back a request of %(registration)s: %(kind)s."),
         more=labels("kind", _of_change_requests)),
    Kind("change.approved", Group.REGISTRATIONS, _("%(who)s approved a change of %(registration)s: %(kind)s."),
         more=labels("kind", _of_change_requests)),
    Kind("change.refused", Group.REGISTRATIONS, _("%(who)s refused a change of %(registration)s: %(kind)s."),
         more=labels("kind", _of_change_requests)),
)  # fmt: skip
register(
    Kind("seat.chosen", Group.PLACES, _("%(who)s took a place in “%(title)s” for %(person)s, %(registration)s.")),
    Kind("seat.exchanged", Group.PLACES,
         _("%(who)s exchanged a place for one in “%(title)s” for %(person)s, %(registration)s.")),
    Kind("seat.given_back", Group.PLACES, _("%(who)s gave back the place of %(person)s, %(registration)s, in “%(title)s”.")),
    Kind("waiting.joined", Group.PLACES,
         ngettext_lazy("%(who)s put %(count)s person of %(registration)s on the waiting list of “%(title)s”.",
                       "%(who)s put %(count)s people of %(registration)s on the waiting list of “%(title)s”.", "count")),
    Kind("waiting.left", Group.PLACES, _("%(who)s took %(registration)s off the waiting list of “%(title)s”.")),
    Kind("waiting.left_one", Group.PLACES,
         _("%(who)s took %(person)s, %(registration)s, off the waiting list of “%(title)s”.")),
    Kind("waiting.declined", Group.PLACES,
         _("%(who)s gave back what %(registration)s had got from the waiting list of “%(title)s”.")),
    Kind("waiting.promoted", Group.PLACES,
         ngettext_lazy("%(who)s gave %(registration)s %(count)s place of “%(title)s” from the waiting list.",
                       "%(who)s gave %(registration)s %(count)s places of “%(title)s” from the waiting list.", "count")),
    Kind("waiting.put_first", Group.PLACES, _("%(who)s put %(registration)s first on the waiting list of “%(title)s”.")),
    Kind("waiting.expired", Group.PLACES,
         _("%(who)s ended the wait of %(registration)s for “%(title)s”: it begins, and no place became free.")),
)  # fmt: skip
register(
    Kind("invitation.made", Group.INVITATIONS, _("%(who)s invited %(organisation)s.")),
    Kind("invitation.made_for_many", Group.INVITATIONS,
         ngettext_lazy("%(who)s invited %(count)s organisation by a campaign.",
                       "%(who)s invited %(count)s organisations by a campaign.", "count")),
    Kind("invitation.taken_back", Group.INVITATIONS,
         ngettext_lazy("%(who)s took back %(count)s invitation that had not left.",
                       "%(who)s took back %(count)s invitations that had not left.", "count")),
    Kind("invitation.withdrawn", Group.INVITATIONS, _("%(who)s withdrew the invitation of %(organisation)s.")),
    Kind("invitation.restored", Group.INVITATIONS, _("%(who)s let the invitation of %(organisation)s hold again.")),
    Kind("source.declared", Group.INVITATIONS, _("%(who)s made an address with a code for “%(title)s”.")),
    Kind("source.withdrawn", Group.INVITATIONS, _("%(who)s removed the address with a code of “%(title)s”.")),
    Kind("question.added", Group.QUESTIONS, _("%(who)s added the question “%(title)s”.")),
    Kind("question.changed", Group.QUESTIONS, _("%(who)s changed the question “%(title)s”."), "events.Question"),
    Kind("question.moved", Group.QUESTIONS, _("%(who)s changed the order of the questions.")),
    Kind("question.retired", Group.QUESTIONS, _("%(who)s asks the question “%(title)s” no more.")),
    Kind("question.removed", Group.QUESTIONS, _("%(who)s removed the question “%(title)s”.")),
    Kind("question.copied", Group.QUESTIONS,
         ngettext_lazy("%(who)s copied %(count)s question of “%(slug)s”.",
                       "%(who)s copied %(count)s questions of “%(slug)s”.", "count")),
    Kind("data.exported", Group.DATA, _("%(who)s took out %(what)s."), more=labels("what", _exports)),
    Kind("data.registration_erased", Group.DATA, _("%(who)s had the personal data of %(registration)s erased.")),
    Kind("data.person_erased", Group.DATA, _("%(who)s had the data of one person of %(registration)s erased.")),
)  # fmt: skip
register(
    Kind("arrival.taken_back", Group.DAY, _("%(who)s took back the arrival of %(person)s, %(registration)s.")),
    Kind("arrival.settled", Group.DAY, _("%(who)s settled an arrival that was contested.")),
    Kind("register.marked", Group.DAY, _("%(who)s wrote %(person)s, %(registration)s, into the register by hand.")),
    Kind("register.unmarked", Group.DAY, _("%(who)s let what the desks recorded of %(person)s stand in the register.")),
    Kind("register.closed", Group.DAY, _("%(who)s closed edition %(edition)s of the attendance register.")),
)
