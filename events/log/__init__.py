"""The change log of events: who did what, when, with the values before and after (docs/decisions/0031).

A service writes with `recording.record`, in the transaction of the change itself. A room above enters the words of its
own actions with `kinds.register`. Nothing that is kept here names a registrant: keys only, so an erasure leaves it clean.
"""
