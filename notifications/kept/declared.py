"""What this room holds of people, and which of its columns name nobody and why."""

from django.utils.translation import gettext_lazy as _

from organisations.kept import Anchor, Basis, Ending, Kept, Period, Who

MESSAGES = Period(Anchor.MESSAGE, days="MESSAGES_KEPT_DAYS")
UPLOADS = Period(Anchor.UPLOAD, days="UPLOADS_KEPT_DAYS")
CONTACTS = Period(Anchor.LAST_MESSAGE, days="CONTACTS_KEPT_DAYS")
EVENTS = Period(Anchor.EVENT, days="REGISTRATIONS_KEPT_DAYS")
OUTBOX = _("organisers, communications")

DECLARED = (
    Kept(
        "recipients",
        ("notifications.Delivery.address", "notifications.Delivery.name", "notifications.Delivery.payload",
         "notifications.Delivery.reply", "notifications.Delivery.idempotency_key", "notifications.Attempt.reply",
         "notifications.DeliveryEvent.description"),
        Who.RECIPIENT, _("To whom a message went, and what the mail servers answered"),
        _("to send it once, and to know whether it arrived"), Basis.INTEREST, MESSAGES, Ending.NAMELESS, OUTBOX,
    ),
    Kept(
        "left_out",
        ("notifications.Exclusion.address", "notifications.Exclusion.name", "notifications.Exclusion.detail"),
        Who.RECIPIENT, _("Who was not written to, and why"), _("to explain it to whoever asks"),
        Basis.INTEREST, MESSAGES, Ending.EMPTIED, OUTBOX,
    ),
    Kept(
        "trial_mails",
        ("notifications.LocalMail.address", "notifications.LocalMail.subject", "notifications.LocalMail.content"),
        Who.RECIPIENT, _("Copies in the trial mailbox"), _("to try the portal without sending mail"),
        Basis.INTEREST, MESSAGES, Ending.DELETED, _("whoever tries the portal"),
    ),
    Kept(
        "calendars",
        ("notifications.CalendarEntry.address_hash",), Who.RECIPIENT,
        _("What your calendar shows of an event, by a fingerprint of your address"),
        _("so that a change reaches the right entry"), Basis.AGREEMENT, EVENTS, Ending.DELETED, _("nobody"),
    ),
    Kept(
        "calendar_feeds", ("notifications.CalendarFeed.address", "notifications.CalendarFeed.token_hash"),
        Who.RECIPIENT, _("The address of your own calendar"), _("to show your registrations in it"),
        Basis.AGREEMENT, EVENTS, Ending.DELETED, _("nobody"),
    ),
    Kept(
        "list_contacts",
        ("notifications.Contact.address", "notifications.Contact.name", "notifications.Contact.organisation_name"),
        Who.RECIPIENT, _("Addresses of contact lists, with where they come from"), _("to invite you"),
        Basis.INTEREST, CONTACTS, Ending.DELETED, OUTBOX,
    ),
    Kept(
        "list_files",
        ("notifications.ContactUpload.content", "notifications.ContactUpload.filename"),
        Who.RECIPIENT, _("Contact lists as they were brought in"), _("to check and to undo them"),
        Basis.INTEREST, UPLOADS, Ending.EMPTIED, OUTBOX,
    ),
    Kept(
        "list_previews", (), Who.RECIPIENT, _("Contact lists that were looked at and not taken in"),
        _("to check them"), Basis.INTEREST, UPLOADS, Ending.DELETED, OUTBOX,
    ),
    Kept(
        "wishes",
        ("notifications.Suppression.address_hash", "notifications.Suppression.reason",
         "notifications.MailLanguage.address_hash", "notifications.OutboxAct.facts"),
        Who.RECIPIENT, _("What you do not wish to receive, and your language, by a fingerprint of your address"),
        _("so that a new list does not undo your wish"), Basis.INTEREST, Period(Anchor.WISH), Ending.STAYS, OUTBOX,
    ),
    Kept(
        "diaries", (), Who.RECIPIENT, _("Diaries of the sending that could not be read"),
        _("to find out what became of a message"), Basis.INTEREST, MESSAGES, Ending.DELETED, _("whoever runs the portal"),
    ),
    Kept(
        "cached_pages", (), Who.RECIPIENT, _("Previews of messages, kept for minutes"), _("so that writing goes smoothly"),
        Basis.INTEREST, Period(Anchor.COUNT), Ending.DELETED, _("nobody"),
    ),
    Kept(
        "recipients_of_last_messages", (), Who.RECIPIENT, _("To whom a last word goes after an erasure"),
        _("to say that it is done"), Basis.AGREEMENT, Period(Anchor.LEFT), Ending.NAMELESS, _("nobody"),
    ),
)  # fmt: skip

_OWN = "words of organisers to everybody, with places for names"
_CODE = "a code or a fingerprint of our own making, of nobody"
_MACHINE = "a machine, a house of mail or a switch"
NOT_PERSONAL = {
    **dict.fromkeys(
        [f"notifications.{model}.{name}" for model in ("Campaign", "MessageTemplate") for name in (
            "name", "subject_it", "subject_en", "body_it", "body_en", "text_it", "text_en",
        )]
        + [f"notifications.ReminderRule.{name}" for name in ("subject_it", "subject_en", "body_it", "body_en")]
        + [f"notifications.ChannelPost.{name}" for name in ("label", "text_it", "text_en", "sent_text", "link")]
        + ["notifications.Campaign.compiled", "notifications.Campaign.verdict", "notifications.Campaign.pause_reason",
           "notifications.CampaignAct.reason", "notifications.ContactList.name", "notifications.ContactUpload.list_name",
           "notifications.ContactUpload.source", "notifications.Segment.name", "notifications.Webhook.name"],
        _OWN,
    ),
    **dict.fromkeys(
        ["notifications.Campaign.audience", "notifications.Segment.definition", "notifications.ContactUpload.outcome",
         "notifications.NightlyCheck.broken", "notifications.PurgeRun.numbers", "notifications.PurgeRun.step"],
        "keys, kinds and counts alone",
    ),
    **dict.fromkeys(
        ["notifications.CalendarEntry.uid", "notifications.CalendarEntry.method", "notifications.CalendarEntry.fingerprint",
         "notifications.Delivery.kind", "notifications.Delivery.message_id", "notifications.Delivery.calendar_method",
         "notifications.LocalMail.message_id", "notifications.ProviderMessage.name", "notifications.DeliveryEvent.event_id",
         "notifications.DeliveryEvent.code", "notifications.DeliveryEvent.message_name", "notifications.Exclusion.reason",
         "notifications.WebhookMessage.fact", "notifications.WebhookMessage.occurrence",
         "notifications.ChannelPost.messenger"],
        _CODE,
    ),
    **dict.fromkeys(
        ["notifications.Delivery.domain_group", "notifications.Delivery.owner", "notifications.ChannelPost.owner",
         "notifications.ChannelPost.reply", "notifications.ChannelAttempt.words", "notifications.Tally.lane",
         "notifications.Tally.state", "notifications.Throttle.domain_group", "notifications.Throttle.reason",
         "notifications.Station.site", "notifications.Station.reason", "notifications.OutboxAct.domain_group",
         "notifications.ProviderMessage.provider", "notifications.DeliveryEvent.provider", "notifications.Webhook.url",
         "notifications.WebhookMessage.owner", "notifications.WebhookAttempt.words"],
        _MACHINE,
    ),
    "notifications.Webhook.facts": "which facts a program is told",
    "notifications.WebhookMessage.payload": "facts by keys: another program is never told a person’s data (decision 0020)",
}  # fmt: skip
