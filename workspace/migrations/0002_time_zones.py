import workspace.time_zones
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workspace', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='generalsettings',
            name='time_zone',
            field=models.CharField(default='UTC', help_text='Of everybody who has not chosen their own, such as Europe/Berlin.', max_length=64, validators=[workspace.time_zones.time_zone_validate], verbose_name='Time zone'),
        ),
        migrations.AddField(
            model_name='user',
            name='time_zone',
            field=models.CharField(blank=True, help_text='Such as Europe/Berlin. Empty: the time zone of the workspace.', max_length=64, validators=[workspace.time_zones.time_zone_validate], verbose_name='time zone'),
        ),
        migrations.AlterField(
            model_name='settingchange',
            name='source',
            field=models.CharField(choices=[('admin', 'Settings screen'), ('api', 'API'), ('revert', 'Revert'), ('command', 'Command line'), ('cloud', 'Cloud connection')], max_length=8, verbose_name='where from'),
        ),
    ]
