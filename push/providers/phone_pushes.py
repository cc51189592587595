"""From the options of the gateway protocol to the push that Apple's and Google's payloads are built from."""

from __future__ import annotations

from push.providers.pushes import Push
from push.providers.routes import DevicePush


def push_of(push: DevicePush) -> Push:
    """Return the push as Apple's and Google's payloads are built from it."""
    options = push.options
    return Push(
        type=push.device.type,
        token=push.device.token,
        title=options.get("title", ""),
        text=options.get("text", ""),
        badge=options["badge"],
        sound=options.get("sound", ""),
        not_id=options["notId"],
        topic=options.get("topic", ""),
        payload=options["payload"],
        category=options.get("apn", {}).get("category", ""),
        style=options.get("gcm", {}).get("style", ""),
        image=options.get("gcm", {}).get("image", ""),
        sender=options["from"],
        is_silent=options.get("silent", False),
        is_passive=options.get("passive", False),
        identity=options["identity"],
        lifetime=options["ttl"],
        collapse=options.get("collapse", ""),
    )
