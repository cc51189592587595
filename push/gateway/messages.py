"""Requests to the gateway and its responses, independent of the server interface (ASGI or WSGI)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class GatewayRequest:
    """A request to one of the gateway's endpoints. Header names are in lower case."""

    method: str
    what: str
    key: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    query: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class GatewayResponse:
    """A response in JSON."""

    status: int
    document: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
