"""Rows of the outbox and around it, split by topic."""

from notifications.models.addresses import (
    DOMAIN_GROUPS,
    GROUPS,
    HOUSE_NAMES,
    OTHER,
    domain_group_of,
    hash_address,
    message_id_of,
)
from notifications.models.audiences import Contact, ContactList, ContactUpload, Segment
from notifications.models.calendars import CalendarEntry
from notifications.models.campaigns import Campaign, CampaignAct, Exclusion, MessageTemplate
from notifications.models.channels import ChannelAttempt, ChannelPost
from notifications.models.erasures import PendingErasure
from notifications.models.feeds import CalendarFeed
from notifications.models.lanes import Station, Sweep, Throttle
from notifications.models.mailbox import LocalMail
from notifications.models.operations import NightlyCheck, OutboxAct
from notifications.models.outbox import ACCOUNT, SECRET_KINDS, Attempt, Delivery, DeliveryQuerySet, Lane, Tally
from notifications.models.providers import DeliveryEvent, ProviderMessage
from notifications.models.purges import PurgeRun
from notifications.models.reminders import ReminderOccurrence, ReminderRule
from notifications.models.suppressions import MailLanguage, Suppression
from notifications.models.webhooks import TEST_FACT, Fact, Webhook, WebhookAttempt, WebhookMessage

__all__ = [
    "ACCOUNT",
    "DOMAIN_GROUPS",
    "GROUPS",
    "HOUSE_NAMES",
    "OTHER",
    "SECRET_KINDS",
    "TEST_FACT",
    "Attempt",
    "CalendarEntry",
    "CalendarFeed",
    "Campaign",
    "CampaignAct",
    "ChannelAttempt",
    "ChannelPost",
    "Contact",
    "ContactList",
    "ContactUpload",
    "Delivery",
    "DeliveryEvent",
    "DeliveryQuerySet",
    "Exclusion",
    "Fact",
    "Lane",
    "LocalMail",
    "MailLanguage",
    "MessageTemplate",
    "NightlyCheck",
    "OutboxAct",
    "PendingErasure",
    "ProviderMessage",
    "PurgeRun",
    "ReminderOccurrence",
    "ReminderRule",
    "Segment",
    "Station",
    "Suppression",
    "Sweep",
    "Tally",
    "Throttle",
    "Webhook",
    "WebhookAttempt",
    "WebhookMessage",
    "domain_group_of",
    "hash_address",
    "message_id_of",
]
