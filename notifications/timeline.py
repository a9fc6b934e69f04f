"""What this room has to say of an event's timeline: reminders, campaigns, posts, and the agreements signed there."""

from collections.abc import Iterable
from datetime import datetime, time

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement, ApprovalCall, ReviewRound
from events.models import Event
from events.timeline.contributors import CONTRIBUTORS, Contributor
from events.timeline.values import Deadline, Standing, standing
from notifications.models import Campaign, ChannelPost
from notifications.models.reminders import ReminderOccurrence, ReminderRule
from notifications.reminders import words
from organisations.zone import on_the_wall

Occurred = ReminderOccurrence.State


def _reminders(event: Event, now: datetime) -> Iterable[Deadline]:
    """What went out, is to go out, came too late; and rules that rest. Four queries."""
    for rule in event.reminder_rules.with_dates().order_by("pk"):
        url = f"{reverse('manage_reminders:list', args=[event.slug])}#rule-{rule.pk}"
        said = {"audience": rule.get_audience_display(), "offset": words.offset(rule)}
        name = _("Reminder, %(offset)s (to: %(audience)s)") % said
        for occurrence in rule.occurrences.all():
            if occurrence.state not in {Occurred.SUPERSEDED, Occurred.CANCELLED}:
                state, note = _became(occurrence, event, now)
                yield Deadline(f"reminder-{rule.pk}-{occurrence.revision}", occurrence.due_at, name, state, note, url)
        yield from _unplanned(rule, name, url, now)


def _became(occurrence: ReminderOccurrence, event: Event, now: datetime) -> tuple[Standing, str]:
    """One that came too late is somebody's affair as long as the event is to come."""
    match occurrence.state:
        case Occurred.FIRED:
            sent = ngettext("%(count)s message", "%(count)s messages", occurrence.sent) % {"count": occurrence.sent}
            return Standing.DONE, sent
        case Occurred.EXPIRED:
            missed = Standing.LATE if event.is_upcoming(now) else Standing.OFF
            return missed, _("Not sent: %(reason)s.") % {"reason": occurrence.get_reason_display()}
        case _:
            return standing(occurrence.due_at, now, is_done=False), ""


def _unplanned(rule: ReminderRule, name: str, url: str, now: datetime) -> Iterable[Deadline]:
    """Rules of which nothing is planned, though their date is to come: they rest, or their event is a draft."""
    due = rule.due_at()
    if due is None or due <= now or any(one.state == Occurred.PLANNED for one in rule.occurrences.all()):
        return
    if not rule.is_active:
        yield Deadline(f"reminder-{rule.pk}", due, name, Standing.OFF, _("It rests: switched off."), url)
    elif rule.event and rule.event.state == Event.State.DRAFT:
        note = _("From when the event is public.")
        yield Deadline(f"reminder-{rule.pk}", due, name, Standing.TO_COME, note, url)


def _campaigns(event: Event, now: datetime) -> Iterable[Deadline]:
    """When each starts or started; a draft only where it has a date. One query."""
    state = Campaign.State
    for campaign in event.campaigns.order_by("pk"):
        at = campaign.starts_at or campaign.scheduled_for or campaign.sent_at
        if at is None:
            continue
        invites = campaign.purpose == Campaign.Purpose.INVITATION
        name = (_("Invitations: %(name)s") if invites else _("News: %(name)s")) % {"name": campaign.name}
        is_sent = campaign.state in {state.CANARY, state.RUNNING, state.PAUSED, state.FINISHED}
        url = reverse("manage_notifications:campaign_detail", args=[campaign.pk])
        became = standing(at, now, is_done=is_sent, is_off=campaign.state == state.CANCELLED)
        yield Deadline(f"campaign-{campaign.pk}", at, name, became, str(campaign.get_state_display()), url)


def _posts(event: Event, now: datetime) -> Iterable[Deadline]:
    """When each is planned for, or was published. One query."""
    for post in event.channel_posts.exclude(state=ChannelPost.State.CANCELLED).order_by("pk"):
        on = post.published_on
        at = post.delivered_at or (on_the_wall(datetime.combine(on, time())) if on else post.due_at)
        if at is None:
            continue
        name = _("Post: %(label)s (%(channel)s)") % {"label": post.label, "channel": post.get_kind_display()}
        url = reverse("manage_posts:detail", args=[event.slug, post.key])
        became, is_day = (
            standing(at, now, is_done=post.state in ChannelPost.PUBLISHED),
            bool(on and not post.delivered_at),
        )
        yield Deadline(f"post-{post.key}", at, name, became, str(post.get_state_display()), url, is_day=is_day)


def _agreements(event: Event, now: datetime) -> Iterable[Deadline]:
    """Of what is signed in its agenda: until when remarks are taken, and that the text is ready. At most four queries."""
    slugs = set(event.sessions.in_draft().exclude(agreement="").values_list("agreement", flat=True))
    if not slugs or not event.is_editable:  # of an event that is over with, what becomes of its agreement is no date
        return
    ready = {Agreement.State.FROZEN, Agreement.State.SIGNING, Agreement.State.CONCLUDED}
    ended = {Agreement.State.WITHDRAWN, Agreement.State.REFUSED}
    for agreement in Agreement.objects.filter(slug__in=slugs).order_by("pk"):
        url, title = reverse("manage_agreements:detail", args=[agreement.slug]), {"title": agreement.title}
        is_off = agreement.state in ended or event.state == Event.State.CANCELLED
        became = standing(event.starts_at, now, is_done=agreement.state in ready, is_off=is_off)
        name = _("The final text of “%(title)s” is ready to be signed") % title
        yield Deadline(
            f"agreement-{agreement.slug}", event.starts_at, name, became, str(agreement.get_state_display()), url
        )
    for review in ReviewRound.objects.filter(version__agreement__slug__in=slugs).select_related("version__agreement"):
        agreement = review.version.agreement
        url = reverse("manage_agreements:detail", args=[agreement.slug])
        is_off = agreement.state in ended
        became = standing(review.closes_at, now, is_done=review.closed_at, is_off=is_off)
        name = _("Remarks on “%(title)s” end") % {"title": agreement.title}
        yield Deadline(f"review-{review.pk}", review.closes_at, name, became, "", url)
    calls = ApprovalCall.objects.filter(schema__version__agreement__slug__in=slugs).order_by("pk")
    for call in calls.select_related("schema__version__agreement").defer("schema__content"):
        agreement = call.schema.version.agreement
        url = reverse("agreements:approval", args=[agreement.slug])
        is_done = agreement.state in ready
        is_off = not is_done and agreement.state != Agreement.State.IN_APPROVAL
        became = standing(call.answer_by, now, is_done=is_done, is_off=is_off)
        name = _("Acts of the bodies on “%(title)s” are awaited until then") % {"title": agreement.title}
        yield Deadline(f"approval-{call.pk}", call.answer_by, name, became, "", url)


OURS: tuple[Contributor, ...] = (_reminders, _campaigns, _posts, _agreements)


def connect() -> None:
    """Make this room's dates known to the timeline, once."""
    CONTRIBUTORS.extend(one for one in OURS if one not in CONTRIBUTORS)
