"""One builder per kind of message: from the facts in the row to a letter, in the active language."""

from collections.abc import Callable

from notifications.calendars import feeds
from notifications.kinds import (
    agenda,
    agreements,
    appointments,
    approvals,
    attendance,
    events,
    moderation,
    registrations,
    waiting,
    webhooks,
)
from notifications.letters import CannotWrite, Letter
from notifications.models import Delivery


def account(delivery: Delivery) -> Letter:
    """What Django or allauth wrote: a sign-in code."""
    payload = delivery.payload
    if not payload.get("text"):
        raise CannotWrite("the text was cleared")
    paragraphs = [part.strip() for part in payload["text"].split("\n\n") if part.strip()]
    return Letter(subject=payload["subject"], paragraphs=paragraphs)


BUILDERS: dict[str, Callable[[Delivery], Letter]] = {
    builder.__name__: builder
    for builder in (
        registrations.registration_confirmed, registrations.registration_changed, registrations.registration_link,
        registrations.registration_cancelled, registrations.attendee_registered, registrations.attendee_link,
        registrations.attendee_left, moderation.registration_received, moderation.registration_refused,
        moderation.invitation_link, moderation.change_refused,
        events.event_rescheduled, events.event_cancelled, events.session_cancelled, agenda.agenda_released,
        events.reminder, events.invitation_reminder, feeds.calendar_link, account, agreements.agreement_shared,
        agreements.review_reminder, agreements.agreement_frozen, agreements.signing_opened,
        agreements.adhesion_recorded, agreements.agreement_concluded, agreements.agreement_withdrawn,
        approvals.sent_for_approval, approvals.approval_reminder, approvals.act_recorded, approvals.changes_asked,
        approvals.agreement_refused,
        webhooks.webhook_disabled, waiting.waiting_joined, waiting.waiting_promoted, waiting.session_place_given,
        waiting.waiting_left, waiting.waiting_expired, appointments.appointment_confirmed,
        appointments.appointment_moved, appointments.appointment_cancelled, appointments.appointment_reminder,
        appointments.appointment_link, attendance.attendance_certified,
    )
}  # fmt: skip
