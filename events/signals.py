"""Facts of this app, sent inside the transaction that makes them true. One receiver: `notifications/receivers.py`."""

from django.dispatch import Signal

#: A registration holds its places. Arguments: registration, people (attendees, all who hold one of it).
registration_confirmed = Signal()
#: Its people or their data changed. Arguments: registration, joined and left (dicts address -> name of the calendars
#: to fill and to empty).
registration_changed = Signal()
#: All of it was given back. Arguments: registration, left (dict address -> name).
registration_cancelled = Signal()
#: The contact asked for the management link again. Arguments: registration.
registration_link_requested = Signal()
#: Somebody's own link is to be sent to them again. Arguments: attendee.
attendee_link_requested = Signal()
#: Nobody is named in it any more. Arguments: registration, addresses (whose data went).
registration_erased = Signal()
#: One of its people is not named any more. Arguments: attendee, address (empty where they had none).
attendee_erased = Signal()
#: The public sees it from now on. Arguments: event, by.
event_published = Signal()
#: Time or place moved; `event.revision` is already higher. Arguments: event, by.
event_rescheduled = Signal()
#: One item of a published agenda will not take place; the event does. Arguments: session, concerned (addressees), by.
session_cancelled = Signal()
#: The public sees another agenda. Arguments: event, release, told (who, and which of its changes), by.
agenda_released = Signal()
#: The event will not take place; `event.revision` is already higher. Arguments: event, by.
event_cancelled = Signal()
#: It is to be approved: no place is held yet. Arguments: registration.
registration_received = Signal()
#: An organiser said no; the reason stands in it. Arguments: registration.
registration_refused = Signal()
#: An invited organisation asked for its personal link again. Arguments: invitation.
invitation_link_requested = Signal()
#: An organiser leaves a registration as it is; the reason stands in the request. Arguments: request.
change_refused = Signal()
#: Somebody waits for places from now on. Arguments: entry.
waiting_joined = Signal()
#: A waiting list gave places. Arguments: entry, people (attendees who got one), joined (dict address -> name of the
#: calendars to fill; empty for an item of the agenda).
waiting_promoted = Signal()
#: People of an entry wait no longer, because they wished it. Arguments: entry, people (keys of attendees).
waiting_left = Signal()
#: It begins, and no place became free. Arguments: entry.
waiting_expired = Signal()
#: The personal link opens nothing any more. Arguments: invitation.
invitation_revoked = Signal()
#: Somebody is here. Arguments: attendee, scan.
attendee_arrived = Signal()
#: The register of who came is closed, or corrected. Arguments: register, people (attendees to whom their certificate is
#: news and who are to be told; empty where the organiser tells nobody).
attendance_closed = Signal()
#: Somebody has a time at the meeting point. Arguments: appointment (so those below).
appointment_booked = Signal()
#: It is at another time; `appointment.sequence` is already higher.
appointment_moved = Signal()
#: It was given back, or the desk called it off: the reason stands in it.
appointment_cancelled = Signal()
#: The day before.
appointment_reminder_due = Signal()
#: Nobody is named in it any more. Arguments: appointment, address (whose data went; empty where the desk had none).
appointment_erased = Signal()
#: Somebody at its address asked for the link again.
appointment_link_requested = Signal()
