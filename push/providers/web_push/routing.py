"""The routes to the push services of browsers and UnifiedPush apps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit
from zlib import crc32

from push.models import EndReason
from push.providers.fingerprints import digest
from push.providers.routes import Route
from push.providers.web_push.identity import vapid_identity
from push.providers.web_push.vapid import VapidIdentity

KIND = "webpush"
# The browsers' push services. Each has its own lane, so that it waits neither for another nor for a self-hosted one.
BROWSER_SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)
OTHER_LANES = 8


def own_route() -> Callable[[str], Route] | EndReason:
    """Return the function that makes the route to an endpoint, or else why there is none."""
    identity = vapid_identity()
    return identity if isinstance(identity, EndReason) else partial(web_route, identity=identity)


def web_route(endpoint: str, *, identity: VapidIdentity) -> Route:
    """Return the route to a web push endpoint: one for each browser's service, and some shared by all others.

    It belongs to no app, because push services identify the workspace by its key.
    """
    host = urlsplit(endpoint).hostname or ""
    browsers = next((service for service in BROWSER_SERVICES if host.endswith(service)), "")
    lane = browsers.strip(".") or f"other-{crc32(host.encode()) % OTHER_LANES}"
    return Route(KIND, identity, digest(identity.public_key), lane=lane)
