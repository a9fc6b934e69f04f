"""Who gets in: a focus group by invitation, and a training whose registrations an organiser approves."""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

from events import services as events
from events.models import Event
from organisations.models import Organisation, User
from organisations.zone import ROME


def load(*, year: int, by: User, **place: Any) -> None:
    """Write what is not there yet; running it again changes nothing. `place`: where both are held."""
    group = _event(
        by=by, slug=f"focus-group-enti-{year}", kind=Event.Kind.FOCUS_GROUP, day=date(year, 3, 10), hour=15, places=12,
        title_it="Focus group con gli enti del terzo settore", title_en="Focus group with third-sector organisations",
        summary_it="Dodici enti discutono di come collaborano e di che cosa resta inutilizzato: spazi, attrezzature, tempo.",
        summary_en="Twelve organisations discuss how they cooperate and what lies unused: rooms, equipment, time.",
        invitation_only=True, max_per_organisation=1, **place,
    )  # fmt: skip
    if group:
        for organisation in (
            Organisation.objects.filter(kind=Organisation.Kind.CSO).exclude(email="").order_by("pk")[:4]
        ):
            events.invite(event=group, organisation=organisation)
    training = _event(
        by=by, slug=f"formazione-progettazione-{year}", kind=Event.Kind.TRAINING, day=date(year, 3, 18), hour=9, places=20,
        title_it="Formazione: progettare con i giovani", title_en="Training: planning with young people",
        summary_it="Una giornata di lavoro per chi coordina progetti; l’organizzazione legge ogni iscrizione.",
        summary_en="A day of work for those who coordinate projects; an organiser reads each registration.",
        moderated=True, max_per_organisation=3, **place,
    )  # fmt: skip
    if training:
        _register(
            training, "Centro per l’impiego", "public_body", events.Guest("Orientatore"), events.Guest("Tirocinante")
        )
        _register(training, "Scuola edile", "school", events.Guest("Docente", "docente@scuola.example.org", "Docente"))


def _event(*, by: User, slug: str, day: date, hour: int, places: int, **fields: Any) -> Event | None:
    """The event, published; None where it is there already."""
    if Event.objects.filter(slug=slug).exists():
        return None
    starts_at = datetime.combine(day, time(hour), ROME)
    event = events.create(
        by=by, slug=slug, starts_at=starts_at, ends_at=starts_at + timedelta(hours=3), capacity=places,
        registration_closes_at=starts_at - timedelta(days=1), changes_freeze_at=starts_at - timedelta(days=5),
        contact_email="segreteria@socialneet.example.org", **fields,
    )  # fmt: skip
    return events.publish(event=event, by=by)


def _register(event: Event, name: str, kind: str, *guests: events.Guest) -> None:
    address = f"segreteria@{kind.replace('_', '-')}.example.org"
    events.register(
        event=event, applicant=events.Applicant(name, kind, "Segreteria", address, "Segreteria"), guests=guests,
        submission_id=uuid.uuid5(event.uid, address), privacy_notice_version="2026-11",
    )  # fmt: skip
