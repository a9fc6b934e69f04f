"""People by where they stand towards one event. A new standing is one more small class below."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Attendee, AttendeeQuerySet, Event, Invitation, Question, Registration
from notifications.audiences.sources import Fields, Recipient, Source, SourceForm, is_key, register
from notifications.models import Delivery
from organisations.languages import Words

Row = tuple[str, str, str, int | None]


class Standing(ABC):
    """One way to stand towards an event."""

    key: ClassVar[str]
    label: ClassVar[Promise]
    sentence: ClassVar[Promise]

    @abstractmethod
    def rows(self, event: int) -> Iterable[Row]:
        """Address, name, language and organisation of everybody who stands so."""


STANDINGS: dict[str, Standing] = {}


def standing(described: type[Standing]) -> type[Standing]:
    """Make a standing known under its key."""
    STANDINGS[described.key] = described()
    return described


def _invited(event: int) -> QuerySet[Invitation]:
    """Invitations of organisations that were written to; one that is planned, or was withdrawn, is none yet."""
    taken = Delivery.objects.invitations_taken(event).filter(organisation__isnull=False)
    return Invitation.objects.filter(event=event, organisation__in=taken.values("organisation"))


def _organisations(invitations: QuerySet[Invitation]) -> Iterable[Row]:
    return invitations.values_list(
        "organisation__email", "organisation__name", "organisation__language", "organisation"
    )


def _written_to(event: int) -> QuerySet[Delivery]:
    """Invitations handed over to people whom no organisation of the directory stands for: a list's, say."""
    return Delivery.objects.invitations_taken(event).filter(organisation__isnull=True)


def _people(deliveries: QuerySet[Delivery]) -> Iterable[Row]:
    return deliveries.order_by("address").values_list("address", "name", "language", "organisation").distinct()


def _contacts(registrations: QuerySet[Registration]) -> Iterable[Row]:
    named = registrations.filter(erased_at__isnull=True).exclude(contact_email="")  # who walked in may have no mailbox
    return named.values_list("contact_email", "contact_name", "language", "organisation")


def _confirmed(event: int) -> QuerySet[Registration]:
    return Registration.objects.filter(event=event, state=Registration.State.CONFIRMED)


@standing
class Unanswered(Standing):
    """Invited, and no registration stands."""

    key = "unanswered"
    label = gettext_lazy("invited and not registered")
    sentence = gettext_lazy("those invited to “%(event)s” and not registered")

    def rows(self, event: int) -> Iterable[Row]:
        own = Q(organisation=OuterRef("organisation")) | Q(invitation=OuterRef("pk"))
        yield from _organisations(
            _invited(event)
            .filter(revoked_at=None)
            .exclude(Exists(Registration.objects.filter(own, event=event).active()))
        )
        contact = Registration.objects.filter(event=event, contact_email__iexact=OuterRef("address")).active()
        guest = Attendee.objects.filter(event=event, email__iexact=OuterRef("address")).confirmed()
        yield from _people(_written_to(event).exclude(Exists(contact) | Exists(guest)))


@standing
class Invited(Standing):
    """Invited, whatever they answered."""

    key = "invited"
    label = gettext_lazy("invited, all of them")
    sentence = gettext_lazy("all those invited to “%(event)s”")

    def rows(self, event: int) -> Iterable[Row]:
        yield from _organisations(_invited(event))
        yield from _people(_written_to(event))


@standing
class RegisteredContacts(Standing):
    """Whoever manages a registration that stands."""

    key = "registered"
    label = gettext_lazy("registered: the contacts")
    sentence = gettext_lazy("the contacts of those registered for “%(event)s”")

    def rows(self, event: int) -> Iterable[Row]:
        return _contacts(_confirmed(event))


@standing
class RegisteredPeople(Standing):
    """Contacts and everybody who holds a place."""

    key = "registered_people"
    label = gettext_lazy("registered: the contacts and everybody who comes")
    sentence = gettext_lazy("the contacts and everybody registered for “%(event)s”")

    def rows(self, event: int) -> Iterable[Row]:
        yield from _contacts(_confirmed(event))
        yield from (
            Attendee.objects.filter(event=event)
            .confirmed()
            .values_list("email", "full_name", "registration__language", "registration__organisation")
        )


@standing
class Waiting(Standing):
    """Contacts of whoever is on the event's waiting list, also beside others who have a place."""

    key = "waiting"
    label = gettext_lazy("on the waiting list: the contacts")
    sentence = gettext_lazy("the contacts of those on the waiting list of “%(event)s”")

    def rows(self, event: int) -> Iterable[Row]:
        waiting = Attendee.objects.waiting().filter(registration=OuterRef("pk"))
        return _contacts(Registration.objects.filter(Exists(waiting), event=event))


@standing
class OpenQuestions(Standing):
    """Contacts of registrations that stand and have not answered everything that is asked of all."""

    key = "open_questions"
    label = gettext_lazy("with questions still open: the contacts")
    sentence = gettext_lazy("the contacts of those who have not answered everything for “%(event)s”")

    def rows(self, event: int) -> Iterable[Row]:
        of_all = Question.objects.filter(event=event, retired_at=None, depends_on=None)
        once = of_all.filter(audience=Question.Audience.REGISTRATION).exclude(answers__registration=OuterRef("pk"))
        # what is told in confidence is no business of the contact
        each = of_all.filter(audience=Question.Audience.ATTENDEE, sensitive=False).exclude(
            answers__attendee=OuterRef("pk")
        )
        people = Attendee.objects.standing().filter(Exists(each), registration=OuterRef("pk"))
        return _contacts(Registration.objects.filter(Exists(once) | Exists(people), event=event).active())


@standing
class Came(Standing):
    """Everybody who came, and the contacts of those among them who have no mailbox of their own."""

    key = "came"
    label = gettext_lazy("came")
    sentence = gettext_lazy("those who came to “%(event)s”")

    def rows(self, event: int) -> Iterable[Row]:
        return _present_or_not(Attendee.objects.filter(event=event).present())


@standing
class StayedAway(Standing):
    """Everybody who held a place and did not come."""

    key = "stayed_away"
    label = gettext_lazy("registered and did not come")
    sentence = gettext_lazy("those registered for “%(event)s” who did not come")

    def rows(self, event: int) -> Iterable[Row]:
        people = Attendee.objects.filter(event=event).confirmed()
        return _present_or_not(people.exclude(pk__in=people.present().values("pk")))


def _present_or_not(people: AttendeeQuerySet) -> Iterable[Row]:
    """Each at their own mailbox; the contacts of those who have none, at theirs."""
    named = people.filter(erased_at__isnull=True)
    own = named.exclude(email="")
    yield from own.values_list("email", "full_name", "registration__language", "registration__organisation")
    yield from _contacts(Registration.objects.filter(pk__in=named.filter(email="").values("registration")))


@standing
class Cancelled(Standing):
    """Contacts who cancelled and did not register again."""

    key = "cancelled"
    label = gettext_lazy("cancelled their registration")
    sentence = gettext_lazy("those who cancelled their registration for “%(event)s”")

    def rows(self, event: int) -> Iterable[Row]:
        cancelled = Registration.objects.filter(event=event, state=Registration.State.CANCELLED)
        again = _confirmed(event).filter(contact_email__iexact=OuterRef("contact_email"))
        return _contacts(cancelled.exclude(Exists(again)))


class EventForm(SourceForm):
    """One event and a standing."""

    event = forms.ModelChoiceField(Event.objects.none(), label=gettext_lazy("Event"))
    state = forms.ChoiceField(label=gettext_lazy("Who"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        events, state = self.fields["event"], self.fields["state"]
        if isinstance(events, forms.ModelChoiceField):
            events.queryset = Event.objects.public().order_by("-starts_at", "pk")
        if isinstance(state, forms.ChoiceField):
            state.choices = [(key, found.label) for key, found in STANDINGS.items()]


@register
class EventStates(Source):
    """The people of one event."""

    kind = "event"
    label = gettext_lazy("People of an event")
    help = gettext_lazy("Invited, registered or cancelled, as it stands when it is asked.")
    form_class = EventForm

    def recipients(self, fields: Fields) -> Iterable[Recipient]:
        origin = Words.made_by(lambda: self.describe(fields))
        rows = STANDINGS[fields["state"]].rows(fields["event"])
        return (Recipient(*row, origin) for row in rows)

    def phrases(self, many: Sequence[Fields]) -> list[str]:
        known, gone = Event.objects.in_bulk({fields["event"] for fields in many}), _("people of an event that is gone")
        return [
            str(STANDINGS[fields["state"]].sentence) % {"event": known[fields["event"]].title}
            if fields["event"] in known
            else gone
            for fields in many
        ]

    def is_complete(self, fields: Fields) -> bool:
        return is_key(fields.get("event")) and str(fields.get("state")) in STANDINGS
