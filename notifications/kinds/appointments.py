"""Letters about one appointment at the meeting point, to whoever has it."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events.calendars import Addressee
from events.meeting_point import calendars
from events.models import Appointment
from notifications.calendars.stamps import Stamp
from notifications.letters import CannotWrite, Letter, Overtaken, absolute
from notifications.models import Delivery
from notifications.outbox import Message
from organisations.text import one_line
from organisations.zone import ROME, wall_clock

State = Appointment.State


def messages(
    kind: str, appointment: Appointment, method: str = "", *, key: str = "", expires_at: datetime | None = None
) -> list[Message]:
    """The message to the person, with the calendar part of its method; none where the desk has no address."""
    if not appointment.email:
        return []
    message = Message(
        kind=kind,
        key=f"{kind}:{appointment.pk}:{key or appointment.sequence}",
        address=appointment.email,
        name=appointment.first_name,
        language=appointment.language,
        payload={"appointment": appointment.pk, "sequence": appointment.sequence},
        calendar=Stamp(method, appointment.sequence, appointment.revised_at) if method else None,
        expires_at=expires_at,
    )
    return [message]


def appointment_confirmed(delivery: Delivery) -> Letter:
    """Everything, the link, the calendar part."""
    appointment = _as_announced(delivery)
    return Letter(
        subject=_("Appointment on %(day)s at %(time)s") % _moment(appointment),
        paragraphs=[_("your appointment at the meeting point is booked. The service is free.")],
        facts=[*_facts(appointment), (_("Reference"), appointment.reference)],
        link=_own_link(appointment),
        closing=[
            _("The link is personal: whoever has it can move or cancel the appointment. If you cannot come, please say so: "
              "somebody else can have the time at once."),
            _("We keep your first name and address for this appointment alone and delete them some days after it: %(privacy)s")
            % {"privacy": absolute("/privacy/")},
        ],
        calendar=_calendar(delivery, appointment),
    )  # fmt: skip


def appointment_moved(delivery: Delivery) -> Letter:
    """The new time; the calendar entry follows."""
    appointment = _as_announced(delivery)
    return Letter(
        subject=_("New time: appointment on %(day)s at %(time)s") % _moment(appointment),
        paragraphs=[_("your appointment at the meeting point has a new time. The entry in your calendar moves along.")],
        facts=[*_facts(appointment), (_("Reference"), appointment.reference)],
        link=_own_link(appointment),
        calendar=_calendar(delivery, appointment),
    )


def appointment_cancelled(delivery: Delivery) -> Letter:
    """It will not take place: because the person wished it, or why the desk called it off."""
    appointment = _appointment(delivery)
    if appointment.cancelled_by_id:
        said = _("we have to call your appointment off. We are sorry.")
    else:
        said = _("your appointment is cancelled, as you wished.")
    return Letter(
        subject=_("Appointment cancelled: %(day)s at %(time)s") % _moment(appointment),
        paragraphs=[
            said,
            *([appointment.cancellation_reason] if appointment.cancellation_reason else []),
            *([_("Your data are erased. This is our last message about it.")] if appointment.erased_at else []),
        ],
        facts=_facts(appointment),
        link=(_("Book another time"), absolute(reverse("appointments:start"))),
        calendar=_calendar(delivery, appointment),
    )


def appointment_reminder(delivery: Delivery) -> Letter:
    """The day before."""
    appointment = _as_announced(delivery)
    return Letter(
        subject=_("Reminder: appointment on %(day)s at %(time)s") % _moment(appointment),
        paragraphs=[_("we expect you at the meeting point. If you cannot come, move or cancel the appointment with one click.")],
        facts=_facts(appointment),
        link=_own_link(appointment),
        calendar=_calendar(delivery, appointment),
    )  # fmt: skip


def appointment_link(delivery: Delivery) -> Letter:
    """To whoever asked: the link again."""
    appointment = _appointment(delivery)
    if appointment.state != State.BOOKED:
        raise Overtaken("the appointment stands no longer")
    return Letter(
        subject=_("The link of your appointment on %(day)s at %(time)s") % _moment(appointment),
        paragraphs=[_("you asked for the link of your appointment. If it was not you, you need do nothing.")],
        facts=_facts(appointment),
        link=_own_link(appointment),
    )


# -- inside ------------------------------------------------------------------------------------------------------------


def _appointment(delivery: Delivery) -> Appointment:
    found = Appointment.objects.select_related("meeting_point").filter(pk=delivery.payload.get("appointment")).first()
    if found is None:
        raise CannotWrite("the appointment is gone")
    if delivery.address.endswith(".invalid"):
        raise CannotWrite("its recipient's data were erased")
    return found


def _as_announced(delivery: Delivery) -> Appointment:
    """Booked, and not moved since the message was made. Raises Overtaken: a newer letter says how it stands."""
    appointment = _appointment(delivery)
    if appointment.state != State.BOOKED:
        raise Overtaken("the appointment stands no longer")
    if delivery.payload.get("sequence") != appointment.sequence:
        raise Overtaken("the appointment has another time by now")
    return appointment


def _moment(appointment: Appointment) -> dict[str, str]:
    local = timezone.localtime(appointment.starts_at, ROME)
    return {"day": date_format(local, "l j F"), "time": wall_clock(appointment.starts_at)}


def _facts(appointment: Appointment) -> list[tuple[str, str]]:
    point, local = appointment.meeting_point, timezone.localtime(appointment.starts_at, ROME)
    times = {"start": wall_clock(appointment.starts_at), "end": wall_clock(appointment.ends_at)}
    when = _("%(day)s, from %(start)s to %(end)s") % {"day": date_format(local, "l j F Y"), **times}
    facts = [(_("When"), when), (_("Where"), f"{point.name}, {point.address}")]
    return [*facts, (_("Telephone"), point.phone)] if point.phone else facts


def _own_link(appointment: Appointment) -> tuple[str, str]:
    return _("See, move or cancel the appointment"), absolute(appointment.get_absolute_url())


def _calendar(delivery: Delivery, appointment: Appointment) -> bytes | None:
    if not delivery.calendar_method:
        return None
    return calendars.scheduling_part(
        appointment,
        method=delivery.calendar_method,
        addressee=Addressee(one_line(delivery.name), delivery.address),
        language=delivery.language,
    )
