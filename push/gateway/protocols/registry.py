"""Looks up protocols and their endpoints."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module

from push.gateway.protocols import PROTOCOLS
from push.gateway.protocols.protocol import Endpoint, GatewayProtocol


@cache
def protocols() -> tuple[GatewayProtocol, ...]:
    """Return the description of every protocol, in the order of the list."""
    return tuple(import_module(f"push.gateway.protocols.{name}.protocol").PROTOCOL for name in PROTOCOLS)


@cache
def endpoints() -> dict[str, tuple[GatewayProtocol, Endpoint]]:
    """Return every endpoint and its protocol, by path."""
    return {endpoint.path: (protocol, endpoint) for protocol in protocols() for endpoint in protocol.endpoints}


@cache
def path_pattern() -> str:
    """Return a regular expression for the paths of all endpoints, without the leading slash.

    A key in the path replaces other credentials, for servers that can only be configured with an address. Servers
    append their path to the configured gateway address, even if it ends with a slash.
    """
    paths = [endpoint for _protocol, endpoint in endpoints().values()]
    keyed = "|".join(re.escape(endpoint.path) for endpoint in paths)
    open_ = "|".join(re.escape(endpoint.path) for endpoint in paths if not endpoint.needs_key)
    return rf"(?:gateway/(?P<key>[A-Za-z0-9_-]{{20,100}})/+(?P<keyed>{keyed})|/?(?P<what>{open_}))/?\Z"
