"""Mails shown in frames: the page that frames one, and the frame itself, each with its own policy."""

from csp.decorators import csp_replace, csp_update
from django.views.decorators.clickjacking import xframe_options_sameorigin

from organisations.access import View


def shows_a_mail(view: View) -> View:
    """A page that shows a mail's HTML in a frame of its own."""
    return csp_update({"frame-src": ["'self'"]})(view)


def is_a_mail(view: View) -> View:
    """That frame: a mail's inline styles, no script, no origin."""
    policy = {"style-src": ["'unsafe-inline'"], "frame-ancestors": ["'self'"], "sandbox": [True]}
    return xframe_options_sameorigin(csp_replace(policy)(view))
