"""How a gateway protocol describes itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from push.gateway.messages import GatewayRequest, GatewayResponse
from push.gateway.runtime import Runtime
from workspace.errors import ApplicationError

if TYPE_CHECKING:
    from cloud.gateway_protocols import ProtocolDescription

READING = ("GET", "HEAD")


# Returns the response to a request; may raise ApplicationError and django.db.Error.
Handler = Callable[[GatewayRequest, Runtime], Awaitable[GatewayResponse]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """One endpoint: its path without the leading slash, and the maximum size of a body in bytes.

    An endpoint that `needs_key` exists only below a gateway address, `/gateway/<key>/`, because the site has other
    pages with such paths.
    """

    path: str
    handle: Handler
    methods: tuple[str, ...] = ("POST",)
    max_bytes: int = 0
    needs_key: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class GatewayProtocol:
    """A protocol: what the console shows about it, its endpoints, and how it reports an error."""

    description: ProtocolDescription
    endpoints: tuple[Endpoint, ...]
    error_response: Callable[[ApplicationError], GatewayResponse]
