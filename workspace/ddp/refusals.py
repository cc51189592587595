"""Refusing a web socket before it is opened."""

from __future__ import annotations

from typing import Any


async def refuse(scope: Any, send: Any, status: int, sentence: str) -> None:
    """Respond to the request for a socket with an HTTP status and a sentence; if the server cannot, with 403."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": sentence})
        return
    content = sentence.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(content))]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": content})
