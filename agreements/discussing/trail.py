"""What makes the audit trail complete and hard to shorten: who read which version, and its end kept by other people."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import F, IntegerField, Max, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from agreements import audit, signals
from agreements.models import Agreement, AuditAnchor, AuditEvent, TextVersion, VersionReading
from agreements.services.locking import lock
from organisations.models import User
from organisations.roles import Permission
from organisations.zone import ROME, on_the_wall

#: Steps of the agreement as a whole: each is mailed the same day. Rooms that add steps add them here.
TRANSITIONS: set[str] = {
    "shared", "observations_closed", "version_prepared", "frozen", "signing_opened", "concluded", "withdrawn",
}  # fmt: skip
#: Who looked is on record, but is no reason to write to everybody.
QUIET: set[str] = {"draft_read"}
#: After this hour in Rome, what was written the day before is mailed.
NIGHT = time(3)


def note_reading(version: TextVersion, user: User) -> bool:
    """Put on record that somebody of a party reads this version today; whether it was the first time.

    Once per user, version and day in Rome; one query from the second time on.
    """
    on = timezone.localdate()
    if VersionReading.objects.filter(version=version, user=user, on=on).exists():
        return False
    return _note(version, user, on)


@transaction.atomic
def _note(version: TextVersion, user: User, on: date) -> bool:
    agreement = lock(version.agreement)
    party = agreement.party_of(user, Permission.COMMENT_DRAFTS)
    if party is None or version.shared_at is None:
        return False
    _reading, is_first = VersionReading.objects.get_or_create(version=version, user=user, on=on)
    if is_first:
        audit.record(agreement, "draft_read", user.email, version=version.number, party=party.organisation.name)
    return is_first


def anchor_due(now: datetime | None = None) -> int:
    """Mail the end of each chain that has grown: on the day of a step, else the night after; at most once a day.

    The number of ends mailed. One query when no chain has grown. Announces audit_anchored.
    """
    now = now or timezone.now()
    grown = Agreement.objects.filter(versions__shared_at__isnull=False).annotate(
        mailed=Coalesce(Max("anchors__length"), Value(0), output_field=IntegerField())
    )
    slugs = grown.filter(audit_length__gt=F("mailed")).values_list("pk", flat=True)
    return sum(_anchor(pk, now) for pk in list(slugs))


@transaction.atomic
def _anchor(pk: int, now: datetime) -> bool:
    agreement, on = lock(Agreement(pk=pk)), now.astimezone(ROME).date()
    last = agreement.anchors.order_by("-length").first()
    if (last and last.on >= on) or not _is_due(agreement, last.length if last else 0, now):
        return False
    people = _people(agreement)
    names = list(agreement.parties.order_by("position").values_list("organisation__name", flat=True))
    anchor = AuditAnchor.objects.create(
        agreement=agreement, length=agreement.audit_length, head=agreement.audit_head, at=now, on=on,
        parties=names, people=len(people),
    )  # fmt: skip
    signals.audit_anchored.send(sender=Agreement, agreement=agreement, anchor=anchor, people=people)
    return True


def _is_due(agreement: Agreement, length: int, now: datetime) -> bool:
    news = AuditEvent.objects.filter(agreement_slug=agreement.slug, seq__gt=length).exclude(type__in=QUIET)
    return news.filter(type__in=TRANSITIONS).exists() or news.filter(at__lt=_last_night(now)).exists()


def _last_night(now: datetime) -> datetime:
    today = now.astimezone(ROME).date()
    tonight = on_the_wall(datetime.combine(today, NIGHT))
    return tonight if tonight <= now else on_the_wall(datetime.combine(today - timedelta(days=1), NIGHT))


def _people(agreement: Agreement) -> Sequence[User]:
    """The parties' people and the organisers, each once."""
    organisers = User.objects.with_permission(Permission.MANAGE_AGREEMENTS)
    return list({user.pk: user for user in (*agreement.people_to_tell(), *organisers)}.values())
