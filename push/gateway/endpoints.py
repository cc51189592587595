"""The gateway's endpoints, independent of the server interface (ASGI or WSGI).

Each protocol handles its own (push/gateway/protocols). No content of requests is logged, neither tokens nor texts.
"""

from __future__ import annotations

import logging
import re
from functools import cache

from django.db import Error

from push.gateway.messages import GatewayRequest, GatewayResponse
from push.gateway.protocols.registry import endpoints, path_pattern
from push.gateway.runtime import Runtime
from workspace.database.troubles import trouble_of
from workspace.errors import ApplicationError
from workspace.logs.events import LogEvent

GATEWAY_DATABASE_LOST = LogEvent(
    "push.database_unavailable",
    "The gateway's database cannot be used. Workspaces send their pushes again.",
    level=logging.ERROR,
)


@cache
def address_pattern() -> re.Pattern[str]:
    """Return the regular expression for the paths of all endpoints."""
    return re.compile(rf"\A/{path_pattern()}")


def address_match(path: str) -> tuple[str, str] | None:
    """Return the endpoint's path and the key in the address; None if this is no endpoint of the gateway."""
    match = address_pattern().match(path)
    return (match["keyed"] or match["what"], match["key"] or "") if match else None


def body_limit(what: str) -> int:
    """Return the maximum size of a body in bytes."""
    return endpoints()[what][1].max_bytes


async def answer(request: GatewayRequest, runtime: Runtime) -> GatewayResponse:
    """Return the response to a request; raises nothing."""
    protocol, endpoint = endpoints()[request.what]
    if request.method not in endpoint.methods:
        wanted = endpoint.methods[0]
        refused = protocol.error_response(ApplicationError("error-method-not-allowed", f"Use {wanted}", status=405))
        return GatewayResponse(405, refused.document, {"Allow": wanted})
    try:
        return await endpoint.handle(request, runtime)
    except ApplicationError as error:
        return protocol.error_response(error)
    except Error as error:
        GATEWAY_DATABASE_LOST.exception()
        trouble = trouble_of(error)
        details = {"retryAfter": trouble.retry_after} if trouble else {}
        sentence = "The gateway's database cannot be used"
        return protocol.error_response(ApplicationError("error-unavailable", sentence, status=503, details=details))
