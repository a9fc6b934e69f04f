"""What bodies decide: schemas, calls, mandates, acts, objections, declared differences; all but mandates append-only."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from agreements import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="party",
            name="left_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="no longer a party since"),
        ),
        migrations.AlterField(
            model_name="agreement",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("shared", "before the parties"),
                    ("observations_closed", "observations closed"),
                    ("consolidated", "new version in preparation"),
                    ("final_schema", "final schema"),
                    ("in_approval", "before the bodies"),
                    ("frozen", "final text"),
                    ("signing", "adhesion open"),
                    ("concluded", "concluded"),
                    ("withdrawn", "withdrawn"),
                    ("refused", "refused"),
                ],
                default="draft",
                max_length=20,
                verbose_name="state",
            ),
        ),
        migrations.CreateModel(
            name="FinalSchema",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text_sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("size", models.PositiveIntegerField(verbose_name="size in bytes")),
                ("page_count", models.PositiveIntegerField(verbose_name="pages")),
                (
                    "legal_contact",
                    models.CharField(max_length=150, verbose_name="legal contact who confirmed the text"),
                ),
                ("legal_contact_office", models.CharField(max_length=150, verbose_name="office held")),
                ("finalised_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "finalised_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="final_schema",
                        to="agreements.textversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "final schema",
                "verbose_name_plural": "final schemas",
            },
        ),
        migrations.CreateModel(
            name="Mandate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("link", models.URLField(blank=True, verbose_name="link")),
                ("filename", models.CharField(blank=True, max_length=150, verbose_name="file name")),
                ("media_type", models.CharField(blank=True, max_length=50)),
                ("content", models.BinaryField(null=True)),
                ("file_sha256", models.CharField(blank=True, max_length=64, verbose_name="SHA-256")),
                ("file_size", models.PositiveIntegerField(null=True, verbose_name="size in bytes")),
                ("person_name", models.CharField(max_length=150, verbose_name="person")),
                ("office_held", models.CharField(max_length=150, verbose_name="office held")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("law", "by law or statute"),
                            ("delegation", "by delegation"),
                            ("resolution", "by resolution"),
                        ],
                        max_length=12,
                        verbose_name="source",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_to", models.DateField(null=True, verbose_name="valid until")),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="mandates", to="agreements.party"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user of the portal",
                    ),
                ),
            ],
            options={
                "verbose_name": "mandate",
                "verbose_name_plural": "mandates",
            },
        ),
        migrations.CreateModel(
            name="ApprovalAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("link", models.URLField(blank=True, verbose_name="link")),
                ("filename", models.CharField(blank=True, max_length=150, verbose_name="file name")),
                ("media_type", models.CharField(blank=True, max_length=50)),
                ("content", models.BinaryField(null=True)),
                ("file_sha256", models.CharField(blank=True, max_length=64, verbose_name="SHA-256")),
                ("file_size", models.PositiveIntegerField(null=True, verbose_name="size in bytes")),
                (
                    "body_kind",
                    models.CharField(
                        choices=[
                            ("executive", "executive (giunta)"),
                            ("council", "council"),
                            ("board", "board of directors"),
                            ("manager", "manager"),
                            ("assembly", "assembly"),
                            ("other", "another body"),
                        ],
                        max_length=10,
                        verbose_name="body",
                    ),
                ),
                ("body_label", models.CharField(blank=True, max_length=150, verbose_name="name of the body")),
                ("act_type", models.CharField(max_length=100, verbose_name="kind of act")),
                ("number", models.CharField(max_length=50, verbose_name="number")),
                ("adopted_on", models.DateField(verbose_name="date of the act")),
                (
                    "effect",
                    models.CharField(
                        choices=[
                            ("at_once", "at once: voted immediately executable (TUEL art. 134 c. 4)"),
                            ("after_posting", "after posting on the notice board (TUEL art. 134 c. 3)"),
                            ("on_its_date", "on its date: private bodies, managers’ acts"),
                        ],
                        max_length=13,
                        verbose_name="takes effect",
                    ),
                ),
                ("posted_on", models.DateField(null=True, verbose_name="posted on")),
                ("certified_on", models.DateField(null=True, verbose_name="effective on, as certified")),
                ("text_sha256", models.CharField(max_length=64, verbose_name="hash of the text approved")),
                ("schema_sha256", models.CharField(max_length=64, verbose_name="hash of the schema")),
                ("on_behalf", models.BooleanField(verbose_name="recorded by the organisers on its behalf")),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="acts", to="agreements.party"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="agreements.approvalact",
                        verbose_name="corrects",
                    ),
                ),
                (
                    "signatory",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts",
                        to="agreements.mandate",
                        verbose_name="signatory named",
                    ),
                ),
            ],
            options={
                "verbose_name": "approval act",
                "verbose_name_plural": "approval acts",
            },
        ),
        migrations.CreateModel(
            name="NonSubstantialChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_sha256", models.CharField(max_length=64, verbose_name="from the text")),
                ("to_sha256", models.CharField(max_length=64, verbose_name="to the text")),
                ("declared_by", models.CharField(max_length=150, verbose_name="name")),
                ("office_held", models.CharField(max_length=150, verbose_name="office held")),
                ("reason", models.TextField(verbose_name="reason")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="declarations", to="agreements.party"
                    ),
                ),
            ],
            options={
                "verbose_name": "declared difference",
                "verbose_name_plural": "declared differences",
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("changes", "asks for changes"), ("refusal", "refuses")],
                        max_length=10,
                        verbose_name="answer",
                    ),
                ),
                ("body_label", models.CharField(max_length=150, verbose_name="body")),
                ("reason", models.TextField(verbose_name="reason")),
                ("on_behalf", models.BooleanField(verbose_name="recorded by the organisers on its behalf")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="objections", to="agreements.party"
                    ),
                ),
                (
                    "schema",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="agreements.finalschema",
                    ),
                ),
            ],
            options={
                "verbose_name": "objection",
                "verbose_name_plural": "objections",
            },
        ),
        migrations.CreateModel(
            name="ApprovalCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answer_by", models.DateTimeField(verbose_name="act awaited by")),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "schema",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="call", to="agreements.finalschema"
                    ),
                ),
            ],
            options={
                "verbose_name": "call for approval",
                "verbose_name_plural": "calls for approval",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("answer_by__gt", models.F("sent_at"))), name="approval_call_leaves_time"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                ),
                name="mandate_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("supersedes__isnull", True)),
                fields=("party", "text_sha256"),
                name="approval_act_once_per_text",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("body_kind", "other"), _negated=True),
                    models.Q(("body_label", ""), _negated=True),
                    _connector="OR",
                ),
                name="approval_act_names_another_body",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalact",
            constraint=models.CheckConstraint(
                condition=models.Q(("posted_on__isnull", True), ("effect", "after_posting"), _connector="OR"),
                name="approval_act_posted_where_it_counts",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("posted_on__isnull", True), ("posted_on__gte", models.F("adopted_on")), _connector="OR"
                ),
                name="approval_act_posted_after_adoption",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("certified_on__isnull", True), ("certified_on__gte", models.F("adopted_on")), _connector="OR"
                ),
                name="approval_act_effective_after_adoption",
            ),
        ),
        migrations.AddConstraint(
            model_name="nonsubstantialchange",
            constraint=models.UniqueConstraint(
                fields=("party", "from_sha256", "to_sha256"), name="non_substantial_change_declared_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="nonsubstantialchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_sha256", models.F("to_sha256")), _negated=True),
                name="non_substantial_change_between_two_texts",
            ),
        ),
        *(migrations.RunPython(append_only.keep(table), append_only.let_go(table)) for table in append_only.APPROVALS),
    ]
