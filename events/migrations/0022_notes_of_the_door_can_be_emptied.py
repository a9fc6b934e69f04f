"""A note of the door may be emptied when its time is over, and nothing else of it may ever change (decision 0030)."""

from typing import Any

from django.db import migrations

from organisations import append_only

TABLE = "events_reconciliation"
#: As `append_only.keep` makes it, but for an update that empties the note alone.
CONDITION = (
    "NOT (NEW.note = '' AND NEW.id = OLD.id AND NEW.scan_id = OLD.scan_id AND NEW.finding = OLD.finding "
    "AND NEW.by_id = OLD.by_id AND NEW.at = OLD.at)"
)


def _renew(condition: str) -> Any:
    def renew(apps: Any, schema_editor: Any) -> None:
        vendor, name = schema_editor.connection.vendor, append_only.name_of(TABLE, "UPDATE")
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{f' ON {TABLE}' if vendor == 'postgresql' else ''}")
        for statement in append_only.statements(vendor, TABLE, "UPDATE", condition):
            schema_editor.execute(statement)

    return renew


class Migration(migrations.Migration):
    dependencies = [("events", "0021_meeting_point")]

    operations = [migrations.RunPython(_renew(CONDITION), _renew("1 = 1"))]
