"""A cloud has one signing key: two processes that had none could each make one before."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def newest_keep(apps: Any, _schema_editor: Any) -> None:
    """Keep the key that licences were signed with: the newest."""
    keys = apps.get_model("cloud", "SigningKey").objects
    newest = keys.order_by("-pk").values_list("pk", flat=True).first()
    keys.exclude(pk=newest).delete()
    keys.update(id=1)


class Migration(migrations.Migration):
    dependencies = [("cloud", "0003_cloud_service")]

    operations = [
        migrations.RunPython(newest_keep, migrations.RunPython.noop),
        migrations.AlterField(
            "signingkey",
            "id",
            models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False),
        ),
        migrations.AddConstraint(
            "signingkey", models.CheckConstraint(condition=models.Q(("pk", 1)), name="signing_key_single")
        ),
    ]
