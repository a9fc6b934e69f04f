"""Letters about what organisers decide: we are looking at it, no and why, the personal link again."""

from django.utils.translation import gettext as _

from events.models import Invitation
from notifications.kinds.facts import event_facts, live
from notifications.kinds.registrations import registration_of
from notifications.letters import CannotWrite, Letter, absolute
from notifications.models import Delivery


def registration_received(delivery: Delivery) -> Letter:
    """To the contact: it has come and waits to be approved."""
    registration = registration_of(delivery)
    return Letter(
        subject=_("We are looking at your registration: %(event)s") % {"event": registration.event.title},
        paragraphs=[
            _("the registration of %(registrant)s has come. An organiser reads it and decides.")
            % {"registrant": registration.registrant},
            _("It holds no place yet. We write to you again as soon as it is decided."),
        ],
        facts=[*event_facts(registration.event), (_("Reference"), registration.reference)],
        link=(_("See or cancel the registration"), absolute(registration.get_absolute_url())),
    )


def registration_refused(delivery: Delivery) -> Letter:
    """To the contact: no, and why."""
    registration = registration_of(delivery)
    return Letter(
        subject=_("Registration refused: %(event)s") % {"event": registration.event.title},
        paragraphs=[
            _("the organisers have refused the registration of %(registrant)s. The reason: %(reason)s")
            % {"registrant": registration.registrant, "reason": registration.refusal_reason},
            _("For questions write to %(address)s.") % {"address": registration.event.contact_email},
        ],
        facts=event_facts(registration.event),
        link=(_("Your registration"), absolute(registration.get_absolute_url())),
    )


def change_refused(delivery: Delivery) -> Letter:
    """To the contact: the registration stays as it is, and why."""
    registration = registration_of(delivery)
    request = registration.change_requests.filter(pk=delivery.payload.get("change")).first()
    if request is None:
        raise CannotWrite("the request is gone")
    return Letter(
        subject=_("Your change was refused: %(event)s") % {"event": registration.event.title},
        paragraphs=[
            _("you asked for a change (%(kind)s: %(name)s). The organisers have refused it. The reason: %(reason)s")
            % {"kind": request.get_kind_display(), "name": request.full_name, "reason": request.reason},
            _("The registration stays as it was."),
        ],
        facts=event_facts(registration.event),
        link=(_("Your registration"), absolute(registration.get_absolute_url())),
    )


def invitation_link(delivery: Delivery) -> Letter:
    """To an invited organisation that asked: its personal link again."""
    found = Invitation.objects.select_related("organisation", "event").filter(pk=delivery.payload.get("invitation"))
    invited = found.filter(revoked_at=None).first()
    if invited is None:
        raise CannotWrite("the invitation is gone")
    event = live(invited.event)
    return Letter(
        subject=_("The link of your invitation: %(event)s") % {"event": event.title},
        paragraphs=[
            _("somebody asked for the personal link of %(organisation)s. If it was not you, you need do nothing.")
            % {"organisation": invited.organisation}
        ],
        facts=event_facts(event),
        link=(_("Register your organisation"), absolute(invited.get_absolute_url())),
    )
