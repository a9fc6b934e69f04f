"""Mail providers with an API of their own, by way of django-anymail: handing over, and what they report later.

Only `relay`, `wire`, `rebuilding` and `reports` import anymail, and they are imported only where a provider is used: it
brings an HTTP client along, which an installation with plain SMTP never loads. See docs/decisions/0016.
"""
