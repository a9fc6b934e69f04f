"""The composition root: settings, addresses, the Celery app, home, dashboard. Nobody imports it."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
