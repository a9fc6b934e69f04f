"""Every address of ours in a campaign's letters says which campaign it was (docs/decisions/0019).

`?via=` for our own pages, always; `utm_…` for all links of the text, only where the organiser wishes it. Neither names a
person, and links of the recipient alone (preferences, this mail in the browser) carry no code: they know their message.
"""

from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings

from events.attribution import codes

Retarget = Callable[[str], str]


def code_of(pk: int | None) -> str:
    """The code of a campaign; a draft that was never saved has none of its own yet, only one as long."""
    return codes.of_campaign(pk or 0)


def retarget(code: str, *, has_utm: bool) -> Retarget:
    """What turns a link of the text into its tagged one."""
    return partial(tagged, code=code, has_utm=has_utm)


def tagged(url: str, *, code: str, has_utm: bool = False) -> str:
    """The address with the campaign's code; one that is no web address, or says where it comes from, as it stands."""
    try:
        parts = urlsplit(url)
    except ValueError:  # an address with a broken host: the check has a word for the writer
        return url
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return url
    asked = {name.lower() for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
    extra = {codes.PARAMETER: code} if _is_ours(url) and codes.PARAMETER not in asked else {}
    if has_utm and not any(name.startswith("utm_") for name in asked):
        host = urlsplit(settings.SITE_URL).hostname or ""
        extra |= {"utm_source": host, "utm_medium": "email", "utm_campaign": code}
    if not extra:
        return url
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, urlencode(extra)]))))


def _is_ours(url: str) -> bool:
    ours, theirs = urlsplit(settings.SITE_URL), urlsplit(url)
    return (ours.scheme, ours.netloc.lower()) == (theirs.scheme, theirs.netloc.lower())
