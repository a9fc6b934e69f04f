"""The day itself: passes, desks that work without a network, who came (docs/decisions/0033)."""
