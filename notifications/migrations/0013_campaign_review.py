"""What people decide again is tried anew; a pause knows what it paused; a kept text keeps its plain version."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0012_next_in_order")]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="tried_since",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="campaign",
            name="paused_from",
            field=models.CharField(
                blank=True,
                choices=[
                    ("draft", "draft"),
                    ("checked", "waits for a second person"),
                    ("scheduled", "starts by itself"),
                    ("canary", "the first few go out"),
                    ("running", "going out"),
                    ("paused", "paused"),
                    ("finished", "finished"),
                    ("cancelled", "cancelled"),
                ],
                default="",
                editable=False,
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="messagetemplate",
            name="text_it",
            field=models.TextField(blank=True, default="", verbose_name="plain-text version (Italian)"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="messagetemplate",
            name="text_en",
            field=models.TextField(blank=True, default="", verbose_name="plain-text version (English)"),
            preserve_default=False,
        ),
    ]
