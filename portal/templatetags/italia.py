"""Template tags of the design system: icons, the language switch, form fields."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import translate_url
from django.utils.html import escape, format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement
from events.agenda import Agenda
from events.outputs import pdf
from notifications import sayings
from organisations.kept import DECLARED
from organisations.languages import Language, Words
from organisations.zone import wall_clock

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite, decorative: the words beside it carry the meaning."""
    return format_html(
        '<svg class="icon-inline" aria-hidden="true" focusable="false"><use href="{}#it-{}"></use></svg>',
        static("vendor/sprite.svg"),
        name,
    )


@register.inclusion_tag("_components/held.html")
def held(*keys: str) -> dict[str, Any]:
    """What is held of whoever fills in a form, what for, on which ground and how long: from the declarations by their keys."""
    return {"held": [DECLARED[key] for key in keys]}


@register.simple_tag(takes_context=True)
def url_in(context: dict[str, Any], language: str) -> str:
    """The address of this page in the other language; home where the page has no other (an error page)."""
    request: HttpRequest | None = context.get("request")
    if request is None:
        return "/" if language == "it" else f"/{language}/"
    return translate_url(request.get_full_path(), language)


@register.filter
def waited(duration: timedelta) -> str:
    """A time as people say it: seconds, minutes, hours, days; the largest that fits."""
    seconds = max(0, int(duration.total_seconds()))
    if seconds < 60:
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    if seconds < 3600:
        return ngettext("%(count)s minute", "%(count)s minutes", seconds // 60) % {"count": seconds // 60}
    if seconds < 2 * 86400:
        return ngettext("%(count)s hour", "%(count)s hours", seconds // 3600) % {"count": seconds // 3600}
    return ngettext("%(count)s day", "%(count)s days", seconds // 86400) % {"count": seconds // 86400}


@register.filter
def said(words: str) -> str:
    """The reply in a message's row, in the reader's language where the words are our own."""
    return sayings.said(words)


@register.filter
def widget_kind(field: BoundField) -> str:
    """`checkbox`, `group` (radios, several boxes), `file` or `text`: which frame the field gets."""
    input_type = getattr(field.field.widget, "input_type", "text")
    if input_type == "checkbox":
        return "group" if getattr(field.field.widget, "allow_multiple_selected", False) else "checkbox"
    return "group" if input_type == "radio" else str(input_type or "text")


# -- texts in two languages (docs/decisions/0005) --------------------------------------------------------------------------


@register.filter
def bilingual(instance: object, name: str) -> Words:
    """Both texts of a pair of columns: `{{ event|bilingual:"title"|marked }}`."""
    return Words.of(instance, name)


@register.filter
def marked(words: Words, medium: str = "page") -> SafeString:
    """A text on one line in the reader's language; one that was not translated says which language it is in.

    `medium`: on "paper" the text stands in the element that `events/outputs/pdf.py` tags with its language.
    """
    reading = words.reading()
    text = _whole(escape(reading.text), reading.text)
    if not reading.is_foreign:
        return text
    tag = mark_safe(pdf.INLINE if medium == "paper" else "span")  # noqa: S308  # ours
    return format_html('<{0} lang="{1}">{2}</{0}> {3}', tag, reading.language, text, _mark(reading.language))


@register.filter
def marked_paragraphs(words: Words, medium: str = "page") -> SafeString:
    """The same for a text of several paragraphs."""
    reading = words.reading()
    text = mark_safe(linebreaks(reading.text, autoescape=True))  # noqa: S308  # linebreaks escapes
    if _has_right_to_left(reading.text):
        text = format_html('<div dir="auto">{}</div>', text)
    if not reading.is_foreign:
        return text
    tag = mark_safe(pdf.BLOCK if medium == "paper" else "div")  # noqa: S308  # ours
    mark = _mark(reading.language)
    return format_html('<p class="tongue-line">{0}</p><{1} lang="{2}">{3}</{1}>', mark, tag, reading.language, text)


@register.filter
def clock(moment: datetime) -> str:
    """The time on the wall in Rome; in the hour that October has twice, with the zone."""
    return wall_clock(moment)


def _mark(language: str) -> SafeString:
    words = _("in Italian") if language == Language.ITALIAN else _("in English")
    return format_html('<span class="tongue">({})</span>', words)


def _whole(escaped: SafeString, text: str) -> SafeString:
    """Kept apart from what stands around it where it runs from right to left."""
    return format_html("<bdi>{}</bdi>", escaped) if _has_right_to_left(text) else escaped


def _has_right_to_left(text: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in text)


@register.simple_tag
def agreement_pages(agenda: Agenda) -> dict[str, str]:
    """Public pages of the agreements that are signed in an agenda, by the last part of their address. One query at most."""
    signed = {item.agreement for item in agenda if item.agreement}
    found = Agreement.objects.public().filter(slug__in=signed) if signed else []
    return {agreement.slug: agreement.get_absolute_url() for agreement in found}


@register.filter
def at(table: Mapping[Any, Any], key: object) -> Any:
    """What a table holds for a key; nothing where it has none."""
    return table.get(key)
