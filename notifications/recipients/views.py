"""The doors that a mail to many opens for its recipient: no sign-in, no cookie, and a GET changes nothing.

None of the forms asks for a CSRF token: nothing here depends on who is signed in. Whoever holds a link may do what it
says, whoever does not can do nothing, and a mail program that unsubscribes (RFC 8058) carries no cookie.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications.framing import is_a_mail_that_may, shows_a_mail
from notifications.models import Delivery, hash_address
from notifications.recipients import history, links, messages, services
from notifications.recipients.forms import PreferencesForm
from notifications.recipients.links import unsubscribe_token


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page behind a secret link, which no index may keep."""
    response = render(request, template, context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _unknown(request: HttpRequest) -> HttpResponse:
    return _page(request, "notifications/link_unknown.html", {}, status=404)


# -- the mail, and why it came ----------------------------------------------------------------------------------------


@never_cache
@require_safe
@login_not_required
@shows_a_mail
def message(request: HttpRequest, token: str) -> HttpResponse:
    """The mail as its recipient got it; 410 when it can no longer be written."""
    row = messages.row_of(token)
    if row is None:
        return _unknown(request)
    mail = messages.rebuilt(row)
    context = {**_about(row, token), "mail": mail}
    return _page(request, "notifications/message.html", context, status=200 if mail else 410)


@never_cache
@require_safe
@login_not_required
@is_a_mail_that_may("allow-top-navigation-by-user-activation")  # a click leads the whole window on
def message_html(request: HttpRequest, token: str) -> HttpResponse:
    """The HTML part alone, for the frame."""
    row = messages.row_of(token)
    mail = messages.rebuilt(row) if row else None
    if mail is None:
        return _unknown(request)
    response = HttpResponse(mail.html.replace("<a ", '<a target="_top" '))
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@never_cache
@require_safe
@login_not_required
def message_why(request: HttpRequest, token: str) -> HttpResponse:
    """Source, purpose, right, history, and what can be done."""
    row = messages.row_of(token)
    if row is None:
        return _unknown(request)
    lines = history.lines(row.address, timezone.now())
    context = {
        **_about(row, token),
        "mail": messages.rebuilt(row),
        "sources": history.sources(row),
        "purpose": history.purpose(row),
        "lines": lines,
        "times": sum(line.has_left for line in lines),
        "unsubscribe": unsubscribe_token(row.address),
    }
    return _page(request, "notifications/message_why.html", context)


def _about(row: Delivery, token: str) -> dict[str, object]:
    event = messages.event_of(row)
    return {
        "row": row,
        "token": token,
        "event": event,
        "sent_at": messages.sent_at(row),
        "is_test": messages.is_test(row),
        "has_moved": event is not None and messages.has_moved(row, event),
        "preferences": links.preferences_token(hash_address(row.address)),
    }


# -- what an address wishes to get --------------------------------------------------------------------------------------


@csrf_exempt  # as said above: the link is the authority, no session is asked
@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """One form for every purpose; GET shows, POST saves."""
    address_hash = links.address_hash_in(links.PREFERENCES, token)
    if address_hash is None:
        return _unknown(request)
    wishes = services.wishes_of(address_hash)
    form = PreferencesForm(
        request.POST if request.method == "POST" else None, initial=PreferencesForm.initial_for(wishes)
    )
    if request.method == "POST" and form.is_valid():
        wished = form.wishes()
        services.save_wishes(
            address_hash=address_hash, invitations=wished.invitations, news=wished.news, language=wished.language
        )
        return _saved(token)
    context = {"form": form, "wishes": wishes, "saved": request.method != "POST" and "saved" in request.GET}
    return _page(request, "notifications/preferences.html", context, status=422 if form.errors else 200)


@csrf_exempt  # as above
@never_cache
@login_not_required
@require_POST
def preferences_undo(request: HttpRequest, token: str) -> HttpResponse:
    """Take the unsubscription back, from the page that says it was done."""
    address_hash = links.address_hash_in(links.PREFERENCES, token)
    if address_hash is None:
        return _unknown(request)
    services.subscribe_again(address_hash=address_hash)
    return _saved(token)


def _saved(token: str) -> HttpResponse:
    response = redirect("notifications:preferences", token)
    response["Location"] += "?saved=1"
    return response


@csrf_exempt  # RFC 8058 section 3.1: the one-click POST carries neither cookie nor token; the link itself is signed
@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks (mail scanners open links), POST does it."""
    address_hash = links.address_hash_in(links.UNSUBSCRIBE, token)
    if address_hash is None:
        return _unknown(request)
    if request.method == "POST":
        services.unsubscribe(address_hash=address_hash)
    context = {
        "done": request.method == "POST",
        "preferences": links.preferences_token(address_hash),
        "wishes": services.wishes_of(address_hash),
    }
    return _page(request, "notifications/unsubscribe.html", context)
