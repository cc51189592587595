"""A device's last error is kept as it was answered, not in words, and why it is disabled as a code."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

REASONS = [
    ("token_dead", "Its push service does not know it any more."),
    ("administrator", "Disabled by an administrator."),
]
# As administrators' pages wrote it, in the languages that they had.
BY_HAND = ("Disabled by an administrator.", "Durch die Administration deaktiviert.")


def reasons_to_codes(apps: Any, _schema_editor: Any) -> None:
    """Replace sentences by codes; whatever was not written by hand was the word of a push service."""
    disabled = apps.get_model("push", "Device").objects.exclude(disabled_reason="")
    by_hand = disabled.filter(disabled_reason__in=BY_HAND)
    by_hand.update(disabled_reason="administrator")
    disabled.exclude(disabled_reason="administrator").update(disabled_reason="token_dead")


class Migration(migrations.Migration):
    dependencies = [("push", "0003_routes_and_receipts")]

    operations = [
        migrations.RenameField("device", "last_error", "error_detail"),
        migrations.AlterField(
            "device", "error_detail", models.CharField(blank=True, max_length=255, verbose_name="detail")
        ),
        migrations.AddField(
            "device", "error_answer", models.CharField(blank=True, max_length=12, verbose_name="last error"), True
        ),
        migrations.AddField(
            "device", "error_reason", models.CharField(blank=True, max_length=64, verbose_name="reason"), True
        ),
        migrations.AddField(
            "device",
            "error_status",
            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="HTTP status"),
        ),
        migrations.RunPython(reasons_to_codes, migrations.RunPython.noop),
        migrations.AlterField(
            "device",
            "disabled_reason",
            models.CharField(blank=True, choices=REASONS, max_length=16, verbose_name="why disabled"),
        ),
    ]
