"""The tables of a new installation, in one step instead of many.

Databases that have some of the replaced migrations go on with those. Changes of rows are left out: there are none yet.
"""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import preferences.quiet.schedule
import workspace.time_zones
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('preferences', '0001_initial'), ('preferences', '0002_quiet_hours_and_choices'), ('preferences', '0003_indexes_of_all_messages'), ('preferences', '0004_quiet_hours_in_use'), ('preferences', '0005_plain_texts')]

    initial = True

    dependencies = [
        ('workspace', '0002_time_zones'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountPreferences',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='preferences', serialize=False, to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('desktop', models.CharField(blank=True, choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='', max_length=8, verbose_name='desktop')),
                ('push', models.CharField(blank=True, choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='', max_length=8, verbose_name='push')),
                ('email', models.CharField(blank=True, choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='', max_length=8, verbose_name='e-mail')),
                ('always_display_mobile', models.BooleanField(blank=True, null=True, verbose_name='always display mobile notifications')),
                ('auto_away', models.BooleanField(blank=True, null=True, verbose_name='auto away')),
                ('idle_limit', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(86400)], verbose_name='idle limit')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('client_choices', models.JSONField(blank=True, default=dict, help_text="Used only by the user's clients.", verbose_name='client preferences')),
                ('login_detection_email', models.BooleanField(blank=True, null=True, verbose_name='e-mail on new sign-ins')),
                ('mute_focused', models.BooleanField(blank=True, null=True, verbose_name='mute focused conversations')),
                ('new_message_sound', models.CharField(blank=True, choices=[('none', 'None'), ('beep', 'Beep'), ('chelle', 'Chelle'), ('chime', 'Chime'), ('ding', 'Ding'), ('door', 'Door'), ('droplet', 'Droplet'), ('highbell', 'High bell'), ('seasons', 'Seasons')], default='', max_length=16, verbose_name='new message sound')),
                ('new_room_sound', models.CharField(blank=True, choices=[('none', 'None'), ('beep', 'Beep'), ('chelle', 'Chelle'), ('chime', 'Chime'), ('ding', 'Ding'), ('door', 'Door'), ('droplet', 'Droplet'), ('highbell', 'High bell'), ('seasons', 'Seasons')], default='', max_length=16, verbose_name='new room sound')),
                ('require_interaction', models.BooleanField(blank=True, null=True, verbose_name='desktop notifications stay until clicked')),
                ('sound_volume', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='notification sound volume')),
                ('unread_alert', models.BooleanField(blank=True, null=True, verbose_name='unread alert')),
            ],
            options={
                'verbose_name': 'account preferences',
                'verbose_name_plural': 'account preferences',
                'indexes': [models.Index(condition=models.Q(('desktop', 'all'), ('push', 'all'), ('email', 'all'), _connector='OR'), fields=['user'], name='account_preferences_all')],
            },
        ),
        migrations.CreateModel(
            name='AccountsSettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('allow_email', models.BooleanField(default=True, help_text='Off: no user is notified by e-mail, whatever their preferences.', verbose_name='Allow e-mail notifications')),
                ('desktop', models.CharField(choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='all', help_text='Messages that cause a notification while a page is open in the browser.', max_length=8, verbose_name='Desktop Notifications Default Alert')),
                ('require_interaction', models.BooleanField(default=False, help_text='Notifications stay until they are clicked.', verbose_name='Require interaction to dismiss desktop notifications')),
                ('push', models.CharField(choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='all', help_text='Messages that are pushed to phones.', max_length=8, verbose_name='Mobile Notifications Default Alert')),
                ('always_display_mobile', models.BooleanField(default=True, help_text='Off: members who are online when a push is sent do not receive it.', verbose_name='Always display mobile notifications')),
                ('email', models.CharField(choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='mentions', help_text='Messages that are sent by e-mail to members who are not online.', max_length=8, verbose_name='E-mail notifications')),
                ('login_detection_email', models.BooleanField(default=True, help_text='Users receive an e-mail when their account is used from a new device.', verbose_name='E-mail on new sign-ins')),
                ('unread_alert', models.BooleanField(default=True, help_text="The page's title and icon show that there are unread messages.", verbose_name='Unread alert')),
                ('auto_away', models.BooleanField(default=True, help_text='Members are shown as away after the idle time limit.', verbose_name='Auto away')),
                ('idle_limit', models.PositiveIntegerField(default=60, help_text='Seconds without activity until a member is shown as away, at most one day (86,400). 0: never.', validators=[django.core.validators.MaxValueValidator(86400)], verbose_name='Idle time limit')),
                ('new_room_sound', models.CharField(choices=[('none', 'None'), ('beep', 'Beep'), ('chelle', 'Chelle'), ('chime', 'Chime'), ('ding', 'Ding'), ('door', 'Door'), ('droplet', 'Droplet'), ('highbell', 'High bell'), ('seasons', 'Seasons')], default='door', max_length=16, verbose_name='New room sound')),
                ('new_message_sound', models.CharField(choices=[('none', 'None'), ('beep', 'Beep'), ('chelle', 'Chelle'), ('chime', 'Chime'), ('ding', 'Ding'), ('door', 'Door'), ('droplet', 'Droplet'), ('highbell', 'High bell'), ('seasons', 'Seasons')], default='chime', max_length=16, verbose_name='New message sound')),
                ('mute_focused', models.BooleanField(default=True, help_text='No sound for messages in the open room.', verbose_name='Mute focused conversations')),
                ('sound_volume', models.PositiveSmallIntegerField(default=100, help_text='Percent, from 0 to 100.', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='Notification sound volume')),
                ('lets_mentions_through', models.BooleanField(default=False, help_text='On: they are pushed at any time, unless the member has chosen otherwise.', verbose_name='Push direct messages and mentions during quiet hours')),
                ('quiet_hours', models.TextField(blank=True, default='', help_text="Pushes in these hours are delivered when the hours end. Times are in each member's time zone. Write days and hours on one line, such as “mon-fri 22:00-07:00” or “sat,sun 00:00-24:00”. Empty: none.", validators=[preferences.quiet.schedule.hours_validate], verbose_name='Quiet hours')),
            ],
            options={
                'verbose_name': 'Accounts',
                'verbose_name_plural': 'Accounts',
            },
        ),
        migrations.CreateModel(
            name='HighlightWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(max_length=64, verbose_name='word')),
                ('folded', models.CharField(editable=False, help_text='The form used for comparison.', max_length=192)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='highlight_words', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'highlight word',
                'verbose_name_plural': 'highlight words',
                'indexes': [models.Index(fields=['folded'], name='highlight_word_folded')],
                'constraints': [models.UniqueConstraint(fields=('user', 'folded'), name='highlight_word_once_per_user')],
            },
        ),
        migrations.CreateModel(
            name='IgnoredSender',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('sender', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='sender')),
                ('subscription', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ignored_senders', to='workspace.subscription', verbose_name='subscription')),
            ],
            options={
                'verbose_name': 'ignored sender',
                'verbose_name_plural': 'ignored senders',
                'constraints': [models.UniqueConstraint(fields=('subscription', 'sender'), name='sender_ignored_once_per_room')],
            },
        ),
        migrations.CreateModel(
            name='QuietHours',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='quiet_hours', serialize=False, to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('choice', models.CharField(blank=True, choices=[('own', 'My own hours'), ('none', 'None')], default='', max_length=4, verbose_name='quiet hours')),
                ('hours', models.CharField(blank=True, default='', help_text='Saved even while they are not in use.', max_length=600, validators=[preferences.quiet.schedule.hours_validate], verbose_name='own hours')),
                ('lets_mentions_through', models.BooleanField(blank=True, null=True, verbose_name='push direct messages and mentions during quiet hours')),
                ('paused_until', models.DateTimeField(blank=True, null=True, verbose_name='paused until')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
            ],
            options={
                'verbose_name': 'quiet hours',
                'verbose_name_plural': 'quiet hours',
                'indexes': [models.Index(fields=['choice'], name='quiet_hours_by_choice'), models.Index(fields=['paused_until'], name='quiet_hours_by_pause')],
            },
        ),
        migrations.CreateModel(
            name='QuietSchedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hours', models.CharField(max_length=600, validators=[preferences.quiet.schedule.hours_validate], verbose_name='hours')),
                ('time_zone', models.CharField(max_length=64, validators=[workspace.time_zones.time_zone_validate], verbose_name='time zone')),
                ('filled_until', models.DateTimeField(editable=False, null=True, verbose_name='periods stored until')),
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
            name='RoomPreferences',
            fields=[
                ('subscription', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='preferences', serialize=False, to='workspace.subscription', verbose_name='subscription')),
                ('desktop', models.CharField(blank=True, choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='', max_length=8, verbose_name='desktop')),
                ('push', models.CharField(blank=True, choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='', max_length=8, verbose_name='push')),
                ('email', models.CharField(blank=True, choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='', max_length=8, verbose_name='e-mail')),
                ('notifications_disabled', models.BooleanField(default=False, verbose_name='no notifications')),
                ('group_mentions_muted', models.BooleanField(default=False, verbose_name='@all and @here muted')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('room', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspace.room')),
                ('audio', models.CharField(blank=True, choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='', max_length=8, verbose_name='sounds')),
                ('desktop_duration', models.PositiveSmallIntegerField(blank=True, help_text='Empty or 0: as long as the browser shows them.', null=True, validators=[django.core.validators.MaxValueValidator(3600)], verbose_name='seconds that desktop notifications stay')),
                ('mentions_hidden', models.BooleanField(default=False, verbose_name='mention badge hidden')),
                ('sound', models.CharField(blank=True, choices=[('none', 'None'), ('beep', 'Beep'), ('chelle', 'Chelle'), ('chime', 'Chime'), ('ding', 'Ding'), ('door', 'Door'), ('droplet', 'Droplet'), ('highbell', 'High bell'), ('seasons', 'Seasons')], default='', max_length=16, verbose_name='sound')),
                ('unread_alert', models.CharField(blank=True, choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='', max_length=8, verbose_name='unread alert')),
                ('unread_hidden', models.BooleanField(default=False, verbose_name='unread counter hidden')),
            ],
            options={
                'verbose_name': 'room preferences',
                'verbose_name_plural': 'room preferences',
                'indexes': [models.Index(fields=['room', 'push'], name='room_preferences_of_room'), models.Index(condition=models.Q(('desktop', 'all'), ('push', 'all'), ('email', 'all'), _connector='OR'), fields=['room'], name='room_preferences_all')],
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
                'verbose_name': 'sign-in trait',
                'verbose_name_plural': 'sign-in traits',
                'default_permissions': (),
                'indexes': [models.Index(fields=['seen_at'], name='sign_in_trait_seen')],
                'constraints': [models.UniqueConstraint(fields=('user', 'kind', 'digest'), name='sign_in_trait_once')],
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
    ]
