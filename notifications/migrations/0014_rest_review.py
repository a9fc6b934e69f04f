"""What the portal knows of a mailbox and what its owner said stand side by side; who left through a provider said so."""

from django.db import migrations, models


def their_own_word(apps, schema_editor):
    """Who left by a provider's link was written down as the portal's own knowledge, which no preference takes back."""
    suppressions = apps.get_model("notifications", "Suppression").objects
    suppressions.filter(reason="unsubscribed", by="portal").update(by="person")


def forget_codes(apps, schema_editor):
    """Sign-in codes of messages whose way is over were kept unless they had been handed over."""
    codes = apps.get_model("notifications", "Delivery").objects.filter(kind="account")
    codes.exclude(state__in=["ready", "leased", "sending", "uncertain"]).update(payload={})


def one_row_a_scope(apps, schema_editor):
    """Backwards there is one row a scope: the person's word stays, an organiser's becomes it."""
    suppressions = apps.get_model("notifications", "Suppression").objects
    kept = set()
    for row in suppressions.order_by(
        models.Case(models.When(by="person", then=0), models.When(by="organiser", then=1), default=2), "pk"
    ):
        if (row.address_hash, row.scope) in kept:
            row.delete()
        kept.add((row.address_hash, row.scope))
    suppressions.filter(by="organiser").update(by="person")


class Migration(migrations.Migration):
    dependencies = [("notifications", "0013_campaign_review")]

    operations = [
        migrations.AlterField(
            model_name="suppression",
            name="by",
            field=models.CharField(
                choices=[
                    ("person", "the person, through a link in a mail"),
                    ("organiser", "an organiser, because the person asked"),
                    ("portal", "the portal, from what mail servers answered"),
                ],
                default="portal",
                max_length=10,
                verbose_name="who said so",
            ),
        ),
        migrations.AlterField(
            model_name="outboxact",
            name="verb",
            field=models.CharField(
                choices=[
                    ("held", "all mail held"),
                    ("released", "mail released"),
                    ("limited", "limits changed"),
                    ("tried_now", "pause ended"),
                    ("settled_by_log", "settled by log"),
                    ("sent_again", "sent again"),
                    ("arrived", "marked as arrived"),
                    ("refusal_kept", "refusal written down"),
                    ("refusal_lifted", "refusal lifted"),
                ],
                max_length=15,
                verbose_name="act",
            ),
        ),
        migrations.RemoveConstraint(model_name="suppression", name="suppression_once_per_scope"),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.UniqueConstraint(
                fields=("address_hash", "scope", "by"), name="suppression_once_per_scope_and_author"
            ),
        ),
        migrations.RunPython(their_own_word, one_row_a_scope),
        migrations.RunPython(forget_codes, migrations.RunPython.noop),
    ]
