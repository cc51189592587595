"""Updates for devices: what takes notifications away, and what gives them a new text without alerting anybody."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext

from push.content.options import push_content, room_number, room_reference
from push.content.web import CLEAR, web_clear_options, web_replace_options
from push.models import Device, DeviceType, PushSettings, ShownMessage, ShownRoom
from push.selectors.items import Item
from workspace.models import GeneralSettings


def clear_options(device: Device, *, room: str, badge: int, identity: str, message: str = "") -> dict[str, Any]:
    """Return the `options` of an update that takes away notifications of a room, or of one message.

    `silent` tells gateways that nobody is alerted: it is not counted against any quota. `badge` is the number on the
    app's icon from then on. The room is named by a number, and by its public id if the privacy settings allow that.
    """
    if device.type == DeviceType.WEBPUSH:
        return web_clear_options(room, badge=badge, message=message)
    unique_id = GeneralSettings.current().unique_id
    number = room_number(unique_id, room)
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
            **room_reference(room),
            "type": CLEAR,
            "notId": number,
            "badge": badge,
            # An app that does not know this field takes away all of the room's notifications.
            **({"messageId": message} if message else {}),
        },
        "userId": device.user.public_id,
        "createdAt": timezone.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "createdBy": "<SERVER>",
        "sent": False,
        "sending": 0,
        "identity": identity,
    }
    return options | ({"topic": device.app_name} if device.type == DeviceType.APN else {})


def replace_options(item: Item, device: Device, *, identity: str) -> dict[str, Any]:
    """Return the `options` of an update that gives the item's notification on the device its new text.

    `passive` alerts nobody, and `collapse` names the notification that is replaced. For a deleted message, the text
    says that it was deleted.
    """
    if device.type == DeviceType.WEBPUSH:
        return web_replace_options(item, device)
    options = push_content(item).options_for(device)
    if item.notification.message.deleted_at is not None:
        with translation.override(item.user.language or settings.LANGUAGE_CODE):
            options["text"] = gettext("This message was deleted.")
    return {
        **options,
        "payload": {**options["payload"], "replaces": True},
        "sound": "",
        "passive": True,
        "collapse": options["identity"],
        "identity": identity,
    }


def update_identity(row: ShownRoom | ShownMessage) -> str:
    """Return the identity of one update, the same for every retry."""
    unique_id = GeneralSettings.current().unique_id
    if isinstance(row, ShownRoom):
        name = f"{unique_id}/clear/{row.pk}/{row.read_at}"
    else:
        name = f"{unique_id}/update/{row.pk}/{row.changed_at}"
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))
