"""Reminders of the date for the bodies' acts."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0005_approving"),
        ("events", "0021_meeting_point"),
        ("notifications", "0021_channel_post_keeps_its_text"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="reminderrule",
            name="reminder_rule_follows_one_thing",
        ),
        migrations.AlterField(
            model_name="reminderrule",
            name="anchor",
            field=models.CharField(
                choices=[
                    ("start", "the start"),
                    ("end", "the end"),
                    ("registration_deadline", "the closing of registrations"),
                    ("review_deadline", "the date for remarks"),
                    ("approval_deadline", "the date for the bodies’ acts"),
                ],
                default="start",
                max_length=25,
                verbose_name="relative to",
            ),
        ),
        migrations.AlterField(
            model_name="reminderrule",
            name="audience",
            field=models.CharField(
                choices=[
                    ("place_holders", "everybody who holds a place"),
                    ("invited", "invited organisations that have not registered"),
                    ("silent_parties", "people of the parties that have recorded no position"),
                    ("waiting_parties", "people of the parties whose act is missing"),
                ],
                default="place_holders",
                max_length=15,
                verbose_name="who gets it",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminderrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("agreement__isnull", True),
                        ("anchor__in", ["start", "end", "registration_deadline"]),
                        ("audience__in", ["place_holders", "invited"]),
                        ("event__isnull", False),
                    ),
                    models.Q(
                        ("agreement__isnull", False),
                        ("anchor__in", ["review_deadline"]),
                        ("audience__in", ["silent_parties"]),
                        ("event__isnull", True),
                    ),
                    models.Q(
                        ("agreement__isnull", False),
                        ("anchor", "approval_deadline"),
                        ("audience", "waiting_parties"),
                        ("event__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="reminder_rule_follows_one_thing",
            ),
        ),
    ]
