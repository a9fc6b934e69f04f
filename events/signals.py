"""Facts of this app, sent inside the transaction that makes them true. One receiver: `notifications/receivers.py`."""

from django.dispatch import Signal

#: A registration holds its places. Arguments: registration.
registration_confirmed = Signal()
#: Its people or their data changed. Arguments: registration, joined and left (dicts address -> name of the calendars
#: to fill and to empty).
registration_changed = Signal()
#: All of it was given back. Arguments: registration, left (dict address -> name).
registration_cancelled = Signal()
#: The contact asked for the management link again. Arguments: registration.
registration_link_requested = Signal()
#: The public sees it from now on. Arguments: event, by.
event_published = Signal()
#: Time or place moved; `event.revision` is already higher. Arguments: event, by.
event_rescheduled = Signal()
#: One item of a published agenda will not take place; the event does. Arguments: session, by.
session_cancelled = Signal()
#: The event will not take place; `event.revision` is already higher. Arguments: event, by.
event_cancelled = Signal()
#: People stand on a waiting list. Arguments: entry.
waiting_joined = Signal()
#: Some or all of an entry's people have places now. Arguments: entry, given (how many), joined (dict address -> name).
waiting_promoted = Signal()
#: An entry was left, or what it got was declined. Arguments: entry, left (dict address -> name).
waiting_left = Signal()
