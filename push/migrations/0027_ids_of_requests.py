from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('push', '0026_installation_alerts'),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='request_id',
            field=models.CharField(blank=True, editable=False, max_length=64, null=True, verbose_name='request'),
        ),
        migrations.AddField(
            model_name='decision',
            name='trace_id',
            field=models.CharField(blank=True, editable=False, max_length=32, null=True, verbose_name='trace'),
        ),
        migrations.AddField(
            model_name='decision',
            name='trace_parent',
            field=models.CharField(blank=True, editable=False, max_length=64, null=True),
        ),
    ]
