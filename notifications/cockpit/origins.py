"""Why a message exists and what it waits for, in words and with the way there."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agreements.models import Agreement
from events.models import Appointment, Event, Registration
from notifications import quiet
from notifications.cockpit.words import house_name
from notifications.models import ACCOUNT, Campaign, Delivery, Lane, ReminderOccurrence, ReminderRule, Throttle
from notifications.reminders import words as reminder_words
from notifications.sayings import said
from notifications.sending import lanes, station


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing a message came from; `url` leads there, where there is a page."""

    words: str
    url: str = ""


def reasons(row: Delivery) -> list[Reason]:
    """What made this message, the nearest first."""
    found = [look(row) for look in (_campaign, _rule, _registration, _event, _appointment, _agreement)]
    return [reason for reason in found if reason] or [_otherwise(row)]


def _campaign(row: Delivery) -> Reason | None:
    if row.campaign is None:
        return None
    url = reverse("manage_notifications:campaign_detail", args=[row.campaign_id])
    return Reason(_("Campaign “%(name)s”") % {"name": row.campaign.name}, url)


def _rule(row: Delivery) -> Reason | None:
    """The rule, and when it was due by the date it was planned for."""
    rule = ReminderRule.objects.with_dates().filter(pk=row.payload.get("rule")).first()
    if rule is None:
        return None
    url = reverse("manage_reminders:list", args=[rule.event.slug]) if rule.event else ""
    occurrence = next((each for each in rule.occurrences.all() if row.idempotency_key.startswith(f"{each.key}:")), None)
    if occurrence is None:
        return Reason(_("A reminder: %(offset)s") % {"offset": reminder_words.offset(rule)}, url)
    return Reason(_due(rule, occurrence), url)


def _due(rule: ReminderRule, occurrence: ReminderOccurrence) -> str:
    return _("A reminder that was due on %(when)s, because %(offset)s") % {
        "when": moment(occurrence.due_at), "offset": reminder_words.offset(rule),
    }  # fmt: skip


def _registration(row: Delivery) -> Reason | None:
    found = Registration.objects.select_related("event").filter(pk=row.payload.get("registration")).first()
    if found is None:
        return None
    words = _("Registration %(reference)s of %(organisation)s") % {
        "reference": found.reference, "organisation": found.registrant,
    }  # fmt: skip
    return Reason(words, reverse("manage_events:detail", args=[found.event.slug]))


def _event(row: Delivery) -> Reason | None:
    if row.payload.get("registration"):  # it names the event already
        return None
    event = Event.objects.filter(pk=row.payload.get("event")).first()
    return Reason(event.title, reverse("manage_events:detail", args=[event.slug])) if event else None


def _appointment(row: Delivery) -> Reason | None:
    """Its reference alone: who has it is read by the desk."""
    if not row.payload.get("appointment"):
        return None
    found = Appointment.objects.filter(pk=row.payload["appointment"]).first()
    if found is None:
        return None
    words = _("Appointment %(reference)s at the meeting point") % {"reference": found.reference}
    return Reason(words, reverse("manage_meeting_point:appointment", args=[found.meeting_point_id, found.pk]))


def _agreement(row: Delivery) -> Reason | None:
    found = Agreement.objects.filter(pk=row.payload.get("agreement")).first()
    return Reason(found.title, reverse("manage_agreements:detail", args=[found.slug])) if found else None


def _otherwise(row: Delivery) -> Reason:
    known = {
        ACCOUNT: _("Somebody asked for a sign-in code with this address."),
        "calendar_link": _("Somebody asked for the address of this person's calendar."),
    }
    return Reason(known.get(row.kind, _("What it was about is not there any more.")))


# -- what it waits for ---------------------------------------------------------------------------------------------------


def waits_for(row: Delivery, now: datetime) -> list[str]:
    """Why a waiting message has not left, the strongest reason first; what it comes down to if nothing holds it."""
    if row.state != Delivery.State.READY:
        return []
    standing = station.standing()
    found = []
    if standing.station.is_held:
        found.append(_("All mail is held: %(reason)s") % {"reason": standing.station.reason})
    elif standing.is_foreign:
        found.append(_("These messages belong to another site: an organiser must release them here first."))
    if row.lane == Lane.PEC:
        found.append(_("Certified mail is not in use yet."))
    found += _of_campaign(row, now) + _of_lane(row, now) + _of_itself(row, now)
    return found or [_("Nothing holds it: it leaves as soon as its turn comes.")]


def _of_campaign(row: Delivery, now: datetime) -> list[str]:
    campaign = row.campaign
    if campaign is None:
        return []
    match campaign.state:
        case Campaign.State.CHECKED:
            return [_("Its campaign waits for a second person.")]
        case Campaign.State.SCHEDULED:
            when = {"when": moment(campaign.starts_at) if campaign.starts_at else ""}
            return [_("Sends on %(when)s, because its campaign starts then.") % when]
        case Campaign.State.CANARY:
            return [_("Its campaign sends the first few and waits whether they come back.")]
        case Campaign.State.PAUSED:
            return [_("Its campaign is paused. %(reason)s") % {"reason": campaign.pause_reason}]
    if quiet.is_quiet(now) and not campaign.also_at_quiet_times:
        when = {"when": moment(quiet.quiet_until(now))}
        return [_("Sends on %(when)s, because its campaign keeps the quiet hours.") % when]
    return []


def _of_lane(row: Delivery, now: datetime) -> list[str]:
    found = []
    for throttle in Throttle.objects.filter(lane=row.lane, domain_group__in=["", row.domain_group]):
        house = {"house": house_name(throttle.domain_group)}
        if throttle.is_paused(now) and throttle.paused_until:
            words = {**house, "when": moment(throttle.paused_until), "reason": throttle.reason}
            found.append(_("Sends after %(when)s, because of a pause for %(house)s: %(reason)s") % words)
        elif lanes.is_used_up(throttle, now):
            found.append(_("Sends tomorrow, because the day's limit is used up for %(house)s.") % house)
    return found


def _of_itself(row: Delivery, now: datetime) -> list[str]:
    if row.not_before <= now:
        return []
    words = {"when": moment(row.not_before), "reply": said(row.reply)}
    if row.reply:
        return [_("Sends on %(when)s, because the mail server said: %(reply)s") % words]
    return [_("Sends on %(when)s: it is not to leave earlier.") % words]


def moment(when: datetime) -> str:
    """“17 October 2026, 9:00”."""
    return date_format(timezone.localtime(when), "j F Y, G:i")
