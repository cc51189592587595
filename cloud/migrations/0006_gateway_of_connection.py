from django.db import migrations, models

import workspace.http_addresses


def gateway_fill_in(apps, schema_editor):
    """Callboard's clouds answer as the gateway at the same address; the next contact with the cloud confirms it."""
    apps.get_model("cloud", "CloudConnection").objects.update(gateway_url=models.F("cloud_url"))


class Migration(migrations.Migration):

    dependencies = [
        ("cloud", "0005_addresses_without_a_dot"),
    ]

    operations = [
        migrations.AddField(
            model_name="cloudconnection",
            name="gateway_url",
            field=workspace.http_addresses.HttpAddressField(blank=True, default="", verbose_name="gateway"),
        ),
        migrations.RunPython(gateway_fill_in, migrations.RunPython.noop),
    ]
