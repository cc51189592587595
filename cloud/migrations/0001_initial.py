import django.core.validators
import django.utils.timezone
import workspace.ids
import workspace.setting_groups.secret_field
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='RegisteredWorkspace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', workspace.ids.PublicIdField(default=workspace.ids.public_id_new, editable=False, max_length=17, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9]{1,17}\\Z', 'An id is made of up to 17 letters and digits.')], verbose_name='id')),
                ('unique_id', models.CharField(max_length=64, unique=True, verbose_name='unique id')),
                ('name', models.CharField(max_length=255, verbose_name='name')),
                ('access_token_digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('is_active', models.BooleanField(default=True, help_text='A suspended workspace cannot push.', verbose_name='active')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='registered')),
                ('last_seen_at', models.DateTimeField(editable=False, null=True, verbose_name='last request')),
            ],
            options={
                'verbose_name': 'registered workspace',
                'verbose_name_plural': 'registered workspaces',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='SetupWizardSettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('register_server', models.BooleanField(default=False, help_text='Needed for the push gateway and other cloud services.', verbose_name='Register Server')),
                ('privacy_terms_agreed', models.BooleanField(default=False, help_text='Without it, the push gateway and other cloud services are not used.', verbose_name='Cloud Service Privacy Terms Agreement')),
                ('survey_enabled', models.BooleanField(default=False, help_text='Known to clients of other servers; this one never asks people how they like it.', verbose_name='Surveys')),
                ('organization_type', models.CharField(blank=True, choices=[('community', 'Community'), ('enterprise', 'Enterprise'), ('government', 'Government'), ('nonprofit', 'Nonprofit')], default='', max_length=12, verbose_name='Organization type')),
                ('organization_name', models.CharField(blank=True, default='', max_length=255, verbose_name='Organization name')),
                ('organization_email', models.EmailField(blank=True, default='', help_text="Where the cloud writes to about this workspace's registration.", max_length=254, verbose_name='Contact e-mail')),
                ('industry', models.CharField(blank=True, default='', max_length=255, verbose_name='Industry')),
                ('size', models.PositiveIntegerField(default=0, help_text='Number of people in the organization; 0: not told.', validators=[django.core.validators.MaxValueValidator(10000000)], verbose_name='Size')),
                ('country', models.CharField(blank=True, default='', max_length=120, verbose_name='Country')),
                ('website', models.URLField(blank=True, default='', verbose_name='Website')),
                ('terms_agreed_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'verbose_name': 'Setup Wizard',
                'verbose_name_plural': 'Setup Wizard',
            },
        ),
        migrations.CreateModel(
            name='CloudConnection',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('workspace_id', models.CharField(max_length=64, verbose_name='workspace id')),
                ('access_token', workspace.setting_groups.secret_field.SecretField(blank=True, default='', verbose_name='access token')),
                ('connected_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='connected')),
            ],
            options={
                'verbose_name': 'cloud connection',
                'verbose_name_plural': 'cloud connection',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='cloud_connection_single')],
            },
        ),
    ]
