"""Info days and other events: agenda, registrations of organisations, places, the meeting point."""
