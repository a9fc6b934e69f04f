"""Facts of this app, sent inside the transaction that makes them true. One receiver: `notifications/agreement_receivers.py`."""

from django.dispatch import Signal

#: A version lies before the parties for review. Arguments: agreement, review_round, by.
agreement_shared = Signal()
#: The text is frozen into a document. Arguments: agreement, document, by.
agreement_frozen = Signal()
#: The parties may record their adhesion. Arguments: agreement, document, by.
signing_opened = Signal()
#: A party adhered. Arguments: agreement, adhesion, by.
adhesion_recorded = Signal()
#: All parties have adhered. Arguments: agreement, by.
agreement_concluded = Signal()
#: It will not be concluded. Arguments: agreement, reason, by.
agreement_withdrawn = Signal()
#: A schema lies before the parties' bodies. Arguments: agreement, call, by.
sent_for_approval = Signal()
#: A body's act was recorded, or corrected. Arguments: agreement, act, by.
act_recorded = Signal()
#: A body asks for changes; a new version is in preparation. Arguments: agreement, objection, by.
changes_asked = Signal()
#: A body refuses; the agreement goes no further. Arguments: agreement, objection, by.
agreement_refused = Signal()
