"""Stores the totals of an hour with it, so that totals of short periods read one row per hour."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("push", "0031_webhook_settings")]

    operations = [
        migrations.AddField(model_name="rolluphour", name="totals", field=models.JSONField(null=True)),
        migrations.AddField(
            model_name="rolluphour",
            name="totals_version",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
