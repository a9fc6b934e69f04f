"""The clock on the wall: where the portal and everybody it writes to live."""

from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")
