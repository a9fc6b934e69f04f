"""Comments become threads; a review has a history, parties may come and go, ends of the trail are mailed."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from agreements import append_only
from organisations.append_only import keep, let_go


def take_over(apps, schema_editor):
    """Each comment becomes a thread of its own, for the same readers; each position the first word of its history."""
    Comment, Thread = apps.get_model("agreements", "Comment"), apps.get_model("agreements", "Thread")
    for comment in Comment.objects.select_related("revision").order_by("pk").iterator():
        thread = Thread.objects.create(
            article_id=comment.revision.article_id, revision=comment.revision, party_id=comment.party_id,
            visibility=comment.visibility, began_at=comment.at,
        )  # fmt: skip
        Comment.objects.filter(pk=comment.pk).update(thread=thread)
    Change = apps.get_model("agreements", "PositionChange")
    for position in apps.get_model("agreements", "Position").objects.order_by("at", "pk").iterator():
        Change.objects.create(
            review_round_id=position.review_round_id, party_id=position.party_id, kind=position.kind,
            note=position.note, by_id=position.by_id, at=position.at,
        )  # fmt: skip
    if schema_editor.connection.vendor == "postgresql":  # else the table cannot be altered with these rows pending
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0003_amendments"),
        ("organisations", "0002_passes_at_the_door"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditAnchor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("length", models.PositiveIntegerField()),
                ("head", models.CharField(max_length=64)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("on", models.DateField()),
                ("parties", models.JSONField(default=list)),
                ("people", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name": "mailed end of the audit trail",
                "verbose_name_plural": "mailed ends of audit trails",
            },
        ),
        migrations.CreateModel(
            name="PositionChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "was",
                    models.CharField(
                        blank=True,
                        choices=[("no_remarks", "no remarks"), ("remarks", "remarks"), ("silent", "silent")],
                        max_length=15,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[("no_remarks", "no remarks"), ("remarks", "remarks"), ("silent", "silent")],
                        max_length=15,
                        verbose_name="position",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "change of a position",
                "verbose_name_plural": "changes of positions",
            },
        ),
        migrations.CreateModel(
            name="RoundExtension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("was", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("reason", models.TextField(verbose_name="reason")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "extension",
                "verbose_name_plural": "extensions",
            },
        ),
        migrations.CreateModel(
            name="Thread",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quote", models.TextField(blank=True, verbose_name="passage")),
                ("prefix", models.CharField(blank=True, max_length=60)),
                ("suffix", models.CharField(blank=True, max_length=60)),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("all_parties", "all parties"),
                            ("organisers", "the organisers only"),
                            ("own_office", "my own office only"),
                        ],
                        default="all_parties",
                        max_length=15,
                        verbose_name="who may read it",
                    ),
                ),
                ("began_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("resolved", "resolved")],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_why", models.TextField(blank=True, verbose_name="why")),
            ],
            options={
                "verbose_name": "thread",
                "verbose_name_plural": "threads",
            },
        ),
        migrations.CreateModel(
            name="VersionReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="day")),
            ],
            options={
                "verbose_name": "reading",
                "verbose_name_plural": "readings",
            },
        ),
        migrations.AddField(
            model_name="comment",
            name="corrects",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="agreements.comment",
            ),
        ),
        migrations.AddField(
            model_name="party",
            name="removal_reason",
            field=models.TextField(blank=True, verbose_name="reason of the removal"),
        ),
        migrations.AddField(
            model_name="party",
            name="removed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("removal_reason", ""), ("removed_at__isnull", True)),
                    models.Q(("removed_at__isnull", False), models.Q(("removal_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="party_removed_exactly_with_a_reason",
            ),
        ),
        migrations.AddField(
            model_name="auditanchor",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="anchors", to="agreements.agreement"
            ),
        ),
        migrations.AddField(
            model_name="positionchange",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="positionchange",
            name="party",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="position_changes", to="agreements.party"
            ),
        ),
        migrations.AddField(
            model_name="positionchange",
            name="review_round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="position_changes",
                to="agreements.reviewround",
            ),
        ),
        migrations.AddField(
            model_name="roundextension",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="roundextension",
            name="review_round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="extensions", to="agreements.reviewround"
            ),
        ),
        migrations.AddField(
            model_name="thread",
            name="article",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="threads", to="agreements.article"
            ),
        ),
        migrations.AddField(
            model_name="thread",
            name="party",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="threads", to="agreements.party"
            ),
        ),
        migrations.AddField(
            model_name="thread",
            name="revision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="threads", to="agreements.articlerevision"
            ),
        ),
        migrations.AddField(
            model_name="thread",
            name="settled_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="thread",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="comments", to="agreements.thread"
            ),
        ),
        migrations.AddField(
            model_name="versionreading",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="versionreading",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="readings", to="agreements.textversion"
            ),
        ),
        migrations.AddConstraint(
            model_name="auditanchor",
            constraint=models.UniqueConstraint(fields=("agreement", "on"), name="audit_anchor_once_a_day"),
        ),
        migrations.AddConstraint(
            model_name="positionchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", ""), ("was", ""), _negated=True), name="position_change_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="roundextension",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("was"))), name="round_extension_is_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="roundextension",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="round_extension_says_why"
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(fields=["article", "began_at"], name="thread_by_article"),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("settled_at__isnull", True),
                        ("settled_by__isnull", True),
                        ("settled_why", ""),
                        ("state", "open"),
                    ),
                    models.Q(("settled_at__isnull", False), ("settled_by__isnull", False), ("state", "resolved")),
                    _connector="OR",
                ),
                name="thread_resolved_exactly_when_somebody_did",
            ),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quote", ""), _negated=True), models.Q(("prefix", ""), ("suffix", "")), _connector="OR"
                ),
                name="thread_with_context_only_of_a_passage",
            ),
        ),
        migrations.AddConstraint(
            model_name="versionreading",
            constraint=models.UniqueConstraint(fields=("version", "user", "on"), name="version_reading_once_a_day"),
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="comment",
            name="thread",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="comments", to="agreements.thread"
            ),
        ),
        migrations.RemoveField(
            model_name="comment",
            name="revision",
        ),
        migrations.RemoveField(
            model_name="comment",
            name="visibility",
        ),
        *(migrations.RunPython(keep(table), let_go(table)) for table in append_only.LATER),
        migrations.RunPython(append_only.keep_threads, let_go(append_only.THREAD)),
    ]
