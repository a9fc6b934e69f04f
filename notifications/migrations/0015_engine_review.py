"""A way to the sign-in codes, so that they wait behind no message to everybody."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0014_rest_review")]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("kind", "account"), ("state", "ready")),
                fields=["kind", "lane", "campaign", "not_before", "id"],
                name="delivery_codes",
            ),
        ),
    ]
