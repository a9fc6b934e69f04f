"""Writing a mail: what is refused, what the three texts look like, and that no value is ever read as anything."""

import json
import re
from email import message_from_bytes, policy
from email.mime.text import MIMEText

import pytest
from django.utils import translation

from notifications import compose, letters
from notifications.compose import Source, Trust
from notifications.preflight.page import Page

SECRET = "never-to-be-seen"
BODY = """L’associazione invita **{organisation}** a «{event}», {date}.

## Che cosa si fa

- ascoltare i *comuni*
- firmare il [protocollo](https://socialneet.example.org/agreements/)
  1. prima voce
  2. seconda voce

### Come arrivare

{place}. Scrivi a [segreteria](mailto:segreteria@socialneet.example.org).

[Iscrivi il tuo ente]({link})"""


def source(body: str = BODY, subject: str = "Invito: {event}", **fields: str) -> Source:
    return Source(subject=subject, body=body, **fields)


def values(**changed: str) -> dict[str, str]:
    with translation.override("it"):
        return {**compose.examples(), "greeting": "Gentile Anna,", **changed}


def written(body: str = BODY, language: str = "it", subject: str = "Invito: {event}", **changed: str):
    return compose.write(compose.compile(source(body, subject), language), values(**changed))


def codes(body: str = "testo", **fields: str) -> set[str]:
    return {problem.code for problem in compose.check(source(body, **fields))}


# -- variables ---------------------------------------------------------------------------------------------------------


def test_the_declared_variables_have_words_examples_and_a_kind():
    assert {variable.name for variable in compose.offered()} == {
        "organisation", "name", "municipality", "event", "date", "place", "link", "event_page", "deadline",
        "unsubscribe",
    }  # fmt: skip
    assert {v.name for v in compose.VARIABLES if v.is_trusted} == {
        "link", "event_page", "unsubscribe", "preferences", "browser",
    }  # fmt: skip
    for variable in compose.VARIABLES:
        assert str(variable.description)
        assert str(variable.example)
        assert variable.trust is Trust.UNTRUSTED or (str(variable.example).startswith("https://") and variable.label)


def test_the_markers_differ_each_time_and_are_small_letters_and_digits():
    one, other = (compose.compile(source(), "it") for _ in range(2))
    assert one.html.text != other.html.text
    assert not {marker for marker, _name in one.html.markers} & {marker for marker, _name in other.html.markers}
    assert all(re.fullmatch(r"[a-z][a-z0-9]+", marker) for marker, _name in one.html.markers)


def test_the_variables_of_each_part_are_listed_in_their_order():
    compiled = compose.compile(source("{place} a {organisation}, {place}"), "it", compose.Frame())
    assert compiled.subject.variables == ("event",)
    own = ("browser", "preferences", "unsubscribe")
    assert compiled.text.variables == ("greeting", "place", "organisation", "place", *own)
    assert compiled.html.variables == ("event", "greeting", "place", "organisation", "place", *own)
    assert compiled.variables == {"event", "greeting", "place", "organisation", *own}


# -- the HTML part -----------------------------------------------------------------------------------------------------


def test_the_html_has_real_headings_lists_and_links():
    html = written().html
    page = Page(html)
    assert page.headings == [2, 3]
    assert {"ul", "ol", "li", "strong", "em", "dl"} <= page.tags
    assert [link.target for link in page.links if link.text == "protocollo"] == [
        "https://socialneet.example.org/agreements/"
    ]
    assert values()["link"] in [link.target for link in page.links if link.text == "Iscrivi il tuo ente"]


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_html_says_its_language_also_where_mail_programs_keep_it(language):
    html = written(language=language).html
    assert Page(html).language == language
    assert re.search(rf'<div lang="{language}" style="max-width:600px', html)


def test_the_html_carries_no_table_image_script_form_or_remote_style():
    page = Page(written().html)
    assert not page.tags & {"table", "img", "script", "style", "link", "form", "iframe", "object", "svg", "video"}
    assert "url(" not in written().html


def test_every_piece_of_text_has_its_own_colours_and_enough_contrast():
    page = Page(compose.compile(source(preheader="In breve"), "it").html.text)
    assert len(page.texts) > 10
    assert all(look.is_legible for _text, look in page.texts)
    assert all((look.ink, look.paper) != ("#000000", "#ffffff") for _text, look in page.texts), "an inherited default"
    assert "color-scheme" in page_source()


def page_source() -> str:
    return compose.compile(source(), "it").html.text


def test_the_preheader_stands_in_the_html_unseen():
    compiled = compose.compile(source(preheader="Il 21 febbraio a {organisation}"), "it")
    html = compose.write(compiled, values()).html
    assert "Il 21 febbraio a Comune di Narni</div>" in html
    assert "Il 21 febbraio" not in " ".join(text for text, _look in Page(html).texts)


@pytest.mark.parametrize(
    ("written_as", "shown_as"),
    [("# Uno", "<h2"), ("#### Quattro", "<h3"), ("> citato", "&gt; citato"), ("```\nx\n```", "```"),
     ("Titolo\n---", "---"), ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"), ("![x](https://a.example.org/p.png)", "!<a"),
     ("<script>alert(1)</script>", "&lt;script&gt;")],
)  # fmt: skip
def test_everything_beyond_the_restricted_markdown_is_text(written_as, shown_as):
    assert shown_as in written(written_as).html


def test_a_line_end_is_kept():
    assert re.search(r"Comune di Narni<br>\s*Piazza", written("{organisation}\nPiazza").html)
    assert "Comune di Narni\nPiazza" in written("{organisation}\nPiazza").text


def test_an_address_that_stands_bare_becomes_a_link_with_a_name():
    page = Page(written("Pagina: {event_page}", language="it").html)
    assert ("https://socialneet.example.org/events/info-day/", "Pagina dell’evento") in [
        (link.target, link.text) for link in page.links
    ]
    assert "Pagina: https://socialneet.example.org/events/info-day/\n" in written("Pagina: {event_page}").text


def test_the_button_appears_unless_the_text_places_the_link_itself():
    without, with_own = written("Venite."), written("[Iscriviti]({link}).")
    assert [link.target for link in Page(without.html).links].count(values()["link"]) == 1
    assert [link.target for link in Page(with_own.html).links].count(values()["link"]) == 1
    assert values()["link"] in without.text


def test_one_layout_writes_letters_and_campaigns_alike():
    frame = compose.Frame(facts=(("Dove", "{place}"),), closing=("Fine.",))
    compiled = compose.compile(source("Testo."), "it", frame)
    letter = letters.Letter(subject="Invito: Giornata", paragraphs=["Testo."], facts=[("Dove", "Terni")],
                            closing=["Fine."], unsubscribe_url="https://socialneet.example.org/u/",
                            preferences_url="https://socialneet.example.org/p/",
                            browser_url="https://socialneet.example.org/m/")  # fmt: skip
    ours = compose.write(compiled, {"event": "Giornata", "place": "Terni", "name": "Anna",
                                    "unsubscribe": "https://socialneet.example.org/u/",
                                    "preferences": "https://socialneet.example.org/p/",
                                    "browser": "https://socialneet.example.org/m/"})  # fmt: skip
    theirs = letters.render(letter, name="Anna", language="it")
    assert ours.html.split() == theirs.html.split()
    assert ours.text.split() == theirs.text.split()


def test_the_greeting_is_made_of_the_name_if_there_is_one():
    compiled = compose.compile(source(), "it")
    facts = {name: value for name, value in values().items() if name != "greeting"}
    assert '<p style="margin:0 0 16px">Gentile Anna Esempio,</p>' in compose.write(compiled, facts).html
    assert compose.write(compiled, {**facts, "name": ""}).text.startswith("Buongiorno,\n")


def test_a_letter_shows_a_plain_string_as_text_even_in_the_place_of_html():
    letter = letters.Letter(subject="x", paragraphs=[], body_html="<b>x</b>")
    assert "&lt;b&gt;" in letters.render(letter, name="", language="it").html


# -- the plain text ----------------------------------------------------------------------------------------------------


def test_the_text_is_generated_with_dashes_numbers_and_addresses():
    text = written().text
    assert "L’associazione invita Comune di Narni a «" in text
    assert "- ascoltare i comuni\n- firmare il protocollo: https://socialneet.example.org/agreements/\n" in text
    assert "\n  1. prima voce\n  2. seconda voce\n\nCome arrivare\n" in text
    assert "segreteria: segreteria@socialneet.example.org" in text.replace("\n", " ")
    assert "Iscrivi il tuo ente:\n" + values()["link"] in text
    assert "**" not in text
    assert "<" not in text


def test_the_text_is_wrapped_at_78_columns_but_for_addresses():
    text = written("- " + "parola " * 40 + "https://socialneet.example.org/" + "x" * 90).text
    assert all(len(line) <= 78 for line in text.split("\n") if "https://" not in line)
    assert re.search(r"\n- (parola ?)+\n  parola", text), "the lines of an item stand under each other"
    assert "https://socialneet.example.org/" + "x" * 90 in text


def test_a_text_of_ones_own_replaces_the_generated_one():
    compiled = compose.compile(source(text="Venite, {organisation}!\n\n{link}"), "it")
    text = compose.write(compiled, values()).text
    assert "Venite, Comune di Narni!\n\n" + values()["link"] in text
    assert "ascoltare" not in text


def test_a_text_of_ones_own_that_forgets_something_is_said_in_words():
    assert compose.text_drift(source()) == []
    drift = compose.text_drift(source(text="Venite, {organisation}: {event} {date} {place}"))
    assert len(drift) == 3
    assert "{link}" in drift[0]
    assert "https://socialneet.example.org/agreements/" in drift[1]
    assert "segreteria@socialneet.example.org" in drift[2]


# -- lines -------------------------------------------------------------------------------------------------------------


def test_no_line_is_longer_than_the_post_allows_whatever_is_filled_in():
    long = "à " * 3000 + "«{organisation}» & " * 200
    mail = written(long, organisation="È " * 100, place="&" * 60 + " " + "<" * 100)
    for part in (mail.html, mail.text):
        assert compose.longest_line(part) <= compose.LONGEST_LINE
    assert mail.html.count("È") == written(long, organisation="È " * 100).html.count("È")


def test_folding_never_cuts_a_tag_and_loses_no_word():
    html = '<p style="font-family: A, B">' + "uno due <a href='x' title='a b c'>tre</a> " * 60 + "</p>"
    folded = compose.fold_html(html, 100)
    assert folded.replace("\n", " ") == html
    assert '<p style="font-family: A, B">' in folded
    assert folded.count("<a href='x' title='a b c'>") == 60
    assert compose.fold("a < b " * 100, 50).replace("\n", " ") == "a < b " * 100


def test_a_filled_mail_travels_as_8bit():
    part = MIMEText("", "html", "utf-8")
    part.replace_header("Content-Transfer-Encoding", "8bit")
    part.set_payload(written(BODY * 20).html.encode())
    assert all(len(line) < 998 for line in part.as_bytes().split(b"\n"))


# -- filling -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("evil", [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'><a href='javascript:alert(1)'>x</a>",
    "**grassetto** [x](https://evil.example.org)", "{link} {event} {organisation}", "{{ settings.SECRET_KEY }}",
    "{% include 'mail/letter.html' %}", "${link}", "%(link)s", "{0.__class__}", "{organisation.__class__}", "&lt;b&gt;",
])  # fmt: skip
def test_a_value_is_text_and_nothing_else(settings, evil):
    settings.SECRET_KEY = SECRET
    mail = written("Caro {organisation},", organisation=evil)
    shown = " ".join(text for text, _look in Page(mail.html).texts)
    assert f"Caro {evil}," in shown
    assert f"Caro {evil}," in mail.text.replace("\n", " ")
    assert not Page(mail.html).tags & {"script", "img"}
    assert all(link.target.startswith(("https://", "http://localhost")) for link in Page(mail.html).links)
    assert SECRET not in mail.html + mail.text + mail.subject


def test_a_value_that_is_a_marker_stays_what_it_is():
    compiled = compose.compile(source("{organisation}: {link}"), "it")
    marker = next(marker for marker, name in compiled.text.markers if name == "link")
    mail = compose.write(compiled, values(organisation=marker))
    assert f"{marker}:\nhttps://" in mail.text
    assert mail.html.count(values()["link"]) == 1


def test_no_value_begins_a_header_or_a_line():
    mail = written(subject="Per {organisation}", organisation="Ente\r\nBcc: spia@evil.example.org\x00\u2028\x0bX")
    assert mail.subject == "Per Ente Bcc: spia@evil.example.org X"
    assert "\nBcc" not in mail.html + mail.text
    message = MIMEText(mail.text, "plain", "utf-8")
    message["Subject"] = mail.subject
    parsed = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert parsed["Bcc"] is None
    assert parsed["Subject"] == mail.subject


def test_a_value_cannot_turn_the_direction_of_the_sentence():
    assert "\u202e" not in written(organisation="Ente \u202eodnoF").text


def test_a_missing_value_is_never_sent_as_a_hole():
    compiled = compose.compile(source("Per {organisation} di {municipality}"), "it")
    with pytest.raises(compose.MissingValue, match="organisation"):
        compose.write(compiled, values(organisation=" \n"))
    lacking = values()
    del lacking["organisation"]
    with pytest.raises(compose.MissingValue, match="organisation"):
        compose.fill(compiled.text, lacking, compose.as_text)
    assert "Per Comune di Narni di \n" in compose.write(compiled, values(municipality="")).text


def test_an_address_is_escaped_within_its_attribute():
    link = 'https://socialneet.example.org/?a=1&b="2'
    assert 'href="https://socialneet.example.org/?a=1&amp;b=&quot;2"' in written(link=link).html
    assert link in written(link=link).text


def test_a_compiled_mail_survives_its_row():
    compiled = compose.compile(source(text="x {link}", preheader="y"), "it")
    restored = compose.restored(json.loads(json.dumps(compose.stored(compiled))))
    assert restored == compiled
    assert compose.write(restored, values()) == compose.write(compiled, values())


# -- the check ---------------------------------------------------------------------------------------------------------


def test_a_good_source_has_no_problems():
    assert compose.check(source(text="Ciao {organisation} {link}", preheader="Per {organisation}")) == []


def test_an_unknown_variable_is_refused_with_the_nearest_known_one():
    with translation.override("en"):
        (problem,) = compose.check(source("Per {organization}"))
    assert (problem.part, problem.code) == ("body", "unknown_variable")
    assert "{organization}" in problem.message
    assert "{organisation}" in problem.message


@pytest.mark.parametrize("part", ["subject", "body", "text", "preheader"])
@pytest.mark.parametrize("wrong", ["{greeting}", "{source}", "{ event }", "{}", "{Event}"])
def test_only_the_offered_variables_may_be_written(part, wrong):
    fields = {"body": "testo", part: f"Ecco {wrong}"}
    assert [problem.part for problem in compose.check(source(**fields))] == [part]
    assert codes(**fields) == {"unknown_variable"}


@pytest.mark.parametrize("evil", [
    "{{ settings.SECRET_KEY }}", "{% include 'mail/letter.txt' %}", "{% load i18n %}", "${settings.SECRET_KEY}",
    "{0.__class__}", "{organisation.__class__}", "{organisation!r}", "{organisation:>9}", "{organisation[0]}",
])  # fmt: skip
def test_the_syntax_of_templates_is_refused_and_would_never_be_evaluated(settings, evil):
    settings.SECRET_KEY = SECRET
    assert "unknown_variable" in codes(evil)
    assert "unknown_variable" in codes(subject=evil)
    mail = written(f"Ecco: {evil}", subject=evil)
    literally = evil.replace("__", "")  # Markdown's emphasis
    assert f"Ecco: {literally}" in "".join(text for text, _look in Page(mail.html).texts)
    assert f"Ecco: {literally}" in mail.text
    assert mail.subject == evil
    assert SECRET not in mail.html + mail.text


def test_percent_signs_are_ordinary_text():
    assert codes("Il 100% (%(link)s, %s)") == set()
    assert "Il 100% (%(link)s, %s)" in written("Il 100% (%(link)s, %s)").text


@pytest.mark.parametrize("text", ["una { sola", "una } sola", "{organisation", "organisation}", "{{organisation}}"])
def test_a_lone_brace_is_refused(text):
    assert codes(text) == {"unbalanced"}


@pytest.mark.parametrize("body", [
    "[x]({organisation})", "[x](https://a.example.org/{organisation})", "[x](https://{organisation}.example.org/)",
    "[x](https://a.example.org/?q={name})", "[x][y]\n\n[y]: {municipality}", "<https://a.example.org/{event}>",
    "https://a.example.org/{organisation}", "[x](mailto:{name})", "www.example.org/{name}",
])  # fmt: skip
def test_an_untrusted_variable_in_an_address_is_refused_and_makes_no_link(body):
    assert "untrusted_address" in codes(body)
    evil = "javascript:alert(1)"
    frame = compose.Frame(has_unsubscribe=False)
    mail = compose.write(compose.compile(source(body), "it", frame),
                         values(organisation=evil, name=evil, municipality=evil, event=evil))  # fmt: skip
    assert [link.text for link in Page(mail.html).links] == ["SOCIALNEET"]


def test_a_trusted_variable_is_a_whole_address():
    assert codes("[x]({link}) e [y]({event_page})") == set()
    assert codes("[x](https://a.example.org/{link})") == {"part_of_address"}
    assert codes("[x]({link}?a=1)") >= {"part_of_address"}
    assert codes("{link}{organisation}") == {"glued"}
    assert codes("({link}), {event_page}.") == set()


@pytest.mark.parametrize(
    "target",
    [
        "http://a.example.org/",
        "javascript:alert(1)",
        "/events/",
        "data:text/html,x",
        "x",
        "ftp://a.example.org/",
        "JaVaScRiPt:alert(1)",
        "java&#115;cript:alert(1)",
    ],
)
def test_only_https_and_mail_addresses_may_be_linked(target):
    assert "not_https" in codes(f"[x]({target})")
    assert [link.text for link in Page(written(f"[x]({target})").html).links if link.text == "x"] == []
    assert codes("[x](https://a.example.org/) [y](mailto:a@a.example.org)") == set()


def test_http_is_refused_in_the_plain_text_too():
    assert codes(text="Vedi http://a.example.org/") == {"not_https"}


def test_a_link_that_is_written_wrong_is_noticed():
    assert codes("[x](https://a.example.org/con spazi)") == {"not_a_link"}


@pytest.mark.parametrize(
    "subject",
    ["Invito\r\nBcc: spia@evil.example.org", "Invito\nX", "In\x00vito", "In\u2028vito", "In\x85vito", "In\x1bvito"],
)
def test_a_subject_is_one_line_of_ordinary_characters(subject):
    assert codes(subject=subject) == {"line_break"}
    compiled = compose.compile(source(subject=subject), "it")
    assert not re.search(r"[\r\n\x00\u2028\x1b]", compiled.subject.text)


def test_an_address_has_no_place_in_a_subject():
    assert codes(subject="Vedi {link}") == {"address"}
    assert codes(preheader="Vedi {link}") == {"address"}


def test_subject_and_text_are_needed():
    assert codes("  ", subject=" ") == {"empty"}


def test_what_is_too_long_is_refused():
    assert codes(subject="x" * 121) == {"too_long"}
    assert codes(subject="x" * 110 + "{organisation}") == {"too_long"}
    assert codes("x " * 10_001) == {"too_long"}
    assert codes("https://a.example.org/" + "x" * 900) == {"long_word"}


def test_control_characters_are_refused_in_the_text():
    assert codes("a\x00b") == {"control_character"}
    assert codes("a\x1b[31mb", text="x\x07") == {"control_character"}
    assert codes("a\tb\r\nc") == set()


@pytest.mark.parametrize(
    "body", ["", "[" * 3000, "*" * 3000, "- " * 500, "{" * 3000, "[x](" * 500, "> " * 500, "&#0;", "\ud7ff", "](" * 400]
)
def test_compiling_never_fails_and_stays_harmless(body):
    compose.check(source(body))
    mail = written(body)
    assert not Page(mail.html).tags & {"script", "img"}
    assert mail.text.startswith("Gentile Anna,")
