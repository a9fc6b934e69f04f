"""Article text: the restricted Markdown of the ground floor, hashed in one spelling."""

import hashlib
from collections.abc import Iterable

from agreements.audit import canonical
from agreements.models import ArticleRevision
from organisations.markup import normal, to_html

__all__ = ["normal", "text_sha256", "to_html"]


def text_sha256(revisions: Iterable[ArticleRevision]) -> str:
    """SHA-256 over the canonical JSON of [article uid, heading, text] in order."""
    articles = [[str(r.article.uid), normal(r.heading), normal(r.source)] for r in revisions]
    return hashlib.sha256(canonical(articles)).hexdigest()
