import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import workspace.ids
import workspace.setting_groups.secret_field
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cloud', '0002_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AccessToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('ends_at', models.DateTimeField(db_index=True, verbose_name='ends')),
            ],
            options={
                'verbose_name': 'access token',
                'verbose_name_plural': 'access tokens',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='CloudEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('registered', 'Registered'), ('address', 'Moved to another address'), ('clone', 'Credentials used from another address'), ('agreed', 'Agreed to the terms'), ('withdrawn', 'Withdrew the agreement'), ('disconnected', 'Disconnected itself'), ('suspended', 'Suspended'), ('resumed', 'Let in again'), ('credentials', 'Credentials rotated'), ('gateway_key', 'Gateway address made'), ('key_ended', 'Gateway address revoked'), ('plan', 'Plan changed'), ('licence', 'Licence issued'), ('token', 'Registration token made'), ('terms', 'Terms published'), ('app', 'App saved'), ('app_removed', 'App removed')], max_length=12, verbose_name='what')),
                ('details', models.JSONField(default=dict, verbose_name='details')),
                ('actor_name', models.CharField(blank=True, help_text='Empty: the workspace or the cloud itself.', max_length=64, verbose_name='name then')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
            ],
            options={
                'verbose_name': 'cloud event',
                'verbose_name_plural': 'audit log',
                'ordering': ['-pk'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='CloudServiceSettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('email_registration', models.BooleanField(default=True, help_text='A workspace registers itself once its e-mail address is confirmed. Off: by token only.', verbose_name='Register by e-mail')),
                ('open_registration', models.BooleanField(default=False, help_text='The gateway takes pushes of any server that names its unique id, without credentials and without agreed terms. A unique id is no secret: keep the limit low.', verbose_name='Open registration')),
                ('open_limit', models.PositiveIntegerField(default=1000, validators=[django.core.validators.MaxValueValidator(1000000000)], verbose_name='Pushes a month, open registration')),
                ('open_workspaces', models.PositiveIntegerField(default=100, help_text='No further server is let in once there are this many.', validators=[django.core.validators.MaxValueValidator(1000000)], verbose_name='Servers, open registration')),
                ('community_limit', models.PositiveIntegerField(default=10000, help_text='What a provider accepted counts, once for each push; months are those of UTC.', validators=[django.core.validators.MaxValueValidator(1000000000)], verbose_name='Pushes a month, community')),
                ('rate_limit', models.PositiveIntegerField(default=60000, help_text='Of each workspace that has no limit of its own; beyond it, it is told to wait.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10000000)], verbose_name='Pushes a minute')),
                ('token_minutes', models.PositiveIntegerField(default=60, validators=[django.core.validators.MinValueValidator(15), django.core.validators.MaxValueValidator(1440)], verbose_name='Access tokens hold, minutes')),
            ],
            options={
                'verbose_name': 'Cloud service',
                'verbose_name_plural': 'Cloud service',
            },
        ),
        migrations.CreateModel(
            name='CloudTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(unique=True, verbose_name='version')),
                ('title', models.CharField(max_length=255, verbose_name='title')),
                ('text', models.TextField(verbose_name='text')),
                ('received_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='received')),
            ],
            options={
                'verbose_name': 'terms of the cloud',
                'verbose_name_plural': 'terms of the cloud',
                'ordering': ['-version'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='InstalledLicence',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('token', models.TextField(validators=[django.core.validators.MaxLengthValidator(8192)], verbose_name='licence')),
                ('source', models.CharField(choices=[('sync', 'Fetched from the cloud'), ('pasted', 'Pasted')], max_length=6, verbose_name='source')),
                ('installed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='installed')),
            ],
            options={
                'verbose_name': 'licence',
                'verbose_name_plural': 'licences',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='OwnQuota',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('month', models.DateField(verbose_name='month')),
                ('used', models.PositiveBigIntegerField(default=0, verbose_name='used')),
                ('limit', models.PositiveBigIntegerField(null=True, verbose_name='limit')),
                ('told_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='told')),
                ('usage', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name': 'own quota',
                'verbose_name_plural': 'own quota',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='PendingRegistration',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('cloud_url', models.URLField(verbose_name='cloud')),
                ('email', models.EmailField(blank=True, default='', max_length=254, verbose_name='e-mail')),
                ('request_id', models.CharField(blank=True, default='', max_length=64)),
                ('secret', workspace.setting_groups.secret_field.SecretField(blank=True, default='', verbose_name='secret')),
                ('token', workspace.setting_groups.secret_field.SecretField(blank=True, default='', verbose_name='registration token')),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='started')),
                ('expires_at', models.DateTimeField(null=True, verbose_name='ends')),
                ('next_try_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='next try')),
                ('code', models.CharField(blank=True, default='', max_length=9, verbose_name='code')),
                ('problem_text', models.CharField(blank=True, default='', max_length=500)),
            ],
            options={
                'verbose_name': 'registration under way',
                'verbose_name_plural': 'registrations under way',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='QuotaMonth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(help_text='Its first day.', verbose_name='month')),
                ('used', models.PositiveBigIntegerField(default=0, verbose_name='used')),
                ('reserved', models.PositiveBigIntegerField(default=0, verbose_name='under way')),
            ],
            options={
                'verbose_name': 'pushes of a month',
                'verbose_name_plural': 'pushes of months',
                'ordering': ['-month'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='QuotaNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='month')),
                ('percent', models.PositiveSmallIntegerField(verbose_name='percent')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='noticed')),
                ('mailed_at', models.DateTimeField(null=True, verbose_name='mailed')),
            ],
            options={
                'verbose_name': 'quota notice',
                'verbose_name_plural': 'quota notices',
                'ordering': ['-pk'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='RegistrationRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', workspace.ids.PublicIdField(default=workspace.ids.public_id_new, editable=False, max_length=17, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9]{1,17}\\Z', 'An id is made of up to 17 letters and digits.')], verbose_name='id')),
                ('unique_id', models.CharField(db_index=True, max_length=64, verbose_name='unique id')),
                ('name', models.CharField(max_length=255, verbose_name='name')),
                ('site_url', models.URLField(verbose_name='address')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('secret_digest', models.CharField(editable=False, max_length=64)),
                ('confirmation_digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('code', models.CharField(max_length=9, verbose_name='code')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='asked')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='fetched')),
            ],
            options={
                'verbose_name': 'registration request',
                'verbose_name_plural': 'registration requests',
                'ordering': ['-pk'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='RegistrationToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('note', models.CharField(blank=True, default='', max_length=255, verbose_name='for whom')),
                ('plan', models.CharField(choices=[('community', 'Community'), ('premium', 'Premium')], default='community', max_length=12, verbose_name='plan')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='made')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
                ('used_at', models.DateTimeField(editable=False, null=True, verbose_name='used')),
            ],
            options={
                'verbose_name': 'registration token',
                'verbose_name_plural': 'registration tokens',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='SigningKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_id', workspace.ids.PublicIdField(default=workspace.ids.public_id_new, editable=False, max_length=17, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9]{1,17}\\Z', 'An id is made of up to 17 letters and digits.')], verbose_name='id')),
                ('private_key', workspace.setting_groups.secret_field.SecretField(blank=True, default='', verbose_name='private key')),
                ('public_key', models.CharField(max_length=64, verbose_name='public key')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='made')),
            ],
            options={
                'verbose_name': 'signing key',
                'verbose_name_plural': 'signing keys',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Terms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(editable=False, unique=True, verbose_name='version')),
                ('title', models.CharField(default='Cloud Service Privacy Terms', max_length=255, verbose_name='title')),
                ('text', models.TextField(help_text='Plain text or Markdown.', validators=[django.core.validators.MaxLengthValidator(100000)], verbose_name='text')),
                ('published_at', models.DateTimeField(editable=False, null=True, verbose_name='published')),
                ('required_from', models.DateTimeField(blank=True, help_text='Until then, whoever agreed to an earlier version pushes.', null=True, verbose_name='required from')),
            ],
            options={
                'verbose_name': 'terms',
                'verbose_name_plural': 'terms',
                'ordering': ['-version'],
            },
        ),
        migrations.CreateModel(
            name='TermsAgreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agreed_by', models.CharField(max_length=255, verbose_name='agreed by')),
                ('agreed_at', models.DateTimeField(verbose_name='agreed')),
                ('received_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='received')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='withdrawn')),
            ],
            options={
                'verbose_name': 'agreement to terms',
                'verbose_name_plural': 'agreements to terms',
                'ordering': ['-pk'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='TermsConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(verbose_name='version')),
                ('is_withdrawal', models.BooleanField(default=False, verbose_name='withdrawn')),
                ('actor_name', models.CharField(blank=True, default='', max_length=255, verbose_name='name then')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ('told_at', models.DateTimeField(null=True, verbose_name='told to the cloud')),
            ],
            options={
                'verbose_name': 'agreement of this workspace',
                'verbose_name_plural': 'agreements of this workspace',
                'ordering': ['-pk'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='UsageCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('app', models.CharField(blank=True, max_length=128, verbose_name='app')),
                ('platform', models.CharField(max_length=3, verbose_name='platform')),
                ('outcome', models.CharField(choices=[('accepted', 'Accepted'), ('silent', 'Accepted, not counted'), ('dead', 'Device gone'), ('refused', 'Refused'), ('failed', 'Provider failed'), ('exhausted', 'Over the limit'), ('unknown', 'Cut short, counted')], max_length=10, verbose_name='outcome')),
                ('count', models.PositiveBigIntegerField(default=0, verbose_name='count')),
            ],
            options={
                'verbose_name': 'usage',
                'verbose_name_plural': 'usage',
                'ordering': ['-day'],
                'default_permissions': ('view',),
            },
        ),
        migrations.AlterModelOptions(
            name='cloudconnection',
            options={'permissions': [('manage_cloud', 'May manage the connection with the cloud'), ('register_on_cloud', 'May register the workspace with the cloud')], 'verbose_name': 'cloud connection', 'verbose_name_plural': 'cloud connection'},
        ),
        migrations.RemoveField(
            model_name='registeredworkspace',
            name='access_token_digest',
        ),
        migrations.AddField(
            model_name='cloudconnection',
            name='access_token_ends_at',
            field=models.DateTimeField(null=True, verbose_name='access token ends'),
        ),
        migrations.AddField(
            model_name='cloudconnection',
            name='access_token_renewed_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='cloudconnection',
            name='client_id',
            field=models.CharField(blank=True, default='', max_length=64, verbose_name='client id'),
        ),
        migrations.AddField(
            model_name='cloudconnection',
            name='client_secret',
            field=workspace.setting_groups.secret_field.SecretField(blank=True, default='', verbose_name='client secret'),
        ),
        migrations.AddField(
            model_name='cloudconnection',
            name='cloud_url',
            field=models.URLField(blank=True, default='', verbose_name='cloud'),
        ),
        migrations.AddField(
            model_name='cloudconnection',
            name='email',
            field=models.EmailField(blank=True, default='', max_length=254, verbose_name='registered by'),
        ),
        migrations.AddField(
            model_name='cloudconnection',
            name='last_contact_at',
            field=models.DateTimeField(null=True, verbose_name='last contact'),
        ),
        migrations.AddField(
            model_name='cloudconnection',
            name='last_tried_at',
            field=models.DateTimeField(null=True, verbose_name='last try'),
        ),
        migrations.AddField(
            model_name='cloudconnection',
            name='next_sync_at',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='next contact'),
        ),
        migrations.AddField(
            model_name='cloudconnection',
            name='problem',
            field=models.CharField(blank=True, default='', max_length=64, verbose_name='problem'),
        ),
        migrations.AddField(
            model_name='cloudconnection',
            name='problem_text',
            field=models.CharField(blank=True, default='', max_length=500),
        ),
        migrations.AddField(
            model_name='cloudconnection',
            name='public_key',
            field=models.CharField(blank=True, default='', max_length=64, verbose_name="cloud's key"),
        ),
        migrations.AddField(
            model_name='cloudconnection',
            name='registered_url',
            field=models.URLField(blank=True, default='', verbose_name='registered address'),
        ),
        migrations.AddField(
            model_name='cloudconnection',
            name='terms_required',
            field=models.PositiveIntegerField(default=0, verbose_name='terms that are required'),
        ),
        migrations.AddField(
            model_name='registeredworkspace',
            name='admission',
            field=models.CharField(choices=[('email', 'Confirmed by e-mail'), ('token', 'Registration token'), ('console', 'Added in the console'), ('open', 'Open registration')], default='console', editable=False, max_length=8, verbose_name='registered by'),
        ),
        migrations.AddField(
            model_name='registeredworkspace',
            name='client_secret_digest',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='registeredworkspace',
            name='disconnected_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='disconnected'),
        ),
        migrations.AddField(
            model_name='registeredworkspace',
            name='email',
            field=models.EmailField(blank=True, default='', max_length=254, verbose_name='contact'),
        ),
        migrations.AddField(
            model_name='registeredworkspace',
            name='gateway_key_digest',
            field=models.CharField(editable=False, max_length=64, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='registeredworkspace',
            name='modules',
            field=models.JSONField(blank=True, default=list, verbose_name='modules'),
        ),
        migrations.AddField(
            model_name='registeredworkspace',
            name='monthly_limit',
            field=models.PositiveIntegerField(blank=True, help_text='Empty: what the plan brings.', null=True, validators=[django.core.validators.MaxValueValidator(1000000000)], verbose_name='pushes a month'),
        ),
        migrations.AddField(
            model_name='registeredworkspace',
            name='other_url',
            field=models.URLField(blank=True, default='', editable=False, verbose_name='seen at another address'),
        ),
        migrations.AddField(
            model_name='registeredworkspace',
            name='other_url_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='registeredworkspace',
            name='plan',
            field=models.CharField(choices=[('community', 'Community'), ('premium', 'Premium')], default='community', max_length=12, verbose_name='plan'),
        ),
        migrations.AddField(
            model_name='registeredworkspace',
            name='plan_ends_at',
            field=models.DateTimeField(blank=True, help_text='Then the community plan holds. Empty: it does not end.', null=True, verbose_name='plan ends'),
        ),
        migrations.AddField(
            model_name='registeredworkspace',
            name='rate_limit',
            field=models.PositiveIntegerField(blank=True, help_text='Empty: the limit of the settings.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10000000)], verbose_name='pushes a minute'),
        ),
        migrations.AddField(
            model_name='registeredworkspace',
            name='site_url',
            field=models.URLField(blank=True, default='', verbose_name='address'),
        ),
        migrations.AddField(
            model_name='registeredworkspace',
            name='suspended_reason',
            field=models.CharField(blank=True, default='', max_length=255, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='setupwizardsettings',
            name='cloud_url',
            field=models.URLField(blank=True, default='', help_text='Where this workspace registers. Empty: the cloud in this very installation, if it is one.', verbose_name='Cloud'),
        ),
        migrations.AddField(
            model_name='setupwizardsettings',
            name='quota_reserved',
            field=models.PositiveSmallIntegerField(default=0, help_text="Percent of the month's pushes that only direct messages and mentions by name may use; the gateway refuses others then. 0: whatever comes first.", validators=[django.core.validators.MaxValueValidator(50)], verbose_name='Quota kept for direct messages and mentions'),
        ),
        migrations.AddIndex(
            model_name='registeredworkspace',
            index=models.Index(fields=['name'], name='registered_workspace_name'),
        ),
        migrations.AddField(
            model_name='accesstoken',
            name='workspace',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cloud.registeredworkspace', verbose_name='workspace'),
        ),
        migrations.AddField(
            model_name='cloudevent',
            name='actor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='cloudevent',
            name='workspace',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='cloud.registeredworkspace', verbose_name='workspace'),
        ),
        migrations.AddConstraint(
            model_name='installedlicence',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='installed_licence_single'),
        ),
        migrations.AddConstraint(
            model_name='ownquota',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='own_quota_single'),
        ),
        migrations.AddConstraint(
            model_name='pendingregistration',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='pending_registration_single'),
        ),
        migrations.AddField(
            model_name='quotamonth',
            name='workspace',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cloud.registeredworkspace', verbose_name='workspace'),
        ),
        migrations.AddConstraint(
            model_name='quotanotice',
            constraint=models.UniqueConstraint(fields=('month', 'percent'), name='quota_notice_once'),
        ),
        migrations.AddField(
            model_name='registrationtoken',
            name='created_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='registrationtoken',
            name='workspace',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='cloud.registeredworkspace', verbose_name='used by'),
        ),
        migrations.AddField(
            model_name='terms',
            name='published_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='termsagreement',
            name='terms',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cloud.terms', verbose_name='terms'),
        ),
        migrations.AddField(
            model_name='termsagreement',
            name='workspace',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agreements', to='cloud.registeredworkspace', verbose_name='workspace'),
        ),
        migrations.AddField(
            model_name='termsconsent',
            name='actor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='usagecount',
            name='workspace',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cloud.registeredworkspace', verbose_name='workspace'),
        ),
        migrations.AddIndex(
            model_name='cloudevent',
            index=models.Index(fields=['workspace', '-id'], name='cloud_event_of_workspace'),
        ),
        migrations.AddConstraint(
            model_name='quotamonth',
            constraint=models.UniqueConstraint(fields=('workspace', 'month'), name='quota_month_once'),
        ),
        migrations.AddIndex(
            model_name='termsagreement',
            index=models.Index(fields=['workspace', '-id'], name='agreement_of_workspace'),
        ),
        migrations.AddIndex(
            model_name='usagecount',
            index=models.Index(fields=['day', 'workspace'], name='usage_count_of_day'),
        ),
        migrations.AddConstraint(
            model_name='usagecount',
            constraint=models.UniqueConstraint(fields=('workspace', 'day', 'app', 'platform', 'outcome'), name='usage_count_once'),
        ),
    ]
