from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workspace', '0023_sign_ins_under_way'),
    ]

    operations = [
        migrations.AddField(
            model_name='clientpresence',
            name='in_use',
            field=models.BooleanField(db_default=False, default=False, verbose_name='in use'),
        ),
    ]
