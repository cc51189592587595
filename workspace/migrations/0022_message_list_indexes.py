"""Indexes for what clients load of a room: its changed and deleted messages, and its threads."""

from django.db import migrations, models

from workspace.database.index_operations import AddIndexOnline


class Migration(migrations.Migration):
    # The table may have millions of rows, and is in use while the indexes are built.
    atomic = False

    dependencies = [
        ("workspace", "0021_sign_in_and_message_settings"),
    ]

    operations = [
        AddIndexOnline(
            model_name="message",
            index=models.Index(fields=["room", "updated_at"], name="message_of_room_changed"),
        ),
        AddIndexOnline(
            model_name="message",
            index=models.Index(
                condition=models.Q(("last_reply_at__isnull", False)),
                fields=["room", "last_reply_at"],
                name="thread_of_room_in_time",
            ),
        ),
        AddIndexOnline(
            model_name="message",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=["room", "deleted_at"],
                name="message_of_room_deleted",
            ),
        ),
    ]
