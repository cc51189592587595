import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import push.models.settings
import workspace.setting_groups.secret_field
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cloud', '0003_cloud_service'),
        ('push', '0002_initial'),
        ('workspace', '0002_time_zones'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AppRoute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('production', models.BooleanField(default=True, help_text="Off: pushes go to Apple's development service.", verbose_name='production')),
                ('apn_token_key', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text='The content of the .p8 file. Used first.', verbose_name='APN token key (.p8)')),
                ('apn_token_key_id', models.CharField(blank=True, default='', help_text="10 letters and digits, beside the key on Apple's developer site.", max_length=10, validators=[django.core.validators.RegexValidator('\\A[A-Z0-9]{10}\\Z', "Apple's ids are 10 capital letters and digits.")], verbose_name='APN token key id')),
                ('apn_team_id', models.CharField(blank=True, default='', help_text="10 letters and digits, under Membership on Apple's developer site.", max_length=10, validators=[django.core.validators.RegexValidator('\\A[A-Z0-9]{10}\\Z', "Apple's ids are 10 capital letters and digits.")], verbose_name='APN team id')),
                ('apn_cert', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text='PEM; only used without a token key.', verbose_name='APN certificate')),
                ('apn_key', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text="The certificate's private key, PEM.", verbose_name='APN key')),
                ('apn_passphrase', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text='Opens the key, where it is encrypted.', verbose_name='APN passphrase')),
                ('google_api_credentials', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text="The JSON file that Google's console offers for the project's service account.", verbose_name='FCM service account')),
                ('app_name', models.CharField(help_text="The app's bundle id (Apple) or package id (Google), such as org.example.chat.", max_length=255, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9][A-Za-z0-9._-]*\\Z', 'Letters, digits, dots and hyphens only.')], verbose_name='app name')),
                ('kind', models.CharField(choices=[('direct', 'Apple and Google directly'), ('gateway', 'Gateway')], default='direct', max_length=8, verbose_name='goes through')),
                ('gateway', models.TextField(blank=True, default='', help_text='One address a line; the next is tried when one cannot be reached.', validators=[django.core.validators.MaxLengthValidator(2000), push.models.settings.gateways_validate], verbose_name='gateway')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
            ],
            options={
                'verbose_name': 'route',
                'verbose_name_plural': 'routes',
                'ordering': ['app_name'],
            },
        ),
        migrations.CreateModel(
            name='DesktopEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(blank=True, help_text='Code of the rule that shows it; empty: only counters.', max_length=32, verbose_name='rule')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
            ],
            options={
                'verbose_name': 'desktop event',
                'verbose_name_plural': 'desktop events',
                'ordering': ['pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='DesktopStream',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('process', models.CharField(max_length=32, verbose_name='process')),
                ('until', models.DateTimeField(verbose_name='until')),
            ],
            options={
                'verbose_name': 'stream',
                'verbose_name_plural': 'streams',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='GatewayApp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('production', models.BooleanField(default=True, help_text="Off: pushes go to Apple's development service.", verbose_name='production')),
                ('apn_token_key', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text='The content of the .p8 file. Used first.', verbose_name='APN token key (.p8)')),
                ('apn_token_key_id', models.CharField(blank=True, default='', help_text="10 letters and digits, beside the key on Apple's developer site.", max_length=10, validators=[django.core.validators.RegexValidator('\\A[A-Z0-9]{10}\\Z', "Apple's ids are 10 capital letters and digits.")], verbose_name='APN token key id')),
                ('apn_team_id', models.CharField(blank=True, default='', help_text="10 letters and digits, under Membership on Apple's developer site.", max_length=10, validators=[django.core.validators.RegexValidator('\\A[A-Z0-9]{10}\\Z', "Apple's ids are 10 capital letters and digits.")], verbose_name='APN team id')),
                ('apn_cert', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text='PEM; only used without a token key.', verbose_name='APN certificate')),
                ('apn_key', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text="The certificate's private key, PEM.", verbose_name='APN key')),
                ('apn_passphrase', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text='Opens the key, where it is encrypted.', verbose_name='APN passphrase')),
                ('google_api_credentials', workspace.setting_groups.secret_field.SecretField(blank=True, default='', help_text="The JSON file that Google's console offers for the project's service account.", verbose_name='FCM service account')),
                ('type', models.CharField(choices=[('apn', 'Apple'), ('gcm', 'Google')], default='apn', max_length=3, verbose_name='service')),
                ('app_name', models.CharField(blank=True, help_text='The bundle id (Apple) or package id (Google). Empty, for Google: every app that is not named otherwise; servers may not tell which it is.', max_length=255, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9][A-Za-z0-9._-]*\\Z', 'Letters, digits, dots and hyphens only.')], verbose_name='app name')),
                ('is_active', models.BooleanField(default=True, help_text='Off: nothing is pushed to this app.', verbose_name='active')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
            ],
            options={
                'verbose_name': 'gateway app',
                'verbose_name_plural': 'gateway apps',
                'ordering': ['app_name', 'type', '-production'],
            },
        ),
        migrations.CreateModel(
            name='RouteState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=300, verbose_name='route')),
                ('app_name', models.CharField(blank=True, help_text='Empty for the whole route.', max_length=255, verbose_name='app name')),
                ('fingerprint', models.CharField(editable=False, max_length=64)),
                ('suspects', models.JSONField(default=list, editable=False)),
                ('suspected_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('status', models.PositiveSmallIntegerField(null=True, verbose_name='status')),
                ('reason', models.CharField(blank=True, max_length=64, verbose_name='reason')),
                ('detail', models.CharField(blank=True, max_length=255, verbose_name='detail')),
                ('paused_at', models.DateTimeField(null=True, verbose_name='paused')),
                ('probes', models.PositiveSmallIntegerField(default=0, verbose_name='probes')),
                ('probe_at', models.DateTimeField(null=True, verbose_name='next probe')),
            ],
            options={
                'verbose_name': 'state of a route',
                'verbose_name_plural': 'states of routes',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ShownRoom',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shown_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='shown')),
                ('read_at', models.DateTimeField(null=True, verbose_name='read')),
                ('due_at', models.DateTimeField(null=True, verbose_name='due')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
            ],
            options={
                'verbose_name': 'room shown on a device',
                'verbose_name_plural': 'rooms shown on devices',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='VapidKeys',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('public_key', models.CharField(max_length=128, verbose_name='public key')),
                ('private_key', workspace.setting_groups.secret_field.SecretField(blank=True, default='', verbose_name='private key')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
            ],
            options={
                'verbose_name': 'web push keys',
                'verbose_name_plural': 'web push keys',
            },
        ),
        migrations.AddField(
            model_name='attempt',
            name='reason',
            field=models.CharField(blank=True, help_text="The push service's own code.", max_length=64, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='attempt',
            name='received_at',
            field=models.DateTimeField(blank=True, help_text='When the device said that it has it; not every app does.', null=True, verbose_name='received'),
        ),
        migrations.AddField(
            model_name='attempt',
            name='route',
            field=models.CharField(blank=True, help_text='The way that it went.', max_length=300, verbose_name='route'),
        ),
        migrations.AddField(
            model_name='decision',
            name='position',
            field=models.PositiveBigIntegerField(editable=False, null=True, verbose_name='read up to'),
        ),
        migrations.AddField(
            model_name='device',
            name='auth_secret',
            field=workspace.setting_groups.secret_field.SecretField(blank=True, default='', editable=False),
        ),
        migrations.AddField(
            model_name='device',
            name='capabilities',
            field=models.JSONField(blank=True, default=list, verbose_name='abilities'),
        ),
        migrations.AddField(
            model_name='device',
            name='last_received_at',
            field=models.DateTimeField(blank=True, help_text='When the app last said that it has one.', null=True, verbose_name='last received push'),
        ),
        migrations.AddField(
            model_name='device',
            name='name',
            field=models.CharField(blank=True, help_text='As its owner calls it.', max_length=64, verbose_name='name'),
        ),
        migrations.AddField(
            model_name='device',
            name='public_key',
            field=models.CharField(blank=True, editable=False, max_length=128, verbose_name='public key'),
        ),
        migrations.AddField(
            model_name='gatewaypush',
            name='app',
            field=models.CharField(blank=True, default='', max_length=128, verbose_name='app'),
        ),
        migrations.AddField(
            model_name='gatewaypush',
            name='month',
            field=models.DateField(null=True, verbose_name='month'),
        ),
        migrations.AddField(
            model_name='gatewaypush',
            name='platform',
            field=models.CharField(blank=True, default='', max_length=3, verbose_name='platform'),
        ),
        migrations.AddField(
            model_name='gatewaypush',
            name='settled_at',
            field=models.DateTimeField(null=True, verbose_name='settled'),
        ),
        migrations.AddField(
            model_name='gatewaypush',
            name='taken_by',
            field=models.CharField(blank=True, default='', editable=False, max_length=32),
        ),
        migrations.AddField(
            model_name='notification',
            name='held_by',
            field=models.CharField(blank=True, choices=[('own', "the member's own quiet hours"), ('default', "the workspace's quiet hours"), ('pause', "the member's pause")], max_length=8, verbose_name='held back by'),
        ),
        migrations.AddField(
            model_name='notification',
            name='held_from',
            field=models.DateTimeField(blank=True, help_text='When it would have been due without quiet hours.', null=True, verbose_name='held back from'),
        ),
        migrations.AddField(
            model_name='notification',
            name='held_until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='held back until'),
        ),
        migrations.AddField(
            model_name='notification',
            name='lost_claims',
            field=models.PositiveSmallIntegerField(default=0, help_text='How often a worker took it and was gone before it had ended.', verbose_name='lost claims'),
        ),
        migrations.AddField(
            model_name='notification',
            name='only_device',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text="The one that a test is for; none: all of the member's.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='push.device', verbose_name='only device'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='answer',
            field=models.CharField(choices=[('sending', 'No answer yet'), ('accepted', 'Accepted'), ('dead', 'Token dead'), ('refused', 'Refused'), ('unauthorized', 'Credentials refused'), ('retry', 'To be tried again'), ('no_route', 'No way to the device'), ('over_quota', 'Quota exhausted'), ('held', 'Waits: the route is paused')], default='sending', max_length=12, verbose_name='answer'),
        ),
        migrations.AlterField(
            model_name='device',
            name='type',
            field=models.CharField(choices=[('apn', 'Apple'), ('gcm', 'Google'), ('webpush', 'Web push')], max_length=8, verbose_name='type'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('position__isnull', False)), fields=['retry_at'], name='decision_being_counted'),
        ),
        migrations.AddIndex(
            model_name='device',
            index=models.Index(condition=models.Q(('disabled_at__isnull', False)), fields=['disabled_at'], name='device_disabled_since'),
        ),
        migrations.AddIndex(
            model_name='device',
            index=models.Index(fields=['app_name', 'type', 'disabled_at'], name='device_of_app'),
        ),
        migrations.AddIndex(
            model_name='gatewaypush',
            index=models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['taken_at'], name='gateway_push_unsettled'),
        ),
        migrations.AddField(
            model_name='desktopevent',
            name='message',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspace.message', verbose_name='message'),
        ),
        migrations.AddField(
            model_name='desktopevent',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user'),
        ),
        migrations.AddField(
            model_name='desktopstream',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user'),
        ),
        migrations.AddConstraint(
            model_name='gatewayapp',
            constraint=models.UniqueConstraint(fields=('type', 'app_name', 'production'), name='gateway_app_once', violation_error_message='This app is there already.'),
        ),
        migrations.AddConstraint(
            model_name='routestate',
            constraint=models.UniqueConstraint(fields=('key', 'app_name'), name='route_state_once'),
        ),
        migrations.AddField(
            model_name='shownroom',
            name='device',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shown_rooms', to='push.device', verbose_name='device'),
        ),
        migrations.AddField(
            model_name='shownroom',
            name='room',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspace.room', verbose_name='room'),
        ),
        migrations.AddConstraint(
            model_name='vapidkeys',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='vapid_keys_single'),
        ),
        migrations.AddIndex(
            model_name='desktopevent',
            index=models.Index(fields=['user', 'id'], name='desktop_event_of_user'),
        ),
        migrations.AddIndex(
            model_name='desktopevent',
            index=models.Index(fields=['created_at'], name='desktop_event_in_time'),
        ),
        migrations.AddIndex(
            model_name='desktopstream',
            index=models.Index(fields=['until'], name='desktop_stream_until'),
        ),
        migrations.AddConstraint(
            model_name='desktopstream',
            constraint=models.UniqueConstraint(fields=('user', 'process'), name='desktop_stream_once'),
        ),
        migrations.AddIndex(
            model_name='shownroom',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='shown_room_due'),
        ),
        migrations.AddIndex(
            model_name='shownroom',
            index=models.Index(fields=['shown_at'], name='shown_room_shown'),
        ),
        migrations.AddConstraint(
            model_name='shownroom',
            constraint=models.UniqueConstraint(fields=('device', 'room'), name='shown_room_once_per_device'),
        ),
    ]
