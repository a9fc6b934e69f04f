"""The public door out of the mailing list."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from notifications import services
from notifications.unsubscribe import address_hash_of


@csrf_exempt  # RFC 8058 section 3.1: the one-click POST carries neither cookie nor token; the link itself is signed
@never_cache
@login_not_required
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks (mail scanners open links), POST does it."""
    address_hash = address_hash_of(token)
    if address_hash is None:
        raise Http404
    if request.method == "POST":
        services.unsubscribe(address_hash=address_hash)
    return render(request, "notifications/unsubscribe.html", {"done": request.method == "POST"})
