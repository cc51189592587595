"""Records that devices have received pushes.

A receipt is final, regardless of the push service's response, even if there was none: the push is not retried.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from push.models import Answer, Attempt, Channel, Device, Notification, State, is_waiting
from push.monitoring.counting import outcome_count
from push.receipts import receipt_read
from push.selectors.items import devices_of, target_devices
from push.sending.attempts import history_of
from push.services.shown import shown_record
from push.services.webhooks.events import notification_received, notifications_ended
from workspace.database.prepared import PreparedQuery
from workspace.models import Message, User


def receipt_record(*, token: str) -> bool:
    """Record the receipt that the token proves; return False if this server did not sign the token."""
    keys = receipt_read(token)
    if keys is None:
        return False
    notification_key, device_key = keys
    receipts_record(notification=notification_key, devices=[device_key])
    return True


def message_received(*, user: User, message: Message, devices: Collection[int]) -> bool:
    """Record that these devices (given by key) have received the message's notification; return True if it was new."""
    notification = pushed_keys.first(user.pk, message.pk) if devices else None
    return notification is not None and receipts_record(notification=notification, devices=devices)


pushed_keys: PreparedQuery[int] = PreparedQuery(
    lambda user, message: (
        Notification.objects.filter(user=user, message=message, channel=Channel.PUSH)
        .order_by("pk")
        .values_list("pk", flat=True)[:1]
    ),
    *(int, int),
)


@transaction.atomic
def receipts_record(*, notification: int, devices: Collection[int]) -> bool:
    """Record the first receipt of each device with its latest attempt; return True if any was new.

    An attempt that was not accepted, or has no response yet, counts as accepted from now on.
    """
    now = timezone.now()
    attempts = list(Attempt.objects.filter(notification=notification, device__in=devices).order_by("number"))
    confirmed_devices = {attempt.device_id for attempt in attempts if attempt.received_at is not None}
    latest = {attempt.device_id: attempt.pk for attempt in attempts if attempt.device_id not in confirmed_devices}
    if not latest:
        return False
    updated = Attempt.objects.filter(pk__in=latest.values(), received_at=None).update(received_at=now)
    Device.objects.filter(pk__in=[key for key in latest if key is not None]).update(last_received_at=now)
    unconfirmed = Attempt.objects.filter(pk__in=latest.values()).exclude(answer=Answer.ACCEPTED)
    keys = list(unconfirmed.values_list("pk", flat=True))
    if keys and unconfirmed.update(answer=Answer.ACCEPTED, retry_at=None, finished_at=Coalesce("finished_at", now)):
        confirmed = Attempt.objects.filter(pk__in=keys).select_related("device", "notification")
        for attempt in confirmed:
            if attempt.device is not None:
                shown_record(accepted=[(attempt.device, attempt.notification.room_id)], at=attempt.started_at)
        item_settle(key=notification)
    if updated:
        keys = [key for key in latest if key is not None]
        notification_received(notification=notification, devices=keys, at=now)
    return bool(updated)


def item_settle(*, key: int) -> None:
    """End an item as sent if it waits for a retry or failed, and there are no devices left to try.

    An item that is being sent is ended by its worker.
    """
    unsettled = Notification.objects.filter(Q(state=State.FAILED) | Q(is_waiting(), state=State.RETRYING), pk=key)
    item = unsettled.first()
    if item is None:
        return
    devices = target_devices(devices_of([item.user_id]).get(item.user_id, []), item)
    outcome = history_of([key]).outcome(key, [device.pk for device in devices])
    if outcome.state == State.SENT:
        unsettled.update(state=State.SENT, reason="", finished_at=Coalesce("finished_at", timezone.now()))
        if item.finished_at is None:
            outcome_count([item.channel], state=State.SENT, reason="")
        notifications_ended([key], state=State.SENT)
