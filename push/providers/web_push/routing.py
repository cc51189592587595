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
# The push services of the browsers, each with a lane of its own: none waits for another, nor for one that somebody runs
# on their own.
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
    """Return the way to a web push endpoint: one for each service of the browsers, some shared by all others.

    It is nobody's own route: the push service of a browser knows this workspace by its key, and no app.
    """
    host = urlsplit(endpoint).hostname or ""
    browsers = next((service for service in BROWSER_SERVICES if host.endswith(service)), "")
    lane = browsers.strip(".") or f"other-{crc32(host.encode()) % OTHER_LANES}"
    return Route(KIND, identity, digest(identity.public_key), lane=lane)
