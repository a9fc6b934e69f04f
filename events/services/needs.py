"""What a person tells of themselves beside their name: needs, and whether they may be photographed."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from events.log.recording import record
from events.models import Attendee, SpecialNeeds
from events.services.refusals import RegistrationClosed


@transaction.atomic
def tell_needs(*, attendee: Attendee, access: str, dietary: str, now: datetime | None = None) -> None:
    """Keep what a person needs; with both empty, forget it. Raises RegistrationClosed unless they have a place to come."""
    now = now or timezone.now()
    attendee = Attendee.objects.select_for_update(of=("self",)).select_related("event").get(pk=attendee.pk)
    if access or dietary:
        if not attendee.is_standing or not attendee.event.is_upcoming(now):
            raise RegistrationClosed
        words = {"access": access, "dietary": dietary}
        same = SpecialNeeds.objects.filter(attendee=attendee, **words)
        if not same.exists():
            SpecialNeeds.objects.update_or_create(attendee=attendee, defaults={**words, "told_at": now})
    else:
        SpecialNeeds.objects.filter(attendee=attendee).delete()


@transaction.atomic
def agree_to_photographs(*, attendee: Attendee, agrees: bool, now: datetime | None = None) -> None:
    """Record that a person may be photographed, with time and wording; or take it back, which is possible at any time.

    Saying the same again keeps the first time (article 7(1) GDPR). Raises RegistrationClosed for a place given back.
    """
    attendee = Attendee.objects.select_for_update().get(pk=attendee.pk)
    if agrees and not attendee.is_standing:
        raise RegistrationClosed
    version = settings.PHOTO_CONSENT_VERSION if agrees else ""
    if attendee.photo_consent_version != version:
        attendee.photo_consent_at = (now or timezone.now()) if agrees else None
        attendee.photo_consent_version = version
        attendee.save(update_fields=["photo_consent_at", "photo_consent_version"])
        action = "person.agreed_to_photographs" if agrees else "person.refused_photographs"
        record(attendee.event, action, person=attendee, wording=settings.PHOTO_CONSENT_VERSION)
