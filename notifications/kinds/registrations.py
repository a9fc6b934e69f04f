"""Letters about one registration: to its contact, and to the people somebody else registered."""

from django.utils.translation import gettext as _

from events.models import Registration
from notifications.calendars import feeds
from notifications.kinds.facts import calendar_of, event_facts
from notifications.letters import CannotWrite, Letter, absolute
from notifications.models import Delivery


def registration_confirmed(delivery: Delivery) -> Letter:
    """To the contact: everything, the management link, the calendar part."""
    registration = registration_of(delivery)
    event = registration.event
    return Letter(
        subject=_("Registration confirmed: %(event)s") % {"event": event.title},
        paragraphs=[
            _("the registration of %(organisation)s is confirmed.") % {"organisation": registration.organisation_name}
        ],
        facts=[
            *event_facts(event),
            (_("Who comes"), _people(registration)),
            (_("Reference"), registration.reference),
        ],
        link=_manage_link(registration),
        closing=[
            _("The link is personal: whoever has it can change the registration. If you cannot come, please give the "
              "places back: others can have them at once."),
            *feeds.invitation_to_subscribe(delivery.address),
        ],
        calendar=calendar_of(delivery, event),
    )  # fmt: skip


def registration_changed(delivery: Delivery) -> Letter:
    """To the contact: how the registration stands now."""
    registration = registration_of(delivery)
    event = registration.event
    return Letter(
        subject=_("Registration changed: %(event)s") % {"event": event.title},
        paragraphs=[_("the registration was changed. This is how it stands now.")],
        facts=[
            *event_facts(event),
            (_("Who comes"), _people(registration)),
            (_("Reference"), registration.reference),
        ],
        link=_manage_link(registration),
        calendar=calendar_of(delivery, event),
    )


def registration_link(delivery: Delivery) -> Letter:
    """To the contact who asked: the management link again."""
    registration = registration_of(delivery)
    return Letter(
        subject=_("The link of your registration: %(event)s") % {"event": registration.event.title},
        paragraphs=[_("you asked for the link of your registration. If it was not you, you need do nothing.")],
        facts=event_facts(registration.event),
        link=_manage_link(registration),
    )


def registration_cancelled(delivery: Delivery) -> Letter:
    """To the contact: nothing is left of the registration."""
    registration = registration_of(delivery)
    event = registration.event
    return Letter(
        subject=_("Registration cancelled: %(event)s") % {"event": event.title},
        paragraphs=[
            _("the registration of %(organisation)s is cancelled and its places are free again.")
            % {"organisation": registration.organisation_name}
        ],
        facts=event_facts(event),
        link=(_("The event's page"), absolute(event.get_absolute_url())),
        calendar=calendar_of(delivery, event),
    )


def attendee_registered(delivery: Delivery) -> Letter:
    """To a person somebody else registered: what, when, where, by whom; no management link."""
    registration = registration_of(delivery)
    event = registration.event
    return Letter(
        subject=_("You are registered: %(event)s") % {"event": event.title},
        paragraphs=[
            _("%(contact)s of %(organisation)s has registered you.")
            % {"contact": registration.contact_name, "organisation": registration.organisation_name}
        ],
        facts=event_facts(event),
        link=(_("The event's page"), absolute(event.get_absolute_url())),
        closing=[
            _("To cancel, tell %(contact)s, who manages the registration. Your data are used for this event only: "
              "%(privacy)s") % {"contact": registration.contact_name, "privacy": absolute("/privacy/")},
            *feeds.invitation_to_subscribe(delivery.address),
        ],
        calendar=calendar_of(delivery, event),
    )  # fmt: skip


def attendee_left(delivery: Delivery) -> Letter:
    """To a person whose place was given back."""
    registration = registration_of(delivery)
    event = registration.event
    return Letter(
        subject=_("You are no longer registered: %(event)s") % {"event": event.title},
        paragraphs=[
            _("%(contact)s has given your place back. The entry disappears from your calendar.")
            % {"contact": registration.contact_name}
        ],
        facts=event_facts(event),
        link=(_("The event's page"), absolute(event.get_absolute_url())),
        calendar=calendar_of(delivery, event),
    )


# -- inside ------------------------------------------------------------------------------------------------------------


def registration_of(delivery: Delivery) -> Registration:
    found = Registration.objects.select_related("event").filter(pk=delivery.payload.get("registration")).first()
    if found is None:
        raise CannotWrite("the registration is gone")
    return found


def _people(registration: Registration) -> str:
    attendees = registration.attendees.confirmed().order_by("place_number")
    return "\n".join(f"{a.full_name} ({_('place')} {a.place_number})" for a in attendees)


def _manage_link(registration: Registration) -> tuple[str, str]:
    return _("See, change or cancel the registration"), absolute(registration.get_absolute_url())
