"""Evidence is append-only in the database itself."""

from django.db import migrations

from agreements import append_only


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_initial")]
    operations = [migrations.RunPython(append_only.create, append_only.drop)]
