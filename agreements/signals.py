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
#: Somebody asks for a different text. Arguments: agreement, amendment, by.
amendment_proposed = Signal()
#: The organisers decided about it. Arguments: agreement, amendment, decision, by.
amendment_decided = Signal()
#: A review takes longer. Arguments: agreement, extension, by.
review_extended = Signal()
#: A party came late. Arguments: agreement, party, reason, by.
party_added = Signal()
#: A party is one no longer. Arguments: agreement, party, people (its own), reason, by.
party_removed = Signal()
#: The end of the audit trail is to be kept outside, too. Arguments: agreement, anchor, people.
audit_anchored = Signal()
