import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import workspace.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('public_id', workspace.ids.PublicIdField(default=workspace.ids.public_id_new, editable=False, max_length=17, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9]{1,17}\\Z', 'An id is made of up to 17 letters and digits.')], verbose_name='id')),
                ('username', models.CharField(max_length=64, unique=True, validators=[django.core.validators.RegexValidator('\\A[0-9a-zA-Z_.-]+\\Z', 'Use only letters, digits, dots, dashes and underscores.'), django.core.validators.RegexValidator('\\A(?i:all|here)\\Z', 'This name calls everybody.', inverse_match=True)], verbose_name='username')),
                ('name', models.CharField(blank=True, max_length=255, verbose_name='name')),
                ('language', models.CharField(blank=True, choices=[('en', 'English'), ('de', 'German'), ('es', 'Spanish'), ('fr', 'French'), ('pt', 'Portuguese')], help_text='Empty: the language of the workspace.', max_length=16, verbose_name='language')),
                ('is_active', models.BooleanField(default=True, help_text='A deactivated account cannot sign in and is notified of nothing.', verbose_name='active')),
                ('is_staff', models.BooleanField(default=False, help_text='May open the administration.', verbose_name='administrator')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'ordering': ['username'],
                'permissions': [('api_bypass_rate_limit', 'May call the API without rate limits')],
            },
        ),
        migrations.CreateModel(
            name='GeneralSettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('site_name', models.CharField(default='Callboard', help_text='What clients call this workspace.', max_length=120, verbose_name='Site name')),
                ('unique_id', models.CharField(default=workspace.ids.public_id_new, editable=False, help_text='What clients, clouds and gateways tell workspaces apart by.', max_length=17, verbose_name='Unique id')),
                ('use_real_name', models.BooleanField(default=False, help_text="Show people's real names instead of their usernames.", verbose_name='Use real name')),
                ('max_room_members', models.PositiveIntegerField(default=100, help_text="In larger rooms, only mentions and a member's own choice for the room bring notifications. 0: no limit.", validators=[django.core.validators.MaxValueValidator(1000000)], verbose_name='Max room members before disabling all message notifications')),
                ('busy_silences', models.CharField(choices=[('desktop_and_push', 'Desktop and push notifications'), ('desktop', 'Desktop notifications only')], default='desktop_and_push', help_text='What a member whose status is Busy does not receive.', max_length=16, verbose_name='Busy silences')),
                ('api_default_count', models.PositiveIntegerField(default=50, help_text='How many items an API list holds where the client does not say.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='Items a page')),
                ('api_allow_infinite_count', models.BooleanField(default=True, help_text='A client that asks for 0 items receives all of them. Off: none.', verbose_name='Allow lists of any length')),
            ],
            options={
                'verbose_name': 'General',
                'verbose_name_plural': 'General',
            },
        ),
        migrations.CreateModel(
            name='KeptMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sender', models.CharField(max_length=320, verbose_name='from')),
                ('recipients', models.JSONField(verbose_name='to')),
                ('subject', models.CharField(blank=True, max_length=255, verbose_name='subject')),
                ('headers', models.JSONField(default=dict, verbose_name='headers')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('html', models.TextField(blank=True, verbose_name='HTML')),
                ('kept_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='written')),
            ],
            options={
                'verbose_name': 'e-mail',
                'verbose_name_plural': 'e-mails',
                'ordering': ['-pk'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='MobileSettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('allow_save_media', models.BooleanField(default=True, help_text="People may save pictures and videos from rooms to their phone's gallery.", verbose_name='Allow Save Media to Gallery')),
                ('quick_replies', models.CharField(blank=True, default='OK,Yes,No,On my way,Will follow up shortly', help_text='Answers that a watch offers to a notification, separated by commas.', max_length=255, verbose_name='Quick replies')),
                ('force_screen_lock', models.BooleanField(default=False, help_text='The apps ask for the passcode or biometrics when they are opened again.', verbose_name='Force Screen Lock')),
                ('force_screen_lock_after', models.PositiveIntegerField(default=1800, help_text='Seconds since the app was last used; at most a week (604,800).', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(604800)], verbose_name='Force Screen Lock After')),
            ],
            options={
                'verbose_name': 'Mobile',
                'verbose_name_plural': 'Mobile',
            },
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='presence', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('status', models.CharField(choices=[('online', 'Online'), ('away', 'Away'), ('busy', 'Busy'), ('offline', 'Invisible')], default='online', max_length=8, verbose_name='status')),
                ('status_text', models.CharField(blank=True, max_length=120, verbose_name='status text')),
                ('status_expires_at', models.DateTimeField(blank=True, null=True, verbose_name='status ends')),
                ('last_active_at', models.DateTimeField(blank=True, null=True, verbose_name='last active')),
                ('connected_until', models.DateTimeField(blank=True, null=True, verbose_name='connected until')),
                ('away_at', models.DateTimeField(blank=True, null=True, verbose_name='away from')),
                ('idle_limit', models.PositiveIntegerField(default=60, help_text='Seconds without activity until away; 0: never.', verbose_name='idle limit')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
            ],
            options={
                'verbose_name': 'presence',
                'verbose_name_plural': 'presences',
            },
        ),
        migrations.CreateModel(
            name='ClientPresence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client', models.CharField(max_length=64, verbose_name='client')),
                ('last_active_at', models.DateTimeField(blank=True, null=True, verbose_name='last active')),
                ('connected_until', models.DateTimeField(verbose_name='connected until')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='clients', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'client',
                'verbose_name_plural': 'clients',
                'ordering': ['pk'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='EmailAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(max_length=254, verbose_name='address')),
                ('verified', models.BooleanField(default=False, verbose_name='verified')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='emails', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'e-mail address',
                'verbose_name_plural': 'e-mail addresses',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='FormerRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=64, verbose_name='kind')),
                ('key', models.BigIntegerField(verbose_name='key')),
                ('values', models.JSONField(verbose_name='values')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='until')),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'former row',
                'verbose_name_plural': 'former rows',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Mention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'mention',
                'verbose_name_plural': 'mentions',
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', workspace.ids.PublicIdField(default=workspace.ids.public_id_new, editable=False, max_length=17, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9]{1,17}\\Z', 'An id is made of up to 17 letters and digits.')], verbose_name='id')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('type', models.CharField(blank=True, help_text='Empty for what a person wrote, e2e for what a person wrote encrypted, else a system message.', max_length=32, verbose_name='type')),
                ('content', models.JSONField(blank=True, null=True, verbose_name='encrypted content')),
                ('alias', models.CharField(blank=True, max_length=255, verbose_name='alias')),
                ('is_shown_in_room', models.BooleanField(default=False, help_text='Of a thread reply: it stands in the room as well.', verbose_name='also shown in the room')),
                ('mentions_all', models.BooleanField(default=False, verbose_name='mentions @all')),
                ('mentions_here', models.BooleanField(default=False, verbose_name='mentions @here')),
                ('sent_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='sent')),
                ('accepted_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='accepted')),
                ('edited_at', models.DateTimeField(blank=True, null=True, verbose_name='edited')),
                ('deleted_at', models.DateTimeField(blank=True, null=True, verbose_name='deleted')),
                ('reply_count', models.PositiveIntegerField(default=0, editable=False, verbose_name='replies')),
                ('last_reply_at', models.DateTimeField(editable=False, null=True, verbose_name='last reply')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('edited_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='edited by')),
                ('mentioned_users', models.ManyToManyField(related_name='mentioned_in', through='workspace.Mention', to=settings.AUTH_USER_MODEL)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='replies', to='workspace.message', verbose_name='thread')),
                ('sender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to=settings.AUTH_USER_MODEL, verbose_name='sender')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'ordering': ['-pk'],
                'permissions': [('view_message_text', 'May read what messages say in the administration')],
            },
        ),
        migrations.AddField(
            model_name='mention',
            name='message',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='workspace.message', verbose_name='message'),
        ),
        migrations.CreateModel(
            name='Room',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', workspace.ids.PublicIdField(default=workspace.ids.public_id_new, editable=False, max_length=17, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9]{1,17}\\Z', 'An id is made of up to 17 letters and digits.')], verbose_name='id')),
                ('type', models.CharField(choices=[('c', 'Channel'), ('p', 'Private group'), ('d', 'Direct message')], max_length=1, verbose_name='type')),
                ('name', models.CharField(blank=True, help_text='Empty for a direct message.', max_length=255, validators=[django.core.validators.RegexValidator('\\A[0-9a-zA-Z_.-]*\\Z', 'Use only letters, digits, dots, dashes and underscores.')], verbose_name='name')),
                ('topic', models.CharField(blank=True, max_length=255, verbose_name='topic')),
                ('direct_key', models.CharField(blank=True, editable=False, help_text='Its members, as one key.', max_length=64, null=True, unique=True)),
                ('is_read_only', models.BooleanField(default=False, verbose_name='read-only')),
                ('is_archived', models.BooleanField(default=False, verbose_name='archived')),
                ('members_count', models.PositiveIntegerField(default=0, editable=False, verbose_name='members')),
                ('messages_count', models.PositiveIntegerField(default=0, editable=False, verbose_name='messages')),
                ('last_message_at', models.DateTimeField(editable=False, null=True, verbose_name='last message')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('creator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='creator')),
            ],
            options={
                'verbose_name': 'room',
                'verbose_name_plural': 'rooms',
                'ordering': ['pk'],
                'permissions': [('create_c', 'May create channels'), ('create_p', 'May create private groups'), ('create_d', 'May begin direct messages'), ('view_d_room', 'May view direct messages'), ('view_c_room', 'May view and join channels'), ('add_user_to_joined_room', 'May add people to rooms that they are in'), ('add_user_to_any_c_room', 'May add people to every channel'), ('post_readonly', 'May post in read-only rooms'), ('mention_all', 'May mention @all'), ('mention_here', 'May mention @here'), ('message_impersonate', 'May post under another name')],
            },
        ),
        migrations.AddField(
            model_name='message',
            name='room',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='workspace.room', verbose_name='room'),
        ),
        migrations.CreateModel(
            name='SettingChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('setting_id', models.CharField(max_length=100, verbose_name='setting')),
                ('before', models.JSONField(null=True, verbose_name='from')),
                ('after', models.JSONField(null=True, verbose_name='to')),
                ('secret', models.BooleanField(default=False, verbose_name='secret')),
                ('actor_name', models.CharField(blank=True, help_text='Outlives the account; empty for the system itself.', max_length=64, verbose_name='name then')),
                ('source', models.CharField(choices=[('admin', 'Settings screen'), ('api', 'API'), ('revert', 'Revert'), ('command', 'Command line')], max_length=8, verbose_name='where from')),
                ('address', models.GenericIPAddressField(blank=True, null=True, verbose_name='address')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'change of a setting',
                'verbose_name_plural': 'changes of settings',
                'ordering': ['-pk'],
                'permissions': [('view_privileged_setting', "May view the workspace's settings"), ('edit_privileged_setting', "May edit the workspace's settings")],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', workspace.ids.PublicIdField(default=workspace.ids.public_id_new, editable=False, max_length=17, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9]{1,17}\\Z', 'An id is made of up to 17 letters and digits.')], verbose_name='id')),
                ('is_owner', models.BooleanField(default=False, verbose_name='owner')),
                ('is_muted', models.BooleanField(default=False, help_text='May read, but not post.', verbose_name='muted')),
                ('is_open', models.BooleanField(default=True, verbose_name='shown in the list')),
                ('unread', models.PositiveIntegerField(default=0, verbose_name='unread')),
                ('user_mentions', models.PositiveIntegerField(default=0, verbose_name='unread mentions')),
                ('group_mentions', models.PositiveIntegerField(default=0, verbose_name='unread group mentions')),
                ('last_seen_at', models.DateTimeField(blank=True, null=True, verbose_name='last seen')),
                ('joined_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='joined')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='workspace.room', verbose_name='room')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subscriptions', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'subscription',
                'verbose_name_plural': 'subscriptions',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='ThreadFollower',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('thread', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='thread_followers', to='workspace.message', verbose_name='thread')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'thread follower',
                'verbose_name_plural': 'thread followers',
            },
        ),
        migrations.AddField(
            model_name='message',
            name='followers',
            field=models.ManyToManyField(related_name='followed_threads', through='workspace.ThreadFollower', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('username'), name='user_username_any_case', violation_error_message='This username is taken.'),
        ),
        migrations.AddConstraint(
            model_name='clientpresence',
            constraint=models.UniqueConstraint(fields=('user', 'client'), name='client_presence_once'),
        ),
        migrations.AddIndex(
            model_name='emailaddress',
            index=models.Index(condition=models.Q(('verified', True)), fields=['user'], name='email_verified_of_user'),
        ),
        migrations.AddConstraint(
            model_name='emailaddress',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('address'), name='email_address_any_case', violation_error_message='This address belongs to another account.'),
        ),
        migrations.AddIndex(
            model_name='formerrow',
            index=models.Index(fields=['user', 'kind', 'at'], name='former_row_of_user'),
        ),
        migrations.AddIndex(
            model_name='formerrow',
            index=models.Index(fields=['at'], name='former_row_in_time'),
        ),
        migrations.AddConstraint(
            model_name='mention',
            constraint=models.UniqueConstraint(fields=('message', 'user'), name='mention_once_per_message'),
        ),
        migrations.AddConstraint(
            model_name='room',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('name'), condition=models.Q(('name', ''), _negated=True), name='room_name_any_case', violation_error_message='A room of this name exists.'),
        ),
        migrations.AddConstraint(
            model_name='room',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('direct_key__isnull', False), ('name', ''), ('type', 'd')), models.Q(models.Q(('type', 'd'), _negated=True), models.Q(('name', ''), _negated=True), ('direct_key__isnull', True)), _connector='OR'), name='room_named_unless_direct'),
        ),
        migrations.AddIndex(
            model_name='settingchange',
            index=models.Index(fields=['setting_id', '-id'], name='setting_change_of_setting'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.UniqueConstraint(fields=('room', 'user'), name='subscription_once_per_room'),
        ),
        migrations.AddConstraint(
            model_name='threadfollower',
            constraint=models.UniqueConstraint(fields=('thread', 'user'), name='follower_once_per_thread'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['room', 'sent_at'], name='message_of_room_in_time'),
        ),
    ]
