"""Amendments and the decisions on them; decisions are append-only."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from agreements import append_only
from organisations.append_only import keep, let_go


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Amendment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("change", "change of an article"),
                            ("insert", "new article"),
                            ("delete", "removal of an article"),
                            ("move", "move of an article"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("heading", models.CharField(blank=True, max_length=200, verbose_name="heading")),
                ("source", models.TextField(blank=True, verbose_name="text")),
                ("reason", models.TextField(verbose_name="reason")),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="proposed at")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "to be decided"),
                            ("withdrawn", "withdrawn"),
                            ("accepted", "accepted"),
                            ("accepted_changed", "accepted with changes"),
                            ("rejected", "rejected"),
                        ],
                        default="open",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="settled at")),
                (
                    "after",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agreements.article",
                        verbose_name="after",
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="agreements.article",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "base",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="agreements.articlerevision",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="agreements.party",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="agreements.textversion",
                        verbose_name="version",
                    ),
                ),
            ],
            options={
                "verbose_name": "amendment",
                "verbose_name_plural": "amendments",
            },
        ),
        migrations.CreateModel(
            name="AmendmentDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("accepted", "accepted"),
                            ("accepted_changed", "accepted with changes"),
                            ("rejected", "rejected"),
                        ],
                        max_length=16,
                        verbose_name="outcome",
                    ),
                ),
                ("reason", models.TextField(verbose_name="reason")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("heading_before", models.CharField(blank=True, max_length=200)),
                ("source_before", models.TextField(blank=True)),
                ("heading", models.CharField(blank=True, max_length=200, verbose_name="heading")),
                ("source", models.TextField(blank=True, verbose_name="text")),
                ("is_removed", models.BooleanField(default=False)),
                (
                    "amendment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decision", to="agreements.amendment"
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="agreements.article",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="agreements.textversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "decision on an amendment",
                "verbose_name_plural": "decisions on amendments",
            },
        ),
        migrations.AddIndex(
            model_name="amendment",
            index=models.Index(fields=["version", "state"], name="amendment_by_version_and_state"),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.UniqueConstraint(fields=("version", "number"), name="amendment_number_once"),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("article__isnull", True), ("base__isnull", True), ("kind", "insert")),
                    models.Q(
                        models.Q(("kind", "insert"), _negated=True), ("article__isnull", False), ("base__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="amendment_of_an_article_unless_it_is_new",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ("change", "insert")),
                        models.Q(("heading", ""), _negated=True),
                        models.Q(("source", ""), _negated=True),
                    ),
                    models.Q(("heading", ""), ("kind__in", ("delete", "move")), ("source", "")),
                    _connector="OR",
                ),
                name="amendment_with_text_exactly_where_it_writes_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("insert", "move")), ("after__isnull", True), _connector="OR"),
                name="amendment_with_a_place_only_where_it_needs_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="amendment_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_at__isnull", True), ("state", "open")),
                    models.Q(models.Q(("state", "open"), _negated=True), ("settled_at__isnull", False)),
                    _connector="OR",
                ),
                name="amendment_open_exactly_while_not_settled",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendmentdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="amendment_decision_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="amendmentdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("article__isnull", True),
                        ("is_removed", False),
                        ("outcome", "rejected"),
                        ("source", ""),
                        ("version__isnull", True),
                    ),
                    models.Q(
                        models.Q(("outcome", "rejected"), _negated=True),
                        ("article__isnull", False),
                        ("version__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="amendment_decision_written_unless_rejected",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendmentdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome", "rejected"),
                    models.Q(("is_removed", True), ("source", "")),
                    models.Q(("is_removed", False), models.Q(("source", ""), _negated=True)),
                    _connector="OR",
                ),
                name="amendment_decision_with_text_unless_removed",
            ),
        ),
        migrations.RunPython(keep("agreements_amendmentdecision"), let_go("agreements_amendmentdecision")),
        migrations.RunPython(append_only.keep_proposals, let_go("agreements_amendment")),
    ]
