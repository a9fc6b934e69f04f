"""HTML as PDF: tagged (PDF/UA-1), the same words the same bytes, nothing fetched from anywhere."""

import hashlib
import io
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _


class CannotRender(Exception):
    """The PDF could not be made on this machine; the message says what is missing."""


def pdf_of(html: str, *, finisher: Callable[[Any], None] | None = None) -> bytes:
    """The file of a page. `finisher`: changes what WeasyPrint made before it is written. Raises CannotRender."""
    try:
        from django_weasyprint.utils import DjangoURLFetcher
        from weasyprint import HTML
    except OSError as error:
        raise CannotRender("The system library Pango is missing.") from error
    document = HTML(string=html, url_fetcher=DjangoURLFetcher(), base_url="file:///")
    stream = io.BytesIO()
    document.write_pdf(
        stream, pdf_variant="pdf/ua-1", pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
        finisher=lambda _document, file: finisher(file) if finisher else None,
    )  # fmt: skip
    return stream.getvalue()


def answered(html: str, name: str, *, is_download: bool = False) -> HttpResponse:
    """The file as an answer that no cache keeps: it names people. Where it cannot be made, a page that says so."""
    try:
        content = pdf_of(html)
    except CannotRender:
        return HttpResponse(_("The PDF cannot be made at the moment."), status=503, content_type="text/plain")
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'{"attachment" if is_download else "inline"}; filename="{name}.pdf"'
    response["Cache-Control"] = "no-store, private"
    return response
