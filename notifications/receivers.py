"""The only place where facts of other apps become mail, and what other programs are told.

One receiver per signal, rows in the fact's transaction.
"""

from collections.abc import Collection
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from events import signals as event_signals
from events.agenda.impact import Told
from events.agenda.people import Addressee
from events.models import (
    AgendaRelease,
    AttendanceRegister,
    Attendee,
    ChangeRequest,
    Event,
    Invitation,
    Registration,
    Scan,
    Session,
    WaitingEntry,
)
from notifications import erasure, outbox
from notifications.calendars import feeds, overtaking
from notifications.calendars import stamps as calendar_stamps
from notifications.campaigns import services as campaigns
from notifications.channels import services as channels
from notifications.kinds import agenda as agenda_letters
from notifications.models import Fact
from notifications.outbox import Message
from notifications.reminders import planning
from notifications.reminders import services as reminder_services
from notifications.webhooks import facts
from organisations.models import User


def _to_address(
    kind: str, registration: Registration, address: str, name: str, method: str = "", *, key: str = ""
) -> Message:
    """A message about a registration, with the calendar part of its method."""
    return Message(
        kind=kind,
        key=key or f"{kind}:{registration.pk}:{registration.revision}",
        address=address,
        name=name,
        language=registration.language,
        payload={"registration": registration.pk, "event": registration.event_id},
        calendar=calendar_stamps.stamp(registration.event, address, method) if method else None,
    )


def _still_coming(event: Event, address: str) -> bool:
    """Whether another registration keeps this address's calendar entry alive."""
    contact = event.registrations.filter(contact_email=address, state=Registration.State.CONFIRMED)
    return contact.exists() or Attendee.objects.filter(event=event, email=address).confirmed().exists()


def _leaving(registration: Registration, left: dict[str, str]) -> list[Message]:
    """What waits for those who left is withdrawn; the messages that empty their calendars, or keep them true."""
    event, contact = registration.event, registration.contact_email
    staying = {address for address in left if _still_coming(event, address)}
    withdrawn = overtaking.by_leaving(registration, left, staying=staying)
    messages = [
        _to_address("attendee_left", registration, address, name, "CANCEL")
        for address, name in left.items()
        if address != contact and address not in staying
    ]
    missed = {address: (left[address], registration) for address in withdrawn.missed_a_move & staying}
    return messages + _about_event("event_rescheduled", event, missed, "REQUEST")


def _about_event(kind: str, event: Event, people: dict[str, tuple[str, Registration]], method: str) -> list[Message]:
    """Messages about this revision of the event; a worker lets one expire if there is a newer revision by then."""
    stamps = calendar_stamps.stamps(event, people, method)
    return [
        Message(
            kind=kind,
            key=f"{kind}:{event.pk}:{event.revision}",
            address=address,
            name=name,
            language=registration.language,
            payload={"registration": registration.pk, "event": event.pk, "revision": event.revision},
            calendar=stamps[address],
        )
        for address, (name, registration) in people.items()
    ]


@receiver(event_signals.registration_confirmed)
def on_registration_confirmed(*, registration: Registration, people: Collection[Attendee], **_kwargs: Any) -> None:
    facts.of_registration(Fact.REGISTRATION_CONFIRMED, registration)
    recipients = registration.recipients(people)
    feeds.open_for(recipients)
    outbox.enqueue(
        _to_address(
            "registration_confirmed" if address == registration.contact_email else "attendee_registered",
            registration, address, name, "REQUEST",
        )
        for address, name in recipients.items()
    )  # fmt: skip


@receiver(event_signals.registration_received)
def on_registration_received(*, registration: Registration, **_kwargs: Any) -> None:
    contact, name = registration.contact_email, registration.contact_name
    outbox.enqueue([_to_address("registration_received", registration, contact, name)])


def _of_entry(kind: str, entry: WaitingEntry, method: str = "", *, about: str = "") -> Message:
    """To the contact of somebody who waits."""
    registration = entry.registration
    key = f"{kind}:{entry.pk}:{about}" if about else f"{kind}:{entry.pk}"
    name, address = registration.contact_name, registration.contact_email
    message = _to_address(kind, registration, address, name, method, key=key)
    message.payload["entry"] = entry.pk
    return message


@receiver(event_signals.waiting_joined)
def on_waiting_joined(*, entry: WaitingEntry, **_kwargs: Any) -> None:
    outbox.enqueue([_of_entry("waiting_joined", entry)])


@receiver(event_signals.waiting_promoted)
def on_waiting_promoted(
    *, entry: WaitingEntry, people: Collection[Attendee], joined: dict[str, str], **_kwargs: Any
) -> None:
    """The contact is told of everybody; people with a mailbox of their own hear of their place themselves."""
    registration, keys = entry.registration, sorted(person.pk for person in people)
    about = ".".join(map(str, keys))
    if entry.session_id is None:
        facts.of_registration(Fact.REGISTRATION_CONFIRMED, registration)
        feeds.open_for(joined)
    to_contact = _of_entry("waiting_promoted", entry, "" if entry.session_id else "REQUEST", about=about)
    to_contact.payload["people"] = keys
    messages, contact = [to_contact], registration.contact_email
    if entry.session_id is None:
        messages += [
            _to_address("attendee_registered", registration, address, name, "REQUEST")
            for address, name in joined.items()
            if address != contact
        ]
    else:
        for address, name in {one.email: one.full_name for one in people if one.speaks_for_themselves}.items():
            own = _to_address(
                "session_place_given", registration, address, name, key=f"session_place:{entry.pk}:{about}"
            )
            own.payload["entry"] = entry.pk
            messages.append(own)
    outbox.enqueue(messages)


@receiver(event_signals.waiting_left)
def on_waiting_left(*, entry: WaitingEntry, people: Collection[int], **_kwargs: Any) -> None:
    message = _of_entry("waiting_left", entry, about=".".join(map(str, sorted(people))))
    message.payload["people"] = sorted(people)
    outbox.enqueue([message])


@receiver(event_signals.waiting_expired)
def on_waiting_expired(*, entry: WaitingEntry, **_kwargs: Any) -> None:
    outbox.enqueue([_of_entry("waiting_expired", entry)])


@receiver(event_signals.registration_refused)
def on_registration_refused(*, registration: Registration, **_kwargs: Any) -> None:
    contact, name = registration.contact_email, registration.contact_name
    outbox.enqueue([_to_address("registration_refused", registration, contact, name)])


@receiver(event_signals.change_refused)
def on_change_refused(*, request: ChangeRequest, **_kwargs: Any) -> None:
    registration, key = request.registration, f"change_refused:{request.pk}"
    message = _to_address(
        "change_refused", registration, registration.contact_email, registration.contact_name, key=key
    )
    message.payload["change"] = request.pk
    outbox.enqueue([message])


@receiver(event_signals.invitation_link_requested)
def on_invitation_link_requested(*, invitation: Invitation, **_kwargs: Any) -> None:
    organisation = invitation.organisation
    message = Message(
        kind="invitation_link",
        key=f"invitation_link:{invitation.pk}:{timezone.now():%Y%m%d%H%M}",  # at most one a minute
        address=organisation.email,
        name=organisation.name,
        language=organisation.language,
        payload={"invitation": invitation.pk, "event": invitation.event_id},
    )
    outbox.enqueue([message])


@receiver(event_signals.invitation_revoked)
def on_invitation_revoked(*, invitation: Invitation, **_kwargs: Any) -> None:
    overtaking.by_withdrawing(invitation)


@receiver(event_signals.registration_changed)
def on_registration_changed(
    *, registration: Registration, joined: dict[str, str], left: dict[str, str], **_kwargs: Any
) -> None:
    facts.of_registration(Fact.REGISTRATION_CHANGED, registration)
    contact, recipients = registration.contact_email, registration.recipients()
    feeds.open_for(joined)
    leaving = _leaving(registration, left)
    # whoever is no longer the contact but still comes has lost the letter that waited for them
    moved = overtaking.by_another_contact(registration).addresses & recipients.keys()
    joined = {**joined, **{address: recipients[address] for address in moved}}
    if registration.state == Registration.State.CONFIRMED:
        method = "REQUEST"
    else:  # its last place was given back, others of it wait
        method = "" if _still_coming(registration.event, contact) else "CANCEL"
    messages = [_to_address("registration_changed", registration, contact, registration.contact_name, method)]
    messages += [
        _to_address("attendee_registered", registration, address, name, "REQUEST")
        for address, name in joined.items()
        if address != contact
    ]
    outbox.enqueue([*messages, *leaving])


@receiver(event_signals.registration_cancelled)
def on_registration_cancelled(*, registration: Registration, left: dict[str, str], **_kwargs: Any) -> None:
    facts.of_registration(Fact.REGISTRATION_CANCELLED, registration)
    contact = registration.contact_email
    leaving = _leaving(registration, left)
    method = "CANCEL" if contact in left and not _still_coming(registration.event, contact) else ""
    first = _to_address("registration_cancelled", registration, contact, registration.contact_name, method)
    first.payload["held"] = bool(left)
    outbox.enqueue([first, *leaving])


@receiver(event_signals.registration_link_requested)
def on_registration_link_requested(*, registration: Registration, **_kwargs: Any) -> None:
    # at most one a minute: whoever presses the button again and again fills nobody's mailbox
    key = f"registration_link:{registration.pk}:{timezone.now():%Y%m%d%H%M}"
    outbox.enqueue(
        [_to_address("registration_link", registration, registration.contact_email, registration.contact_name, key=key)]
    )


@receiver(event_signals.attendee_link_requested)
def on_attendee_link_requested(*, attendee: Attendee, **_kwargs: Any) -> None:
    if attendee.email:
        key = f"attendee_link:{attendee.pk}:{attendee.token_version}:{timezone.now():%Y%m%d%H%M}"
        registration, name = attendee.registration, attendee.full_name
        outbox.enqueue([_to_address("attendee_link", registration, attendee.email, name, key=key)])


@receiver(event_signals.registration_erased)
def on_registration_erased(*, registration: Registration, addresses: Collection[str], **_kwargs: Any) -> None:
    erasure.forget(registration, addresses, whole=True)


@receiver(event_signals.attendee_erased)
def on_attendee_erased(*, attendee: Attendee, address: str, **_kwargs: Any) -> None:
    erasure.forget(attendee.registration, {address} - {"", attendee.registration.contact_email}, whole=False)


def _to_those_without_a_place(kind: str, event: Event, others: Collection[str]) -> list[Message]:
    """To the contacts of those who are to be approved or wait: what it says, and nothing for a calendar."""
    states = (Registration.State.PENDING, Registration.State.WAITING)
    waiting = event.registrations.filter(state__in=states).order_by("pk")
    messages = {
        registration.contact_email: Message(
            kind=kind,
            key=f"{kind}:{event.pk}:{event.revision}",
            address=registration.contact_email,
            name=registration.contact_name,
            language=registration.language,
            payload={"registration": registration.pk, "event": event.pk, "revision": event.revision},
        )
        for registration in waiting
        if registration.contact_email not in others
    }
    return list(messages.values())


def _everybody(event: Event) -> dict[str, tuple[str, Registration]]:
    """Address -> name and registration of all whose calendars show the event."""
    registrations = event.registrations.filter(state=Registration.State.CONFIRMED).order_by("pk")
    return {
        address: (name, registration)
        for registration in registrations
        for address, name in registration.recipients().items()
    }


@receiver(event_signals.event_published)
def on_event_published(*, event: Event, by: User, **_kwargs: Any) -> None:
    facts.of_event(Fact.EVENT_PUBLISHED, event)
    reminder_services.add_default_rule(event=event, by=by)
    planning.recompute(target=event, since=timezone.now())


@receiver(event_signals.event_rescheduled)
def on_event_rescheduled(*, event: Event, **_kwargs: Any) -> None:
    facts.of_event(Fact.EVENT_RESCHEDULED, event)
    planning.recompute(target=event, since=timezone.now())
    people = _everybody(event)
    told = overtaking.by_a_move(event, people)
    others = {address: found for address, found in people.items() if address not in told}
    outbox.enqueue(_about_event("event_rescheduled", event, others, "REQUEST"))
    outbox.enqueue(_to_those_without_a_place("event_rescheduled", event, people))


@receiver(event_signals.session_cancelled)
def on_session_cancelled(*, session: Session, concerned: Collection[Addressee], **_kwargs: Any) -> None:
    outbox.enqueue(
        Message(
            kind="session_cancelled",
            key=f"session_cancelled:{session.pk}",
            address=person.address,
            name=person.name,
            language=person.language,
            payload={"registration": person.registration, "event": session.event_id, "session": session.pk},
        )
        for person in concerned
    )


@receiver(event_signals.agenda_released)
def on_agenda_released(*, event: Event, release: AgendaRelease, told: Collection[Told], **_kwargs: Any) -> None:
    held = overtaking.by_a_release(event, {one.addressee.address for one in told})
    outbox.enqueue(agenda_letters.messages(event, release, told, held))


@receiver(event_signals.event_cancelled)
def on_event_cancelled(*, event: Event, **_kwargs: Any) -> None:
    facts.of_event(Fact.EVENT_CANCELLED, event)
    planning.recompute(target=event, since=timezone.now())
    overtaking.by_cancelling(event)
    campaigns.call_off(event=event)
    channels.call_off(event=event)
    people = _everybody(event)
    outbox.enqueue(_about_event("event_cancelled", event, people, "CANCEL"))
    outbox.enqueue(_to_those_without_a_place("event_cancelled", event, people))


@receiver(event_signals.attendee_arrived)
def on_attendee_arrived(*, scan: Scan, **_kwargs: Any) -> None:
    facts.of_arrival(scan)


@receiver(event_signals.attendance_closed)
def on_attendance_closed(*, register: AttendanceRegister, people: Collection[Attendee], **_kwargs: Any) -> None:
    """Each person at their own mailbox; the contact for those who have none."""
    messages: dict[tuple[int, str], Message] = {}
    for person in people:
        registration = person.registration
        address = person.email or registration.contact_email
        name = person.full_name if person.email else registration.contact_name
        key = f"attendance_certified:{register.pk}:{registration.pk}"
        message = _to_address("attendance_certified", registration, address, name, key=key)
        messages.setdefault((registration.pk, address), message).payload.setdefault("people", []).append(person.pk)
    outbox.enqueue(messages.values())
