"""When a notification was due at first is kept once that changes."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("push", "0004_device_errors")]

    operations = [
        migrations.AddField(
            "notification",
            "first_due_at",
            models.DateTimeField(
                blank=True,
                help_text="Empty: nothing has changed when it is due.",
                null=True,
                verbose_name="first due",
            ),
        ),
    ]
