"""Requests to ASGI applications, without a server."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Response:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def no_site(_scope: Any, _receive: Any, send: Any) -> None:
    """Answer as a site does that has no such page."""
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def http_scope(path: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the scope of a request; `path` may have a query."""
    path, _mark, query = path.partition("?")
    raw = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    return {
        "type": "http",
        "method": method,
        "path": path,
        "root_path": "",
        "query_string": query.encode(),
        "headers": raw,
    }


def requested(application: Any, path: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> Response:
    """Return the application's response."""
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    asyncio.run(application(http_scope(path, method=method, headers=headers), None, send))
    start, *bodies = messages
    names = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
    return Response(start["status"], names, b"".join(message["body"] for message in bodies))
