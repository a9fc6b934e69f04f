"""Pages behind a secret link: never stored by caches, never indexed, never told to other sites."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from events import limits
from events.log.recording import Actor, acting
from events.models import Appointment, Attendee, Registration
from organisations.links import hash_token

P = ParamSpec("P")
Owner = TypeVar("Owner", Registration, Attendee, Appointment)
View = Callable[Concatenate[HttpRequest, Owner, P], HttpResponse]


def registration_link(view: View[Registration, P]) -> Callable[..., HttpResponse]:
    """The contact's link: everything about one registration."""
    return _by_link(view, _registration, limits.CHANGING, Actor.CONTACT)


def attendee_link(view: View[Attendee, P]) -> Callable[..., HttpResponse]:
    """One person's link: nothing but what is theirs."""
    return _by_link(view, _attendee, limits.CHANGING_OWN, Actor.PERSON)


def appointment_link(view: View[Appointment, P]) -> Callable[..., HttpResponse]:
    """Whoever has an appointment at the meeting point: that one alone."""
    return _by_link(view, _appointment, limits.CHANGING_APPOINTMENT, Actor.PERSON, pages="events/meeting_point/")


def too_often_message(often: limits.TooOften) -> str:
    """What to do when a form was sent more often than a person needs."""
    return _("This was sent very often from this address. Try again after %(time)s, or write to us.") % {
        "time": date_format(timezone.localtime(often.again_at), "j F, H:i")
    }


def _registration(token_hash: str) -> Registration | None:
    return Registration.objects.select_related("event", "organisation").filter(token_hash=token_hash).first()


def _attendee(token_hash: str) -> Attendee | None:
    return Attendee.objects.select_related("event", "registration").filter(token_hash=token_hash).first()


def _appointment(token_hash: str) -> Appointment | None:
    return Appointment.objects.select_related("meeting_point").filter(token_hash=token_hash).first()


def _by_link(
    view: View[Owner, P],
    find: Callable[[str], Owner | None],
    limit: limits.Limit,
    actor: Actor,
    pages: str = "events/",
) -> Callable[..., HttpResponse]:
    """`pages`: where the words for a link that is unknown, or whose data are erased, stand."""

    @never_cache
    @login_not_required
    @wraps(view)
    def opened(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        owner = find(hash_token(token))
        if owner is None:
            return render(request, f"{pages}link_unknown.html", status=404)
        if owner.erased_at:
            context = {"owner": owner, "event": getattr(owner, "event", None)}
            return _secret(render(request, f"{pages}erased.html", context))
        if request.method == "POST":
            try:
                limit.take(str(owner.pk), now=timezone.now())
            except limits.TooOften as often:
                messages.error(request, too_often_message(often))
                return redirect(owner)
        with acting(actor):
            return _secret(view(request, owner, *args, **kwargs))

    return opened


def _secret(response: HttpResponse) -> HttpResponse:
    # not "no-referrer": under that a browser sends a page's own forms with "Origin: null", which are then refused
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
