"""Everybody a definition names, in or out with the reason. A hundred thousand in a constant number of queries."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from events.models import Attendee, Event, Invitation, Registration
from notifications.audiences.definitions import parts
from notifications.audiences.reasons import Reason, objection, words_for
from notifications.audiences.sources import Definition, Recipient
from notifications.models import Campaign, MailLanguage, Suppression, hash_address
from organisations.addresses import normalise
from organisations.languages import Words


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of the audience: in, or out for a reason. `origin` answers “why did I get this?”."""

    address: str
    name: str
    language: str
    organisation: int | None
    origin: Words
    counted_as: Reason | None = None
    detail: str = ""

    @property
    def is_in(self) -> bool:
        """Whether they would be written to."""
        return self.counted_as is None

    @property
    def reason(self) -> str:
        """Why not, in the active language; empty for who is in."""
        return words_for(self.counted_as, self.address, self.detail) if self.counted_as else ""


@dataclass(frozen=True, slots=True)
class Total:
    """How many candidates share a reason; no reason means in."""

    reason: Reason | None
    label: str
    count: int


def candidates(
    definition: Definition,
    *,
    event: Event | None = None,
    purpose: str = "",
    already_told: Collection[str] = frozenset(),
) -> list[Candidate]:
    """Everybody the definition names, in or out with the reason, by name.

    `event` is given when they are to be invited to it: who is registered is then out. `purpose` (of
    `Campaign.Purpose`; an invitation where `event` is given) decides whose refusals count; without it only those who
    want nothing at all are out. `already_told` holds the normalised addresses that this campaign has written to. Each
    is written to in the language that the address's owner chose, if they did. Raises UnknownSource.
    """
    recipients = _once(recipient for source, fields in parts(definition) for recipient in source.recipients(fields))
    judge = _judge(event, purpose or (Campaign.Purpose.INVITATION if event else ""), already_told)
    chosen = MailLanguage.objects.by_hash()
    return [Candidate(*_in_chosen_language(recipient, chosen), *judge(recipient)) for recipient in recipients]


def _in_chosen_language(recipient: Recipient, chosen: Mapping[str, str]) -> Recipient:
    language = chosen.get(hash_address(recipient.address)) if chosen and recipient.address else None
    return recipient._replace(language=language) if language else recipient


def totals(judged: Iterable[Candidate]) -> list[Total]:
    """How many are in, then how many are out for each reason that occurs."""
    counts = Counter(candidate.counted_as for candidate in judged)
    out = [Total(reason, str(reason.label), counts[reason]) for reason in Reason if counts[reason]]
    return [Total(None, _("in"), counts[None]), *out]


def _once(recipients: Iterable[Recipient]) -> list[Recipient]:
    """By name; whoever several sources name alike stands there once, with all origins."""
    known: dict[tuple[str, str, int | None], Recipient] = {}
    for recipient in recipients:
        address, name, language, organisation, origin = recipient
        key = (normalise(address), name.casefold(), organisation)
        earlier = known.get(key)
        if earlier is None:
            known[key] = Recipient(key[0], name, language, organisation, origin)
        elif key[0]:
            known[key] = earlier._replace(origin=earlier.origin.joined(origin))
    return [known[key] for key in sorted(known, key=lambda key: (key[1], key[0], key[2] or 0))]


def _judge(
    event: Event | None, purpose: str, already_told: Collection[str]
) -> Callable[[Recipient], tuple[Reason | None, str]]:
    """The judgement over one recipient after the other: reason and detail. At most four queries, all here."""
    unwanted = Suppression.objects.against(purpose).hashes()
    refused = Reason.NO_NEWS if purpose == Campaign.Purpose.NEWS else Reason.UNWANTED
    organisations, addresses = _registered(event) if event else (set[int](), set[str]())
    withdrawn = _withdrawn(event) if event else set[int]()
    told = frozenset(already_told)
    first: dict[str, str] = {}

    def judge(recipient: Recipient) -> tuple[Reason | None, str]:
        address = recipient.address
        reason = objection(address)
        if reason:
            return reason, ""
        earlier = first.get(address)
        first.setdefault(address, recipient.name)
        if unwanted and hash_address(address) in unwanted:
            return refused, ""
        if recipient.organisation in organisations or address in addresses:
            return Reason.REGISTERED, ""
        if recipient.organisation in withdrawn:
            return Reason.WITHDRAWN, ""
        if earlier is not None:
            return Reason.REPEATED, earlier
        return (Reason.TOLD if address in told else None), ""

    return judge


def _withdrawn(event: Event) -> set[int]:
    """The organisations whose invitation an organiser withdrew: their link opens nothing."""
    return set(Invitation.objects.filter(event=event, revoked_at__isnull=False).values_list("organisation", flat=True))


def _registered(event: Event) -> tuple[set[int], set[str]]:
    """The organisations and the addresses for which a registration stands."""
    rows = Registration.objects.filter(event=event).active().values_list("organisation", "contact_email")
    organisations = {organisation for organisation, _address in rows if organisation is not None}
    people = Attendee.objects.filter(event=event).confirmed().exclude(email="").values_list("email", flat=True)
    return organisations, {normalise(address) for _organisation, address in rows} | {normalise(a) for a in people}
