from django.db import migrations, models

from workspace.database.index_operations import AddIndexOnline


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('push', '0028_decision_of_request'),
    ]

    operations = [
        AddIndexOnline(
            model_name='decision',
            index=models.Index(condition=models.Q(('trace_id__isnull', False)), fields=['trace_id'], name='decision_of_trace'),
        ),
    ]
