"""The figures on paper, for the report: every plot with its table."""

from base64 import b64encode
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from events.figures import sheets
from events.models import Event


def report_page(event: Event, now: datetime) -> str:
    """The page that `events.papers` makes a PDF of."""
    found = sheets.of_event(event, now)
    context: dict[str, Any] = {
        "event": event, "now": now, "association_name": settings.ASSOCIATION_NAME, "whole": found["whole"],
        "tables": [(table, picture(table.plot)) for table in found["tables"]],
    }  # fmt: skip
    return render_to_string("pdf/figures.html", context)


def picture(plot: SafeString) -> str:
    """A plot as a picture, so that it has a description in the tagged file; empty where there is none."""
    return f"data:image/svg+xml;base64,{b64encode(plot.encode()).decode()}" if plot else ""
