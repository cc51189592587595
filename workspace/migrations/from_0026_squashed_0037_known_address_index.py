"""The tables of a new installation, continued.

It is separate because knox's tables need those of the first part, and the personal access tokens need knox's. An upgrade
from a version before 0026 uses it, too.
"""

import django.core.validators
import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
import workspace.ids
import workspace.models.accounts
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('workspace', '0026_profiles_and_access_tokens'), ('workspace', '0027_room_roles_and_settings'), ('workspace', '0028_message_marks'), ('workspace', '0029_role_descriptions'), ('workspace', '0030_report_dismissal_index'), ('workspace', '0031_incoming_webhooks'), ('workspace', '0032_deleted_accounts'), ('workspace', '0033_pictures'), ('workspace', '0034_second_factor_by_mail_and_erasures'), ('workspace', '0035_workspace_language'), ('workspace', '0036_data_exports_and_retention'), ('workspace', '0037_known_address_index')]

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('knox', '0009_extend_authtoken_field'),
        ('workspace', '0025_live_events'),
    ]

    operations = [
        migrations.AddField(
            model_name='generalsettings',
            name='language',
            field=models.CharField(choices=[('en', 'English'), ('de', 'German'), ('es', 'Spanish'), ('fr', 'French'), ('pt', 'Portuguese')], default='en', help_text='For notifications and e-mails to users who have not chosen one.', max_length=12, verbose_name='Language'),
        ),
        migrations.AddIndex(
            model_name='knownaddress',
            index=models.Index(fields=['seen_at'], name='known_address_seen'),
        ),
        migrations.AddField(
            model_name='message',
            name='role',
            field=models.CharField(blank=True, help_text='The role that a system message is about.', max_length=16, verbose_name='role'),
        ),
        migrations.AddField(
            model_name='message',
            name='avatar',
            field=models.CharField(blank=True, db_default='', default='', max_length=1000, verbose_name='picture'),
        ),
        migrations.AddField(
            model_name='message',
            name='emoji',
            field=models.CharField(blank=True, db_default='', default='', max_length=64, verbose_name='emoji'),
        ),
        migrations.AddField(
            model_name='message',
            name='integration_id',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=17, verbose_name='webhook'),
        ),
        migrations.AddField(
            model_name='messagesettings',
            name='allow_pinning',
            field=models.BooleanField(default=True, help_text='Users with the permission may pin messages in their rooms.', verbose_name='Allow pinning'),
        ),
        migrations.AddField(
            model_name='messagesettings',
            name='allow_starring',
            field=models.BooleanField(default=True, help_text='Users may mark messages for themselves with a star.', verbose_name='Allow starring'),
        ),
        migrations.AddField(
            model_name='messagesettings',
            name='shows_readers',
            field=models.BooleanField(default=True, help_text='Users see under My Account when an administrator or moderator has read their messages without being a member of the room.', verbose_name='Show who has read messages in the administration'),
        ),
        migrations.AlterField(
            model_name='room',
            name='topic',
            field=models.CharField(blank=True, max_length=1000, verbose_name='topic'),
        ),
        migrations.AddField(
            model_name='room',
            name='allows_reactions',
            field=models.BooleanField(default=False, help_text='Members can react to messages although it is read-only.', verbose_name='reactions while read-only'),
        ),
        migrations.AddField(
            model_name='room',
            name='announcement',
            field=models.TextField(blank=True, max_length=5000, verbose_name='announcement'),
        ),
        migrations.AddField(
            model_name='room',
            name='custom_fields',
            field=models.JSONField(blank=True, default=dict, verbose_name='custom fields'),
        ),
        migrations.AddField(
            model_name='room',
            name='deleted_at',
            field=models.DateTimeField(editable=False, help_text='Only its row remains, without members and texts.', null=True, verbose_name='deleted'),
        ),
        migrations.AddField(
            model_name='room',
            name='description',
            field=models.TextField(blank=True, max_length=5000, verbose_name='description'),
        ),
        migrations.AddField(
            model_name='room',
            name='is_default',
            field=models.BooleanField(default=False, help_text='New accounts join it.', verbose_name='default'),
        ),
        migrations.AddField(
            model_name='room',
            name='is_featured',
            field=models.BooleanField(default=False, help_text='Listed first in the directory.', verbose_name='featured'),
        ),
        migrations.AddField(
            model_name='room',
            name='join_code_digest',
            field=models.CharField(blank=True, editable=False, max_length=64, verbose_name='join code'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='is_favorite',
            field=models.BooleanField(default=False, verbose_name='favorite'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='is_leader',
            field=models.BooleanField(default=False, verbose_name='leader'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='is_moderator',
            field=models.BooleanField(default=False, verbose_name='moderator'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='is_unmuted',
            field=models.BooleanField(default=False, help_text='Can post although the room is read-only.', verbose_name='may post while read-only'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('is_muted', True)), fields=['room'], name='subscription_muted'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('is_unmuted', True)), fields=['room'], name='subscription_unmuted'),
        ),
        migrations.AddField(
            model_name='user',
            name='bio',
            field=models.CharField(blank=True, max_length=260, verbose_name='about me'),
        ),
        migrations.AddField(
            model_name='user',
            name='nickname',
            field=models.CharField(blank=True, max_length=120, verbose_name='nickname'),
        ),
        migrations.AddField(
            model_name='user',
            name='session_generation',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='user',
            name='deleted_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='deleted'),
        ),
        migrations.AddField(
            model_name='user',
            name='avatar_etag',
            field=models.CharField(blank=True, editable=False, max_length=17),
        ),
        migrations.AlterModelManagers(
            name='user',
            managers=[
                ('with_deleted', django.db.models.manager.Manager()),
                ('objects', workspace.models.accounts.ExistingUserManager()),
            ],
        ),
        migrations.CreateModel(
            name='Avatar',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='avatar', serialize=False, to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('content', models.BinaryField(verbose_name='content')),
                ('content_type', models.CharField(max_length=32, verbose_name='content type')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
            ],
            options={
                'verbose_name': 'picture',
                'verbose_name_plural': 'pictures',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='DataExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', workspace.ids.PublicIdField(default=workspace.ids.public_id_new, editable=False, max_length=17, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9]{1,17}\\Z', 'An id is made of up to 17 letters and digits.')], verbose_name='id')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Being made'), ('ready', 'Ready'), ('failed', 'Failed')], default='waiting', max_length=8, verbose_name='state')),
                ('progress', models.PositiveSmallIntegerField(default=0, help_text='In per cent.', verbose_name='progress')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                ('size', models.PositiveBigIntegerField(default=0, help_text='In bytes.', verbose_name='size')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='requested')),
                ('retry_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='next try')),
                ('finished_at', models.DateTimeField(editable=False, null=True, verbose_name='finished')),
                ('expires_at', models.DateTimeField(editable=False, null=True, verbose_name='expires')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='data_exports', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'data export',
                'verbose_name_plural': 'data exports',
                'ordering': ['-pk'],
                'permissions': [('export_user_data', 'May export all data of another person')],
                'default_permissions': (),
                'indexes': [models.Index(fields=['expires_at'], name='data_export_expiry')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'running'])), fields=('user',), name='data_export_one_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='DeletedRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=150, unique=True, verbose_name='name')),
                ('deleted_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='deleted')),
            ],
            options={
                'verbose_name': 'deleted role',
                'verbose_name_plural': 'deleted roles',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='EmailCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(blank=True, max_length=64, verbose_name='digest')),
                ('wrong_attempts', models.PositiveSmallIntegerField(default=0, verbose_name='wrong attempts')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'code sent by e-mail',
                'verbose_name_plural': 'codes sent by e-mail',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='EmailSecondFactor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='email_second_factor', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'second factor by e-mail',
                'verbose_name_plural': 'second factors by e-mail',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Integration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', workspace.ids.PublicIdField(default=workspace.ids.public_id_new, editable=False, max_length=17, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9]{1,17}\\Z', 'An id is made of up to 17 letters and digits.')], verbose_name='id')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('is_enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('channels', models.CharField(help_text='Where messages are posted: #room or @username, several with commas between them.', max_length=1000, verbose_name='rooms')),
                ('may_choose_room', models.BooleanField(default=False, help_text='Anyone who has the address can then post to every channel and write to every member.', verbose_name='calls may name other rooms')),
                ('alias', models.CharField(blank=True, help_text="Shown instead of the account's name.", max_length=255, verbose_name='alias')),
                ('emoji', models.CharField(blank=True, help_text='Shown instead of a picture, such as :bell:.', max_length=64, verbose_name='emoji')),
                ('avatar', models.CharField(blank=True, help_text='The address of a picture for the messages.', max_length=1000, validators=[django.core.validators.URLValidator(schemes=['http', 'https'])], verbose_name='picture')),
                ('calls_per_minute', models.PositiveIntegerField(default=60, help_text='Further calls are answered with 429.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(6000)], verbose_name='calls per minute')),
                ('token_digest', models.CharField(editable=False, max_length=64, verbose_name='digest of the token')),
                ('token_end', models.CharField(editable=False, max_length=4, verbose_name='end of the token')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('user', models.ForeignKey(help_text='The messages are posted by this account.', on_delete=django.db.models.deletion.PROTECT, related_name='integrations', to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'incoming webhook',
                'verbose_name_plural': 'incoming webhooks',
                'ordering': ['name', 'pk'],
                'permissions': [('manage_incoming_integrations', 'May manage all incoming webhooks'), ('manage_own_incoming_integrations', 'May manage their own incoming webhooks')],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='PendingErasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('erases_messages', models.BooleanField(help_text='What the setting said when the account was deleted.', verbose_name='erases messages')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'pending erasure',
                'verbose_name_plural': 'pending erasures',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='PersonalAccessToken',
            fields=[
                ('auth_token', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='personal', serialize=False, to='knox.authtoken', verbose_name='token')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('last_token_part', models.CharField(max_length=6, verbose_name='end of the token')),
                ('bypasses_two_factor', models.BooleanField(default=False, help_text='No second factor is required with this token.', verbose_name='ignores second factors')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='access_tokens', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'personal access token',
                'verbose_name_plural': 'personal access tokens',
                'ordering': ['created_at', 'pk'],
                'permissions': [('create_personal_access_tokens', 'May create personal access tokens')],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('user', 'name'), name='access_token_name_once')],
            },
        ),
        migrations.CreateModel(
            name='Pin',
            fields=[
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='pin', serialize=False, to='workspace.message', verbose_name='message')),
                ('is_pinned', models.BooleanField(default=True, verbose_name='pinned')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='pinned or unpinned')),
                ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='pinned or unpinned by')),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspace.room', verbose_name='room')),
            ],
            options={
                'verbose_name': 'pin',
                'verbose_name_plural': 'pins',
                'permissions': [('pin_message', 'May pin messages')],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='PinNotice',
            fields=[
                ('notice', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='pin_notice', serialize=False, to='workspace.message', verbose_name='system message')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pin_notices', to='workspace.message', verbose_name='message')),
            ],
            options={
                'verbose_name': 'pin notice',
                'verbose_name_plural': 'pin notices',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Reaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('emoji', models.CharField(help_text='Its name between colons, such as :smile:.', max_length=64, validators=[django.core.validators.RegexValidator('\\A:[A-Za-z0-9_+-]+:\\Z')], verbose_name='emoji')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('message', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='reactions', to='workspace.message', verbose_name='message')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'reaction',
                'verbose_name_plural': 'reactions',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('message', 'emoji', 'user'), name='reaction_once_per_message')],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', workspace.ids.PublicIdField(default=workspace.ids.public_id_new, editable=False, max_length=17, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9]{1,17}\\Z', 'An id is made of up to 17 letters and digits.')], verbose_name='id')),
                ('description', models.TextField(max_length=1000, verbose_name='description')),
                ('text', models.TextField(blank=True, verbose_name='text at the time')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='reported')),
                ('dismissed_at', models.DateTimeField(editable=False, null=True, verbose_name='dismissed')),
                ('reason', models.CharField(blank=True, editable=False, max_length=255, verbose_name='reason')),
                ('dismissed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dismissed by')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='workspace.message', verbose_name='message')),
                ('reporter', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reported by')),
            ],
            options={
                'verbose_name': 'reported message',
                'verbose_name_plural': 'reported messages',
                'ordering': ['-pk'],
                'permissions': [('view_moderation_console', 'May read reported messages'), ('manage_moderation_actions', 'May dismiss reports of messages')],
                'default_permissions': (),
                'indexes': [models.Index(fields=['dismissed_at'], name='report_dismissed')],
            },
        ),
        migrations.CreateModel(
            name='RetentionSettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('notification_days', models.PositiveIntegerField(default=0, help_text='Days that finished notifications, their deliveries, the decisions and the history that explains them are stored. 0: as long as RETENTION_DAYS in the environment says, by default 30.', validators=[django.core.validators.MaxValueValidator(3650)], verbose_name='Notifications')),
                ('mail_days', models.PositiveIntegerField(default=0, help_text='Days that e-mails are stored if there is no mail server. 0: as RETENTION_DAYS.', validators=[django.core.validators.MaxValueValidator(3650)], verbose_name='E-mails')),
                ('traffic_days', models.PositiveIntegerField(default=0, help_text='Days that pushes of the gateway and of simulated phones are stored. 0: as RETENTION_DAYS.', validators=[django.core.validators.MaxValueValidator(3650)], verbose_name='Traffic')),
                ('device_days', models.PositiveIntegerField(default=0, help_text='Days that devices whose token is no longer valid are stored. 0: as RETENTION_DAYS.', validators=[django.core.validators.MaxValueValidator(3650)], verbose_name='Disabled devices')),
                ('sign_in_days', models.PositiveIntegerField(default=365, help_text='Days after their last use that the networks of sign-ins are stored, as digests, and failed sign-ins.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='Sign-ins')),
                ('report_days', models.PositiveIntegerField(default=0, help_text='Days that reports of messages are stored after they were dismissed. 0: as RETENTION_DAYS.', validators=[django.core.validators.MaxValueValidator(3650)], verbose_name='Reports')),
                ('access_days', models.PositiveIntegerField(default=365, help_text="Days that the records of who has read other people's messages are stored.", validators=[django.core.validators.MinValueValidator(30), django.core.validators.MaxValueValidator(3650)], verbose_name='Message access log')),
                ('export_days', models.PositiveIntegerField(default=7, help_text="Days that the file with a person's data can be downloaded.", validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(90)], verbose_name='Data exports')),
            ],
            options={
                'verbose_name': 'Retention',
                'verbose_name_plural': 'Retention',
            },
        ),
        migrations.CreateModel(
            name='RoleDetails',
            fields=[
                ('role', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='details', serialize=False, to='auth.group', verbose_name='role')),
                ('description', models.CharField(blank=True, max_length=255, verbose_name='description')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
            ],
            options={
                'verbose_name': 'description of a role',
                'verbose_name_plural': 'descriptions of roles',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Star',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('message', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='stars', to='workspace.message', verbose_name='message')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'star',
                'verbose_name_plural': 'stars',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('message', 'user'), name='star_once_per_message')],
            },
        ),
        migrations.CreateModel(
            name='DataExportPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('content', models.BinaryField(verbose_name='content')),
                ('export', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='workspace.dataexport', verbose_name='data export')),
            ],
            options={
                'verbose_name': 'part of a data export',
                'verbose_name_plural': 'parts of data exports',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('export', 'number'), name='data_export_part_once')],
            },
        ),
        migrations.CreateModel(
            name='IntegrationCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('called_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='time')),
                ('status', models.PositiveSmallIntegerField(verbose_name='status')),
                ('error', models.CharField(blank=True, max_length=255, verbose_name='error')),
                ('format', models.CharField(blank=True, max_length=32, verbose_name='format')),
                ('size', models.PositiveIntegerField(help_text='In bytes.', verbose_name='size')),
                ('message_ids', models.CharField(blank=True, max_length=255, verbose_name='messages')),
                ('integration', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='workspace.integration', verbose_name='webhook')),
            ],
            options={
                'verbose_name': 'call of a webhook',
                'verbose_name_plural': 'calls of webhooks',
                'ordering': ['-pk'],
                'default_permissions': (),
            },
        ),
    ]
