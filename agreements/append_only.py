"""Which rows are evidence: the database itself refuses to change or delete them (organisations/append_only.py)."""

from typing import Any

from organisations.append_only import VERBS, keep, let_go, name_of, statements

__all__ = ["APPROVALS", "EVIDENCE", "VERBS", "create", "drop", "keep", "let_go", "name_of", "statements"]

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
#: What bodies decided, each row evidence from the first moment (migration 0005).
APPROVALS = (
    "agreements_finalschema",
    "agreements_approvalcall",
    "agreements_approvalact",
    "agreements_objection",
    "agreements_nonsubstantialchange",
)


def create(apps: Any, schema_editor: Any) -> None:
    """Forwards of the migration."""
    for table, condition in EVIDENCE.items():
        keep(table, condition)(apps, schema_editor)


def drop(apps: Any, schema_editor: Any) -> None:
    """Backwards of the migration."""
    for table in EVIDENCE:
        let_go(table)(apps, schema_editor)
