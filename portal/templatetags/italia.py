"""Template tags of the design system: icons, the language switch, form fields."""

from datetime import timedelta
from typing import Any

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import translate_url
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from notifications import sayings

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite, decorative: the words beside it carry the meaning."""
    return format_html(
        '<svg class="icon-inline" aria-hidden="true" focusable="false"><use href="{}#it-{}"></use></svg>',
        static("vendor/sprite.svg"),
        name,
    )


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
