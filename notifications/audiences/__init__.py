"""Who a campaign means: sources united into a definition, every candidate in or out with the reason.

A definition is JSON: `{"sources": [{"kind": "directory", ...}, ...]}`, its parts made by the forms of `forms_for`.
"""

from notifications.audiences.definitions import UnknownSource, definition_of, describe, forms_for, source_key
from notifications.audiences.judging import Candidate, Total, candidates, totals
from notifications.audiences.reasons import Reason, words_for
from notifications.audiences.sources import SOURCES, Definition, Source, SourceForm

__all__ = [
    "SOURCES", "Candidate", "Definition", "Reason", "Source", "SourceForm", "Total", "UnknownSource", "candidates",
    "definition_of", "describe", "forms_for", "source_key", "totals", "words_for",
]  # fmt: skip
