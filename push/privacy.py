"""The sections of an export of a person's data with their devices and notifications."""

from __future__ import annotations

from collections.abc import Iterator

from push.models import Attempt, Device, Notification
from workspace.models import User
from workspace.privacy.sections import ExportSection, Row, columns_of, sections_contribute

CHUNK = 1000
# Anyone who knows a device's token may be able to send to it.
SHOWN_TOKEN = 6


def device_rows(user: User) -> Iterator[Row]:
    """Yield the person's devices, with the end of their tokens."""
    for device in Device.objects.filter(user=user).order_by("pk"):
        yield {
            **columns_of(device, "public_id", "name", "type", "app_name", "app_version", "capabilities"),
            **columns_of(device, "created_at", "registered_at", "last_accepted_at", "last_received_at", "disabled_at"),
            **columns_of(device, "disabled_reason"),
            "token": f"…{device.token[-SHOWN_TOKEN:]}",
        }


def notification_rows(user: User) -> Iterator[Row]:
    """Yield the decisions to notify the person, and how each notification ended."""
    rows = Notification.objects.filter(user=user).order_by("pk")
    yield from rows.values(
        *("message__public_id", "channel", "rule", "state", "reason"),
        *("created_at", "due_at", "finished_at"),
    ).iterator(CHUNK)


def attempt_rows(user: User) -> Iterator[Row]:
    """Yield the attempts to deliver the person's notifications."""
    rows = Attempt.objects.filter(notification__user=user).order_by("pk")
    yield from rows.values(
        *("notification__message__public_id", "device__public_id", "number", "answer", "status"),
        *("started_at", "finished_at", "received_at"),
    ).iterator(CHUNK)


sections_contribute(
    ExportSection("devices", device_rows),
    ExportSection("notifications", notification_rows),
    ExportSection("deliveries", attempt_rows),
)
