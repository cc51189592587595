import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import preferences.quiet.schedule
import workspace.time_zones
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('preferences', '0001_initial'),
        ('workspace', '0002_time_zones'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='QuietHours',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='quiet_hours', serialize=False, to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('choice', models.CharField(blank=True, choices=[('own', 'My own hours'), ('none', 'None')], default='', max_length=4, verbose_name='quiet hours')),
                ('hours', models.CharField(blank=True, default='', help_text='Kept while they are not in use, too.', max_length=600, validators=[preferences.quiet.schedule.hours_validate], verbose_name='own hours')),
                ('lets_mentions_through', models.BooleanField(blank=True, null=True, verbose_name='let direct messages and mentions through')),
                ('paused_until', models.DateTimeField(blank=True, null=True, verbose_name='paused until')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
            ],
            options={
                'verbose_name': 'quiet hours',
                'verbose_name_plural': 'quiet hours',
            },
        ),
        migrations.AddField(
            model_name='accountpreferences',
            name='client_choices',
            field=models.JSONField(blank=True, default=dict, help_text="What only the user's own clients read.", verbose_name='kept for clients'),
        ),
        migrations.AddField(
            model_name='accountpreferences',
            name='login_detection_email',
            field=models.BooleanField(blank=True, null=True, verbose_name='e-mail on new sign-ins'),
        ),
        migrations.AddField(
            model_name='accountpreferences',
            name='mute_focused',
            field=models.BooleanField(blank=True, null=True, verbose_name='mute focused conversations'),
        ),
        migrations.AddField(
            model_name='accountpreferences',
            name='new_message_sound',
            field=models.CharField(blank=True, choices=[('none', 'None'), ('beep', 'Beep'), ('chelle', 'Chelle'), ('chime', 'Chime'), ('ding', 'Ding'), ('door', 'Door'), ('droplet', 'Droplet'), ('highbell', 'High bell'), ('seasons', 'Seasons')], default='', max_length=16, verbose_name='new message sound'),
        ),
        migrations.AddField(
            model_name='accountpreferences',
            name='new_room_sound',
            field=models.CharField(blank=True, choices=[('none', 'None'), ('beep', 'Beep'), ('chelle', 'Chelle'), ('chime', 'Chime'), ('ding', 'Ding'), ('door', 'Door'), ('droplet', 'Droplet'), ('highbell', 'High bell'), ('seasons', 'Seasons')], default='', max_length=16, verbose_name='new room sound'),
        ),
        migrations.AddField(
            model_name='accountpreferences',
            name='require_interaction',
            field=models.BooleanField(blank=True, null=True, verbose_name='desktop notifications stay until clicked'),
        ),
        migrations.AddField(
            model_name='accountpreferences',
            name='sound_volume',
            field=models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='notification sound volume'),
        ),
        migrations.AddField(
            model_name='accountpreferences',
            name='unread_alert',
            field=models.BooleanField(blank=True, null=True, verbose_name='unread alert'),
        ),
        migrations.AddField(
            model_name='accountssettings',
            name='lets_mentions_through',
            field=models.BooleanField(default=False, help_text='On: these are pushed at any time, unless the member chose otherwise.', verbose_name='Direct messages and mentions break through quiet hours'),
        ),
        migrations.AddField(
            model_name='accountssettings',
            name='quiet_hours',
            field=models.TextField(blank=True, default='', help_text="Pushes that would come in these hours, in each member's time zone, come at their end instead. Days and hours on one line, such as “mon-fri 22:00-07:00” or “sat,sun 00:00-24:00”. Empty: none.", validators=[preferences.quiet.schedule.hours_validate], verbose_name='Quiet hours'),
        ),
        migrations.AddField(
            model_name='roompreferences',
            name='audio',
            field=models.CharField(blank=True, choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='', max_length=8, verbose_name='sounds'),
        ),
        migrations.AddField(
            model_name='roompreferences',
            name='desktop_duration',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Empty or 0: as long as the browser shows them.', null=True, validators=[django.core.validators.MaxValueValidator(3600)], verbose_name='seconds that desktop notifications stay'),
        ),
        migrations.AddField(
            model_name='roompreferences',
            name='mentions_hidden',
            field=models.BooleanField(default=False, verbose_name='mention badge hidden, too'),
        ),
        migrations.AddField(
            model_name='roompreferences',
            name='sound',
            field=models.CharField(blank=True, choices=[('none', 'None'), ('beep', 'Beep'), ('chelle', 'Chelle'), ('chime', 'Chime'), ('ding', 'Ding'), ('door', 'Door'), ('droplet', 'Droplet'), ('highbell', 'High bell'), ('seasons', 'Seasons')], default='', max_length=16, verbose_name='sound'),
        ),
        migrations.AddField(
            model_name='roompreferences',
            name='unread_alert',
            field=models.CharField(blank=True, choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='', max_length=8, verbose_name='unread alert'),
        ),
        migrations.AddField(
            model_name='roompreferences',
            name='unread_hidden',
            field=models.BooleanField(default=False, verbose_name='unread counter hidden'),
        ),
        migrations.AlterField(
            model_name='accountpreferences',
            name='idle_limit',
            field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(86400)], verbose_name='idle limit'),
        ),
        migrations.CreateModel(
            name='QuietSchedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hours', models.CharField(max_length=600, validators=[preferences.quiet.schedule.hours_validate], verbose_name='hours')),
                ('time_zone', models.CharField(max_length=64, validators=[workspace.time_zones.time_zone_validate], verbose_name='time zone')),
                ('filled_until', models.DateTimeField(editable=False, null=True, verbose_name='periods known until')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
            ],
            options={
                'verbose_name': 'quiet schedule',
                'verbose_name_plural': 'quiet schedules',
                'default_permissions': (),
                'indexes': [models.Index(fields=['filled_until'], name='quiet_schedule_filled')],
                'constraints': [models.UniqueConstraint(fields=('hours', 'time_zone'), name='quiet_schedule_once')],
            },
        ),
        migrations.CreateModel(
            name='QuietPeriod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='until')),
                ('schedule', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='periods', to='preferences.quietschedule', verbose_name='schedule')),
            ],
            options={
                'verbose_name': 'quiet period',
                'verbose_name_plural': 'quiet periods',
                'ordering': ['starts_at'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('schedule', 'starts_at'), name='quiet_period_once')],
            },
        ),
        migrations.CreateModel(
            name='SignInAlert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(blank=True, max_length=120, verbose_name='browser or app')),
                ('address', models.GenericIPAddressField(null=True, verbose_name='address')),
                ('at', models.DateTimeField(verbose_name='signed in')),
                ('failures', models.PositiveSmallIntegerField(default=0, verbose_name='failures')),
                ('retry_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='next try')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'e-mail about a sign-in',
                'verbose_name_plural': 'e-mails about sign-ins',
                'default_permissions': (),
                'indexes': [models.Index(fields=['retry_at'], name='sign_in_alert_due')],
            },
        ),
        migrations.CreateModel(
            name='SignInTrait',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('program', 'Browser or app'), ('network', 'Network')], max_length=8, verbose_name='kind')),
                ('digest', models.CharField(max_length=64, verbose_name='digest')),
                ('seen_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last seen')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'trait of sign-ins',
                'verbose_name_plural': 'traits of sign-ins',
                'default_permissions': (),
                'indexes': [models.Index(fields=['seen_at'], name='sign_in_trait_seen')],
                'constraints': [models.UniqueConstraint(fields=('user', 'kind', 'digest'), name='sign_in_trait_once')],
            },
        ),
    ]
