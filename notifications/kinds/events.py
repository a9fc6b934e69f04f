"""Letters about an event: moved, called off, reminded of."""

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events import agenda as agendas
from events.agenda.changes import read
from events.models import Invitation, Session
from notifications.kinds.facts import calendar_of, event_facts, event_of, live
from notifications.kinds.own_words import event_values, own_words
from notifications.kinds.registrations import own_link, registration_of
from notifications.letters import CannotWrite, Letter, absolute
from notifications.models import Delivery
from notifications.recipients.links import message_url, preferences_url, unsubscribe_url


def event_rescheduled(delivery: Delivery) -> Letter:
    """To everybody registered: the new time or place, and the way to give the place back if it no longer suits."""
    registration = registration_of(delivery)
    event = registration.event
    return Letter(
        subject=_("New time or place: %(event)s") % {"event": event.title},
        paragraphs=[_("time or place of the event have changed. Your registration stands; this is what holds now.")],
        facts=event_facts(event),
        link=own_link(delivery, registration),
        closing=[
            _("The entry in your calendar changes by itself, or when you open the attached file."),
            _("If you cannot come, please give the place back."),
        ]
        if delivery.calendar_method
        else [_("If it does not suit you any more, please cancel through the link.")],
        calendar=calendar_of(delivery, event),
    )


def event_cancelled(delivery: Delivery) -> Letter:
    """To everybody registered: it will not take place, and why."""
    event = event_of(delivery)
    return Letter(
        subject=_("Cancelled: %(event)s") % {"event": event.title},
        paragraphs=[_("the event is cancelled. The reason: %(reason)s") % {"reason": event.cancellation_reason}],
        facts=event_facts(event),
        link=(_("The event's page"), absolute(event.get_absolute_url())),
        closing=[_("You need do nothing; the entry disappears from your calendar.")]
        if delivery.calendar_method
        else [],
        calendar=calendar_of(delivery, event),
    )


def session_cancelled(delivery: Delivery) -> Letter:
    """To everybody registered: one item of the agenda will not take place, and why; the event does."""
    event, session = live(event_of(delivery)), Session.objects.filter(pk=delivery.payload.get("session")).first()
    public = agendas.current(event)
    item = next((one for one in (*public.items, *public.dropped) if session and one.key == session.key), None)
    if item is None or not item.is_cancelled:
        raise CannotWrite("the item is gone from the agenda, or takes place after all")
    starts_at, ends_at = timezone.localtime(item.starts_at), timezone.localtime(item.ends_at)
    return Letter(
        subject=_("Agenda changed: %(event)s") % {"event": event.title},
        paragraphs=[
            _("one item of the agenda will not take place: “%(session)s”, %(start)s–%(end)s. The reason: %(reason)s")
            % {"session": read(item.title), "start": f"{starts_at:%H:%M}", "end": f"{ends_at:%H:%M}",
               "reason": item.cancellation_reason},
            _("Everything else stays as it was, and so does your registration."),
        ],
        facts=event_facts(event),
        link=(_("The event's page"), absolute(event.get_absolute_url())),
    )  # fmt: skip


def reminder(delivery: Delivery) -> Letter:
    """To people who hold a place: the standard words, or the rule's own."""
    registration = registration_of(delivery)
    event = live(registration.event)
    values = event_values(event, registration.registrant)
    subject, paragraphs = own_words(delivery, values)
    closing = [] if event.starts_at <= timezone.now() else [_("If you cannot come, please give the place back.")]
    return Letter(
        subject=subject or _("Reminder: %(event)s") % {"event": event.title},
        paragraphs=paragraphs or [_("we look forward to seeing you.")],
        facts=event_facts(event),
        link=own_link(delivery, registration),
        closing=[*closing, event.accessibility] if closing and event.accessibility else closing,
        calendar=calendar_of(delivery, event),
    )


def invitation_reminder(delivery: Delivery) -> Letter:
    """To an invited organisation that has not registered: its personal link again, and the way out of the list."""
    invited = _invitation(delivery)
    live(invited.event)
    if invited.revoked_at:
        raise CannotWrite("the invitation was withdrawn")
    return invitation_again(delivery, invited)


def _invitation(delivery: Delivery) -> Invitation:
    found = Invitation.objects.select_related("organisation", "event").filter(pk=delivery.payload.get("invitation"))
    invited = found.first()
    if invited is None:
        raise CannotWrite("the invitation is gone")
    return invited


def invitation_again(delivery: Delivery, invited: Invitation | None = None) -> Letter:
    """The letter of an invitation's reminder, also when its event is over or called off: to be read once more."""
    invited = invited or _invitation(delivery)
    event, organisation = invited.event, invited.organisation
    deadline = date_format(timezone.localtime(event.registration_deadline), "l j F Y, H:i")
    subject, paragraphs = own_words(delivery, event_values(event, organisation.name))
    return Letter(
        subject=subject or _("Places are still free: %(event)s") % {"event": event.title},
        paragraphs=paragraphs or [_("we invited %(organisation)s, and registrations are still open.")
                                  % {"organisation": organisation.name}],
        facts=[*event_facts(event), (_("Registrations until"), deadline)],
        link=(_("Register your organisation"), absolute(invited.get_absolute_url())),
        closing=[
            _("You receive this because %(association)s, controller of these data, keeps this address of your "
              "organisation (source: %(source)s) for the project. Privacy notice: %(privacy)s")
            % {"association": settings.ASSOCIATION_NAME, "source": organisation.source or _("public registers"),
               "privacy": absolute("/privacy/")}
        ],
        unsubscribe_url=unsubscribe_url(delivery.address, delivery.language),
        preferences_url=preferences_url(delivery.address, delivery.language),
        browser_url=message_url(delivery.key, delivery.language),
    )  # fmt: skip
