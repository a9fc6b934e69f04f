"""The change table and the redline on paper: tagged PDF, marks in words, ready for a resolution's annex."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from agreements.amending.tables import rows_of
from agreements.models import TextVersion
from agreements.redline import redline


def change_table_page(version: TextVersion) -> str:
    """All amendments to a version with what became of them."""
    return _page("pdf/change_table.html", version, rows=rows_of(version))


def redline_page(old: TextVersion, new: TextVersion) -> str:
    """What changed from one version to another, whole articles."""
    return _page("pdf/redline.html", new, older=old, changes=redline(old, new))


def _page(template: str, version: TextVersion, **context: object) -> str:
    return render_to_string(
        template,
        {
            "agreement": version.agreement,
            "version": version,
            "association_name": settings.ASSOCIATION_NAME,
            "today": timezone.localdate(),
            **context,
        },
    )
