from django.db import migrations, models

from workspace.database.index_operations import AddIndexOnline


class Migration(migrations.Migration):
    # The table is in use.
    atomic = False

    dependencies = [("workspace", "0036_data_exports_and_retention")]

    operations = [
        AddIndexOnline("knownaddress", models.Index(fields=["seen_at"], name="known_address_seen")),
    ]
