import django.core.validators
import django.utils.timezone
import push.models.settings
import workspace.ids
import workspace.setting_groups.secret_field
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(default=1, verbose_name='number')),
                ('claimed_by', models.CharField(blank=True, max_length=36, verbose_name='sent by')),
                ('answer', models.CharField(choices=[('sending', 'No answer yet'), ('accepted', 'Accepted'), ('dead', 'Token dead'), ('refused', 'Refused'), ('unauthorized', 'Credentials refused'), ('retry', 'To be tried again')], default='sending', max_length=12, verbose_name='answer')),
                ('status', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='status')),
                ('detail', models.CharField(blank=True, max_length=255, verbose_name='detail')),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='started')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('retry_at', models.DateTimeField(blank=True, null=True, verbose_name='next try')),
            ],
            options={
                'verbose_name': 'attempt',
                'verbose_name_plural': 'attempts',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(choices=[('posted', 'Posted'), ('edited', 'Edited')], default='posted', max_length=8, verbose_name='event')),
                ('accepted_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='accepted')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('counts', models.JSONField(default=dict, help_text='Members by channel and reason code.', verbose_name='counts')),
                ('facts', models.JSONField(default=dict, editable=False, help_text="What it was decided by, where that is no member's own.", verbose_name='facts')),
                ('failures', models.PositiveSmallIntegerField(default=0, verbose_name='failures')),
                ('retry_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='next try')),
            ],
            options={
                'verbose_name': 'decision',
                'verbose_name_plural': 'decisions',
                'ordering': ['-pk'],
                'permissions': [('explain_notifications', "May have anybody's notifications explained")],
            },
        ),
        migrations.CreateModel(
            name='Device',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', workspace.ids.PublicIdField(default=workspace.ids.public_id_new, editable=False, max_length=17, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9]{1,17}\\Z', 'An id is made of up to 17 letters and digits.')], verbose_name='id')),
                ('client_id', models.CharField(blank=True, help_text='As the client calls itself.', max_length=255, verbose_name='device id')),
                ('type', models.CharField(choices=[('apn', 'Apple'), ('gcm', 'Google')], max_length=3, verbose_name='type')),
                ('app_name', models.CharField(max_length=255, verbose_name='app name')),
                ('token', models.TextField(verbose_name='token')),
                ('token_digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('voip_token', models.TextField(blank=True, verbose_name='VoIP token')),
                ('session_digest', models.CharField(blank=True, editable=False, help_text='The sign-in that registered it.', max_length=128)),
                ('disabled_at', models.DateTimeField(blank=True, null=True, verbose_name='disabled')),
                ('disabled_reason', models.CharField(blank=True, max_length=255, verbose_name='why disabled')),
                ('last_accepted_at', models.DateTimeField(blank=True, null=True, verbose_name='last accepted push')),
                ('last_error', models.CharField(blank=True, max_length=255, verbose_name='last error')),
                ('registered_at', models.DateTimeField(default=django.utils.timezone.now, help_text='When the app last presented this token.', verbose_name='registered')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
            ],
            options={
                'verbose_name': 'device',
                'verbose_name_plural': 'devices',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='GatewayPush',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('identity', models.CharField(max_length=64, verbose_name='identity')),
                ('token_digest', models.CharField(editable=False, max_length=64)),
                ('taken_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='taken')),
                ('accepted_at', models.DateTimeField(null=True, verbose_name='accepted')),
            ],
            options={
                'verbose_name': 'gateway push',
                'verbose_name_plural': 'gateway pushes',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('desktop', 'Desktop'), ('push', 'Push'), ('email', 'E-mail')], max_length=8, verbose_name='channel')),
                ('rule', models.CharField(help_text='Code of the rule that decided to send it.', max_length=32, verbose_name='rule')),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('retrying', 'Waiting to retry'), ('claimed', 'Being sent'), ('sent', 'Sent'), ('dropped', 'Dropped'), ('failed', 'Failed')], default='queued', max_length=8, verbose_name='state')),
                ('reason', models.CharField(blank=True, help_text='Code of why it ended.', max_length=32, verbose_name='reason')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('claimed_by', models.CharField(blank=True, max_length=36, verbose_name='claimed by')),
                ('claimed_until', models.DateTimeField(blank=True, null=True, verbose_name='claimed until')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
            ],
            options={
                'verbose_name': 'notification',
                'verbose_name_plural': 'notifications',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='OutcomeCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('channel', models.CharField(choices=[('desktop', 'Desktop'), ('push', 'Push'), ('email', 'E-mail')], max_length=8, verbose_name='channel')),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('retrying', 'Waiting to retry'), ('claimed', 'Being sent'), ('sent', 'Sent'), ('dropped', 'Dropped'), ('failed', 'Failed')], max_length=8, verbose_name='state')),
                ('reason', models.CharField(blank=True, max_length=32, verbose_name='reason')),
                ('count', models.PositiveBigIntegerField(default=0, verbose_name='notifications')),
            ],
            options={
                'verbose_name': 'past outcome',
                'verbose_name_plural': 'past outcomes',
                'ordering': ['-day', 'channel', 'state', 'reason'],
            },
        ),
        migrations.CreateModel(
            name='PushSettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('enable', models.BooleanField(default=True, help_text='Off: no notification is pushed to any phone.', verbose_name='Enable')),
                ('enable_gateway', models.BooleanField(default=True, help_text="Push through a gateway that holds the app's keys. Needs registration and agreed terms. Off: push to Apple and Google directly, with the certificates and keys below.", verbose_name='Enable Gateway')),
                ('gateway', models.TextField(default='https://gateway.rocket.chat', help_text='One address a line; the next is tried when one cannot be reached.', validators=[django.core.validators.MaxLengthValidator(2000), push.models.settings.gateways_validate], verbose_name='Gateway')),
                ('production', models.BooleanField(default=True, help_text="Off: pushes go to Apple's development service, with the Dev certificate and key.", verbose_name='Production')),
                ('apn_token_key', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text='The content of the .p8 file; does not expire and serves all apps of the team. Used first.', verbose_name='APN token key (.p8)')),
                ('apn_token_key_id', models.CharField(blank=True, default='', help_text="Shown beside the key on Apple's developer site: 10 letters and digits.", max_length=10, validators=[django.core.validators.RegexValidator('\\A[A-Z0-9]{10}\\Z', "Apple's ids are 10 capital letters and digits.")], verbose_name='APN token key id')),
                ('apn_team_id', models.CharField(blank=True, default='', help_text="Shown under Membership on Apple's developer site: 10 letters and digits.", max_length=10, validators=[django.core.validators.RegexValidator('\\A[A-Z0-9]{10}\\Z', "Apple's ids are 10 capital letters and digits.")], verbose_name='APN team id')),
                ('apn_cert', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text='PEM; only used without a token key.', verbose_name='APN certificate')),
                ('apn_key', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text="The certificate's private key, PEM.", verbose_name='APN key')),
                ('apn_passphrase', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text='Opens the key, where it is encrypted.', verbose_name='APN passphrase')),
                ('apn_dev_cert', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text='PEM; used while Production is off.', verbose_name='APN Dev certificate')),
                ('apn_dev_key', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text="The Dev certificate's private key, PEM.", verbose_name='APN Dev key')),
                ('apn_dev_passphrase', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text='Opens the Dev key, where it is encrypted.', verbose_name='APN Dev passphrase')),
                ('google_api_credentials', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text="The JSON file that Google's console offers for the project's service account.", verbose_name='FCM service account')),
                ('gcm_api_key', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text='Not used: Google ended the service in 2024. Kept for tools that still set it.', verbose_name='GCM API key (legacy)')),
                ('gcm_project_number', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text='Not used, as the key above.', verbose_name='GCM project number (legacy)')),
                ('show_username_room', models.BooleanField(default=True, help_text='Off: the notification does not say who wrote, nor where.', verbose_name='Show Channel/Group/Username in Notification')),
                ('show_message', models.BooleanField(default=True, help_text='Off: the notification only says that there is a new message.', verbose_name='Show Message in Notification')),
                ('request_content_from_server', models.BooleanField(default=True, help_text="The push carries the message's id only; the app fetches the content from this server.", verbose_name='Hide message content from Apple and Google')),
            ],
            options={
                'verbose_name': 'Push',
                'verbose_name_plural': 'Push',
                'permissions': [('test_push_notifications', 'May send test pushes to their own devices'), ('test_push_of_others', "May send test pushes to other people's devices")],
            },
        ),
        migrations.CreateModel(
            name='SandboxPush',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_digest', models.CharField(max_length=64)),
                ('type', models.CharField(choices=[('apn', 'Apple'), ('gcm', 'Google')], max_length=3, verbose_name='type')),
                ('identity', models.CharField(blank=True, max_length=64, verbose_name='identity')),
                ('payload', models.JSONField(verbose_name='payload')),
                ('headers', models.JSONField(default=dict, verbose_name='headers')),
                ('received_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='received')),
            ],
            options={
                'verbose_name': 'sandbox push',
                'verbose_name_plural': 'sandbox pushes',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='WorkerBeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='Host and process.', max_length=255, unique=True, verbose_name='worker')),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='started')),
                ('beat_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='last sign of life')),
            ],
            options={
                'verbose_name': 'worker',
                'verbose_name_plural': 'workers',
            },
        ),
    ]
