"""The door for providers' reports: quick, unattended, and closed to whoever cannot prove itself."""

import logging

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notifications.providers import events
from notifications.providers.catalogue import PROVIDERS, Provider

logger = logging.getLogger(__name__)


@csrf_exempt  # a machine with neither cookie nor token; its signature or secret is what counts
@never_cache
@require_http_methods(["POST", "HEAD"])  # HEAD: some providers ask first whether anybody is there
@login_not_required
def report(request: HttpRequest, name: str) -> HttpResponse:
    """Keep what a provider reports, for the clock to take in; 200 also for what is known already."""
    provider = PROVIDERS.get(name.replace("-", "_"))
    if provider is None or not provider.reports:
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    refusal = _refusal(request, provider)
    if refusal:
        return HttpResponse(status=refusal, headers=_ask_for_secret(refusal))
    from notifications.providers import reports  # brings anymail along: only where a provider reports

    try:
        found = reports.read(request, provider)
    except reports.NotProved as reason:
        logger.warning("refused a report in the name of %s: %s", provider.name, reason)
        return HttpResponse(status=403)
    except reports.NotUnderstood as reason:
        logger.warning("a report of %s makes no sense: %s", provider.name, reason)
        return HttpResponse(status=400)
    events.keep(found)
    return HttpResponse()


def _refusal(request: HttpRequest, provider: Provider) -> int:
    """Why the body need not even be read, as a status of HTTP; 0: it must be."""
    if provider.missing_proof:
        logger.warning("refused a report in the name of %s: set %s", provider.name, provider.missing_proof)
        return 403
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.MAX_REPORT_BYTES:
        return 413
    if request.content_type != provider.content_type:
        return 415
    if provider.name == "amazon_ses" and "Authorization" not in request.headers:
        return 401  # Amazon shows the secret only to who asks for it
    return 0


def _ask_for_secret(status: int) -> dict[str, str]:
    return {"WWW-Authenticate": 'Basic realm="reports"'} if status == 401 else {}
