"""What an ntfy server is sent: the JSON of one message.

Source: ntfy, "Publish as JSON" and "Updating + deleting notifications". ntfy delivers through its own server and, for
iPhones, through ntfy.sh and Apple, unencrypted: the privacy settings apply to it as to Apple and Google.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from push.content.mail import room_url
from push.content.options import URGENT, PushContent
from push.models import Device
from push.providers.disclosure import LEFT_OUT, PLACEHOLDER, Disclosed, Disclosure, Privacy
from push.selectors.items import Item
from workspace.models import GeneralSettings

# 1 to 5; 3 is ntfy's default, 4 has a longer vibration and sound.
PRIORITY, PRIORITY_URGENT = 3, 4
# Shown as an emoji before the title.
TAGS = ("speech_balloon",)
# ntfy shows JPEG and PNG only.
ICON_FORM = "?format=png&size=128"


class NtfyPayload:
    """Builds messages; the transport adds the topic, which is a secret."""

    def message(self, item: Item, device: Device, content: PushContent) -> dict[str, Any]:
        """Return the message. Its `sequence_id` is the same for every retry, so that clients show it only once.

        The field belongs to "Publish as JSON" since version 2.16 of the server; older servers ignore it.
        """
        options = content.options_for(device)
        names_room = "rid" in options["payload"]
        image = options["gcm"]["image"]
        message = item.notification.message
        return {
            "title": options["title"] or GeneralSettings.current().site_name,
            "message": options["text"],
            "priority": PRIORITY_URGENT if item.notification.rule in URGENT else PRIORITY,
            "tags": list(TAGS),
            "click": room_url(item.room, message) if names_room else settings.SITE_URL,
            **({"icon": image + ICON_FORM} if image else {}),
            "sequence_id": options["identity"],
        }


DISCLOSURE = Disclosure(
    title="ntfy",
    note="ntfy is sent fewer fields, listed below; its servers, and Apple or Google behind them, can read them.",
    fields=(
        Disclosed("topic", "the name of the topic, which its owner chose"),
        Disclosed(
            "title",
            "the room, or in a direct room the sender",
            {Privacy.NAMES: "the name of this site", Privacy.CONTENT: "the name of this site"},
        ),
        Disclosed(
            "message",
            "the sender and the text",
            {
                Privacy.NAMES: "the text alone",
                Privacy.MESSAGE: f"{PLACEHOLDER} in place of the text",
                Privacy.CONTENT: PLACEHOLDER,
            },
        ),
        Disclosed("priority", "4 for direct messages, mentions and highlights, else 3"),
        Disclosed("tags", "`speech_balloon`"),
        Disclosed(
            "click",
            "the address of the message in its room",
            {
                Privacy.NAMES: "the address of this site, unless the room's id is random",
                Privacy.CONTENT: "the address of this site",
            },
        ),
        Disclosed("icon", "the address of the room's picture", {Privacy.NAMES: LEFT_OUT, Privacy.CONTENT: LEFT_OUT}),
        Disclosed("sequence_id", "a random-looking id of this push"),
    ),
)
