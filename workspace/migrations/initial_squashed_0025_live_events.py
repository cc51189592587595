"""The tables of a new installation, in one step instead of many.

Databases that have some of the replaced migrations go on with those. Changes of rows are left out: there are none yet.
"""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import workspace.ids
import workspace.models.accounts
import workspace.secret_addresses
import workspace.setting_groups.secret_field
import workspace.time_zones
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('workspace', '0001_initial'), ('workspace', '0002_time_zones'), ('workspace', '0003_address_taken_once_verified'), ('workspace', '0004_room_permissions'), ('workspace', '0005_user_orders'), ('workspace', '0006_longest_page'), ('workspace', '0007_browser_time_zone'), ('workspace', '0008_addresses_in_history'), ('workspace', '0009_text_views'), ('workspace', '0010_texts_withheld'), ('workspace', '0011_threads_read'), ('workspace', '0012_attachments'), ('workspace', '0013_presence_history'), ('workspace', '0014_address_suppression'), ('workspace', '0015_secret_addresses'), ('workspace', '0016_message_access_log'), ('workspace', '0017_known_addresses'), ('workspace', '0018_plain_texts'), ('workspace', '0019_user_language_choices'), ('workspace', '0020_manage_user_status_permission'), ('workspace', '0021_sign_in_and_message_settings'), ('workspace', '0022_message_list_indexes'), ('workspace', '0023_sign_ins_under_way'), ('workspace', '0024_clients_in_use'), ('workspace', '0025_live_events')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='GeneralSettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('site_name', models.CharField(default='Callboard', help_text='The name of this workspace in clients.', max_length=120, verbose_name='Site name')),
                ('unique_id', models.CharField(default=workspace.ids.public_id_new, editable=False, help_text='Identifies this workspace to clients, clouds and gateways.', max_length=17, verbose_name='Unique id')),
                ('use_real_name', models.BooleanField(default=False, help_text="Show users' real names instead of their usernames.", verbose_name='Use real name')),
                ('max_room_members', models.PositiveIntegerField(default=100, help_text='In larger rooms, members are notified of mentions only, unless they have changed this for the room. 0: no limit.', validators=[django.core.validators.MaxValueValidator(1000000)], verbose_name='Max room members before disabling all message notifications')),
                ('busy_silences', models.CharField(choices=[('desktop_and_push', 'Desktop and push notifications'), ('desktop', 'Desktop notifications only')], default='desktop_and_push', help_text='The notifications that members with the status Busy do not receive.', max_length=16, verbose_name='Silenced while busy')),
                ('api_default_count', models.PositiveIntegerField(default=50, help_text='The number of items in an API list if the client does not specify it.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='Items per page')),
                ('api_allow_infinite_count', models.BooleanField(default=True, help_text='A client that requests 0 items receives all of them, at most 10,000. Off: none.', verbose_name='Allow lists of any length')),
                ('time_zone', models.CharField(default='UTC', help_text='For users who have not chosen one, such as Europe/Berlin.', max_length=64, validators=[workspace.time_zones.time_zone_validate], verbose_name='Time zone')),
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
            name='LiveEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=24)),
                ('room_key', models.BigIntegerField(null=True)),
                ('user_key', models.BigIntegerField(null=True)),
                ('message_key', models.BigIntegerField(null=True)),
                ('args', models.JSONField(null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='MessageSettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('allow_editing', models.BooleanField(default=True, help_text='Users may edit the messages that they have sent.', verbose_name='Allow editing')),
                ('edit_minutes', models.PositiveIntegerField(default=0, help_text='After this time, messages cannot be edited. 0: no limit.', validators=[django.core.validators.MaxValueValidator(525600)], verbose_name='Minutes until editing is blocked')),
                ('allow_deleting', models.BooleanField(default=True, help_text='Users may delete the messages that they have sent.', verbose_name='Allow deleting')),
                ('delete_minutes', models.PositiveIntegerField(default=0, help_text='After this time, messages cannot be deleted. 0: no limit.', validators=[django.core.validators.MaxValueValidator(525600)], verbose_name='Minutes until deleting is blocked')),
                ('erasure_type', models.CharField(choices=[('Delete', 'Delete them'), ('Unlink', "Keep them without the sender's name"), ('Keep', "Keep them with the sender's name")], default='Delete', help_text='What happens to the messages of an account that is deleted.', max_length=8, verbose_name='Messages of deleted accounts')),
            ],
            options={
                'verbose_name': 'Messages',
                'verbose_name_plural': 'Messages',
            },
        ),
        migrations.CreateModel(
            name='MobileSettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('allow_save_media', models.BooleanField(default=True, help_text='Users can save pictures and videos from rooms to the gallery of their phone.', verbose_name='Allow Save Media to Gallery')),
                ('quick_replies', models.CharField(blank=True, default='OK,Yes,No,On my way,Will follow up shortly', help_text='Replies that a watch suggests for a notification, separated by commas.', max_length=255, verbose_name='Quick replies')),
                ('force_screen_lock', models.BooleanField(default=False, help_text='The apps ask for the passcode or biometrics when they are opened again.', verbose_name='Force Screen Lock')),
                ('force_screen_lock_after', models.PositiveIntegerField(default=1800, help_text='Seconds since the app was last used; at most a week (604,800).', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(604800)], verbose_name='Force Screen Lock After')),
            ],
            options={
                'verbose_name': 'Mobile',
                'verbose_name_plural': 'Mobile',
            },
        ),
        migrations.CreateModel(
            name='SignInAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(db_index=True, max_length=255, verbose_name='name')),
                ('address', models.CharField(blank=True, db_index=True, max_length=64, verbose_name='address')),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='start')),
            ],
            options={
                'verbose_name': 'sign-in under way',
                'verbose_name_plural': 'sign-ins under way',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='SignInSettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('show_form', models.BooleanField(default=True, help_text='Off: the sign-in page and the apps show no form for username and password. Administrators can still sign in at the administration.', verbose_name='Show the sign-in form')),
                ('password_reset', models.BooleanField(default=True, help_text='Users can request a link by e-mail to choose a new password.', verbose_name='Reset forgotten passwords')),
                ('email_verification', models.BooleanField(default=False, help_text='Users without a verified address cannot sign in, except administrators.', verbose_name='Require a verified e-mail address')),
                ('registration_form', models.CharField(choices=[('Public', 'Anyone'), ('Disabled', 'Nobody; administrators create accounts'), ('Secret URL', 'Anyone who knows the secret')], default='Disabled', help_text="The secret is part of the registration page's address.", max_length=16, verbose_name='Who can register')),
                ('registration_secret', models.CharField(blank=True, default='', help_text='For example a random word of 17 letters and digits.', max_length=64, validators=[django.core.validators.RegexValidator('\\A[0-9a-zA-Z_-]{8,}\\Z', 'Use at least 8 letters, digits, dashes and underscores.')], verbose_name='Secret for registration')),
                ('registration_replacement', models.CharField(blank=True, default='', help_text='Shown on the sign-in page while nobody can register. Empty: nothing is shown.', max_length=255, verbose_name='Text instead of the registration link')),
                ('manually_approve', models.BooleanField(default=False, help_text='New accounts are deactivated until an administrator activates them.', verbose_name='Approve new users')),
                ('profile_change', models.BooleanField(default=True, help_text='Off: only administrators may change names, addresses, passwords and pictures.', verbose_name='Users may change their profiles')),
                ('username_change', models.BooleanField(default=True, verbose_name='Users may change their usernames')),
                ('name_change', models.BooleanField(default=True, verbose_name='Users may change their names')),
                ('email_change', models.BooleanField(default=True, verbose_name='Users may change their e-mail addresses')),
                ('password_change', models.BooleanField(default=True, verbose_name='Users may change their passwords')),
                ('avatar_change', models.BooleanField(default=True, verbose_name='Users may change their pictures')),
                ('status_change', models.BooleanField(default=True, verbose_name='Users may set a status')),
                ('invisible_status', models.BooleanField(default=True, help_text='Off: users cannot choose the status “Invisible”.', verbose_name='Users may be invisible')),
                ('delete_own_account', models.BooleanField(default=False, verbose_name='Users may delete their own accounts')),
                ('policy', models.BooleanField(default=False, help_text='Applies to new passwords. Off: only short, common and similar passwords are rejected, as always.', verbose_name='Apply the password policy')),
                ('policy_min_length', models.IntegerField(default=14, help_text='-1: no limit.', validators=[django.core.validators.MinValueValidator(-1), django.core.validators.MaxValueValidator(4096)], verbose_name='Minimum length')),
                ('policy_max_length', models.IntegerField(default=-1, help_text='-1: no limit.', validators=[django.core.validators.MinValueValidator(-1), django.core.validators.MaxValueValidator(4096)], verbose_name='Maximum length')),
                ('policy_no_repeating', models.BooleanField(default=True, verbose_name='Forbid repeated characters')),
                ('policy_repeating_count', models.IntegerField(default=3, help_text='The length of the longest run of one character.', validators=[django.core.validators.MinValueValidator(-1), django.core.validators.MaxValueValidator(4096)], verbose_name='Maximum number of repeated characters')),
                ('policy_lowercase', models.BooleanField(default=True, verbose_name='At least one lower-case letter')),
                ('policy_uppercase', models.BooleanField(default=True, verbose_name='At least one upper-case letter')),
                ('policy_number', models.BooleanField(default=True, verbose_name='At least one digit')),
                ('policy_special', models.BooleanField(default=True, verbose_name='At least one symbol')),
            ],
            options={
                'verbose_name': 'Sign-in and Profiles',
                'verbose_name_plural': 'Sign-in and Profiles',
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('public_id', workspace.ids.PublicIdField(default=workspace.ids.public_id_new, editable=False, max_length=17, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9]{1,17}\\Z', 'An id is made of up to 17 letters and digits.')], verbose_name='id')),
                ('username', models.CharField(max_length=64, unique=True, validators=[django.core.validators.RegexValidator('\\A[0-9a-zA-Z_.-]+\\Z', 'Use only letters, digits, dots, dashes and underscores.'), django.core.validators.RegexValidator('\\A(?i:all|here)\\Z', 'This name is reserved for mentioning everyone.', inverse_match=True)], verbose_name='username')),
                ('name', models.CharField(blank=True, max_length=255, verbose_name='name')),
                ('language', models.CharField(blank=True, choices=workspace.models.accounts.languages, help_text='Empty: the language of the workspace.', max_length=16, verbose_name='language')),
                ('is_active', models.BooleanField(default=True, help_text='A deactivated account cannot sign in and receives no notifications.', verbose_name='active')),
                ('is_staff', models.BooleanField(default=False, help_text='Has access to the administration.', verbose_name='administrator')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ('time_zone', models.CharField(blank=True, help_text='Such as Europe/Berlin. Empty: the time zone of the workspace.', max_length=64, validators=[workspace.time_zones.time_zone_validate], verbose_name='time zone')),
                ('accepts_browser_time_zone', models.BooleanField(default=True, editable=False)),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'ordering': ['username'],
                'permissions': [('api_bypass_rate_limit', 'May call the API without rate limits'), ('logout_other_user', 'May sign out other users'), ('edit_other_user_avatar', 'May change the pictures of other users'), ('user_generate_access_token', 'May sign in as another user')],
                'indexes': [models.Index(django.db.models.functions.text.Lower('name'), models.F('id'), name='user_name_any_case'), models.Index(fields=['created_at', 'id'], name='user_created')],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('username'), name='user_username_any_case', violation_error_message='This username is taken.')],
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
                ('in_use', models.BooleanField(db_default=False, default=False, verbose_name='in use')),
            ],
            options={
                'verbose_name': 'client',
                'verbose_name_plural': 'clients',
                'ordering': ['pk'],
                'default_permissions': ('view',),
                'constraints': [models.UniqueConstraint(fields=('user', 'client'), name='client_presence_once')],
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
                ('refusals', models.PositiveSmallIntegerField(default=0, editable=False, help_text='Consecutive rejections since an e-mail was last accepted.', verbose_name='rejected e-mails')),
                ('suppressed_at', models.DateTimeField(editable=False, help_text='Its mail server rejected several e-mails. No e-mails are sent to it until its owner confirms it again.', null=True, verbose_name='suppressed')),
            ],
            options={
                'verbose_name': 'e-mail address',
                'verbose_name_plural': 'e-mail addresses',
                'ordering': ['pk'],
                'indexes': [models.Index(condition=models.Q(('verified', True)), fields=['user'], name='email_verified_of_user')],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('address'), models.F('user'), name='email_address_of_user', violation_error_message='The account already has this address.'), models.UniqueConstraint(django.db.models.functions.text.Lower('address'), condition=models.Q(('verified', True)), name='email_verified_any_case', violation_error_message='This address belongs to another account.')],
            },
        ),
        migrations.CreateModel(
            name='FormerPresence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('online', 'Online'), ('away', 'Away'), ('busy', 'Busy'), ('offline', 'Invisible')], max_length=8, verbose_name='status')),
                ('status_expires_at', models.DateTimeField(null=True, verbose_name='status ends')),
                ('connected_until', models.DateTimeField(null=True, verbose_name='connected until')),
                ('away_at', models.DateTimeField(null=True, verbose_name='away from')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='until')),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='former_presences', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'former presence',
                'verbose_name_plural': 'former presences',
                'default_permissions': (),
                'indexes': [models.Index(fields=['user', 'at'], name='former_presence_of_user'), models.Index(fields=['at'], name='former_presence_in_time')],
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
                'indexes': [models.Index(fields=['user', 'kind', 'at'], name='former_row_of_user'), models.Index(fields=['at'], name='former_row_in_time')],
            },
        ),
        migrations.CreateModel(
            name='KnownAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, verbose_name='digest')),
                ('seen_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last seen')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'known address',
                'verbose_name_plural': 'known addresses',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('user', 'digest'), name='known_address_once')],
            },
        ),
        migrations.CreateModel(
            name='PendingSecondFactor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret', workspace.setting_groups.secret_field.SecretField(blank=True, default='', verbose_name='secret')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'pending second factor',
                'verbose_name_plural': 'pending second factors',
                'default_permissions': (),
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
                ('idle_limit', models.PositiveIntegerField(default=60, help_text='Seconds without activity before the user is away; 0: never.', verbose_name='idle limit')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
            ],
            options={
                'verbose_name': 'presence',
                'verbose_name_plural': 'presences',
                'permissions': [('manage_user_status', 'May see how many clients are connected')],
            },
        ),
        migrations.CreateModel(
            name='Room',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', workspace.ids.PublicIdField(default=workspace.ids.public_id_new, editable=False, max_length=17, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9]{1,17}\\Z', 'An id is made of up to 17 letters and digits.')], verbose_name='id')),
                ('type', models.CharField(choices=[('c', 'Channel'), ('p', 'Private group'), ('d', 'Direct message')], max_length=1, verbose_name='type')),
                ('name', models.CharField(blank=True, help_text='Empty for a direct message.', max_length=255, validators=[django.core.validators.RegexValidator('\\A[0-9a-zA-Z_.-]*\\Z', 'Use only letters, digits, dots, dashes and underscores.')], verbose_name='name')),
                ('topic', models.CharField(blank=True, max_length=255, verbose_name='topic')),
                ('direct_key', models.CharField(blank=True, editable=False, help_text='Identifies the set of its members.', max_length=64, null=True, unique=True)),
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
                'permissions': [('create_c', 'May create channels'), ('create_p', 'May create private groups'), ('create_d', 'May begin direct messages'), ('view_d_room', 'May view direct messages'), ('view_c_room', 'May view and join channels'), ('view_joined_room', 'May list the channels that they are in'), ('leave_c', 'May leave channels'), ('leave_p', 'May leave private groups'), ('add_user_to_joined_room', 'May add people to rooms that they are in'), ('add_user_to_any_c_room', 'May add people to every channel'), ('post_readonly', 'May post in read-only rooms'), ('mention_all', 'May mention @all'), ('mention_here', 'May mention @here'), ('message_impersonate', 'May post under another name'), ('remove_user', 'May remove people from rooms'), ('mute_user', 'May mute people in rooms'), ('add_all_to_room', 'May add all accounts to a room'), ('edit_room', 'May change the name, texts and type of rooms'), ('set_readonly', 'May make rooms read-only'), ('set_react_when_readonly', 'May allow reactions in read-only rooms'), ('archive_room', 'May archive rooms'), ('unarchive_room', 'May reopen archived rooms'), ('delete_c', 'May delete channels'), ('delete_p', 'May delete private groups'), ('delete_d', 'May delete direct messages'), ('view_room_administration', 'May list all rooms'), ('view_outside_room', 'May find people who share no room with them'), ('join_without_join_code', 'May join channels without their join codes'), ('set_owner', 'May choose the owners of rooms'), ('set_moderator', 'May choose the moderators of rooms'), ('set_leader', 'May choose the leaders of rooms')],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), condition=models.Q(('name', ''), _negated=True), name='room_name_any_case', violation_error_message='A room with this name already exists.'), models.CheckConstraint(condition=models.Q(models.Q(('direct_key__isnull', False), ('name', ''), ('type', 'd')), models.Q(models.Q(('type', 'd'), _negated=True), models.Q(('name', ''), _negated=True), ('direct_key__isnull', True)), _connector='OR'), name='room_named_unless_direct')],
            },
        ),
        migrations.CreateModel(
            name='SettingChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('setting_id', models.CharField(max_length=100, verbose_name='setting')),
                ('before', workspace.secret_addresses.SecretAddressJsonField(null=True, verbose_name='from')),
                ('after', workspace.secret_addresses.SecretAddressJsonField(null=True, verbose_name='to')),
                ('secret', models.BooleanField(default=False, verbose_name='secret')),
                ('actor_name', models.CharField(blank=True, help_text='Remains after the account is deleted. Empty for the system itself.', max_length=64, verbose_name='name at the time')),
                ('source', models.CharField(choices=[('admin', 'Settings screen'), ('api', 'API'), ('revert', 'Revert'), ('command', 'Command line'), ('cloud', 'Cloud connection')], max_length=8, verbose_name='source')),
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
                'indexes': [models.Index(fields=['setting_id', '-id'], name='setting_change_of_setting')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', workspace.ids.PublicIdField(default=workspace.ids.public_id_new, editable=False, max_length=17, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9]{1,17}\\Z', 'An id is made of up to 17 letters and digits.')], verbose_name='id')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('type', models.CharField(blank=True, help_text='Empty for a message by a person, e2e if it is encrypted, otherwise the type of a system message.', max_length=32, verbose_name='type')),
                ('content', models.JSONField(blank=True, null=True, verbose_name='encrypted content')),
                ('alias', models.CharField(blank=True, max_length=255, verbose_name='alias')),
                ('is_shown_in_room', models.BooleanField(default=False, help_text='A thread reply that is also shown in the room.', verbose_name='also shown in the room')),
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
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='replies', to='workspace.message', verbose_name='thread')),
                ('sender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to=settings.AUTH_USER_MODEL, verbose_name='sender')),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='workspace.room', verbose_name='room')),
                ('attachments', models.JSONField(blank=True, default=list, help_text='As the client sent them.', verbose_name='attachments')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'ordering': ['-pk'],
                'permissions': [('view_message_text', 'May read what messages say in the administration')],
                'indexes': [models.Index(fields=['room', 'sent_at'], name='message_of_room_in_time'), models.Index(fields=['room', 'updated_at'], name='message_of_room_changed'), models.Index(condition=models.Q(('last_reply_at__isnull', False)), fields=['room', 'last_reply_at'], name='thread_of_room_in_time'), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['room', 'deleted_at'], name='message_of_room_deleted')],
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', workspace.ids.PublicIdField(default=workspace.ids.public_id_new, editable=False, max_length=17, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9]{1,17}\\Z', 'An id is made of up to 17 letters and digits.')], verbose_name='id')),
                ('is_owner', models.BooleanField(default=False, verbose_name='owner')),
                ('is_muted', models.BooleanField(default=False, help_text='Can read, but not post.', verbose_name='muted')),
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
                'constraints': [models.UniqueConstraint(fields=('room', 'user'), name='subscription_once_per_room')],
            },
        ),
        migrations.CreateModel(
            name='Mention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='workspace.message', verbose_name='message')),
            ],
            options={
                'verbose_name': 'mention',
                'verbose_name_plural': 'mentions',
                'constraints': [models.UniqueConstraint(fields=('message', 'user'), name='mention_once_per_message')],
            },
        ),
        migrations.CreateModel(
            name='TextView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reader_name', models.CharField(help_text='Remains after the account is deleted.', max_length=64, verbose_name='name at the time')),
                ('about', models.CharField(blank=True, max_length=64, verbose_name='about')),
                ('place', models.CharField(choices=[('list', 'List of messages'), ('page', 'Message'), ('explanation', 'Why, or why not?'), ('sandbox', 'Sandbox push'), ('mail', 'E-mail'), ('report', 'Reported message'), ('export', "Export of a person's data")], max_length=12, verbose_name='place')),
                ('viewed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='viewed')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='text_views', to='workspace.message', verbose_name='message')),
                ('reader', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reader')),
                ('room', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='workspace.room', verbose_name='room')),
            ],
            options={
                'verbose_name': 'message access',
                'verbose_name_plural': 'message access log',
                'ordering': ['-pk'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='ThreadFollower',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('thread', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='thread_followers', to='workspace.message', verbose_name='thread')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('read_at', models.DateTimeField(default=django.utils.timezone.now, help_text='Replies that came later are unread.', verbose_name='read up to')),
            ],
            options={
                'verbose_name': 'thread follower',
                'verbose_name_plural': 'thread followers',
                'constraints': [models.UniqueConstraint(fields=('thread', 'user'), name='follower_once_per_thread')],
            },
        ),
        migrations.AddField(
            model_name='message',
            name='mentioned_users',
            field=models.ManyToManyField(related_name='mentioned_in', through='workspace.Mention', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='message',
            name='followers',
            field=models.ManyToManyField(related_name='followed_threads', through='workspace.ThreadFollower', to=settings.AUTH_USER_MODEL),
        ),
    ]
