"""The frozen document: PDF/A-3a, fonts embedded, fixed identifier; rendered once, then only bytes."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import timezone, translation

from agreements.approving import placeholders
from agreements.markup import to_html
from agreements.models import Agreement, TextVersion


class CannotRender(Exception):
    """The PDF could not be made on this machine; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """A PDF and what is written down of it."""

    content: bytes
    sha256: str
    page_count: int


def render(
    agreement: Agreement, version: TextVersion, *, values: Mapping[str, str], is_schema: bool = False
) -> Rendering:
    """The document of a version in the agreement's authoritative language, Italian. Raises CannotRender.

    `values` fill in the places of the text (approving/placeholders.py); `is_schema` marks what bodies are to approve.
    """
    try:
        from django_weasyprint.utils import DjangoURLFetcher
        from weasyprint import HTML
    except OSError as error:
        raise CannotRender("The system library Pango is missing.") from error
    articles = [
        (revision.position, revision.heading, to_html(placeholders.resolve(revision.source, values)))
        for revision in version.in_order()
    ]
    context = {
        "agreement": agreement,
        "version": version,
        "articles": articles,
        "parties": agreement.parties.select_related("organisation").order_by("position"),
        "is_schema": is_schema,
        "frozen_on": timezone.localdate(),
    }
    with translation.override("it"):
        html = render_to_string("pdf/agreement.html", context)
    document = HTML(string=html, url_fetcher=DjangoURLFetcher(), base_url="file:///").render()
    stream = io.BytesIO()
    identifier = hashlib.sha256(f"{'schema' if is_schema else ''}{version.text_sha256}".encode()).digest()[:16]
    document.write_pdf(stream, pdf_variant="pdf/a-3a", pdf_identifier=identifier, uncompressed_pdf=False)
    content = stream.getvalue()
    return Rendering(content, hashlib.sha256(content).hexdigest(), len(document.pages))
