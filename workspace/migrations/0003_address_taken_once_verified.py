import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workspace', '0002_time_zones'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='emailaddress',
            name='email_address_any_case',
        ),
        migrations.AddConstraint(
            model_name='emailaddress',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('address'), models.F('user'), name='email_address_of_user', violation_error_message='The account has this address already.'),
        ),
        migrations.AddConstraint(
            model_name='emailaddress',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('address'), condition=models.Q(('verified', True)), name='email_verified_any_case', violation_error_message='This address belongs to another account.'),
        ),
    ]
