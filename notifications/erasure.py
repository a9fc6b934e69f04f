"""What the outbox forgets when somebody's registration data are erased, and what it tells them of themselves before.

A message's row stays, because its numbers are the record of what was sent; its address becomes one of nobody
(`.invalid`, RFC 2606), its name and the words of mail servers go, the trial mailbox loses its copies. A word that the
place was given back still leaves; it is forgotten when its way is over. Refusals stay: they are hashes and somebody's wish.
"""

import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from events.meeting_point import personal_data as of_meeting_point
from events.models import Appointment, Attendee, Registration
from events.personal_data import CONTRIBUTORS, Entry, Section
from notifications.cockpit.words import kind_name
from notifications.models import Attempt, CalendarFeed, Delivery, DeliveryEvent, LocalMail, PendingErasure
from notifications.models.outbox import DeliveryQuerySet
from notifications.sending import many
from organisations.addresses import normalise

State = Delivery.State
NOBODY = "@erased.invalid"
REPLY = "the recipient's data were erased"
#: The last word to somebody: it empties their calendar.
FAREWELLS = ("registration_cancelled", "attendee_left", "appointment_cancelled")


def forget(registration: Registration, addresses: Collection[str], *, whole: bool) -> None:
    """Forget these addresses in the messages of one registration. The caller's transaction.

    `whole`: nobody of it is named any more, so that the trial mailbox keeps no mail of it at all; otherwise it loses
    what had left before, where the person may be named in mails to others.
    """
    rows = Delivery.objects.filter(payload__registration=registration.pk, campaign__isnull=True)
    mine = rows.filter(address__in=addresses)
    _cut_short(mine)
    _forget(list((rows if whole else mine).exclude(state__in=Delivery.UNSETTLED).values_list("pk", flat=True)))
    _empty_trial_mailbox(rows.exclude(state__in=Delivery.UNSETTLED).values_list("message_id", flat=True))
    for address in addresses:
        if not _is_known(address):
            CalendarFeed.objects.filter(address=normalise(address)).delete()


def forget_appointment(appointment: Appointment, address: str) -> None:
    """Forget the recipient of the messages about one appointment. The caller's transaction."""
    rows = Delivery.objects.filter(address=address, payload__appointment=appointment.pk)
    _cut_short(rows)
    settled = rows.exclude(state__in=Delivery.UNSETTLED)
    _empty_trial_mailbox(settled.values_list("message_id", flat=True))
    _forget(list(settled.values_list("pk", flat=True)))


def forget_settled() -> int:
    """Forget the recipients of last messages that have left; how many. One query where there is none."""
    over = PendingErasure.objects.exclude(delivery__state__in=Delivery.UNSETTLED)
    keys = list(over.values_list("delivery", flat=True)[:500])
    if keys:
        with transaction.atomic():
            forget_messages(keys)
            PendingErasure.objects.filter(delivery__in=keys).delete()
    return len(keys)


def forget_messages(keys: list[int]) -> None:
    """Forget the recipients of messages whose way is over. The caller's transaction."""
    messages = Delivery.objects.filter(many.among(Delivery, "id", keys))
    _empty_trial_mailbox(messages.values_list("message_id", flat=True))
    _forget(keys)


def count_waiting() -> int:
    """How many recipients are still to be forgotten."""
    return PendingErasure.objects.count()


def _cut_short(rows: DeliveryQuerySet) -> None:
    """What waits does not go out, but for the last word; what is on its way is forgotten when it has arrived."""
    rows.filter(state=State.READY).exclude(kind__in=FAREWELLS).update(state=State.CANCELLED)
    unsettled = rows.unsettled().values_list("pk", flat=True)
    PendingErasure.objects.bulk_create([PendingErasure(delivery_id=pk) for pk in unsettled], ignore_conflicts=True)


def _forget(keys: list[int]) -> None:
    """Another address for each recipient, so that nobody can tell two of them to be one."""
    for row in Delivery.objects.filter(many.among(Delivery, "id", keys)).only("pk"):
        Delivery.objects.filter(pk=row.pk).update(address=f"{uuid.uuid4().hex[:12]}{NOBODY}", name="", reply=REPLY)
    Attempt.objects.filter(delivery__in=keys).exclude(reply="").update(reply="")
    DeliveryEvent.objects.filter(delivery__in=keys).exclude(description="").update(description="")


def _empty_trial_mailbox(message_ids: Iterable[str]) -> None:
    LocalMail.objects.filter(message_id__in=list(message_ids)).delete()


def _is_known(address: str) -> bool:
    """Whether another registration names this address."""
    if Registration.objects.filter(contact_email__iexact=address).exists():
        return True
    return Attendee.objects.filter(email__iexact=address).exists()


# -- what was written to somebody ----------------------------------------------------------------------------------------


def messages_of(registration: Registration, attendee: Attendee | None) -> list[Section]:
    """The messages about a registration to its contact, or to one of its people."""
    address = attendee.email if attendee else registration.contact_email
    return [_section(row) for row in _to(address, registration)] if address else []


def messages_of_appointment(appointment: Appointment) -> list[Section]:
    """The messages about an appointment to whoever has it."""
    rows = Delivery.objects.filter(address=appointment.email, payload__appointment=appointment.pk)
    return [_section(row) for row in rows.order_by("created_at", "pk")]


def _to(address: str, registration: Registration) -> QuerySet[Delivery]:
    return Delivery.objects.filter(address=address, payload__registration=registration.pk).order_by("created_at", "pk")


def _section(row: Delivery) -> Section:
    values: tuple[tuple[Any, ...], ...] = (
        ("kind", _("Message"), str(kind_name(row.kind))),
        ("address", _("Sent to"), row.address, "recipients"),
        ("name", _("Name"), row.name, "recipients"),
        ("state", _("State"), row.get_state_display()),
        ("created_at", _("Written at"), row.created_at),
        ("handed_over_at", _("Handed over at"), row.accepted_at),
    )
    return Section("message", _("A message to you"), tuple(Entry(*value) for value in values), row.created_at)


def connect() -> None:
    """Make this room's part known to the self-service, once."""
    if messages_of not in CONTRIBUTORS:
        CONTRIBUTORS.append(messages_of)
        of_meeting_point.CONTRIBUTORS.append(messages_of_appointment)
