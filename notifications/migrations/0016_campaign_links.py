"""Links of a campaign say which one it was; those confirmed before are declared as sources too."""

from typing import Any

from django.db import migrations, models


def declare_sources(apps: Any, schema_editor: Any) -> None:
    """What is under way or through: its letters carry the code from now on, its old ones never did."""
    source = apps.get_model("events", "RegistrationSource")
    confirmed = apps.get_model("notifications", "Campaign").objects.filter(sent_at__isnull=False)
    for pk, event, name, by in confirmed.values_list("pk", "event", "name", "sent_by"):
        source.objects.get_or_create(
            event_id=event, code=f"c{pk}", defaults={"kind": "campaign", "label": name, "created_by_id": by}
        )


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0007_registration_source"),
        ("notifications", "0015_engine_review"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="tags_links",
            field=models.BooleanField(default=False, verbose_name="links of the text name the campaign to other sites"),
        ),
        migrations.RunPython(declare_sources, migrations.RunPython.noop),
    ]
