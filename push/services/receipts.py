"""Noting that devices have what was sent to them."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from push.models import Attempt, Channel, Device, Notification
from push.receipts import receipt_read
from workspace.models import Message, User


def receipt_note(*, token: str) -> bool:
    """Note that the device has the notification that the token proves; returns whether the token was signed here."""
    keys = receipt_read(token)
    if keys is None:
        return False
    notification_key, device_key = keys
    received_note(notification=notification_key, devices=[device_key])
    return True


def message_received(*, user: User, message: Message, devices: Collection[Device]) -> bool:
    """Note that these devices have the message's notification; returns whether there was anything to note."""
    notification = Notification.objects.filter(user=user, message=message, channel=Channel.PUSH).first()
    if notification is None:
        return False
    return received_note(notification=notification.pk, devices=[device.pk for device in devices])


@transaction.atomic
def received_note(*, notification: int, devices: Collection[int]) -> bool:
    """Note the first receipt of each device upon its latest try, and return whether there was one to note."""
    now = timezone.now()
    tries = list(Attempt.objects.filter(notification=notification, device__in=devices).order_by("number"))
    told = {attempt.device_id for attempt in tries if attempt.received_at is not None}
    latest = {attempt.device_id: attempt.pk for attempt in tries if attempt.device_id not in told}
    noted = Attempt.objects.filter(pk__in=latest.values(), received_at=None).update(received_at=now)
    Device.objects.filter(pk__in=[key for key in latest if key is not None]).update(last_received_at=now)
    return bool(noted)
