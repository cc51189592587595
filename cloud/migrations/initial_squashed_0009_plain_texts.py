"""The tables of a new installation, in one step instead of many.

Databases that have some of the replaced migrations go on with those. Changes of rows are left out: there are none yet.
"""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import workspace.http_addresses
import workspace.ids
import workspace.secret_addresses
import workspace.setting_groups.secret_field
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('cloud', '0001_initial'), ('cloud', '0002_initial'), ('cloud', '0003_cloud_service'), ('cloud', '0004_one_signing_key'), ('cloud', '0005_addresses_without_a_dot'), ('cloud', '0006_gateway_of_connection'), ('cloud', '0007_service_name'), ('cloud', '0008_secret_addresses'), ('cloud', '0009_plain_texts')]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CloudConnection',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('workspace_id', models.CharField(max_length=64, verbose_name='workspace id')),
                ('access_token', workspace.setting_groups.secret_field.SecretField(blank=True, default='', verbose_name='access token')),
                ('connected_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='connected')),
                ('access_token_ends_at', models.DateTimeField(null=True, verbose_name='access token expires')),
                ('access_token_renewed_at', models.DateTimeField(editable=False, null=True)),
                ('client_id', models.CharField(blank=True, default='', max_length=64, verbose_name='client id')),
                ('client_secret', workspace.setting_groups.secret_field.SecretField(blank=True, default='', verbose_name='client secret')),
                ('cloud_url', workspace.secret_addresses.SecretAddressField(blank=True, default='', verbose_name='cloud')),
                ('email', models.EmailField(blank=True, default='', max_length=254, verbose_name='registered by')),
                ('last_contact_at', models.DateTimeField(null=True, verbose_name='last contact')),
                ('last_tried_at', models.DateTimeField(null=True, verbose_name='last try')),
                ('next_sync_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='next contact')),
                ('problem', models.CharField(blank=True, default='', max_length=64, verbose_name='problem')),
                ('problem_text', models.CharField(blank=True, default='', max_length=500)),
                ('public_key', models.CharField(blank=True, default='', max_length=64, verbose_name="cloud's public key")),
                ('registered_url', workspace.http_addresses.HttpAddressField(blank=True, default='', verbose_name='registered address')),
                ('terms_required', models.PositiveIntegerField(default=0, verbose_name='required version of the terms')),
                ('gateway_url', workspace.secret_addresses.SecretAddressField(blank=True, default='', verbose_name='gateway')),
            ],
            options={
                'verbose_name': 'cloud connection',
                'verbose_name_plural': 'cloud connection',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='cloud_connection_single')],
                'permissions': [('manage_cloud', 'May manage the connection with the cloud'), ('register_on_cloud', 'May register the workspace with the cloud')],
            },
        ),
        migrations.CreateModel(
            name='CloudServiceSettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('email_registration', models.BooleanField(default=True, help_text='A workspace can register itself by confirming an e-mail address. Off: by token only.', verbose_name='Register by e-mail')),
                ('open_registration', models.BooleanField(default=False, help_text='The gateway accepts pushes from any server that sends its unique id, without credentials and without agreement to the terms. A unique id is not a secret, so keep the limit low.', verbose_name='Open registration')),
                ('open_limit', models.PositiveIntegerField(default=1000, validators=[django.core.validators.MaxValueValidator(1000000000)], verbose_name='Pushes per month, open registration')),
                ('open_workspaces', models.PositiveIntegerField(default=100, help_text='Further servers are refused.', validators=[django.core.validators.MaxValueValidator(1000000)], verbose_name='Maximum number of servers, open registration')),
                ('community_limit', models.PositiveIntegerField(default=10000, help_text='Each push that a provider accepts counts once. Months are in UTC.', validators=[django.core.validators.MaxValueValidator(1000000000)], verbose_name='Pushes per month, community plan')),
                ('rate_limit', models.PositiveIntegerField(default=60000, help_text='Applies to each workspace without its own limit. Pushes above it are refused with 429 and a wait time.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10000000)], verbose_name='Pushes per minute')),
                ('token_minutes', models.PositiveIntegerField(default=60, validators=[django.core.validators.MinValueValidator(15), django.core.validators.MaxValueValidator(1440)], verbose_name='Lifetime of access tokens in minutes')),
            ],
            options={
                'verbose_name': 'Cloud for other workspaces',
                'verbose_name_plural': 'Cloud for other workspaces',
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
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='installed_licence_single')],
            },
        ),
        migrations.CreateModel(
            name='OwnQuota',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('month', models.DateField(verbose_name='month')),
                ('used', models.PositiveBigIntegerField(default=0, verbose_name='used')),
                ('limit', models.PositiveBigIntegerField(null=True, verbose_name='limit')),
                ('told_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='reported')),
                ('usage', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name': 'own quota',
                'verbose_name_plural': 'own quota',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='own_quota_single')],
            },
        ),
        migrations.CreateModel(
            name='PendingRegistration',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('cloud_url', workspace.secret_addresses.SecretAddressField(verbose_name='cloud')),
                ('email', models.EmailField(blank=True, default='', max_length=254, verbose_name='e-mail')),
                ('request_id', models.CharField(blank=True, default='', max_length=64)),
                ('secret', workspace.setting_groups.secret_field.SecretField(blank=True, default='', verbose_name='secret')),
                ('token', workspace.setting_groups.secret_field.SecretField(blank=True, default='', verbose_name='registration token')),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='started')),
                ('expires_at', models.DateTimeField(null=True, verbose_name='expires')),
                ('next_try_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='next try')),
                ('code', models.CharField(blank=True, default='', max_length=9, verbose_name='code')),
                ('problem_text', models.CharField(blank=True, default='', max_length=500)),
            ],
            options={
                'verbose_name': 'registration in progress',
                'verbose_name_plural': 'registrations in progress',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='pending_registration_single')],
            },
        ),
        migrations.CreateModel(
            name='QuotaNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='month')),
                ('percent', models.PositiveSmallIntegerField(verbose_name='percent')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='passed')),
                ('mailed_at', models.DateTimeField(null=True, verbose_name='mailed')),
            ],
            options={
                'verbose_name': 'quota notice',
                'verbose_name_plural': 'quota notices',
                'ordering': ['-pk'],
                'default_permissions': ('view',),
                'constraints': [models.UniqueConstraint(fields=('month', 'percent'), name='quota_notice_once')],
            },
        ),
        migrations.CreateModel(
            name='RegisteredWorkspace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', workspace.ids.PublicIdField(default=workspace.ids.public_id_new, editable=False, max_length=17, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9]{1,17}\\Z', 'An id is made of up to 17 letters and digits.')], verbose_name='id')),
                ('unique_id', models.CharField(max_length=64, unique=True, verbose_name='unique id')),
                ('name', models.CharField(max_length=255, verbose_name='name')),
                ('is_active', models.BooleanField(default=True, help_text='A suspended workspace cannot push.', verbose_name='active')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='registered')),
                ('last_seen_at', models.DateTimeField(editable=False, null=True, verbose_name='last request')),
                ('admission', models.CharField(choices=[('email', 'Confirmed by e-mail'), ('token', 'Registration token'), ('console', 'Added in the console'), ('open', 'Open registration')], default='console', editable=False, max_length=8, verbose_name='registered by')),
                ('client_secret_digest', models.CharField(blank=True, default='', editable=False, max_length=64)),
                ('disconnected_at', models.DateTimeField(editable=False, null=True, verbose_name='disconnected')),
                ('email', models.EmailField(blank=True, default='', max_length=254, verbose_name='contact')),
                ('gateway_key_digest', models.CharField(editable=False, max_length=64, null=True, unique=True)),
                ('modules', models.JSONField(blank=True, default=list, verbose_name='modules')),
                ('monthly_limit', models.PositiveIntegerField(blank=True, help_text="Empty: the plan's limit.", null=True, validators=[django.core.validators.MaxValueValidator(1000000000)], verbose_name='pushes per month')),
                ('other_url', workspace.http_addresses.HttpAddressField(blank=True, default='', editable=False, verbose_name='seen at another address')),
                ('other_url_at', models.DateTimeField(editable=False, null=True)),
                ('plan', models.CharField(choices=[('community', 'Community'), ('premium', 'Premium')], default='community', max_length=12, verbose_name='plan')),
                ('plan_ends_at', models.DateTimeField(blank=True, help_text='The community plan applies after that. Empty: no end.', null=True, verbose_name='plan ends')),
                ('rate_limit', models.PositiveIntegerField(blank=True, help_text='Empty: the limit in the settings.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10000000)], verbose_name='pushes per minute')),
                ('site_url', workspace.http_addresses.HttpAddressField(blank=True, default='', verbose_name='address')),
                ('suspended_reason', models.CharField(blank=True, default='', max_length=255, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'registered workspace',
                'verbose_name_plural': 'registered workspaces',
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['name'], name='registered_workspace_name')],
            },
        ),
        migrations.CreateModel(
            name='RegistrationRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', workspace.ids.PublicIdField(default=workspace.ids.public_id_new, editable=False, max_length=17, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9]{1,17}\\Z', 'An id is made of up to 17 letters and digits.')], verbose_name='id')),
                ('unique_id', models.CharField(db_index=True, max_length=64, verbose_name='unique id')),
                ('name', models.CharField(max_length=255, verbose_name='name')),
                ('site_url', workspace.http_addresses.HttpAddressField(verbose_name='address')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('secret_digest', models.CharField(editable=False, max_length=64)),
                ('confirmation_digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('code', models.CharField(max_length=9, verbose_name='code')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='requested')),
                ('ends_at', models.DateTimeField(verbose_name='expires')),
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
            name='SetupWizardSettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('register_server', models.BooleanField(default=False, help_text='Required for the push gateway and other cloud services.', verbose_name='Register Server')),
                ('privacy_terms_agreed', models.BooleanField(default=False, help_text='Required for the push gateway and other cloud services.', verbose_name='Cloud Service Privacy Terms Agreement')),
                ('survey_enabled', models.BooleanField(default=False, help_text='Only for compatibility with clients. This server does not run surveys.', verbose_name='Surveys')),
                ('organization_type', models.CharField(blank=True, choices=[('community', 'Community'), ('enterprise', 'Enterprise'), ('government', 'Government'), ('nonprofit', 'Nonprofit')], default='', max_length=12, verbose_name='Organization type')),
                ('organization_name', models.CharField(blank=True, default='', max_length=255, verbose_name='Organization name')),
                ('organization_email', models.EmailField(blank=True, default='', help_text="The cloud sends e-mails about this workspace's registration to this address.", max_length=254, verbose_name='Contact e-mail')),
                ('industry', models.CharField(blank=True, default='', max_length=255, verbose_name='Industry')),
                ('size', models.PositiveIntegerField(default=0, help_text='Number of people in the organization. 0: not specified.', validators=[django.core.validators.MaxValueValidator(10000000)], verbose_name='Size')),
                ('country', models.CharField(blank=True, default='', max_length=120, verbose_name='Country')),
                ('website', models.URLField(blank=True, default='', verbose_name='Website')),
                ('terms_agreed_at', models.DateTimeField(editable=False, null=True)),
                ('terms_agreed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cloud_url', workspace.secret_addresses.SecretAddressField(blank=True, default='', help_text='The cloud with which this workspace registers. Empty: this installation, if it is a cloud.', verbose_name='Cloud')),
                ('quota_reserved', models.PositiveSmallIntegerField(default=0, help_text="Percentage of the month's pushes reserved for direct messages and mentions by name. When only this much is left, the gateway refuses other pushes. 0: nothing is reserved.", validators=[django.core.validators.MaxValueValidator(50)], verbose_name='Quota reserved for direct messages and mentions')),
            ],
            options={
                'verbose_name': 'Setup Wizard',
                'verbose_name_plural': 'Setup Wizard',
            },
        ),
        migrations.CreateModel(
            name='SigningKey',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('key_id', workspace.ids.PublicIdField(default=workspace.ids.public_id_new, editable=False, max_length=17, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9]{1,17}\\Z', 'An id is made of up to 17 letters and digits.')], verbose_name='id')),
                ('private_key', workspace.setting_groups.secret_field.SecretField(blank=True, default='', verbose_name='private key')),
                ('public_key', models.CharField(max_length=64, verbose_name='public key')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
            ],
            options={
                'verbose_name': 'signing key',
                'verbose_name_plural': 'signing keys',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='signing_key_single')],
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
                ('required_from', models.DateTimeField(blank=True, help_text='Until then, workspaces that agreed to an earlier version can push.', null=True, verbose_name='required from')),
                ('published_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'terms',
                'verbose_name_plural': 'terms',
                'ordering': ['-version'],
            },
        ),
        migrations.CreateModel(
            name='TermsConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(verbose_name='version')),
                ('is_withdrawal', models.BooleanField(default=False, verbose_name='withdrawn')),
                ('actor_name', models.CharField(blank=True, default='', max_length=255, verbose_name='name at the time')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ('told_at', models.DateTimeField(null=True, verbose_name='reported to the cloud')),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'agreement of this workspace',
                'verbose_name_plural': 'agreements of this workspace',
                'ordering': ['-pk'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='AccessToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('ends_at', models.DateTimeField(db_index=True, verbose_name='expires')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cloud.registeredworkspace', verbose_name='workspace')),
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
                ('kind', models.CharField(choices=[('registered', 'Registered'), ('address', 'Moved to another address'), ('clone', 'Credentials used from another address'), ('agreed', 'Agreed to the terms'), ('withdrawn', 'Withdrew the agreement'), ('disconnected', 'Disconnected'), ('suspended', 'Suspended'), ('resumed', 'Resumed'), ('credentials', 'Credentials rotated'), ('gateway_key', 'Gateway address created'), ('key_ended', 'Gateway address revoked'), ('plan', 'Plan changed'), ('licence', 'Licence issued'), ('token', 'Registration token created'), ('terms', 'Terms published'), ('app', 'App saved'), ('app_removed', 'App removed')], max_length=12, verbose_name='event')),
                ('details', models.JSONField(default=dict, verbose_name='details')),
                ('actor_name', models.CharField(blank=True, help_text='Empty: the workspace or the cloud itself.', max_length=64, verbose_name='name at the time')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('workspace', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='cloud.registeredworkspace', verbose_name='workspace')),
            ],
            options={
                'verbose_name': 'cloud event',
                'verbose_name_plural': 'audit log',
                'ordering': ['-pk'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['workspace', '-id'], name='cloud_event_of_workspace')],
            },
        ),
        migrations.CreateModel(
            name='QuotaMonth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(help_text='The first day of the month.', verbose_name='month')),
                ('used', models.PositiveBigIntegerField(default=0, verbose_name='used')),
                ('reserved', models.PositiveBigIntegerField(default=0, verbose_name='in progress')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cloud.registeredworkspace', verbose_name='workspace')),
            ],
            options={
                'verbose_name': 'monthly push count',
                'verbose_name_plural': 'monthly push counts',
                'ordering': ['-month'],
                'default_permissions': ('view',),
                'constraints': [models.UniqueConstraint(fields=('workspace', 'month'), name='quota_month_once')],
            },
        ),
        migrations.CreateModel(
            name='RegistrationToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('note', models.CharField(blank=True, default='', max_length=255, verbose_name='issued to')),
                ('plan', models.CharField(choices=[('community', 'Community'), ('premium', 'Premium')], default='community', max_length=12, verbose_name='plan')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('ends_at', models.DateTimeField(verbose_name='expires')),
                ('used_at', models.DateTimeField(editable=False, null=True, verbose_name='used')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='cloud.registeredworkspace', verbose_name='used by')),
            ],
            options={
                'verbose_name': 'registration token',
                'verbose_name_plural': 'registration tokens',
                'ordering': ['-pk'],
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
                ('terms', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cloud.terms', verbose_name='terms')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agreements', to='cloud.registeredworkspace', verbose_name='workspace')),
            ],
            options={
                'verbose_name': 'agreement to terms',
                'verbose_name_plural': 'agreements to terms',
                'ordering': ['-pk'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['workspace', '-id'], name='agreement_of_workspace')],
            },
        ),
        migrations.CreateModel(
            name='UsageCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('app', models.CharField(blank=True, max_length=128, verbose_name='app')),
                ('platform', models.CharField(max_length=3, verbose_name='platform')),
                ('outcome', models.CharField(choices=[('accepted', 'Accepted'), ('silent', 'Accepted, not counted'), ('dead', 'Device no longer registered'), ('refused', 'Refused'), ('failed', 'Provider failed'), ('exhausted', 'Over the limit'), ('unknown', 'Interrupted, counted')], max_length=10, verbose_name='outcome')),
                ('count', models.PositiveBigIntegerField(default=0, verbose_name='count')),
                ('workspace', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cloud.registeredworkspace', verbose_name='workspace')),
            ],
            options={
                'verbose_name': 'usage',
                'verbose_name_plural': 'usage',
                'ordering': ['-day'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['day', 'workspace'], name='usage_count_of_day')],
                'constraints': [models.UniqueConstraint(fields=('workspace', 'day', 'app', 'platform', 'outcome'), name='usage_count_once')],
            },
        ),
    ]
