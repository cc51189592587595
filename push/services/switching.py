"""Switching devices off and on by hand."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from push.models import Device


@transaction.atomic
def device_disable(*, device: Device, reason: str) -> None:
    """Send nothing more to the device, and keep the reason in a sentence for people."""
    device.disabled_at, device.disabled_reason = timezone.now(), reason
    device.save(update_fields=["disabled_at", "disabled_reason", "updated_at"])


@transaction.atomic
def device_enable(*, device: Device) -> None:
    """Send to the device again; what it was switched off for, and its last error, are forgotten."""
    device.disabled_at, device.disabled_reason, device.last_error = None, "", ""
    device.save(update_fields=["disabled_at", "disabled_reason", "last_error", "updated_at"])
