"""The transports of the routes that go to Apple and Google directly."""

from __future__ import annotations

from collections.abc import Sequence

from push.providers.base import Push
from push.transports.answers import SendAnswer
from push.transports.apple import apple_send
from push.transports.engine import Engine
from push.transports.google import google_send
from push.transports.routes import DevicePush, Route


def apple_transport(pushes: Sequence[DevicePush], *, route: Route, engine: Engine) -> list[SendAnswer]:
    """Send on a route whose way is :class:`AppleCredentials`; each push to its own app's topic."""
    return apple_send([push_of(push) for push in pushes], credentials=route.way, engine=engine)


def google_transport(pushes: Sequence[DevicePush], *, route: Route, engine: Engine) -> list[SendAnswer]:
    """Send on a route whose way is :class:`GoogleCredentials`."""
    return google_send([push_of(push) for push in pushes], credentials=route.way, engine=engine)


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
        identity=options["identity"],
        lifetime=options["ttl"],
    )
