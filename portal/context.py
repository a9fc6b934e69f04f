"""What every page knows of the site; cheap for visitors, so that a public page costs no extra query."""

from django.conf import settings
from django.http import HttpRequest

from events.attribution.codes import PARAMETER, well_formed


def site(request: HttpRequest) -> dict[str, object]:
    """Names for the frame of the page. `is_organiser` asks the database only for somebody signed in."""
    user = getattr(request, "user", None)
    # Touching `user.is_authenticated` loads the session; a visitor without its cookie has none to load.
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
    signed_in = has_session and user is not None and user.is_authenticated
    return {
        "site_name": "SOCIALNEET",
        "association_name": settings.ASSOCIATION_NAME,
        "association_email": settings.ASSOCIATION_EMAIL,
        "association_address": settings.ASSOCIATION_ADDRESS,
        "mailbox_enabled": settings.MAILBOX_ENABLED,
        "signed_in": signed_in,
        "is_organiser": signed_in and getattr(user, "is_organiser", False),
        # the code under which somebody came goes along to the form, in the address and in no cookie
        "via": well_formed(request.GET.get(PARAMETER, "")),
    }
