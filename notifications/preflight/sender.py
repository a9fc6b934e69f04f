"""Whether the world can tell that our mail is ours: SPF, DKIM, DMARC and MX of the sender's domain.

Nothing here ever stops a campaign: DNS may be out of reach, or be seen differently from within the house, and a person
can judge that. What was not answered is said to be unknown.
"""

import re
import time
from collections.abc import Iterator
from typing import Any

import dns.exception
import dns.resolver
from django.utils.translation import gettext as _

from notifications.preflight.findings import Finding, note, warn

#: Seconds for all questions together.
PATIENCE = 2.0


class Unanswered(Exception):
    """The DNS did not answer in time, or not usefully."""


class NoSuchName(Exception):
    """The DNS says that there is no such name."""


class _Questions:
    """Asks within one budget of time."""

    def __init__(self, resolver: dns.resolver.Resolver) -> None:
        self._resolver = resolver
        self._until = time.monotonic() + PATIENCE

    def texts(self, name: str) -> list[str]:
        """The TXT records, each joined from its strings; none for a name that does not exist. Raises Unanswered."""
        try:
            return [b"".join(record.strings).decode("utf-8", "replace") for record in self.ask(name, "TXT")]
        except NoSuchName:
            return []

    def mail_servers(self, name: str) -> list[str]:
        """The names of the MX records. Raises Unanswered and NoSuchName."""
        return [str(record.exchange) for record in self.ask(name, "MX")]

    def ask(self, name: str, kind: str) -> dns.resolver.Answer | list[Any]:
        """The records of one kind. Raises Unanswered and NoSuchName."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise Unanswered
        try:
            return self._resolver.resolve(name, kind, lifetime=left, search=False, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN as error:
            raise NoSuchName from error
        except (dns.exception.DNSException, OSError) as error:
            raise Unanswered from error


def sender_authentication(
    domain: str, resolver: dns.resolver.Resolver | None = None, selector: str = ""
) -> list[Finding]:  # fmt: skip
    """What the DNS says about mail from this domain, within two seconds. Never raises, never with weight `stop`.

    `selector` is the DKIM selector that the relay signs with; empty when it is not known here.
    """
    findings: list[Finding] = []
    try:
        questions = _Questions(resolver or dns.resolver.Resolver())
        for found in _answers(questions, domain, selector):
            findings.append(found)  # noqa: PERF402  what was answered before the silence is kept
    except (Unanswered, dns.exception.DNSException, OSError):
        findings.append(
            note("dns_silent", _("The sender's records could not all be checked: the DNS does not answer."),
                 _("Nothing is wrong by that; try again later."))
        )  # fmt: skip
    if not findings:
        findings.append(note("sender_in_order", _("SPF, DKIM, DMARC and MX of %(domain)s are in order.")
                             % {"domain": domain}))  # fmt: skip
    return findings


def _answers(questions: _Questions, domain: str, selector: str) -> Iterator[Finding]:
    try:
        servers = questions.mail_servers(domain)
    except NoSuchName:
        yield warn("domain_unknown", _("The DNS does not know the sender's domain %(domain)s.") % {"domain": domain},
                   _("Correct DEFAULT_FROM_EMAIL, or register the domain."))  # fmt: skip
        return
    yield from _mail_servers(servers, domain)
    yield from _spf(questions.texts(domain), domain)
    yield from _dmarc(_policy_records(questions, domain), domain)
    if selector:
        yield from _dkim(questions.texts(f"{selector}._domainkey.{domain}"), selector, domain)
    else:
        yield note("dkim_unknown", _("The DKIM signature could not be checked: no selector is set."),
                   _("Ask whoever runs the mail server which selector it signs with."))  # fmt: skip


def _spf(texts: list[str], domain: str) -> Iterator[Finding]:
    """RFC 7208: exactly one record that begins with v=spf1."""
    records = [text.lower() for text in texts if re.match(r"v=spf1(\s|$)", text, re.IGNORECASE)]
    terms = records[0].split() if records else []
    advice = _("Publish one TXT record that begins with v=spf1 and names the mail server.")
    if not records:
        yield warn("spf_missing", _("%(domain)s has no SPF record: many will treat the mail as forged.")
                   % {"domain": domain}, advice)  # fmt: skip
    elif len(records) > 1:
        yield warn("spf_double", _("%(domain)s has more than one SPF record: together they count as none.")
                   % {"domain": domain}, advice)  # fmt: skip
    elif {"+all", "all"} & set(terms):
        yield warn("spf_open", _("The SPF record of %(domain)s lets everybody send in its name.")
                   % {"domain": domain}, _("End the record with ~all or -all."))  # fmt: skip
    elif terms[1:] == ["-all"]:
        yield warn("spf_closed", _("The SPF record of %(domain)s says that no server may send in its name.")
                   % {"domain": domain}, _("Add the mail server to the record, or use another sender."))  # fmt: skip


def _policy_records(questions: _Questions, domain: str) -> list[str]:
    """The DMARC records of the domain, or of the nearest domain above it that has one."""
    labels = domain.rstrip(".").split(".")
    for start in range(max(1, len(labels) - 1)):
        texts = questions.texts("_dmarc." + ".".join(labels[start:]))
        if records := [text for text in texts if re.match(r"v=DMARC1\s*(;|$)", text)]:
            return records
    return []


def _dmarc(records: list[str], domain: str) -> Iterator[Finding]:
    """RFC 7489: one record, with a policy."""
    advice = _("Publish the TXT record _dmarc.%(domain)s, for example: v=DMARC1; p=none") % {"domain": domain}
    if not records:
        yield warn("dmarc_missing", _("%(domain)s has no DMARC record; the large mail houses ask for one.")
                   % {"domain": domain}, advice)  # fmt: skip
        return
    tags = _tags(records[0])
    if len(records) > 1 or tags.get("p", "").lower() not in {"none", "quarantine", "reject"}:
        yield warn("dmarc_broken", _("The DMARC record of %(domain)s is not valid: it needs one policy, p=.")
                   % {"domain": domain}, advice)  # fmt: skip
    elif tags["p"].lower() == "none":
        yield note("dmarc_none", _("The DMARC policy of %(domain)s is “none”: forged mail is only reported.")
                   % {"domain": domain})  # fmt: skip


def _dkim(texts: list[str], selector: str, domain: str) -> Iterator[Finding]:
    """RFC 6376: a key record; an empty key is a withdrawn one."""
    keys = [_tags(text) for text in texts if "p=" in text]
    if not keys:
        yield warn("dkim_missing", _("%(domain)s has no DKIM key “%(selector)s”: the signature cannot be verified.")
                   % {"domain": domain, "selector": selector},
                   _("Publish the key that the mail server signs with."))  # fmt: skip
    elif not any(key.get("p") for key in keys):
        yield warn("dkim_withdrawn", _("The DKIM key “%(selector)s” of %(domain)s has been withdrawn.")
                   % {"domain": domain, "selector": selector},
                   _("Publish the key that the mail server signs with."))  # fmt: skip


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";") if "=" in part)
    return {name.strip().lower(): "".join(value.split()) for name, _equals, value in pairs}


def _mail_servers(servers: list[str], domain: str) -> Iterator[Finding]:
    """RFC 7505: a lone dot says that the domain takes no mail."""
    if not servers or servers == ["."]:
        yield warn("mx_missing", _("%(domain)s receives no mail: answers and bounces are lost.") % {"domain": domain},
                   _("Publish an MX record, or use another sender."))  # fmt: skip
