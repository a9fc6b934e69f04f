"""A new edition of an event: a draft with all that is the same the next time, at other dates (docs/decisions/0031).

`parts.py` says what comes along and what does not, each with its words; rooms above enter theirs there.
"""
