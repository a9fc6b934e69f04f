import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0007_campaigns"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeliveryEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=20, verbose_name="provider")),
                ("event_id", models.CharField(max_length=100, verbose_name="provider's number, or fingerprint")),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("deferred", "delayed"),
                            ("delivered", "delivered"),
                            ("bounced_soft", "came back, for now"),
                            ("bounced_hard", "came back"),
                            ("rejected", "not sent by the provider"),
                            ("complained", "reported as unwanted"),
                            ("unsubscribed", "wishes no invitations"),
                        ],
                        max_length=12,
                        verbose_name="what happened",
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=12, verbose_name="status")),
                ("description", models.CharField(blank=True, max_length=300, verbose_name="words")),
                ("is_address_unknown", models.BooleanField(default=False, verbose_name="no such mailbox")),
                ("delivery_key", models.UUIDField(blank=True, editable=False, null=True)),
                ("message_name", models.CharField(blank=True, editable=False, max_length=200)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="received at")),
                ("processed_at", models.DateTimeField(blank=True, null=True, verbose_name="processed at")),
                (
                    "effect",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("changed", "the state changed"),
                            ("nothing", "nothing to change"),
                            ("unknown", "no such message here"),
                        ],
                        max_length=10,
                        verbose_name="effect",
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="notifications.delivery",
                        verbose_name="delivery",
                    ),
                ),
            ],
            options={
                "verbose_name": "report of a provider",
                "verbose_name_plural": "reports of providers",
                "indexes": [
                    models.Index(
                        condition=models.Q(("processed_at__isnull", True)), fields=["id"], name="delivery_event_waiting"
                    ),
                    models.Index(fields=["received_at"], name="delivery_event_received"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "event_id"), name="delivery_event_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("effect", ""), ("processed_at__isnull", True)),
                            models.Q(("processed_at__isnull", False), models.Q(("effect", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="delivery_event_has_an_effect_exactly_when_processed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=20, verbose_name="provider")),
                ("name", models.CharField(max_length=200, verbose_name="provider's name of the message")),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="provider_names",
                        to="notifications.delivery",
                        verbose_name="delivery",
                    ),
                ),
            ],
            options={
                "verbose_name": "provider's name of a message",
                "verbose_name_plural": "providers' names of messages",
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "name"), name="provider_message_name_once")
                ],
            },
        ),
    ]
