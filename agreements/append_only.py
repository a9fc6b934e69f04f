"""Which rows are evidence: the database itself refuses to change or delete them (organisations/append_only.py)."""

from typing import Any

from organisations.append_only import VERBS, keep, let_go, name_of, statements

__all__ = [
    "AMENDED",
    "EVIDENCE",
    "LATER",
    "THREAD",
    "VERBS",
    "create",
    "drop",
    "keep",
    "keep_proposals",
    "keep_threads",
    "let_go",
    "name_of",
    "statements",
]

#: table -> condition under which its row is evidence (OLD is the row as it stands)
EVIDENCE = {
    "agreements_auditevent": "1 = 1",
    "agreements_frozendocument": "1 = 1",
    "agreements_adhesion": "1 = 1",
    "agreements_signedfile": "1 = 1",
    "agreements_textversion": "OLD.shared_at IS NOT NULL",
    "agreements_articlerevision": (
        "EXISTS (SELECT 1 FROM agreements_textversion v WHERE v.id = OLD.version_id AND v.shared_at IS NOT NULL)"
    ),
}


#: The tables of amendments, with the migration that keeps them.
AMENDED = ("agreements_amendmentdecision", "agreements_amendment")
_PROPOSED = ("version_id", "number", "kind", "article_id", "base_id", "after_id", "heading", "source", "reason", "party_id",
             "author_id", "proposed_at")  # fmt: skip


def keep_proposals(apps: Any, schema_editor: Any) -> None:
    """An amendment's words stay as they were proposed, and once it is settled all of it; none is ever deleted."""
    vendor, table = schema_editor.connection.vendor, "agreements_amendment"
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _PROPOSED)
    if vendor == "sqlite":
        changed = changed.replace("IS DISTINCT FROM", "IS NOT")
    for verb, condition in (("UPDATE", f"OLD.state <> 'open' OR {changed}"), ("DELETE", "1 = 1")):
        for statement in statements(vendor, table, verb, condition):
            schema_editor.execute(statement)


#: What came later, with the migration that keeps it; of a thread only whether it is settled may change.
LATER = {
    "agreements_comment": "1 = 1",
    "agreements_positionchange": "1 = 1",
    "agreements_roundextension": "1 = 1",
    "agreements_versionreading": "1 = 1",
    "agreements_auditanchor": "1 = 1",
}
THREAD = "agreements_thread"
_OF_A_THREAD = ("article_id", "revision_id", "quote", "prefix", "suffix", "visibility", "began_at")


def keep_threads(apps: Any, schema_editor: Any) -> None:
    """A thread is never deleted; who may read it and what it is about never change."""
    changed = " OR ".join(f"NEW.{column} <> OLD.{column}" for column in _OF_A_THREAD)
    party = "COALESCE(NEW.party_id, 0) <> COALESCE(OLD.party_id, 0)"
    for verb, condition in (("UPDATE", f"{changed} OR {party}"), ("DELETE", "1 = 1")):
        for statement in statements(schema_editor.connection.vendor, THREAD, verb, condition):
            schema_editor.execute(statement)


def create(apps: Any, schema_editor: Any) -> None:
    """Forwards of the migration."""
    for table, condition in EVIDENCE.items():
        keep(table, condition)(apps, schema_editor)


def drop(apps: Any, schema_editor: Any) -> None:
    """Backwards of the migration."""
    for table in EVIDENCE:
        let_go(table)(apps, schema_editor)
