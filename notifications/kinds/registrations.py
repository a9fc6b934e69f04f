"""Letters about one registration: to its contact, and to the people somebody else registered.

The contact's letters carry the contact's link, a person's carry their own; both are looked up when a letter is written.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Attendee, Registration
from events.questions import given
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
            *([_("the organisers have approved your registration.")] if registration.decided_at else []),
            _("the registration of %(registrant)s is confirmed.") % {"registrant": registration.registrant},
        ],
        facts=[
            *event_facts(event),
            (_("Registered as"), registration.get_category_display()),
            (_("Who comes"), _people(registration)),
            (_("Reference"), registration.reference),
        ],
        link=_manage_link(registration),
        closing=[
            *_open_questions(registration),
            _("The link is personal: whoever has it can change the registration. If you cannot come, please give the "
              "places back: others can have them at once."),
            *_links_of_their_own(registration),
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
    if registration.erased_at:
        words = _("your registration is cancelled and its data are erased. This is our last message about it.")
    elif delivery.payload.get("held", True):
        words = _("the registration of %(registrant)s is cancelled and its places are free again.")
    else:  # it was never approved, or waited
        words = _("the registration of %(registrant)s is cancelled. It held no place yet.")
    return Letter(
        subject=_("Registration cancelled: %(event)s") % {"event": event.title},
        paragraphs=[words if registration.erased_at else words % {"registrant": registration.registrant}],
        facts=event_facts(event),
        link=(_("The event's page"), absolute(event.get_absolute_url())),
        calendar=calendar_of(delivery, event),
    )


def attendee_registered(delivery: Delivery) -> Letter:
    """To a person somebody else registered: what, when, where, by whom; their own link, never the contact's."""
    registration = registration_of(delivery)
    event = registration.event
    return Letter(
        subject=_("You are registered: %(event)s") % {"event": event.title},
        paragraphs=[_("%(who)s has registered you.") % {"who": _who_registered(registration)}],
        facts=[*event_facts(event), *_other_links(delivery, registration)],
        link=own_link(delivery, registration),
        closing=[
            _("Through your link you see what we hold about you, correct your name, say that you come, or give your place "
              "back. Everything else is in the hands of %(contact)s, who manages the registration. Your data are used for "
              "this event only: %(privacy)s")
            % {"contact": registration.contact_name, "privacy": absolute("/privacy/")},
            *feeds.invitation_to_subscribe(delivery.address),
        ],
        calendar=calendar_of(delivery, event),
    )  # fmt: skip


def attendee_link(delivery: Delivery) -> Letter:
    """To a person who holds a place: their own link again."""
    registration = registration_of(delivery)
    return Letter(
        subject=_("Your link: %(event)s") % {"event": registration.event.title},
        paragraphs=[_("this is your own link once more. If you did not expect it, you need do nothing.")],
        facts=[*event_facts(registration.event), *_other_links(delivery, registration)],
        link=own_link(delivery, registration),
    )


def attendee_left(delivery: Delivery) -> Letter:
    """To a person whose place was given back, by themselves or by the contact."""
    registration = registration_of(delivery)
    event = registration.event
    return Letter(
        subject=_("You are no longer registered: %(event)s") % {"event": event.title},
        paragraphs=[_("your place was given back. The entry disappears from your calendar.")],
        facts=event_facts(event),
        link=(_("The event's page"), absolute(event.get_absolute_url())),
        closing=[
            _("If this is not right, speak to %(contact)s, who manages the registration.")
            % {"contact": registration.contact_name}
        ]
        if registration.contact_name
        else [],
        calendar=calendar_of(delivery, event),
    )


def own_link(delivery: Delivery, registration: Registration) -> tuple[str, str]:
    """The link of whoever reads this at this address: the contact's, a person's own, or the event's page."""
    if delivery.address == registration.contact_email:
        return _manage_link(registration)
    for attendee in _readers(delivery, registration):
        return _("See, confirm or give back your place"), absolute(attendee.get_absolute_url())
    return _("The event's page"), absolute(registration.event.get_absolute_url())


# -- inside ------------------------------------------------------------------------------------------------------------


def registration_of(delivery: Delivery) -> Registration:
    found = Registration.objects.select_related("event").filter(pk=delivery.payload.get("registration")).first()
    if found is None:
        raise CannotWrite("the registration is gone")
    if delivery.address.endswith(".invalid"):
        raise CannotWrite("its recipient's data were erased")
    return found


def _people(registration: Registration) -> str:
    attendees = registration.attendees.confirmed().order_by("place_number")
    return "\n".join(f"{a.full_name} ({_('place')} {a.place_number})" for a in attendees)


def _manage_link(registration: Registration) -> tuple[str, str]:
    return _("See, change or cancel the registration"), absolute(registration.get_absolute_url())


def _readers(delivery: Delivery, registration: Registration) -> list[Attendee]:
    """Who reads mail at this address: those who stand, else those who stood. An office's mailbox may serve several."""
    people = registration.attendees.filter(email=delivery.address, token_hash__isnull=False).order_by("pk")
    return [one for one in people if one.is_standing] or list(people)[-1:]


def _other_links(delivery: Delivery, registration: Registration) -> list[tuple[str, str]]:
    """Where one address serves several people: the link of each, by name."""
    readers = _readers(delivery, registration)
    return [(str(one), absolute(one.get_absolute_url())) for one in readers] if len(readers) > 1 else []


def _open_questions(registration: Registration) -> list[str]:
    number = given.open_for(registration)
    if not number:
        return []
    words = ngettext(
        "%(number)s question of the organisers is still open: please answer it through the link.",
        "%(number)s questions of the organisers are still open: please answer them through the link.", number,
    )  # fmt: skip
    return [words % {"number": number}]


def _who_registered(registration: Registration) -> str:
    body = registration.organisation_name or registration.medium
    if not body:
        return registration.contact_name
    return _("%(contact)s of %(organisation)s") % {"contact": registration.contact_name, "organisation": body}


def _links_of_their_own(registration: Registration) -> list[str]:
    others = registration.attendees.confirmed().exclude(email="").exclude(email=registration.contact_email)
    if not others.exists():
        return []
    return [_("Whoever has an address of their own gets a link of their own, to see their place and give it back.")]
