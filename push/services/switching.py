"""Disables and enables devices manually."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from push.models import NO_ERROR, Device, DisabledReason


@transaction.atomic
def device_disable(*, device: Device, reason: DisabledReason) -> None:
    """Disable the device: nothing more is sent to it."""
    device.disabled_at, device.disabled_reason = timezone.now(), reason
    device.save(update_fields=["disabled_at", "disabled_reason", "updated_at"])


@transaction.atomic
def device_enable(*, device: Device) -> None:
    """Enable the device again, and clear the reason why it was disabled and its last error."""
    forgotten = {"disabled_at": None, "disabled_reason": "", **NO_ERROR}
    for name, value in forgotten.items():
        setattr(device, name, value)
    device.save(update_fields=[*forgotten, "updated_at"])
