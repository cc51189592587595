from django.db import migrations, models

from workspace.database.index_operations import AddIndexOnline


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('push', '0027_ids_of_requests'),
    ]

    operations = [
        AddIndexOnline(
            model_name='decision',
            index=models.Index(condition=models.Q(('request_id__isnull', False)), fields=['request_id'], name='decision_of_request'),
        ),
    ]
