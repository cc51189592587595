"""Claims move from the queue's rows to narrow tables of their own."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BATCH = 1000


def claims_move(apps: Any, schema_editor: Any) -> None:
    """Move the claims that workers hold, with their leases, and return their items to the states that are stored.

    How often claims were lost is not moved: it counted items that had merely been claimed.
    """
    notifications = apps.get_model("push", "Notification").objects.using(schema_editor.connection.alias)
    attempts = apps.get_model("push", "Attempt").objects.using(schema_editor.connection.alias)
    lease_model, item_model = apps.get_model("push", "Lease"), apps.get_model("push", "ClaimedItem")
    leases = lease_model.objects.using(schema_editor.connection.alias)
    items = item_model.objects.using(schema_editor.connection.alias)
    claimed = notifications.filter(claimed_until__isnull=False).order_by()
    held = claimed.exclude(claimed_by="")
    ends = held.values_list("claimed_by").annotate(until=models.Max("claimed_until"))
    leases.bulk_create([lease_model(token=token, until=until) for token, until in ends])
    begun = dict(
        attempts.filter(notification__in=held, answer="sending", claimed_by=models.F("notification__claimed_by"))
        .order_by("started_at")
        .values_list("notification", "started_at")
    )
    rows = [
        item_model(notification_id=key, user_id=user, lease_id=token, begun_at=begun.get(key))
        for key, user, token in held.values_list("pk", "user", "claimed_by")
    ]
    items.bulk_create(rows, batch_size=BATCH)
    retried = attempts.filter(notification=models.OuterRef("pk"), answer="retry", retry_at__isnull=False)
    claimed.filter(models.Exists(retried)).update(state="retrying", claimed_by="", claimed_until=None)
    claimed.update(state="queued", claimed_by="", claimed_until=None)


class Migration(migrations.Migration):
    dependencies = [
        ("push", "0008_own_addresses"),
        ("workspace", "0006_longest_page"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Lease",
            fields=[
                (
                    "token",
                    models.CharField(max_length=36, primary_key=True, serialize=False, verbose_name="token"),
                ),
                ("until", models.DateTimeField(verbose_name="until")),
            ],
            options={"verbose_name": "lease", "verbose_name_plural": "leases", "default_permissions": ()},
        ),
        migrations.CreateModel(
            name="ClaimedItem",
            fields=[
                (
                    "notification",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="claimed_item",
                        serialize=False,
                        to="push.notification",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "lease",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="push.lease",
                        verbose_name="lease",
                    ),
                ),
                (
                    "begun_at",
                    models.DateTimeField(
                        help_text="Empty: the item waits for its turn within the claim.",
                        null=True,
                        verbose_name="begun",
                    ),
                ),
            ],
            options={
                "verbose_name": "claimed notification",
                "verbose_name_plural": "claimed notifications",
                "default_permissions": (),
                "indexes": [models.Index(fields=["lease"], name="claimed_item_of_lease")],
            },
        ),
        migrations.CreateModel(
            name="LostItem",
            fields=[
                (
                    "notification",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="lost_item",
                        serialize=False,
                        to="push.notification",
                    ),
                ),
                ("times", models.PositiveSmallIntegerField(default=0, verbose_name="times")),
            ],
            options={
                "verbose_name": "lost notification",
                "verbose_name_plural": "lost notifications",
                "default_permissions": (),
            },
        ),
        migrations.RemoveConstraint(model_name="notification", name="notification_claim_whole"),
        migrations.RemoveConstraint(model_name="notification", name="notification_finished_whole"),
        migrations.RunPython(claims_move, migrations.RunPython.noop, elidable=True),
        migrations.RemoveIndex(model_name="notification", name="notification_due"),
        migrations.RemoveIndex(model_name="notification", name="notification_due_of_user"),
        migrations.RemoveIndex(model_name="notification", name="notification_claimed"),
        migrations.RemoveIndex(model_name="notification", name="notification_claim_end"),
        migrations.RemoveField(model_name="notification", name="claimed_by"),
        migrations.RemoveField(model_name="notification", name="claimed_until"),
        migrations.RemoveField(model_name="notification", name="lost_claims"),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", True)), fields=["due_at"], name="notification_due"
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", True)),
                fields=["user", "due_at"],
                name="notification_due_of_user",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at__isnull", False), ("state__in", ["sent", "dropped", "failed"])),
                    models.Q(("finished_at__isnull", True), ("state__in", ["queued", "retrying"])),
                    _connector="OR",
                ),
                name="notification_finished_whole",
            ),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="answer",
            field=models.CharField(
                choices=[
                    ("sending", "No answer yet"),
                    ("unknown", "Unknown: the worker died"),
                    ("accepted", "Accepted"),
                    ("dead", "Token dead"),
                    ("refused", "Refused"),
                    ("unauthorized", "Credentials refused"),
                    ("retry", "To be tried again"),
                    ("no_route", "No way to the device"),
                    ("over_quota", "Quota exhausted"),
                    ("held", "Waits: the route is paused"),
                ],
                default="sending",
                max_length=12,
                verbose_name="answer",
            ),
        ),
    ]
