"""One builder per kind of message: from the facts in the row to a letter, in the active language."""

from collections.abc import Callable

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agreements.models import Agreement, FrozenDocument, Party
from events import calendars as event_calendars
from events.models import Event, Invitation, Registration
from notifications.calendars import feeds
from notifications.letters import CannotWrite, Letter, absolute
from notifications.models import Delivery
from notifications.models.reminders import ReminderRule
from notifications.recipients.links import message_url, preferences_url
from notifications.unsubscribe import unsubscribe_url
from organisations.text import one_line


def when(event: Event) -> str:
    """Date and time in full, as people read them."""
    starts_at, ends_at = timezone.localtime(event.starts_at), timezone.localtime(event.ends_at)
    day = date_format(starts_at, "l j F Y")
    return _("%(day)s, from %(start)s to %(end)s") % {
        "day": day, "start": f"{starts_at:%H:%M}", "end": f"{ends_at:%H:%M}",
    }  # fmt: skip


def event_facts(event: Event) -> list[tuple[str, str]]:
    """What, when, where."""
    return [
        (_("Event"), event.title),
        (_("When"), when(event)),
        (_("Where"), f"{event.venue}, {event.address}"),
    ]


def _event(delivery: Delivery) -> Event:
    event = Event.objects.filter(pk=delivery.payload.get("event")).first()
    if event is None:
        raise CannotWrite("the event is gone")
    return event


def _registration(delivery: Delivery) -> Registration:
    found = Registration.objects.select_related("event").filter(pk=delivery.payload.get("registration")).first()
    if found is None:
        raise CannotWrite("the registration is gone")
    return found


def _calendar(delivery: Delivery, event: Event) -> bytes | None:
    if not delivery.calendar_method or delivery.calendar_sequence is None or delivery.calendar_stamp is None:
        return None
    return event_calendars.scheduling_part(
        event,
        method=delivery.calendar_method,
        sequence=delivery.calendar_sequence,
        stamp=delivery.calendar_stamp,
        addressee=event_calendars.Addressee(one_line(delivery.name), delivery.address),
        language=delivery.language,
    )


def _people(registration: Registration) -> str:
    attendees = registration.attendees.confirmed().order_by("place_number")
    return "\n".join(f"{a.full_name} ({_('place')} {a.place_number})" for a in attendees)


def _manage_link(registration: Registration) -> tuple[str, str]:
    return _("See, change or cancel the registration"), absolute(registration.get_absolute_url())


def registration_confirmed(delivery: Delivery) -> Letter:
    """To the contact: everything, the management link, the calendar part."""
    registration = _registration(delivery)
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
        calendar=_calendar(delivery, event),
    )  # fmt: skip


def registration_changed(delivery: Delivery) -> Letter:
    """To the contact: how the registration stands now."""
    registration = _registration(delivery)
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
        calendar=_calendar(delivery, event),
    )


def registration_link(delivery: Delivery) -> Letter:
    """To the contact who asked: the management link again."""
    registration = _registration(delivery)
    return Letter(
        subject=_("The link of your registration: %(event)s") % {"event": registration.event.title},
        paragraphs=[_("you asked for the link of your registration. If it was not you, you need do nothing.")],
        facts=event_facts(registration.event),
        link=_manage_link(registration),
    )


def registration_cancelled(delivery: Delivery) -> Letter:
    """To the contact: nothing is left of the registration."""
    registration = _registration(delivery)
    event = registration.event
    return Letter(
        subject=_("Registration cancelled: %(event)s") % {"event": event.title},
        paragraphs=[
            _("the registration of %(organisation)s is cancelled and its places are free again.")
            % {"organisation": registration.organisation_name}
        ],
        facts=event_facts(event),
        link=(_("The event's page"), absolute(event.get_absolute_url())),
        calendar=_calendar(delivery, event),
    )


def attendee_registered(delivery: Delivery) -> Letter:
    """To a person somebody else registered: what, when, where, by whom; no management link."""
    registration = _registration(delivery)
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
        calendar=_calendar(delivery, event),
    )  # fmt: skip


def attendee_left(delivery: Delivery) -> Letter:
    """To a person whose place was given back."""
    registration = _registration(delivery)
    event = registration.event
    return Letter(
        subject=_("You are no longer registered: %(event)s") % {"event": event.title},
        paragraphs=[
            _("%(contact)s has given your place back. The entry disappears from your calendar.")
            % {"contact": registration.contact_name}
        ],
        facts=event_facts(event),
        link=(_("The event's page"), absolute(event.get_absolute_url())),
        calendar=_calendar(delivery, event),
    )


def event_rescheduled(delivery: Delivery) -> Letter:
    """To everybody registered: the new time or place."""
    event = _event(delivery)
    return Letter(
        subject=_("New time or place: %(event)s") % {"event": event.title},
        paragraphs=[_("time or place of the event have changed. Your registration stands; this is what holds now.")],
        facts=event_facts(event),
        link=(_("The event's page"), absolute(event.get_absolute_url())),
        closing=[_("The entry in your calendar changes by itself, or when you open the attached file.")],
        calendar=_calendar(delivery, event),
    )


def event_cancelled(delivery: Delivery) -> Letter:
    """To everybody registered: it will not take place, and why."""
    event = _event(delivery)
    return Letter(
        subject=_("Cancelled: %(event)s") % {"event": event.title},
        paragraphs=[_("the event is cancelled. The reason: %(reason)s") % {"reason": event.cancellation_reason}],
        facts=event_facts(event),
        link=(_("The event's page"), absolute(event.get_absolute_url())),
        closing=[_("You need do nothing; the entry disappears from your calendar.")],
        calendar=_calendar(delivery, event),
    )


def reminder(delivery: Delivery) -> Letter:
    """To people who hold a place: the standard words, or the rule's own."""
    registration = _registration(delivery)
    event = _live(registration.event)
    values = _event_values(event, registration.organisation_name)
    subject, paragraphs = _own_words(delivery, values)
    closing = [] if event.starts_at <= timezone.now() else [_("If you cannot come, please give the place back.")]
    return Letter(
        subject=subject or _("Reminder: %(event)s") % {"event": event.title},
        paragraphs=paragraphs or [_("we look forward to seeing you.")],
        facts=event_facts(event),
        link=(_("The event's page"), absolute(event.get_absolute_url())),
        closing=[*closing, event.accessibility] if closing and event.accessibility else closing,
        calendar=_calendar(delivery, event),
    )


def _live(event: Event) -> Event:
    """An event that is still to be reminded of. Raises CannotWrite: nobody is reminded of what was called off."""
    if event.state != Event.State.PUBLISHED:
        raise CannotWrite("the event is not public any more")
    return event


def _event_values(event: Event, organisation: str) -> dict[str, str]:
    return {
        "organisation": organisation,
        "event": event.title,
        "date": when(event),
        "place": f"{event.venue}, {event.address}",
    }


def _own_words(delivery: Delivery, values: dict[str, str]) -> tuple[str, list[str]]:
    """Subject and paragraphs that organisers wrote for this rule; empty for the standard ones."""
    if "words" in delivery.payload:  # as they were when it went out: this mail can be read again later
        subject, body = delivery.payload["words"]
        return fill(subject, values), _paragraphs(fill(body, values))
    rule = ReminderRule.objects.filter(pk=delivery.payload.get("rule")).first()
    return (fill(rule.subject, values), _paragraphs(fill(rule.body, values))) if rule else ("", [])


def _paragraphs(text: str) -> list[str]:
    return [part for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


#: What organisers may write into the text of a reminder, and nothing else.
REMINDER_VARIABLES = ("organisation", "event", "date", "place")


def invitation_reminder(delivery: Delivery) -> Letter:
    """To an invited organisation that has not registered: its personal link again, and the way out of the list."""
    invited = _invitation(delivery)
    _live(invited.event)
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
    subject, paragraphs = _own_words(delivery, _event_values(event, organisation.name))
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


def fill(text: str, values: dict[str, str]) -> str:
    """Put the declared variables in, each once: what a value contains is never read as a variable again."""
    parts = text.split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        name, brace, rest = part.partition("}")
        filled.append(values[name] + rest if brace and name in values else "{" + part)
    return "".join(filled)


def account(delivery: Delivery) -> Letter:
    """What Django or allauth wrote: a sign-in code."""
    payload = delivery.payload
    if not payload.get("text"):
        raise CannotWrite("the text was cleared")
    paragraphs = [part.strip() for part in payload["text"].split("\n\n") if part.strip()]
    return Letter(subject=payload["subject"], paragraphs=paragraphs)


# -- agreements ------------------------------------------------------------------------------------------------------


def _agreement(delivery: Delivery) -> Agreement:
    agreement = Agreement.objects.filter(pk=delivery.payload.get("agreement")).first()
    if agreement is None:
        raise CannotWrite("the agreement is gone")
    return agreement


def _review_link(agreement: Agreement) -> tuple[str, str]:
    return _("Open the protocol"), absolute(agreement.get_review_url())


def agreement_shared(delivery: Delivery) -> Letter:
    """To the parties' people: a version to read, and until when."""
    agreement = _agreement(delivery)
    closes_at = delivery.payload.get("closes_on", "")
    return Letter(
        subject=_("To be read: %(agreement)s") % {"agreement": agreement.title},
        paragraphs=[
            _("version %(number)s of the text lies before you. Read it, comment article by article, and record your "
              "organisation's position.") % {"number": delivery.payload.get("version", "")}
        ],
        facts=[(_("Protocol"), agreement.title), *([(_("Remarks by"), closes_at)] if closes_at else [])],
        link=_review_link(agreement),
        closing=[_("You sign in with your e-mail address and a code that we send you.")],
    )  # fmt: skip


def review_reminder(delivery: Delivery) -> Letter:
    """To the people of a party that has recorded no position: until when, and what silence means."""
    agreement = _agreement(delivery)
    review = agreement.open_round()
    if review is None:
        raise CannotWrite("the review is closed")
    closes_on = date_format(timezone.localtime(review.closes_at), "l j F Y, H:i")
    organisation = agreement.parties.filter(organisation=delivery.payload.get("organisation")).first()
    values = {"organisation": str(organisation or ""), "agreement": agreement.title, "date": closes_on}
    subject, paragraphs = _own_words(delivery, values)
    return Letter(
        subject=subject or _("Your position is awaited: %(agreement)s") % {"agreement": agreement.title},
        paragraphs=paragraphs or [
            _("%(organisation)s has recorded no position on version %(number)s of the text yet. It may say that it "
              "has no remarks.") % {"organisation": organisation or "", "number": review.version.number}
        ],
        facts=[(_("Protocol"), agreement.title), (_("Remarks by"), closes_on)],
        link=_review_link(agreement),
        closing=[_("Silence is recorded as silence, never as consent.")],
    )  # fmt: skip


def agreement_frozen(delivery: Delivery) -> Letter:
    """To the parties' people: the final document and its fingerprint."""
    agreement = _agreement(delivery)
    document = FrozenDocument.objects.filter(pk=delivery.payload.get("document")).first()
    return Letter(
        subject=_("Final text: %(agreement)s") % {"agreement": agreement.title},
        paragraphs=[_("the text is final. Its bytes no longer change; this fingerprint lets anybody check them.")],
        facts=[("SHA-256", document.sha256 if document else "")],
        link=_review_link(agreement),
    )


def signing_opened(delivery: Delivery) -> Letter:
    """To the signatories: the adhesion can be recorded."""
    agreement = _agreement(delivery)
    return Letter(
        subject=_("Adhesion open: %(agreement)s") % {"agreement": agreement.title},
        paragraphs=[
            _("your organisation's adhesion to the final text can now be recorded, and the file signed with your own "
              "tool can be uploaded.")
        ],
        link=_review_link(agreement),
        closing=[_("Recording the adhesion here is not a digital signature.")],
    )  # fmt: skip


def adhesion_recorded(delivery: Delivery) -> Letter:
    """To the parties' people and the organisers: one more party adhered."""
    agreement = _agreement(delivery)
    party = Party.objects.select_related("organisation").filter(pk=delivery.payload.get("party")).first()
    return Letter(
        subject=_("Adhesion of %(party)s: %(agreement)s") % {"party": party or "", "agreement": agreement.title},
        paragraphs=[_("%(party)s has recorded its adhesion.") % {"party": party or ""}],
        link=_review_link(agreement),
    )


def agreement_concluded(delivery: Delivery) -> Letter:
    """To the parties' people and the organisers: all have adhered."""
    agreement = _agreement(delivery)
    return Letter(
        subject=_("Concluded: %(agreement)s") % {"agreement": agreement.title},
        paragraphs=[_("all parties have recorded their adhesion.")],
        link=_review_link(agreement),
    )


def agreement_withdrawn(delivery: Delivery) -> Letter:
    """To the parties' people: it goes no further, and why."""
    agreement = _agreement(delivery)
    return Letter(
        subject=_("Withdrawn: %(agreement)s") % {"agreement": agreement.title},
        paragraphs=[
            _("the protocol goes no further. The reason: %(reason)s") % {"reason": delivery.payload.get("reason")}
        ],
        link=_review_link(agreement),
    )


BUILDERS: dict[str, Callable[[Delivery], Letter]] = {
    builder.__name__: builder
    for builder in (
        registration_confirmed, registration_changed, registration_link, registration_cancelled, attendee_registered,
        attendee_left, event_rescheduled, event_cancelled, feeds.calendar_link, reminder, invitation_reminder, account,
        agreement_shared, review_reminder, agreement_frozen, signing_opened, adhesion_recorded, agreement_concluded, agreement_withdrawn,
    )
}  # fmt: skip
