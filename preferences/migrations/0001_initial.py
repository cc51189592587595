import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('workspace', '0001_initial'),
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
                ('idle_limit', models.PositiveIntegerField(blank=True, null=True, verbose_name='idle limit')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
            ],
            options={
                'verbose_name': 'account preferences',
                'verbose_name_plural': 'account preferences',
            },
        ),
        migrations.CreateModel(
            name='AccountsSettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('allow_email', models.BooleanField(default=True, help_text='Off: nobody is notified by e-mail, whatever they chose.', verbose_name='Allow e-mail notifications')),
                ('desktop', models.CharField(choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='all', help_text='Which messages show a notification in an open web page.', max_length=8, verbose_name='Desktop Notifications Default Alert')),
                ('require_interaction', models.BooleanField(default=False, help_text='They stay until clicked.', verbose_name='Require interaction to dismiss desktop notifications')),
                ('push', models.CharField(choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='all', help_text='Which messages are pushed to phones.', max_length=8, verbose_name='Mobile Notifications Default Alert')),
                ('always_display_mobile', models.BooleanField(default=True, help_text='Off: no push to a member who is online at the moment of sending.', verbose_name='Always display mobile notifications')),
                ('email', models.CharField(choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='mentions', help_text='Which messages are sent by e-mail to members who are not online.', max_length=8, verbose_name='E-mail notifications')),
                ('login_detection_email', models.BooleanField(default=True, help_text='People receive an e-mail when their account is used from a new device.', verbose_name='E-mail on new sign-ins')),
                ('unread_alert', models.BooleanField(default=True, help_text="The web page's title and icon show that there are unread messages.", verbose_name='Unread alert')),
                ('auto_away', models.BooleanField(default=True, help_text='Members without activity count as away after the idle limit.', verbose_name='Auto away')),
                ('idle_limit', models.PositiveIntegerField(default=60, help_text='Seconds without activity until a member counts as away; at most a day (86,400). 0: never.', validators=[django.core.validators.MaxValueValidator(86400)], verbose_name='Idle time limit')),
                ('new_room_sound', models.CharField(choices=[('none', 'None'), ('beep', 'Beep'), ('chelle', 'Chelle'), ('chime', 'Chime'), ('ding', 'Ding'), ('door', 'Door'), ('droplet', 'Droplet'), ('highbell', 'High bell'), ('seasons', 'Seasons')], default='door', max_length=16, verbose_name='New room sound')),
                ('new_message_sound', models.CharField(choices=[('none', 'None'), ('beep', 'Beep'), ('chelle', 'Chelle'), ('chime', 'Chime'), ('ding', 'Ding'), ('door', 'Door'), ('droplet', 'Droplet'), ('highbell', 'High bell'), ('seasons', 'Seasons')], default='chime', max_length=16, verbose_name='New message sound')),
                ('mute_focused', models.BooleanField(default=True, help_text='No sound for messages in the room that is open.', verbose_name='Mute focused conversations')),
                ('sound_volume', models.PositiveSmallIntegerField(default=100, help_text='Percent, from 0 to 100.', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='Notification sound volume')),
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
                ('folded', models.CharField(editable=False, help_text='The word as it is compared.', max_length=192)),
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
            name='RoomPreferences',
            fields=[
                ('subscription', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='preferences', serialize=False, to='workspace.subscription', verbose_name='subscription')),
                ('desktop', models.CharField(blank=True, choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='', max_length=8, verbose_name='desktop')),
                ('push', models.CharField(blank=True, choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='', max_length=8, verbose_name='push')),
                ('email', models.CharField(blank=True, choices=[('all', 'All messages'), ('mentions', 'Mentions'), ('nothing', 'Nothing')], default='', max_length=8, verbose_name='e-mail')),
                ('notifications_disabled', models.BooleanField(default=False, verbose_name='receives no alerts')),
                ('group_mentions_muted', models.BooleanField(default=False, verbose_name='@all and @here muted')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('room', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspace.room')),
            ],
            options={
                'verbose_name': 'room preferences',
                'verbose_name_plural': 'room preferences',
                'indexes': [models.Index(fields=['room', 'push'], name='room_preferences_of_room')],
            },
        ),
    ]
