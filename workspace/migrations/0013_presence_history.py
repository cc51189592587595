from datetime import datetime

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


BATCH = 2000
KIND = "workspace.presence"
MOMENTS = ("status_expires_at", "connected_until", "away_at", "created_at")


def rows_move(apps, schema_editor):
    """Move former presences out of the JSON of the general history into their own table, oldest first."""
    former_rows, presences = apps.get_model("workspace", "FormerRow"), apps.get_model("workspace", "FormerPresence")
    noted = former_rows.objects.filter(kind=KIND).order_by("pk")
    while batch := list(noted[:BATCH]):
        presences.objects.bulk_create(presence_of(row, presences) for row in batch)
        former_rows.objects.filter(pk__in=[row.pk for row in batch]).delete()


def presence_of(row, presences):
    moments = {name: row.values.get(name) for name in MOMENTS}
    parsed = {name: datetime.fromisoformat(value) if value else None for name, value in moments.items()}
    parsed["created_at"] = parsed["created_at"] or row.at
    return presences(user_id=row.user_id, status=row.values.get("status") or "online", at=row.at, **parsed)


class Migration(migrations.Migration):

    dependencies = [
        ('workspace', '0012_attachments'),
    ]

    operations = [
        migrations.CreateModel(
            name='FormerPresence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('online', 'Online'), ('away', 'Away'), ('busy', 'Busy'), ('offline', 'Invisible')], max_length=8, verbose_name='status')),
                ('status_expires_at', models.DateTimeField(null=True, verbose_name='status ends')),
                ('connected_until', models.DateTimeField(null=True, verbose_name='connected until')),
                ('away_at', models.DateTimeField(null=True, verbose_name='away from')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='until')),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='former_presences', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'former presence',
                'verbose_name_plural': 'former presences',
                'default_permissions': (),
                'indexes': [models.Index(fields=['user', 'at'], name='former_presence_of_user'), models.Index(fields=['at'], name='former_presence_in_time')],
            },
        ),
        migrations.RunPython(rows_move, migrations.RunPython.noop, elidable=True),
    ]
