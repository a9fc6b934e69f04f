"""What is held of people, said once in code: what for, on which ground, how long, and what happens then (decision 0030).

Each room declares its own columns (`<room>/kept.py`). Forms, the privacy notice, the nightly purge, the self-service
download and the organisers' page are made from these declarations; tests/architecture/test_kept.py fails where a column
that could name somebody is neither declared nor listed as not personal.
"""

from organisations.kept.declarations import (
    DECLARED,
    NOT_PERSONAL,
    Anchor,
    Basis,
    Ending,
    Kept,
    Period,
    Who,
    enter,
    of,
)
from organisations.kept.steps import BATCH, Numbers, Step, in_batches, simple

__all__ = [
    "BATCH",
    "DECLARED",
    "NOT_PERSONAL",
    "Anchor",
    "Basis",
    "Ending",
    "Kept",
    "Numbers",
    "Period",
    "Step",
    "Who",
    "enter",
    "in_batches",
    "of",
    "simple",
]
