"""The examination before sending: each rule once, a real little DNS server, and what a verdict looks like."""

import contextlib
import socket
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest
from django.template.loader import render_to_string
from django.utils import translation

from notifications import compose, preflight
from notifications.compose import Frame, Source
from notifications.preflight import Facts, Outcome, Severity, volume, wording
from notifications.preflight.page import Page, contrast

ITALIAN = """L’associazione invita {organisation} a partecipare alla giornata, {date}.

Non ci sono costi e il programma è nella [pagina dell’evento]({event_page}).

[Iscrivi il tuo ente]({link})"""
ENGLISH = """The association invites {organisation} to take part in the info day, {date}.

There is no cost and the programme is on the [page of the event]({event_page}).

[Register your organisation]({link})"""


@pytest.fixture(autouse=True)
def _public_site(settings):
    settings.SITE_URL = "https://socialneet.example.org"
    with translation.override("en"):
        yield


def message(body: str = ITALIAN, language: str = "it", frame: Frame | None = None, **fields: str) -> compose.Compiled:
    return compose.compile(Source(**{"subject": "Invito: {event}", "body": body, **fields}), language, frame)


def row(number: int = 1, **changed: str) -> dict[str, str]:
    return {**compose.examples(), "organisation": f"Ente {number}", "address": f"info@ente{number}.example.org",
            "language": "it", **changed}  # fmt: skip


def examined(*messages: compose.Compiled, rows=None, **facts):
    both = messages or (message(), message(ENGLISH, "en", subject="Invitation: {event}"))
    facts = {"speed": 100.0, **facts}
    return preflight.examine({m.language: m for m in both}, iter(rows or [row()]), Facts(**facts))


def found(verdict: preflight.Verdict, code: str) -> preflight.Finding:
    return next(finding for finding in verdict.findings if finding.code == code)


def codes(verdict: preflight.Verdict, *without: str) -> set[str]:
    return {finding.code for finding in verdict.findings} - {"duration", "houses", *without}


# -- the verdict -------------------------------------------------------------------------------------------------------


def test_a_good_campaign_may_go():
    verdict = examined()
    assert codes(verdict) == set()
    assert (verdict.outcome, verdict.recipients) == (Outcome.GO, 1)


def test_one_warning_warns_and_one_stop_stops_and_the_heaviest_comes_first():
    assert examined(starts_at=datetime(2026, 10, 18, 10, tzinfo=UTC)).outcome == Outcome.WARN
    verdict = examined(rows=[row(place="")], starts_at=datetime(2026, 10, 18, 10, tzinfo=UTC))
    assert verdict.outcome == Outcome.STOP
    weights = [finding.severity for finding in verdict.findings]
    assert weights == sorted(weights, key=list(Severity).index)
    assert set(weights) == {Severity.STOP, Severity.WARN, Severity.NOTE}


def test_nothing_to_send_and_nobody_to_send_it_to_stop():
    verdict = preflight.examine({}, [], Facts())
    assert {"no_message", "nobody"} <= codes(verdict)
    assert verdict.outcome == Outcome.STOP


# -- recipients' values ------------------------------------------------------------------------------------------------


def test_a_missing_value_is_counted_with_the_first_three_names():
    rows = [row(n, place="" if n <= 5 else "Terni", date=" \n" if n == 7 else "oggi") for n in range(1, 9)]
    verdict = examined(rows=rows)
    place, date = [finding for finding in verdict.findings if finding.code == "missing_value"][::-1]
    assert place.severity == date.severity == Severity.STOP
    assert place.words == "{place} is missing. 5 recipients: Ente 1, Ente 2, Ente 3…"
    assert date.words == "{date} is missing. 1 recipient: Ente 7"
    assert place.advice


def test_a_value_that_is_not_used_is_not_missed():
    assert codes(examined(rows=[row(municipality="", deadline="")])) == set()


def test_an_optional_value_that_is_empty_leaves_a_hole_only_in_the_organisers_own_words():
    verdict = examined(message(ITALIAN + "\n\n{municipality} e {name}"), rows=[row(municipality="", name="")])
    assert codes(verdict, "language_missing") == {"gap"}
    assert found(verdict, "gap").severity == Severity.WARN


def test_a_name_that_is_an_address_is_noticed():
    verdict = examined(rows=[row(name="Vinci su https://evil.example.org/ ora"), row(2, organisation="www.x.it")])
    assert found(verdict, "intruding_address").words.endswith("2 recipients: Ente 1, www.x.it")


def test_a_personal_link_must_work_and_be_encrypted():
    assert found(examined(rows=[row(link="http://socialneet.example.org/x")]), "bad_link").severity == Severity.STOP
    assert found(examined(rows=[row(link="javascript:alert(1)")]), "bad_link").severity == Severity.STOP
    assert found(examined(rows=[row(link="http://localhost:8000/x")]), "local_link").severity == Severity.WARN


def test_recipients_are_read_once_and_none_is_kept():
    verdict = examined(rows=(row(n, language="en" if n % 2 else "it") for n in range(2000)))
    assert verdict.recipients == 2000


# -- size --------------------------------------------------------------------------------------------------------------


def test_the_size_is_that_of_the_largest_filled_message():
    compiled = message("{organisation} " * 10 + "{link}")
    rows = [row(), row(2, organisation="<Ente> & figli «à»"), row(3)]
    largest = max(
        sum(len(part.encode()) for part in (mail.html, mail.text))
        for mail in (compose.write(compiled, values) for values in rows)
    )
    assert abs(examined(compiled, rows=rows).largest - 2_000 - largest) < 60


def test_a_message_that_gmail_would_cut_is_stopped():
    assert "too_large" not in codes(examined())
    verdict = examined(message("{link} " + "{organisation} " * 900), rows=[row(organisation="x" * 100)])
    assert found(verdict, "too_large").severity == Severity.STOP


def test_a_subject_that_would_be_cut_is_noticed_with_the_longest_name():
    compiled = message(subject="Invito a {organisation}")
    assert "long_subject" not in codes(examined(compiled))
    assert "98 characters" in found(examined(compiled, rows=[row(), row(organisation="x" * 89)]), "long_subject").words


# -- links -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("address", "code"), [
    ("https://bit.ly/abc", "short_link"), ("https://tinyurl.com/abc", "short_link"),
    ("https://localhost/x", "local_link"), ("https://solo/x", "bad_link"), ("https://user@a.example.org/", "bad_link"),
    ("https://a..example.org/", "bad_link"), ("mailto:nessuno", "bad_link"), ("https://a.example.org:port/", "bad_link"),
])  # fmt: skip
def test_the_spelling_of_a_link_is_examined(address, code):
    assert code in codes(examined(message(f"{ITALIAN}\n\n[programma della giornata]({address})")))


@pytest.mark.parametrize("text", ["qui", "Clicca qui!", "here", "https://a.example.org/"])
def test_a_link_says_where_it_leads(text):
    assert "vague_link" in codes(examined(message(f"{ITALIAN}\n\n[{text}](https://a.example.org/)")))


def test_what_the_check_of_the_text_refuses_stops_the_campaign():
    verdict = examined(message(ITALIAN + "[x](http://a.example.org/) {sconosciuta}"))
    assert {"source_not_https", "source_unknown_variable"} <= codes(verdict)
    assert verdict.outcome == Outcome.STOP


def test_the_way_out_of_the_list_is_needed_in_bulk_mail():
    compiled = message(frame=Frame(has_unsubscribe=False))
    assert found(examined(compiled), "no_unsubscribe").severity == Severity.STOP
    assert "no_unsubscribe" not in codes(examined(compiled, is_bulk=False))


def test_the_personal_link_is_needed_in_both_parts():
    nowhere = message("Venite alla giornata.", frame=Frame())
    forgotten = message(text="Solo testo per {organisation}, {date}, {event_page}.")
    assert found(examined(nowhere), "no_link").severity == Severity.STOP
    assert {"no_link", "text_drift"} <= codes(examined(forgotten))
    assert "no_link" not in codes(examined(nowhere, needs_link=False))


@pytest.fixture
def web():
    class Pages(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(int(self.path.strip("/")))
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_links_are_visited_only_when_asked(web, dead_port):
    asked = [f"{web}/200", f"{web}/301", f"{web}/403", f"{web}/404", f"http://127.0.0.1:{dead_port}/"]
    silent = preflight.unreachable(asked, may_be_private=True)
    assert list(silent) == asked[3:]
    assert silent[asked[3]] == "it answers 404"
    assert found(examined(unreachable=silent), "unreachable").severity == Severity.WARN


@pytest.mark.parametrize("host", [
    "127.0.0.1", "169.254.169.254", "10.0.0.1", "[::1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]",
    "[fec0::1]", "[ff02::1]", "168.63.129.16", "224.0.0.1", "8.8.8.8:25",
])  # fmt: skip
def test_a_link_cannot_send_the_portal_into_its_own_network(host):
    assert preflight.unreachable([f"https://{host}/"]) == {f"https://{host}/": "it is not a public address"}


def test_a_name_is_resolved_once_and_that_very_address_is_asked(monkeypatch):
    """A name server that answers differently the second time leads nowhere."""
    asked = []

    def resolver(host, port, **_kwargs):
        asked.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14" if len(asked) == 1 else "127.0.0.1", port))
        ]

    def connect(address, timeout):
        raise OSError(f"would have gone to {address[0]}")

    monkeypatch.setattr("notifications.preflight.links.socket.getaddrinfo", resolver)
    monkeypatch.setattr("notifications.preflight.links.socket.create_connection", connect)
    assert preflight.unreachable(["https://altrove.example.org/"]) == {
        "https://altrove.example.org/": "nobody answers there"
    }
    assert asked == ["altrove.example.org"]


def test_an_address_that_is_none_is_not_an_error():
    assert set(preflight.unreachable(["https://[::1", "https://a:port/", "x", ""])) == {
        "https://[::1", "https://a:port/", "x", "",
    }  # fmt: skip


def test_the_fixed_addresses_are_listed_for_the_visit():
    assert preflight.addresses({"it": message(ITALIAN + " [x y](https://a.example.org/)")}) == [
        "https://a.example.org/", "https://socialneet.example.org/",
    ]  # fmt: skip


# -- the look ----------------------------------------------------------------------------------------------------------


def test_contrast_follows_the_formula_of_wcag():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((0x76, 0x76, 0x76), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)
    assert contrast((0x77, 0x77, 0x77), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)
    assert contrast((255, 0, 0), (255, 255, 255)) == pytest.approx(4.0, abs=0.01)


@pytest.mark.parametrize(("style", "legible"), [
    ("color:#767676", True), ("color:#777777", False), ("color:#777;font-size:24px", True),
    ("color:#777;font-size:19px;font-weight:bold", True), ("color:#777;font-size:18px;font-weight:bold", False),
    ("color:rgb(255, 255, 255);background:#00495c", True), ("color:nonsense", False), ("background:#000", False),
])  # fmt: skip
def test_the_contrast_of_a_text_is_read_from_its_styles(style, legible):
    ((_text, look),) = Page(f'<div style="{style}"><span>testo</span></div>').texts
    assert look.is_legible is legible


def test_too_little_contrast_stops():
    compiled = message()
    pale = compose.Template(
        compiled.html.text.replace("#3a4b53", "#9aa7ad"), compiled.html.variables, compiled.html.markers
    )
    verdict = examined(compose.Compiled(compiled.source, "it", compiled.subject, pale, compiled.text))
    assert found(verdict, "contrast").severity == Severity.STOP


def test_headings_go_down_step_by_step():
    assert "headings" not in codes(examined(message(f"## Uno\n\n### Due\n\n## Tre\n\n{ITALIAN}")))
    assert "headings" in codes(examined(message(f"### Due\n\n{ITALIAN}")))


# -- the words ---------------------------------------------------------------------------------------------------------


def test_a_text_in_the_wrong_field_is_noticed():
    verdict = examined(message(ENGLISH, "it"), message(ENGLISH, "en"))
    assert [finding.code for finding in verdict.findings if finding.code == "language"] == ["language"]
    assert "Italian" in found(verdict, "language").words
    assert wording.guess_language("Ciao") == ""


def test_a_missing_language_weighs_more_when_somebody_reads_it():
    assert found(examined(message()), "language_missing").severity == Severity.NOTE
    verdict = examined(message(), rows=[row(), row(2, language="en")])
    assert found(verdict, "language_missing").severity == Severity.WARN
    assert "1 recipient." in found(verdict, "language_missing").words


@pytest.mark.parametrize(("subject", "shouts"), [
    ("VIENI ALLA GIORNATA", True), ("Vieni SUBITO CON NOI domani", True), ("INVITO {event}", False),
    ("Giornata SOCIALNEET sui NEET", False), ("Invito: {event}", False), ("INVITO IMPORTANTE", True),
])  # fmt: skip
def test_shouting_is_heard_and_acronyms_are_not_shouting(subject, shouts):
    assert ("shouting" in codes(examined(message(subject=subject)))) is shouts


@pytest.mark.parametrize("subject", ["Vieni!!", "Perché no??", "Gratis €€€", "Vieni!?"])
def test_marks_in_rows_look_like_unwanted_mail(subject):
    assert "loud_punctuation" in codes(examined(message(subject=subject)))
    assert "loud_punctuation" in codes(examined(message(f"{ITALIAN}\n\n{subject}")))


def test_ease_of_reading_is_a_hint_only():
    assert wording.gulpease("Il sole è alto. Il mare è blu. Noi siamo qui. " * 4) > 80
    assert wording.gulpease("Poche parole.") is None
    hard = "L’amministrazione comunitaria internazionalmente rappresentativa disporrà programmaticamente " * 6
    verdict = examined(message(f"{ITALIAN}\n\n{hard}"))
    assert found(verdict, "hard_to_read").severity == found(verdict, "long_sentence").severity == Severity.NOTE


def test_a_text_by_hand_that_drifts_is_a_warning():
    assert found(examined(message(text="{organisation} {date} {link}")), "text_drift").severity == Severity.WARN


# -- when, how long, where to ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "words"), [
    (20, "less than a minute"), (61, "about 1 minute"), (240, "about 4 minutes"), (3570, "about 1 hour"),
    (3600, "about 1 hour"), (15_000, "about 4 hours and 10 minutes"),
])  # fmt: skip
def test_a_duration_is_said_as_people_say_it(seconds, words):
    assert volume.in_words(seconds) == words


def test_the_duration_follows_from_the_measured_speed():
    verdict = examined(rows=[row(n) for n in range(480)], speed=2.0)
    assert verdict.seconds == 240
    assert "about 4 minutes" in found(verdict, "duration").words
    assert examined(speed=None).seconds is None
    assert "duration_unknown" in codes(examined(speed=None))


@pytest.mark.parametrize(("moment", "code"), [
    (datetime(2026, 10, 15, 7, 59, tzinfo=UTC), None), (datetime(2026, 10, 15, 5, 59, tzinfo=UTC), "quiet_hours"),
    (datetime(2026, 10, 15, 19, 0, tzinfo=UTC), "quiet_hours"), (datetime(2026, 10, 18, 9, tzinfo=UTC), "quiet_hours"),
    (datetime(2026, 10, 15, 18, 30, tzinfo=UTC), "runs_into_quiet_hours"),
])  # fmt: skip
def test_people_rest_from_21_to_8_and_on_sundays_in_italian_time(moment, code):
    verdict = examined(rows=[row(n) for n in range(3600)], speed=1.0, starts_at=moment)
    assert codes(verdict) == ({code} if code else set())


def test_a_sending_that_lasts_until_tomorrow_runs_through_the_night():
    morning, next_morning = datetime(2026, 10, 15, 8, tzinfo=UTC), 24 * 3600
    assert volume.runs_into_quiet(morning, next_morning)


def test_recipients_are_counted_by_mail_house():
    domains = ["gmail.com", "googlemail.com", "libero.it", "ente.example.org"]
    verdict = examined(rows=[row(n, address=f"ente@{domain}") for n, domain in enumerate(domains)])
    assert found(verdict, "houses").words == "Recipients by mail house: Google 2, Libero 1, ente.example.org 1."


def test_the_rules_for_bulk_senders_are_recalled():
    rows = [row(n, address=f"a{n}@{'gmail.com'}") for n in range(5000)]
    assert codes(examined(rows=rows)) == {"bulk_rules"}
    assert codes(examined(rows=rows[1:])) == set()


@pytest.mark.parametrize(
    "domain", ["pec.ente.example.org", "legalmail.it", "cert.legalmail.it", "cert.comune.narni.it"]
)
def test_certified_mailboxes_are_noticed(domain):
    assert codes(examined(rows=[row(address=f"ente@{domain}")])) == {"certified_mail"}


# -- the sender's records ----------------------------------------------------------------------------------------------


class NameServer:
    """Answers from a table over UDP; a name that is not in it does not exist."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = {}
        self.asked: list[str] = []
        self.silent_for: set[str] = set()
        self.code = dns.rcode.NOERROR
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def resolver(self) -> dns.resolver.Resolver:
        return resolver_at(self.port)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(timeout=2)

    def _serve(self) -> None:
        while True:
            try:
                wire, sender = self._socket.recvfrom(4096)
            except OSError:
                return
            if wire and (answer := self._answer(dns.message.from_wire(wire))):
                self._socket.sendto(answer.to_wire(), sender)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True), question.rdtype.name
        self.asked.append(name)
        if name in self.silent_for:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        answer.set_rcode(self.code)
        if records := self.records.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(question.name, 300, "IN", kind, *records))
        elif name not in {known for known, _kind in self.records}:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer


def resolver_at(port: int) -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], port
    return resolver


DOMAIN = "posta.example.org"
GOOD = {
    (DOMAIN, "TXT"): ['"some-verification=1"', '"v=spf1 include:_spf.example.org " "~all"'],
    (DOMAIN, "MX"): ["10 mx.example.org."],
    (f"_dmarc.{DOMAIN}", "TXT"): ['"v=DMARC1; p=quarantine; rua=mailto:dmarc@example.org"'],
    (f"s1._domainkey.{DOMAIN}", "TXT"): ['"v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GN"'],
}


@pytest.fixture
def names():
    server = NameServer()
    server.records = dict(GOOD)
    yield server
    server.close()


def sender(names: NameServer, selector: str = "s1") -> set[str]:
    findings = preflight.sender_authentication(DOMAIN, names.resolver, selector)
    assert all(finding.severity != Severity.STOP for finding in findings)
    return {finding.code for finding in findings}


def test_records_in_order_are_said_to_be(names):
    assert sender(names) == {"sender_in_order"}


@pytest.mark.parametrize(("kind", "name", "records", "code"), [
    ("TXT", DOMAIN, ['"v=spf10 -all"'], "spf_missing"),
    ("TXT", DOMAIN, ['"v=spf1 ~all"', '"v=spf1 mx -all"'], "spf_double"),
    ("TXT", DOMAIN, ['"v=spf1 +all"'], "spf_open"),
    ("TXT", DOMAIN, ['"v=spf1 -all"'], "spf_closed"),
    ("TXT", f"_dmarc.{DOMAIN}", [], "dmarc_missing"),
    ("TXT", f"_dmarc.{DOMAIN}", ['"v=DMARC1; rua=mailto:a@example.org"'], "dmarc_broken"),
    ("TXT", f"_dmarc.{DOMAIN}", ['"v=DMARC1; p=perhaps"'], "dmarc_broken"),
    ("TXT", f"_dmarc.{DOMAIN}", ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"'], "dmarc_broken"),
    ("TXT", f"_dmarc.{DOMAIN}", ['"v=DMARC1; p=none"'], "dmarc_none"),
    ("TXT", f"s1._domainkey.{DOMAIN}", [], "dkim_missing"),
    ("TXT", f"s1._domainkey.{DOMAIN}", ['"v=DKIM1; p="'], "dkim_withdrawn"),
    ("MX", DOMAIN, [], "mx_missing"),
    ("MX", DOMAIN, ["0 ."], "mx_missing"),
])  # fmt: skip
def test_each_record_that_is_missing_or_wrong_is_named(names, kind, name, records, code):
    names.records[name, kind] = records
    assert sender(names) == {code}


def test_a_policy_of_the_domain_above_counts(names):
    del names.records[f"_dmarc.{DOMAIN}", "TXT"]
    names.records["_dmarc.example.org", "TXT"] = ['"v=DMARC1; p=reject"']
    assert sender(names) == {"sender_in_order"}
    assert "_dmarc.org" not in names.asked


def test_a_domain_that_does_not_exist_is_said_once(names):
    names.records.clear()
    assert sender(names) == {"domain_unknown"}


def test_without_a_selector_the_signature_is_unknown(names):
    assert sender(names, selector="") == {"dkim_unknown"}


def test_a_server_that_does_not_answer_is_not_an_error_and_takes_two_seconds_at_most(dead_port):
    begun = time.monotonic()
    (finding,) = preflight.sender_authentication(DOMAIN, resolver_at(dead_port), "s1")
    assert time.monotonic() - begun < 2.5
    assert (finding.code, finding.severity) == ("dns_silent", Severity.NOTE)


def test_what_was_answered_before_the_silence_is_kept(names):
    names.records[DOMAIN, "TXT"] = []
    names.silent_for = {f"_dmarc.{DOMAIN}"}
    assert sender(names) == {"spf_missing", "dns_silent"}


def test_a_server_that_fails_is_a_silent_one(names):
    names.code = dns.rcode.SERVFAIL
    assert sender(names) == {"dns_silent"}


@pytest.mark.parametrize("domain", ["", "a..b", "x" * 70 + ".example.org", "é" * 300])
def test_a_domain_that_is_none_is_not_an_error(names, domain):
    assert {f.code for f in preflight.sender_authentication(domain, names.resolver)} & {"dns_silent", "domain_unknown"}


def test_what_the_dns_said_is_part_of_the_verdict(names):
    names.records[DOMAIN, "TXT"] = []
    answers = tuple(preflight.sender_authentication(DOMAIN, names.resolver, "s1"))
    assert codes(examined(sender=answers)) == {"spf_missing"}
    assert examined(sender=answers).outcome == Outcome.WARN


# -- on the page -------------------------------------------------------------------------------------------------------


def test_the_verdict_is_shown_with_a_word_for_each_weight():
    verdict = examined(rows=[row(organisation="<b>www.x.it</b>", place="")])
    html = render_to_string("notifications/_preflight.html", {"verdict": verdict})
    page = Page(html)
    assert page.headings == [2]
    assert html.count("<li>") == len(verdict.findings)
    assert {"It cannot leave yet.", "must change", "look again", "good to know"} <= {text for text, _look in page.texts}
    assert "<b>" not in html
    assert "style=" not in html


def test_the_verdict_of_nothing_but_good_is_short(settings):
    verdict = preflight.Verdict((), recipients=1, largest=10)
    html = render_to_string("notifications/_preflight.html", {"verdict": verdict})
    assert "It can leave." in html
    assert "<ul>" not in html
