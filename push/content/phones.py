"""The push `options` for phones, in the gateway protocol; each provider builds its own format from them."""

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
from workspace.selectors.localization import workspace_language


@dataclass(frozen=True, slots=True)
class PhonePayload:
    """Builds the options for one phone. `names_app` adds the `topic`, by which the service identifies the app."""

    names_app: bool = False

    def app_options(self, device: Device) -> dict[str, Any]:
        """Return the option that identifies the app."""
        return {"topic": device.app_name} if self.names_app else {}

    def message(self, item: Item, device: Device, content: PushContent) -> dict[str, Any]:
        """Return the options of a message's notification."""
        return content.options_for(device) | self.app_options(device)

    def clear(self, device: Device, *, room: str, badge: int, identity: str, message: str = "") -> dict[str, Any]:
        """Return the update that removes the notifications of a room, or of one message.

        `silent` tells gateways that the push shows nothing, so it does not count against the quota. The room is
        identified by a number, and by its public id if the privacy settings allow it.
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
                # Apps that do not know this field remove all notifications of the room.
                **({"messageId": message} if message else {}),
            },
            "userId": device.user.public_id,
            "createdAt": timezone.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "createdBy": "<SERVER>",
            "sent": False,
            "sending": 0,
            "identity": identity,
        }
        return options | self.app_options(device)

    def replace(self, item: Item, device: Device, *, identity: str) -> dict[str, Any]:
        """Return the update that changes the text of the item's notification on the phone.

        `passive` means without an alert, and `collapse` is the identity of the notification that is replaced. For a
        deleted message, the new text says that it was deleted.
        """
        options = self.message(item, device, push_content(item))
        if item.notification.message.deleted_at is not None:
            with translation.override(item.user.language or workspace_language()):
                options["text"] = gettext("This message was deleted.")
        return {
            **options,
            "payload": {**options["payload"], "replaces": True},
            "sound": "",
            "passive": True,
            "collapse": options["identity"],
            "identity": identity,
        }
