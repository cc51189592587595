"""How this workspace stands with the gateway.

Its authorization is renewed ahead of its end, and once where a gateway refuses it; steps of its quota are noticed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import replace

from cloud.client import CloudError
from cloud.services.connection import access_token_current, access_token_renew
from cloud.services.sync import sync_soon
from push.models import PushSettings
from push.selectors.routes import gateway_route
from push.transports.answers import SendAnswer
from push.transports.gateway import QUOTA_EXHAUSTED
from push.transports.routes import Route, RouteKind

log = logging.getLogger(__name__)

# A cloud that cannot be asked is not asked again sooner (seconds): what goes by other ways would wait for it.
PAUSE_SECONDS = 30.0
_looked_at = float("-inf")


def access_keep() -> None:
    """See to it that the workspace has an access token that lasts, where pushes go through the gateway."""
    global _looked_at
    now = time.monotonic()
    if now - _looked_at < PAUSE_SECONDS or not PushSettings.current().enable_gateway:
        return
    _looked_at = now
    access_token_current()


def route_renewed(route: Route) -> Route | None:
    """Return the route to the gateway with a new access token; None where it has none, and where there is no other."""
    if route.kind != RouteKind.GATEWAY or not route.way.access_token:
        return None
    try:
        token = access_token_renew(refused=route.way.access_token)
    except CloudError as error:
        log.warning("The gateway refuses the access token, and there is no other: %s", error.message or error.code)
        return None
    return gateway_route(replace(route.way, access_token=token), app_name=route.app_name)


def quota_watch(answers: Iterable[SendAnswer]) -> None:
    """Let the administrators be told soon of what a gateway says is used of the month's pushes."""
    told = [100 if answer.reason == QUOTA_EXHAUSTED else answer.quota_used for answer in answers]
    percent = max((percent for percent in told if percent is not None), default=None)
    if percent is not None:
        sync_soon(percent=percent)
