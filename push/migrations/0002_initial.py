import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cloud', '0002_initial'),
        ('push', '0001_initial'),
        ('workspace', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='message',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='workspace.message', verbose_name='message'),
        ),
        migrations.AddField(
            model_name='device',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='devices', to=settings.AUTH_USER_MODEL, verbose_name='user'),
        ),
        migrations.AddField(
            model_name='attempt',
            name='device',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='attempts', to='push.device', verbose_name='device'),
        ),
        migrations.AddField(
            model_name='gatewaypush',
            name='workspace',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cloud.registeredworkspace', verbose_name='workspace'),
        ),
        migrations.AddField(
            model_name='notification',
            name='message',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to='workspace.message', verbose_name='message'),
        ),
        migrations.AddField(
            model_name='notification',
            name='room',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspace.room', verbose_name='room'),
        ),
        migrations.AddField(
            model_name='notification',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL, verbose_name='user'),
        ),
        migrations.AddField(
            model_name='attempt',
            name='notification',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='push.notification', verbose_name='notification'),
        ),
        migrations.AddConstraint(
            model_name='outcomecount',
            constraint=models.UniqueConstraint(fields=('day', 'channel', 'state', 'reason'), name='outcome_count_once'),
        ),
        migrations.AddIndex(
            model_name='sandboxpush',
            index=models.Index(fields=['token_digest', 'id'], name='sandbox_push_of_token'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('decided_at', None)), fields=['retry_at'], name='decision_pending'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(condition=models.Q(('event', 'posted')), fields=('message',), name='decision_once_per_post'),
        ),
        migrations.AddIndex(
            model_name='device',
            index=models.Index(condition=models.Q(('disabled_at', None)), fields=['user'], name='device_enabled_of_user'),
        ),
        migrations.AddIndex(
            model_name='gatewaypush',
            index=models.Index(fields=['taken_at'], name='gateway_push_age'),
        ),
        migrations.AddConstraint(
            model_name='gatewaypush',
            constraint=models.UniqueConstraint(fields=('workspace', 'identity', 'token_digest'), name='gateway_push_once'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('claimed_until__isnull', True), ('finished_at__isnull', True)), fields=['due_at'], name='notification_due'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('claimed_until__isnull', True), ('finished_at__isnull', True)), fields=['user', 'due_at'], name='notification_due_of_user'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('claimed_until__isnull', False)), fields=['user', 'claimed_until'], name='notification_claimed'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('claimed_until__isnull', False)), fields=['claimed_until'], name='notification_claim_end'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('finished_at__isnull', False)), fields=['finished_at'], name='notification_finished'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.UniqueConstraint(fields=('message', 'user', 'channel'), name='notification_once_per_channel'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('claimed_until__isnull', False), ('state', 'claimed')), models.Q(models.Q(('state', 'claimed'), _negated=True), ('claimed_until__isnull', True)), _connector='OR'), name='notification_claim_whole'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('state__in', ['sent', 'dropped', 'failed'])), models.Q(('finished_at__isnull', True), ('state__in', ['queued', 'retrying', 'claimed'])), _connector='OR'), name='notification_finished_whole'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.UniqueConstraint(fields=('notification', 'device', 'number'), name='attempt_numbered_per_device'),
        ),
    ]
