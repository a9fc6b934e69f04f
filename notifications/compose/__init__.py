"""Writing a campaign's mail: source, check, compile once, fill in for each recipient (docs/decisions/0011).

Nothing here knows the database, and nothing that a person or a list contributes is ever evaluated: a source is parsed
once, at saving time, with random markers for its variables; filling only puts escaped values between the pieces.
"""

from notifications.compose.checking import Problem, check, text_drift
from notifications.compose.compiling import (
    Compiled,
    Frame,
    Source,
    Template,
    compile,
    invitation_frame,
    restored,
    stored,
)
from notifications.compose.filling import MissingValue, Written, as_html, as_text, clean, fill, write
from notifications.compose.lines import COLUMNS, LONGEST_LINE, fold, fold_html, longest_line, wrap
from notifications.compose.variables import BY_NAME, VARIABLES, Trust, Variable, examples, offered

__all__ = [
    "BY_NAME", "COLUMNS", "LONGEST_LINE", "VARIABLES", "Compiled", "Frame", "MissingValue", "Problem", "Source",
    "Template", "Trust", "Variable", "Written", "as_html", "as_text", "check", "clean", "compile", "examples", "fill",
    "fold", "fold_html", "invitation_frame", "longest_line", "offered", "restored", "stored", "text_drift", "wrap",
    "write",
]  # fmt: skip
