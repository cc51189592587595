"""What phones are sent: the `options` of the gateway protocol, from which each provider builds its own form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext

from push.content.options import CLEAR, PushContent, push_content, room_number, room_reference
from push.models import Device, PushSettings
from push.selectors.items import Item
from workspace.models import GeneralSettings


@dataclass(frozen=True, slots=True)
class PhonePayload:
    """Builds the options for one phone; `names_app`: with the `topic`, by which the service knows the app."""

    names_app: bool = False

    def app_part(self, device: Device) -> dict[str, Any]:
        """Return the option that names the app."""
        return {"topic": device.app_name} if self.names_app else {}

    def message(self, item: Item, device: Device, content: PushContent) -> dict[str, Any]:
        """Return the notification of a message."""
        return content.options_for(device) | self.app_part(device)

    def clear(self, device: Device, *, room: str, badge: int, identity: str, message: str = "") -> dict[str, Any]:
        """Return the update that removes notifications of a room, or of one message.

        `silent` tells gateways that nobody is alerted: it is not counted against any quota. The room is named by a
        number, and by its public id if the privacy settings allow that.
        """
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
        return options | self.app_part(device)

    def replace(self, item: Item, device: Device, *, identity: str) -> dict[str, Any]:
        """Return the update that gives the item's notification on the phone its new text.

        `passive` alerts nobody, and `collapse` names the notification that is replaced. For a deleted message, the text
        says that it was deleted.
        """
        options = self.message(item, device, push_content(item))
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
