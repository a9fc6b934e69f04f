"""Comments written before there were threads keep their words, readers and dates."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from agreements.models import Comment, Position, PositionChange
from tests.flushing import let_flushes_delete


@pytest.mark.django_db(transaction=True)
def test_a_flat_comment_becomes_a_thread_for_the_same_readers(shared, reviewer, signatory, terni):
    """On both databases, with rows in place: PostgreSQL alters no table whose rows have checks pending."""
    revision, party = shared.newest_version().in_order()[2], shared.parties.get(organisation=terni)
    review, at = shared.open_round(), timezone.now() - timedelta(hours=5)
    Position.objects.create(review_round=review, party=party, kind="remarks", note="n", by=signatory)
    before = list(MigrationExecutor(connection).loader.graph.node_map["agreements", "0004_discussing"].parents)
    executor = MigrationExecutor(connection)
    latest = executor.loader.graph.leaf_nodes()
    try:
        old = executor.migrate([tuple(parent.key) for parent in before if parent.key[0] == "agreements"]).apps
        old.get_model("agreements", "Comment").objects.create(
            revision_id=revision.pk, party_id=party.pk, author_id=reviewer.pk, visibility="own_office", body="Detto", at=at
        )  # fmt: skip
    finally:
        MigrationExecutor(connection).migrate(latest)
        let_flushes_delete()
    comment = Comment.objects.select_related("thread").get()
    assert (comment.body, comment.at, comment.author) == ("Detto", at, reviewer)
    thread = comment.thread
    assert (thread.visibility, thread.party, thread.revision, thread.began_at) == ("own_office", party, revision, at)
    assert thread.article == revision.article
    change = PositionChange.objects.get()
    assert (change.was, change.kind, change.note, change.by) == ("", "remarks", "n", signatory)
