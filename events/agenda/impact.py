"""What a release of the draft would do, before anybody does it: changes, clashes, calendars, people to tell."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from events import agenda as agendas
from events.agenda.changes import FOR_PEOPLE, FOR_SPEAKERS, Change, between, revised
from events.agenda.conflicts import Facts, Level, Verdict, examine
from events.agenda.frozen import fingerprint
from events.agenda.people import Addressee, Audience, audience_of
from events.agenda.values import Agenda, Item
from events.models import AgendaRelease, Event


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told, and of which of the changes (their numbers in the list)."""

    addressee: Addressee
    changes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """A draft beside the last release."""

    last: AgendaRelease | None
    public: Agenda
    #: The draft with the SEQUENCE and DTSTAMP that a release would give it.
    agenda: Agenda
    changes: tuple[Change, ...]
    verdicts: tuple[Verdict, ...]
    told: tuple[Told, ...]
    #: Addresses whose calendars show another agenda afterwards.
    calendars: int
    #: Who speaks in an item that changes and cannot be told: no address is known.
    unreached: tuple[str, ...]

    @property
    def number(self) -> int:
        """The number that the release would get."""
        return self.agenda.version

    @property
    def fingerprint(self) -> str:
        """Names what was looked at: a draft that was changed meanwhile has another."""
        return fingerprint(self.agenda)

    @property
    def is_new(self) -> bool:
        """Whether a release would show the public anything else than it sees now."""
        return self.last is None or fingerprint(self.public) != self.fingerprint

    @property
    def blocking(self) -> tuple[Verdict, ...]:
        """What stops the release."""
        return tuple(verdict for verdict in self.verdicts if verdict.rule.level == Level.BLOCK)

    @property
    def warning(self) -> tuple[Verdict, ...]:
        """What asks for a word."""
        return tuple(verdict for verdict in self.verdicts if verdict.rule.level == Level.WARN)

    @property
    def moving(self) -> tuple[Change, ...]:
        """What calendars will show otherwise."""
        return tuple(change for change in self.changes if change.moves_calendars)


def impact_of(event: Event, *, now: datetime) -> Impact:
    """What a release would do now. A fixed number of queries, however long the agenda and the list of people."""
    last = event.agenda_releases.order_by("-number").first()
    public = agendas.release_of(last) if last else Agenda((), (), ())
    agenda = revised(agendas.draft(event), public, number=public.version + 1, now=now)
    # before the first release there was nothing that could have changed for anybody
    changes = between(public, agenda) if last else ()
    audience = audience_of(event)
    facts = Facts(agenda, event.starts_at, event.ends_at, audience.registered, audience.choices)
    verdicts = examine(facts)
    if not event.is_upcoming(now):
        return Impact(last, public, agenda, changes, verdicts, told=(), calendars=0, unreached=())
    coming = _coming(changes, public, agenda, audience)
    speaking, unreached = _speaking(event, changes, public, agenda)
    return Impact(last, public, agenda, changes, verdicts, _merged(coming, speaking), len(coming), unreached)


def concerned_by(event: Event, item: Item) -> list[Addressee]:
    """Who comes to this item or speaks in it, each address once."""
    people = {one.address: one for one in audience_of(event).people_of(item)}
    for key, addressee in _speakers(event, [item]).items():
        if any(voice.key == key for voice in item.voices):
            people.setdefault(addressee.address, addressee)
    return list(people.values())


# -- inside ------------------------------------------------------------------------------------------------------------

#: Address -> who reads it and the numbers of the changes that concern them.
Concerned = Mapping[str, tuple[Addressee, tuple[int, ...]]]


def _items_of(change: Change, *agendas_: Mapping[UUID, Item]) -> list[Item]:
    return [known[change.key] for known in agendas_ if change.key and change.key in known]


def _coming(changes: Iterable[Change], public: Agenda, agenda: Agenda, audience: Audience) -> Concerned:
    """Most changes concern everybody alike: those are gathered once, and only choices person by person."""
    before, after = {item.key: item for item in public}, {item.key: item for item in agenda}
    for_all: list[int] = []
    own: dict[str, set[int]] = defaultdict(set)
    for number, change in enumerate(changes):
        if FOR_PEOPLE.isdisjoint(change.what):
            continue
        items = _items_of(change, before, after)
        if any(item.places is None for item in items):
            for_all.append(number)
        else:
            for item in items:
                for addressee in audience.people_of(item):
                    own[addressee.address].add(number)
    addresses = audience.everybody if for_all else own
    common = tuple(for_all)
    return {
        address: (
            audience.everybody[address],
            tuple(sorted({*common, *own[address]})) if address in own else common,
        )
        for address in addresses
    }


def _speaking(
    event: Event, changes: Collection[Change], public: Agenda, agenda: Agenda
) -> tuple[Concerned, tuple[str, ...]]:
    """Who speaks in what changed; and the names of those whose address is not known."""
    before, after = {item.key: item for item in public}, {item.key: item for item in agenda}
    pairs = [
        (number, _items_of(change, before, after))
        for number, change in enumerate(changes)
        if not FOR_SPEAKERS.isdisjoint(change.what)
    ]
    speakers = _speakers(event, [item for _number, items in pairs for item in items])
    found: dict[str, tuple[Addressee, set[int]]] = {}
    unreached: dict[UUID, str] = {}
    for number, items in pairs:
        for key, name in {voice.key: str(voice) for item in items for voice in item.voices}.items():
            if addressee := speakers.get(key):
                found.setdefault(addressee.address, (addressee, set()))[1].add(number)
            else:
                unreached[key] = name
    told = {address: (addressee, tuple(sorted(numbers))) for address, (addressee, numbers) in found.items()}
    return told, tuple(unreached.values())


def _speakers(event: Event, items: Collection[Item]) -> dict[UUID, Addressee]:
    """Speakers of these items whose address is known. One query, none where nobody speaks."""
    keys = {voice.key for item in items for voice in item.voices}
    if not keys:
        return {}
    rows = event.speakers.exclude(email="").select_related("organisation")
    return {
        row.key: Addressee(
            row.email, row.full_name, row.organisation.language if row.organisation else settings.LANGUAGE_CODE, None
        )
        for row in rows
        if row.key in keys
    }


def _merged(coming: Concerned, speaking: Concerned) -> tuple[Told, ...]:
    """Each address once: somebody who speaks and comes reads of both in one message."""
    told = []
    for address in {**coming, **speaking}:
        addressee, numbers = coming.get(address) or speaking[address]
        if address in coming and address in speaking:
            numbers = tuple(sorted({*numbers, *speaking[address][1]}))
        told.append(Told(addressee, numbers))
    return tuple(told)
