from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workspace', '0005_user_orders'),
    ]

    operations = [
        migrations.AlterField(
            model_name='generalsettings',
            name='api_allow_infinite_count',
            field=models.BooleanField(default=True, help_text='A client that asks for 0 items receives all of them, 10,000 at most. Off: none.', verbose_name='Allow lists of any length'),
        ),
    ]
