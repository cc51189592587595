"""How this workspace stands with the gateway.

Its authorization is renewed ahead of its end, and once where a gateway refuses it; a quota that is used up is noticed.
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
    """Let the administrators be told soon when a gateway says that the month's pushes are used up."""
    if any(answer.reason == QUOTA_EXHAUSTED for answer in answers):
        sync_soon()
