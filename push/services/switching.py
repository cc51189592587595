"""Switching devices off and on by hand."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from push.models import NO_ERROR, Device, DisabledReason


@transaction.atomic
def device_disable(*, device: Device, reason: DisabledReason) -> None:
    """Send nothing more to the device."""
    device.disabled_at, device.disabled_reason = timezone.now(), reason
    device.save(update_fields=["disabled_at", "disabled_reason", "updated_at"])


@transaction.atomic
def device_enable(*, device: Device) -> None:
    """Send to the device again; what it was switched off for, and its last error, are forgotten."""
    forgotten = {"disabled_at": None, "disabled_reason": "", **NO_ERROR}
    for name, value in forgotten.items():
        setattr(device, name, value)
    device.save(update_fields=[*forgotten, "updated_at"])
