"""Take the permission to read messages from the role of administrators, which version 0.1.0 gave it unasked."""

from django.db import migrations


def text_permission_withdraw(apps, schema_editor):
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="workspace", codename="view_message_text"
    )
    for group in apps.get_model("auth", "Group").objects.filter(name="admin"):
        group.permissions.remove(*permissions)


class Migration(migrations.Migration):

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("workspace", "0009_text_views"),
    ]

    operations = [
        migrations.RunPython(text_permission_withdraw, migrations.RunPython.noop),
    ]
