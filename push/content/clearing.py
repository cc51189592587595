"""The silent update that takes a room's notifications off a device once they are read elsewhere."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.utils import timezone

from push.content.options import room_number, room_reference
from push.content.web import CLEAR, web_clear_options
from push.models import DeviceType, PushSettings, ShownRoom
from workspace.models import GeneralSettings


def clear_options(shown: ShownRoom, *, badge: int) -> dict[str, Any]:
    """Return the `options` of the update, as :class:`push.transports.routes.DevicePush` takes them.

    `silent` tells gateways that nobody is alerted: it is counted against no quota. `badge` is the number on the app's
    icon from then on. The room is named by a number, and by its
    id if the privacy settings allow that.
    """
    device, room = shown.device, shown.room
    if device.type == DeviceType.WEBPUSH:
        return web_clear_options(room, badge=badge)
    unique_id = GeneralSettings.current().unique_id
    number = room_number(unique_id, room.public_id)
    options = {
        "uniqueId": unique_id,
        "from": "push",
        "silent": True,
        "contentAvailable": True,
        "ttl": PushSettings.current().update_lifetime,
        "badge": badge,
        "notId": number,
        "payload": {
            "host": settings.SITE_URL,
            **room_reference(room.public_id),
            "type": CLEAR,
            "notId": number,
            "badge": badge,
        },
        "userId": device.user.public_id,
        "createdAt": timezone.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "createdBy": "<SERVER>",
        "sent": False,
        "sending": 0,
        "identity": identity_of(shown),
    }
    return options | ({"topic": device.app_name} if device.type == DeviceType.APN else {})


def identity_of(shown: ShownRoom) -> str:
    """Return the identity of one update, the same for every retry."""
    unique_id = GeneralSettings.current().unique_id
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{unique_id}/clear/{shown.pk}/{shown.read_at}"))
