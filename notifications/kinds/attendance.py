"""The letter to those who came: thanks, and the certificate."""

from django.utils.translation import gettext as _

from events.models import Attendee, Certificate
from notifications.kinds.facts import event_facts
from notifications.kinds.registrations import registration_of
from notifications.letters import Letter, Overtaken, absolute
from notifications.models import Delivery


def attendance_certified(delivery: Delivery) -> Letter:
    """To a person, or to the contact for people without a mailbox: they came, and where their certificate is."""
    registration = registration_of(delivery)
    event, people = registration.event, delivery.payload.get("people", [])
    holding = Certificate.objects.holding().filter(attendee__in=people, attendee__erased_at=None)
    came = list(Attendee.objects.filter(certificate__in=holding).order_by("full_name", "pk"))
    if not came:
        raise Overtaken("the register was corrected")
    own = len(came) == 1 and came[0].email == delivery.address
    return Letter(
        subject=_("Certificate of attendance: %(event)s") % {"event": event.title},
        paragraphs=[
            _("thank you for having come. Your certificate of attendance is ready.")
            if own
            else _("thank you for having come. The certificates of attendance are ready for those named below.")
        ],
        facts=[*event_facts(event), *([] if own else [(_("Who came"), "\n".join(map(str, came)))])],
        link=(
            _("Download the certificate"),
            absolute(came[0].get_absolute_url() if own else registration.get_absolute_url()),
        ),
        closing=[_("Anybody can verify it with the code that is printed on it.")],
    )
