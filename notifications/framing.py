"""Mails shown in frames: the page that frames one, and the frame itself, each with its own policy."""

from collections.abc import Callable

from csp.decorators import csp_replace, csp_update
from django.views.decorators.clickjacking import xframe_options_sameorigin

from organisations.access import View


def shows_a_mail(view: View) -> View:
    """A page that shows a mail's HTML in a frame of its own."""
    return csp_update({"frame-src": ["'self'"]})(view)


def is_a_mail_that_may(sandbox: str | bool) -> Callable[[View], View]:
    """That frame: a mail's inline styles, no script, no origin. `sandbox`: the one thing that its links may do."""
    policy = {"style-src": ["'unsafe-inline'"], "frame-ancestors": ["'self'"], "sandbox": [sandbox]}
    return lambda view: xframe_options_sameorigin(csp_replace(policy)(view))


#: The same, and its links lead nowhere.
is_a_mail = is_a_mail_that_may(True)
