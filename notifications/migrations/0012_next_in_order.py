"""A second way to the next row, in the order of time; and one index of the idempotency key in place of two."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0011_campaign_record")]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="idempotency_key",
            field=models.CharField(max_length=200, verbose_name="idempotency key"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("idempotency_key",), name="delivery_idempotency_key_once", opclasses=("varchar_pattern_ops",)
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "ready")),
                fields=["lane", "campaign", "not_before", "id"],
                name="delivery_next_of_all",
            ),
        ),
    ]
