"""Campaigns from draft to finished."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop

from events.attribution import services as attribution
from events.models import Event
from events.services import take_back
from notifications import event_log, outbox, preflight
from notifications import services as messages
from notifications.audiences import Candidate
from notifications.campaigns import examination, letters, planning
from notifications.models import Campaign, CampaignAct, Delivery, MessageTemplate
from organisations import bulk
from organisations.languages import Language
from organisations.models import User

State, Verb = Campaign.State, CampaignAct.Verb
#: Kept in English with the act; whoever reads it has it in their language.
EVENT_CALLED_OFF = gettext_noop("the event was called off")


class WrongState(Exception):
    """The campaign is not in a state that allows this."""


class AudienceChanged(Exception):
    """The number confirmed is not the number that would be written to now. `count` says how many."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class NotFit(Exception):
    """The check before sending says stop. `verdict` says why."""

    def __init__(self, verdict: preflight.Verdict) -> None:
        super().__init__(verdict.outcome)
        self.verdict = verdict


class SamePerson(Exception):
    """Who confirmed a large campaign cannot approve it too."""


class NameTaken(Exception):
    """Another kept text has this name."""


# -- writing ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def prepare(*, by: User, **fields: Any) -> Campaign:
    """A new campaign, as a draft: nothing goes out."""
    return Campaign.objects.create(created_by=by, **fields)


@transaction.atomic
def edit(*, campaign: Campaign, by: User, **fields: Any) -> Campaign:
    """Rewrite a draft's text or audience. Raises WrongState once it was confirmed."""
    campaign = _lock(campaign)
    if not campaign.is_draft:
        raise WrongState
    for name, value in fields.items():
        setattr(campaign, name, value)
    campaign.save(update_fields=list(fields))
    return campaign


@transaction.atomic
def copy(*, campaign: Campaign, by: User) -> Campaign:
    """A new draft with the same text and audience."""
    fields = ("event", "purpose", "audience", "subject_it", "subject_en", "body_it", "body_en", "text_it", "text_en",
              "calendar", "also_at_quiet_times", "canary_percent", "late_joiners", "tags_links")  # fmt: skip
    return Campaign.objects.create(
        created_by=by, name=campaign.name, **{field: getattr(campaign, field) for field in fields}
    )


@transaction.atomic
def keep_as_template(*, campaign: Campaign, name: str, by: User) -> MessageTemplate:
    """Keep its text for the next campaign, the plain version too; the same name again replaces it."""
    texts = {field: getattr(campaign, field) for field in MessageTemplate.TEXTS}
    template, _created = MessageTemplate.objects.update_or_create(
        name=name, defaults={**texts, "saved_by": by, "saved_at": timezone.now()}
    )
    return template


@transaction.atomic
def rename_template(*, template: MessageTemplate, name: str, by: User) -> MessageTemplate:
    """Another name for a kept text. Raises NameTaken."""
    if MessageTemplate.objects.filter(name=name).exclude(pk=template.pk).exists():
        raise NameTaken
    template.name, template.saved_by, template.saved_at = name, by, timezone.now()
    template.save(update_fields=["name", "saved_by", "saved_at"])
    return template


@transaction.atomic
def delete_template(*, template: MessageTemplate, by: User) -> None:
    """Forget a kept text; campaigns that began from it have their own."""
    template.delete()


@transaction.atomic
def send_test(*, campaign: Campaign, candidate: Candidate, by: User) -> None:
    """The mail as that candidate would get it, to the organiser alone; it belongs to no plan and counts for nobody.

    By the way that the campaign will go (sender, relay, DKIM), ahead of what waits there, at any hour.
    """
    row = planning.example(campaign, candidate)
    row.kind, row.payload, row.campaign = Delivery.TEST, {**row.payload, "campaign": campaign.pk}, None
    row.key, row.idempotency_key = uuid4(), f"test:{uuid4().hex}"
    row.address, row.lane, row.message_id = by.email, Delivery.Lane.BULK, ""
    row.save(force_insert=True)
    transaction.on_commit(lambda: outbox.wake(), robust=True)


# -- sending ------------------------------------------------------------------------------------------------------------


@transaction.atomic
@bulk.without_collecting()
def send(*, campaign: Campaign, expected: int, by: User, now: datetime | None = None) -> int:
    """Freeze the audience and set the start, or ask for a second person; the number planned.

    `expected` is the number the person has read and typed. Raises WrongState (not a draft, its event is not public),
    AudienceChanged, NotFit; then nothing is written.
    """
    now = now or timezone.now()
    campaign = _lock(campaign)
    if not campaign.is_draft or campaign.event.state != Event.State.PUBLISHED:
        raise WrongState
    candidates = planning.audience(campaign)
    count = sum(candidate.is_in for candidate in candidates)
    if count != expected or not count:
        raise AudienceChanged(count)
    words = planning.words_of(candidates)
    verdicts = examination.examine_in_all(campaign, candidates, words)
    verdict = verdicts.get(get_language() or "", verdicts[Language.ITALIAN])
    if verdict.outcome == preflight.Outcome.STOP:
        raise NotFit(verdict)
    planning.plan(campaign, candidates, words, by)
    campaign.left_out = planning.note_exclusions(campaign, candidates)
    campaign.sent_at, campaign.sent_by, campaign.planned = now, by, count
    campaign.compiled = letters.frozen(campaign)
    attribution.declare_campaign(event=campaign.event, pk=campaign.pk, label=campaign.name, by=by)
    campaign.canary_size = campaign.first_few(count, campaign.canary_percent)
    campaign.verdict = examination.record(verdicts)
    if campaign.needs_second_person:
        campaign.state = State.CHECKED
    else:
        _schedule(campaign, now)
    campaign.save()
    _note(campaign, Verb.CONFIRMED, by, count=count)
    return count


@transaction.atomic
def approve(*, campaign: Campaign, by: User, now: datetime | None = None) -> Campaign:
    """The second person's word. Raises WrongState, SamePerson."""
    now = now or timezone.now()
    campaign = _lock(campaign)
    if campaign.state != State.CHECKED or campaign.event.state != Event.State.PUBLISHED:
        raise WrongState
    if campaign.sent_by_id == by.pk:
        raise SamePerson
    campaign.approved_by, campaign.approved_at = by, now
    _schedule(campaign, now)
    campaign.save()
    _note(campaign, Verb.APPROVED, by)
    return campaign


def _schedule(campaign: Campaign, now: datetime) -> None:
    campaign.state = State.SCHEDULED
    campaign.starts_at = max(campaign.scheduled_for or now, campaign.earliest_start(now))


@transaction.atomic
def withdraw(*, campaign: Campaign, by: User) -> Campaign:
    """Back to the draft, as if it had never been confirmed: nothing has left yet. Raises WrongState."""
    campaign = _lock(campaign)
    if campaign.state not in {State.CHECKED, State.SCHEDULED}:
        raise WrongState
    _take_invitations_back(campaign, by)
    attribution.take_back_campaign(event=campaign.event, pk=campaign.pk)
    campaign.deliveries.all().delete()
    campaign.exclusions.all().delete()
    campaign.state, campaign.planned, campaign.left_out, campaign.canary_size = State.DRAFT, 0, 0, 0
    campaign.sent_at = campaign.sent_by = campaign.approved_at = campaign.approved_by = campaign.starts_at = None
    campaign.verdict, campaign.compiled = {}, {}
    campaign.save()
    _note(campaign, Verb.WITHDRAWN, by)
    return campaign


def _take_invitations_back(campaign: Campaign, by: User) -> None:
    """Those that its confirmation made, unless another campaign to the same event carries the link."""
    if campaign.purpose != Campaign.Purpose.INVITATION or campaign.sent_at is None:
        return
    others = Delivery.objects.filter(kind="invitation", campaign__in=campaign.event.campaigns.exclude(pk=campaign.pk))
    mine = campaign.deliveries.filter(organisation__isnull=False)
    mine = mine.exclude(Exists(others.filter(organisation=OuterRef("organisation"))))
    take_back(event=campaign.event, organisations=mine.values("organisation"), since=campaign.sent_at, by=by)


@transaction.atomic
def start_now(*, campaign: Campaign, by: User, now: datetime | None = None) -> Campaign:
    """Do not wait for the start. Raises WrongState."""
    now = now or timezone.now()
    campaign = _lock(campaign)
    if campaign.state != State.SCHEDULED:
        raise WrongState
    campaign.starts_at = now
    begin(campaign, now)
    _note(campaign, Verb.STARTED, by)
    return campaign


def begin(campaign: Campaign, now: datetime) -> None:
    """Let the first few, or all, go. Expects the campaign locked and scheduled."""
    campaign.state = State.CANARY if campaign.canary_size else State.RUNNING
    campaign.looked_at = now
    campaign.save(update_fields=["state", "starts_at", "looked_at"])
    transaction.on_commit(lambda: outbox.wake(), robust=True)


@transaction.atomic
def pause(*, campaign: Campaign, by: User | None, reason: str = "") -> Campaign:
    """Nothing more goes out until it is resumed. Raises WrongState."""
    campaign = _lock(campaign, State.PAUSED)
    campaign.pause_reason, campaign.paused_from = reason, campaign.state
    _note(campaign, Verb.PAUSED, by, reason=reason)
    return _move(campaign, State.PAUSED, "pause_reason", "paused_from")


def outgrows_one_person(campaign: Campaign, newcomers: int) -> bool:
    """Whether it would get so many recipients by those who join that a second person must decide, and nobody has."""
    return campaign.approved_by_id is None and campaign.needs_second_person_with(newcomers)


def ask_second_person(campaign: Campaign, newcomers: int, reason: str) -> None:
    """Stop a running campaign until another person lets the newcomers in. Expects it locked."""
    campaign.pause_reason, campaign.paused_from = reason, campaign.state
    _note(campaign, Verb.PAUSED, None, reason=reason, count=newcomers)
    _move(campaign, State.PAUSED, "pause_reason", "paused_from")


@transaction.atomic
def resume(*, campaign: Campaign, by: User, now: datetime | None = None) -> Campaign:
    """Go on where it stopped; a person who resumes after the brake has looked, so all may go.

    Where it stopped because it outgrew what one person decides, that is the second person's word. Raises WrongState,
    SamePerson.
    """
    campaign = _lock(campaign, State.RUNNING)
    if campaign.state != State.PAUSED:
        raise WrongState
    changed = ["pause_reason", "paused_from"]
    if _stopped_for_newcomers(campaign):
        if campaign.sent_by_id == by.pk:
            raise SamePerson
        campaign.approved_by, campaign.approved_at = by, now or timezone.now()
        changed += ["approved_by", "approved_at"]
        _note(campaign, Verb.APPROVED, by)
    first = campaign.paused_from == State.CANARY and not campaign.pause_reason
    campaign.pause_reason = campaign.paused_from = ""
    _note(campaign, Verb.RESUMED, by)
    transaction.on_commit(lambda: outbox.wake(), robust=True)
    return _move(campaign, State.CANARY if first else State.RUNNING, *changed)


def _stopped_for_newcomers(campaign: Campaign) -> bool:
    """Only that stop is noted with a number: of those who would join."""
    last = campaign.acts.filter(verb=Verb.PAUSED).last()
    return last is not None and bool(last.count)


@transaction.atomic
def cancel(*, campaign: Campaign, by: User) -> Campaign:
    """What has not gone out never will. Raises WrongState."""
    campaign = _lock(campaign, State.CANCELLED)
    cancel_waiting(campaign)
    _note(campaign, Verb.CANCELLED, by)
    return _move(campaign, State.CANCELLED)


@transaction.atomic
def call_off(*, event: Event) -> int:
    """The event will not be held: every confirmed campaign about it ends here; how many did. With the event locked."""
    keys = (
        event.campaigns.filter(state__in=[State.CHECKED, *Campaign.UNDER_WAY])
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    return sum(end_with_event(Campaign.objects.select_for_update().get(pk=pk)) for pk in keys)


def end_with_event(campaign: Campaign) -> bool:
    """Cancel it because its event is cancelled; False if it had ended already. Expects it locked."""
    if State.CANCELLED not in Campaign.TRANSITIONS[campaign.state] or campaign.is_draft:
        return False
    cancel_waiting(campaign, why=EVENT_CALLED_OFF)
    _note(campaign, Verb.CANCELLED, None, reason=EVENT_CALLED_OFF)
    _move(campaign, State.CANCELLED)
    return True


def cancel_waiting(campaign: Campaign, most: int = 20_000, *, why: str = "the campaign was cancelled") -> int:
    """Mark what waits, at most so many at once: of a million the clock does the rest."""
    waiting = campaign.deliveries.filter(state=Delivery.State.READY)
    keys = waiting.order_by("pk").values("pk")[:most]
    return campaign.deliveries.filter(pk__in=keys, state=Delivery.State.READY).update(
        state=Delivery.State.CANCELLED, reply=why
    )


@transaction.atomic
def send_failed_again(*, campaign: Campaign, by: User) -> int:
    """Let those go once more that failed or came back for now; how many. Raises WrongState."""
    campaign = _lock(campaign)
    if campaign.state != State.FINISHED:
        raise WrongState
    failed = campaign.deliveries.filter(state__in=[Delivery.State.FAILED, Delivery.State.BOUNCED_SOFT])
    again = messages.let_go_again(wanted=failed, by=by)
    if not again:
        raise WrongState
    return again


# -- inside -------------------------------------------------------------------------------------------------------------


def _lock(campaign: Campaign, for_state: str = "") -> Campaign:
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("event").get(pk=campaign.pk)
    if for_state and for_state not in Campaign.TRANSITIONS[campaign.state]:
        raise WrongState
    return campaign


def _note(campaign: Campaign, verb: str, by: User | None, **facts: Any) -> None:
    CampaignAct.objects.create(campaign=campaign, verb=verb, by=by, **facts)
    event_log.of_campaign(campaign, verb, by, facts.get("count"))


def _move(campaign: Campaign, state: str, *changed: str) -> Campaign:
    campaign.state = state
    campaign.save(update_fields=["state", *changed])
    return campaign
