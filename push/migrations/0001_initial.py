import django.core.validators
import django.utils.timezone
import push.models.settings
import workspace.ids
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
                ('failures', models.PositiveSmallIntegerField(default=0, verbose_name='failures')),
                ('retry_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='next try')),
            ],
            options={
                'verbose_name': 'decision',
                'verbose_name_plural': 'decisions',
                'ordering': ['-pk'],
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
            name='PushSettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('enable', models.BooleanField(default=True, verbose_name='Enable')),
                ('enable_gateway', models.BooleanField(default=True, help_text="Push through a gateway that holds the app's keys. Needs registration and agreed terms.", verbose_name='Enable Gateway')),
                ('gateway', models.TextField(default='https://gateway.rocket.chat', help_text='One address a line; the next is tried when one cannot be reached.', validators=[push.models.settings.gateways_validate], verbose_name='Gateway')),
                ('show_username_room', models.BooleanField(default=True, verbose_name='Show Channel/Group/Username in Notification')),
                ('show_message', models.BooleanField(default=True, verbose_name='Show Message in Notification')),
            ],
            options={
                'verbose_name': 'Push',
                'verbose_name_plural': 'Push',
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
    ]
