"""The only app that knows mail and Celery: outbox, sending, campaigns, reminders, suppressions."""
