"""Updates for devices that silently remove notifications or change their text."""

from __future__ import annotations

import uuid
from typing import Any

from push.models import Device, ShownMessage, ShownRoom
from push.providers.provider import ShownUpdates
from push.selectors.items import Item
from workspace.models import GeneralSettings


def clear_options(device: Device, *, room: str, badge: int, identity: str, message: str = "") -> dict[str, Any]:
    """Return the update that removes the notifications of a room, or of one message, in the provider's format.

    `badge` is the new number on the app's icon.
    """
    return updates_of(device).clear(device, room=room, badge=badge, identity=identity, message=message)


def replace_options(item: Item, device: Device, *, identity: str) -> dict[str, Any]:
    """Return the update that changes the text of the item's notification on the device."""
    return updates_of(device).replace(item, device, identity=identity)


def updates_of(device: Device) -> ShownUpdates:
    """Return the builder of the device's updates; raises ValueError if its provider has none."""
    updates = device.kind.updates
    if updates is None:
        raise ValueError(f"Devices of the type {device.type} cannot change the notifications that they show.")
    return updates


def update_identity(row: ShownRoom | ShownMessage) -> str:
    """Return the identity of an update, which is the same for all retries."""
    unique_id = GeneralSettings.current().unique_id
    if isinstance(row, ShownRoom):
        name = f"{unique_id}/clear/{row.pk}/{row.read_at}"
    else:
        name = f"{unique_id}/update/{row.pk}/{row.changed_at}"
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))
