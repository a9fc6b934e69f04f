"""Reminders by rule: when they are due, who is reminded, what became of each time."""
