"""The transports of the routes that go to Apple and Google directly."""

from __future__ import annotations

from collections.abc import Sequence

from push.providers.apple.transport import apple_steps
from push.providers.google.transport import google_steps
from push.providers.pushes import Push
from push.providers.routes import DevicePush, Route
from push.providers.steps import Part


def apple_transport(pushes: Sequence[DevicePush], *, route: Route) -> list[Part]:
    """Send on a route whose way is :class:`AppleCredentials`; each push to its own app's topic."""
    return [Part((place,), apple_steps([push_of(push)], credentials=route.way)) for place, push in enumerate(pushes)]


def google_transport(pushes: Sequence[DevicePush], *, route: Route) -> list[Part]:
    """Send on a route whose way is :class:`GoogleCredentials`."""
    return [Part((place,), google_steps([push_of(push)], credentials=route.way)) for place, push in enumerate(pushes)]


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
