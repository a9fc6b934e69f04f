"""Who gets in: approval, refusal, invitations, the cap of an organisation, opening and closing."""

import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from events import invariants, services
from events.forms import EventForm
from events.models import Attendee, Event, Registration
from events.services import moderation
from notifications.models import Delivery
from organisations.models import RoleGrant, User
from organisations.roles import Role

State = Registration.State


@pytest.fixture
def moderated(event) -> Event:
    event.moderated = True
    event.save()
    return event


@pytest.fixture
def by_invitation(event) -> Event:
    event.invitation_only = True
    event.save()
    return event


@pytest.fixture
def second(db) -> User:
    user = User.objects.create_user("oreste@socialneet.example.org", name="Oreste Organizzatore")
    RoleGrant.objects.create(user=user, role=Role.ORGANISER)
    return user


def kinds() -> list[str]:
    return sorted(Delivery.objects.exclude(kind="calendar_link").values_list("kind", flat=True))


def page_of(event: Event, rest: str = "") -> str:
    return f"/manage/events/{event.slug}/registrations/{rest}"


# -- approval --------------------------------------------------------------------------------------------------------


def test_a_registration_to_be_approved_holds_no_place_and_its_contact_is_told(moderated, register):
    registration = register("Anna", "Bruno")
    assert registration.state == State.PENDING
    assert moderated.places_free() == moderated.capacity
    assert kinds() == ["registration_received"]
    assert not list(invariants.broken())


def test_approval_gives_the_places_and_tells_everybody(moderated, register, organiser):
    registration = services.approve(registration=register("Anna", "Bruno"), by=organiser)
    assert (registration.state, registration.decided_by) == (State.CONFIRMED, organiser)
    assert sorted(registration.attendees.values_list("state", "place_number")) == [("confirmed", 1), ("confirmed", 2)]
    assert kinds() == ["attendee_registered", "attendee_registered", "registration_confirmed", "registration_received"]


def test_approval_of_what_does_not_fit_changes_nothing_and_says_how_many_places_are_free(
    moderated, register, organiser
):
    first, second = register("Anna", "Bruno", "Carlo"), register("Dora", "Elio", "Fulvia")
    services.approve(registration=first, by=organiser)
    with pytest.raises(services.EventFull) as full:
        services.approve(registration=second, by=organiser)
    second.refresh_from_db()
    assert (full.value.free, second.state, second.decided_by) == (2, State.PENDING, None)
    assert not second.attendees.seated().exists()


def test_the_same_click_twice_decides_once(moderated, register, organiser):
    one, other = register("Anna"), register("Bruno")
    for _click in range(2):
        services.approve(registration=one, by=organiser)
        services.refuse(registration=other, reason="Solo enti del terzo settore.", by=organiser)
    assert kinds().count("registration_confirmed") == kinds().count("registration_refused") == 1


def test_the_second_organiser_is_told_who_decided(moderated, register, organiser, second, client_of):
    registration = register("Anna")
    services.approve(registration=registration, by=organiser)
    with pytest.raises(services.AlreadyDecided):
        services.refuse(registration=registration, reason="Troppo tardi.", by=second)
    data = {"registration": registration.pk, "reason": "Troppo tardi."}
    answer = client_of(second).post(page_of(moderated, "refuse/"), data, follow=True)
    assert "Olga Organizzatrice" in answer.content.decode()
    registration.refresh_from_db()
    assert registration.state == State.CONFIRMED


def test_a_refusal_tells_its_reason_on_the_page_and_in_the_mail(moderated, register, organiser, client):
    registration = register("Anna")
    services.refuse(registration=registration, reason="Solo enti del terzo settore.", by=organiser)
    from notifications.letters import letter_for

    letter = letter_for(Delivery.objects.get(kind="registration_refused"))
    assert "Solo enti del terzo settore." in letter.paragraphs[0]
    page = client.get(registration.get_absolute_url()).content.decode()
    assert "Solo enti del terzo settore." in page
    assert not registration.attendees.standing().exists()


def test_after_a_refusal_the_organisation_may_register_again(moderated, register, organiser, applicant):
    services.refuse(registration=register("Anna", applicant=applicant), reason="Manca il nome.", by=organiser)
    assert register("Anna Rossi", applicant=applicant).state == State.PENDING


def test_nothing_is_decided_when_the_event_is_over_or_called_off(moderated, register, organiser):
    registration = register("Anna")
    with pytest.raises(services.RegistrationClosed):
        services.approve(registration=registration, by=organiser, now=moderated.ends_at)
    services.cancel(event=moderated, reason="Neve.", by=organiser)
    with pytest.raises(services.RegistrationClosed):
        services.refuse(registration=registration, reason="No.", by=organiser)
    assert "event_cancelled" in kinds()


def test_whoever_waits_for_approval_may_cancel_at_once(moderated, register, organiser):
    registration = services.cancel_registration(registration=register("Anna"))
    assert registration.state == State.CANCELLED
    with pytest.raises(services.AlreadyDecided):
        services.approve(registration=registration, by=organiser)


def test_the_database_refuses_a_refusal_without_a_reason_and_a_place_before_the_approval(moderated, register):
    registration = register("Anna")
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=registration.pk).update(state=State.REFUSED)
    with pytest.raises(IntegrityError), transaction.atomic():
        registration.attendees.update(place_number=1)
    Attendee.objects.create(registration=registration, event=moderated, full_name="Bruno", place_number=2)
    assert any("nobody approved it" in sentence for sentence in invariants.broken())


def both_approve(registration: Registration, *organisers: User) -> list[str]:
    """What each is answered when they press at once."""
    start, outcomes = threading.Barrier(2), []

    def decide(by: User) -> None:
        start.wait()
        try:
            services.approve(registration=registration, by=by)
            outcomes.append("decided")
        except services.AlreadyDecided:
            outcomes.append("told")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=decide, args=(by,)) for by in organisers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_two_organisers_at_once_decide_once(moderated, register, organiser, second):
    registration = register("Anna")
    assert both_approve(registration, organiser, second) == ["decided", "told"]
    assert registration.attendees.seated().count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite queues writers by itself: no race to show")
def test_without_the_lock_both_would_decide(moderated, register, organiser, second, monkeypatch):
    registration, looked = register("Anna"), threading.Barrier(2, timeout=20)

    def look(registration, now):
        found = Registration.objects.get(pk=registration.pk)
        looked.wait()
        return found.event, found

    monkeypatch.setattr(moderation, "_lock_pending", look)
    assert both_approve(registration, organiser, second) == ["decided", "decided"]


# -- the organisers' page --------------------------------------------------------------------------------------------


def test_several_are_approved_at_once_and_what_does_not_fit_stops_no_other(moderated, register, organiser, client_of):
    rows = [register("Anna", "Bruno", "Carlo"), register("Dora", "Elio", "Fulvia"), register("Gina")]
    answer = client_of(organiser).post(
        page_of(moderated, "approve/"), {"registration": [row.pk for row in rows]}, follow=True
    )
    assert [Registration.objects.get(pk=row.pk).state for row in rows] == ["confirmed", "pending", "confirmed"]
    assert "2 iscrizioni sono approvate" in answer.content.decode()
    assert "non ci sta" in answer.content.decode()


def test_a_refusal_without_a_reason_is_shown_again_with_what_was_ticked(moderated, register, organiser, client_of):
    registration = register("Anna")
    answer = client_of(organiser).post(page_of(moderated, "refuse/"), {"registration": registration.pk, "reason": " "})
    assert answer.status_code == 422
    assert "checked" in answer.content.decode()
    registration.refresh_from_db()
    assert registration.state == State.PENDING


@pytest.mark.parametrize("keys", [[], ["x"], ["9" * 30], ["-1"]])
def test_keys_that_name_nothing_decide_nothing(keys, moderated, register, organiser, client_of):
    register("Anna")
    answer = client_of(organiser).post(page_of(moderated, "approve/"), {"registration": keys}, follow=True)
    assert answer.status_code == 200
    assert Registration.objects.get().state == State.PENDING


def test_registrations_of_another_event_are_not_decided_here(moderated, register, organiser, client_of):
    registration = register("Anna")
    other = Event.objects.get(pk=moderated.pk)
    other.pk, other.slug, other.uid = None, "altro", uuid.uuid4()
    other.save()
    client_of(organiser).post(page_of(other, "approve/"), {"registration": registration.pk})
    registration.refresh_from_db()
    assert registration.state == State.PENDING


def test_the_page_filters_by_state_category_and_words(moderated, register, organiser, client_of):
    services.approve(registration=register("Anna"), by=organiser)
    register("Bruno")
    client = client_of(organiser)

    def shown(query: str) -> set[str]:
        page = client.get(page_of(moderated, query)).content.decode()
        return {name for name in ("Anna", "Bruno") if name in page}

    assert shown("") == {"Anna", "Bruno"}
    assert shown("?state=pending") == {"Bruno"}
    assert shown("?q=anna") == {"Anna"}
    assert shown("?category=press") == set()
    assert shown("?state=nonsense&page=x") == {"Anna", "Bruno"}


@pytest.mark.parametrize("rest", ["", "approve/", "refuse/"])
def test_strangers_decide_nothing(rest, moderated, stranger, client_of):
    client = client_of(stranger)
    answer = client.post(page_of(moderated, rest)) if rest else client.get(page_of(moderated))
    assert answer.status_code == 403


def test_the_page_asks_as_many_queries_for_thirty_as_for_one(
    moderated, register, organiser, client_of, django_assert_num_queries
):
    from django.test.utils import CaptureQueriesContext

    client = client_of(organiser)
    services.approve(registration=register("Anna"), by=organiser)
    client.get(page_of(moderated))
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(page_of(moderated))
    for number in range(30):
        register(f"Persona {number}".replace(" ", ""))
    with django_assert_num_queries(len(one)):
        client.get(page_of(moderated))


# -- invitations -----------------------------------------------------------------------------------------------------


def test_without_an_invitation_the_form_is_not_shown_and_says_why(by_invitation, client):
    answer = client.get("/events/info-day/register/")
    assert "su invito" in answer.content.decode()
    assert "attendees-TOTAL_FORMS" not in answer.content.decode()
    assert "su invito" in client.get("/events/info-day/").content.decode()


def test_without_an_invitation_nothing_is_registered(by_invitation, register, posted, client):
    assert client.post("/events/info-day/register/", posted("Anna")).status_code == 403
    with pytest.raises(services.InvitationNeeded):
        register("Anna")
    assert not Registration.objects.exists()


def test_an_invitation_opens_the_form_once_for_its_organisation(by_invitation, register, cso, client):
    invitation = services.invite(event=by_invitation, organisation=cso)
    assert "attendees-TOTAL_FORMS" in client.get(invitation.get_absolute_url()).content.decode()
    assert register("Anna", invitation=invitation).organisation == cso
    with pytest.raises(services.AlreadyRegistered):
        register("Bruno", invitation=invitation)


def test_a_withdrawn_invitation_opens_nothing_until_it_holds_again(by_invitation, register, cso, organiser, client):
    invitation = services.invite(event=by_invitation, organisation=cso)
    services.revoke_invitation(invitation=invitation, by=organiser)
    assert "non vale più" in client.get(invitation.get_absolute_url()).content.decode()
    with pytest.raises(services.InvitationNeeded):
        register("Anna", invitation=invitation)
    services.restore_invitation(invitation=invitation, by=organiser)
    assert register("Anna", invitation=invitation).pk


def test_an_invitation_to_another_event_opens_nothing(by_invitation, register, cso, client):
    other = Event.objects.get(pk=by_invitation.pk)
    other.pk, other.slug, other.uid = None, "altro", uuid.uuid4()
    other.save()
    invitation = services.invite(event=other, organisation=cso)
    answer = client.get(f"/events/info-day/register/?invitation={invitation.token}")
    assert "non è un invito a questo evento" in answer.content.decode()
    with pytest.raises(services.InvitationNeeded):
        register("Anna", invitation=invitation)


def test_the_link_is_sent_again_with_the_same_answer_for_known_and_unknown(
    by_invitation, cso, terni, organiser, client
):
    services.invite(event=by_invitation, organisation=cso)
    withdrawn = services.invite(event=by_invitation, organisation=terni)
    services.revoke_invitation(invitation=withdrawn, by=organiser)
    answers = {
        client.post("/events/info-day/invitation/send/", {"email": email}).content
        for email in (cso.email.upper(), terni.email, "nessuno@altrove.example.org")
    }
    assert len(answers) == 1
    assert list(Delivery.objects.values_list("kind", "address")) == [("invitation_link", cso.email)]


def test_organisers_withdraw_an_invitation_on_its_page(by_invitation, cso, organiser, client_of):
    invitation, client = services.invite(event=by_invitation, organisation=cso), client_of(organiser)
    page = "/manage/events/info-day/invitations/"
    assert cso.name in client.get(page).content.decode()
    assert "ritirato" in client.post(f"{page}{invitation.pk}/revoke/", follow=True).content.decode()
    invitation.refresh_from_db()
    assert invitation.revoked_at
    client.post(f"{page}{invitation.pk}/restore/")
    invitation.refresh_from_db()
    assert invitation.revoked_at is None


# -- the cap of an organisation --------------------------------------------------------------------------------------


def test_an_organisation_brings_no_more_than_the_cap(event, register, posted, client):
    event.max_per_organisation = 2
    event.save()
    with pytest.raises(services.TooManyAttendees) as too_many:
        register("Anna", "Bruno", "Carlo")
    assert too_many.value.most == 2
    answer = client.post("/events/info-day/register/", posted("Anna", "Bruno", "Carlo"))
    assert "al massimo 2 persone" in answer.content.decode()
    registration = register("Anna", "Bruno")
    with pytest.raises(services.TooManyAttendees):
        services.add_attendee(registration=registration, guest=services.Guest("Carlo"))


def test_a_lower_cap_leaves_those_who_are_there_and_names_them(event, register, organiser, client_of):
    registration = register("Anna", "Bruno", "Carlo")
    form = EventForm(instance=event)
    fields = {name: form[name].value() for name in form.fields}
    data = {name: "" if value is None else value for name, value in fields.items() if value is not False}
    for name in ("starts_at", "ends_at"):
        data[name] = f"{timezone.localtime(getattr(event, name)):%Y-%m-%dT%H:%M}"
    answer = client_of(organiser).post(
        "/manage/events/info-day/edit/", {**data, "max_per_organisation": "2"}, follow=True
    )
    assert "Cooperativa di prova (3)" in answer.content.decode()
    assert registration.attendees.seated().count() == 3
    services.replace_attendee(attendee=registration.attendees.get(full_name="Anna"), guest=services.Guest("Dora"))
    with pytest.raises(services.TooManyAttendees):
        services.add_attendee(registration=registration, guest=services.Guest("Elio"))


def test_a_cap_of_nobody_is_refused_by_the_database(event):
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(max_per_organisation=0)


# -- opening and closing ---------------------------------------------------------------------------------------------


def test_before_its_time_the_page_says_when_registration_opens(event, client):
    event.registration_opens_at = timezone.now() + timedelta(days=3)
    event.save()
    assert event.opens_later(timezone.now())
    for page in ("/events/info-day/", "/events/info-day/register/"):
        assert "Le iscrizioni si aprono" in client.get(page).content.decode()


def test_after_its_time_the_page_says_when_registration_closed(event, client):
    event.registration_closes_at = timezone.now() - timedelta(minutes=1)
    event.save()
    for page in ("/events/info-day/", "/events/info-day/register/"):
        assert "Le iscrizioni si sono chiuse" in client.get(page).content.decode()


@pytest.mark.parametrize(("opens_at", "said"), [
    (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), "28 Marzo 2027, 01:30"),  # half an hour before the clock is put forward
    (datetime(2027, 3, 28, 1, 30, tzinfo=UTC), "28 Marzo 2027, 03:30"),
    (datetime(2027, 10, 31, 2, 30, tzinfo=UTC), "31 Ottobre 2027, 03:30"),
])  # fmt: skip
def test_the_opening_is_told_in_italian_time_on_both_sides_of_a_change_of_the_clock(opens_at, said, event, client):
    event.starts_at, event.ends_at = opens_at + timedelta(days=9), opens_at + timedelta(days=9, hours=2)
    event.registration_opens_at = opens_at
    event.save()
    assert said.lower() in client.get("/events/info-day/register/").content.decode().lower()
    assert event.opens_later(opens_at - timedelta(seconds=1))
    assert event.is_open(opens_at)


@pytest.mark.parametrize("moment", ["2027-03-28T02:30", "2027-10-31T02:30"])
def test_a_time_that_is_not_there_or_there_twice_is_refused(moment, event):
    form = EventForm({"registration_opens_at": moment}, instance=event)
    assert "registration_opens_at" in form.errors


def test_registration_that_closes_before_it_opens_is_refused(event):
    data = {"registration_opens_at": "2027-05-02T10:00", "registration_closes_at": "2027-05-01T10:00"}
    assert "registration_opens_at" in EventForm(data, instance=event).errors


def test_a_campaign_leaves_out_whose_invitation_was_withdrawn(by_invitation, cso, terni, organiser):
    from notifications import audiences

    for organisation in (cso, terni):
        services.invite(event=by_invitation, organisation=organisation)
    services.revoke_invitation(invitation=by_invitation.invitations.get(organisation=cso), by=organiser)
    everybody = audiences.definition_of({"kind": "directory", "kinds": ["cso", "municipality"]})
    judged = {one.organisation: one.counted_as for one in audiences.candidates(everybody, event=by_invitation)}
    assert judged == {cso.pk: audiences.Reason.WITHDRAWN, terni.pk: None}


def test_whoever_waits_for_approval_is_not_reminded_to_register(moderated, register, cso):
    from notifications import audiences

    invitation = services.invite(event=moderated, organisation=cso)
    register("Anna", invitation=invitation)
    everybody = audiences.definition_of({"kind": "directory", "kinds": ["cso"]})
    assert [one.counted_as for one in audiences.candidates(everybody, event=moderated)] == [audiences.Reason.REGISTERED]
