"""What a service is sent: a title, and the text with a link. Apprise turns them into the form of each service."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from push.content.mail import room_url
from push.content.options import PushContent
from push.models import Device
from push.providers.disclosure import PLACEHOLDER, Disclosed, Disclosure, Privacy
from push.selectors.items import Item
from workspace.models import GeneralSettings


class ApprisePayload:
    """Builds title and text; the transport adds the address, which is a secret."""

    def message(self, item: Item, device: Device, content: PushContent) -> dict[str, Any]:
        """Return the notification, with the address of the message in the last line."""
        options = content.options_for(device)
        names_room = "rid" in options["payload"]
        link = room_url(item.room, item.notification.message) if names_room else settings.SITE_URL
        return {"title": options["title"] or GeneralSettings.current().site_name, "text": f"{options['text']}\n{link}"}


DISCLOSURE = Disclosure(
    title="Services by Apprise",
    note="Services by Apprise are sent a title and a text with a link; each of them, and its servers, can read these.",
    fields=(
        Disclosed(
            "title",
            "the room, or in a direct room the sender",
            {Privacy.NAMES: "the name of this site", Privacy.CONTENT: "the name of this site"},
        ),
        Disclosed(
            "text",
            "the sender, the text, and the address of the message in its room",
            {
                Privacy.NAMES: "the text and the address of this site; of the message, if the room's id is random",
                Privacy.MESSAGE: f"{PLACEHOLDER} in place of the text",
                Privacy.CONTENT: f"{PLACEHOLDER} and the address of this site",
            },
        ),
    ),
)
