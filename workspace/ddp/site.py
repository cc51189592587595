"""The ASGI application that handles web sockets, and passes all other requests to the site."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from channels.routing import URLRouter
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.urls import re_path

from workspace.ddp.calls import request_of
from workspace.ddp.consumer import DdpConsumer, SockJsConsumer
from workspace.ddp.refusals import refuse
from workspace.roles import is_workspace

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]


async def unknown_path(scope: Any, receive: Receive, send: Send) -> None:
    """Refuse a web socket at a path that has none."""
    await refuse(scope, send, 404, "There is no web socket at this address")


routes: list[Any] = [
    # SockJS also offers a socket without its envelope.
    re_path(r"^(?:sockjs/)?websocket/?$", DdpConsumer.as_asgi()),
    re_path(r"^sockjs/[^/.]+/[^/.]+/websocket/?$", SockJsConsumer.as_asgi()),
    re_path(r"", unknown_path),  # type: ignore[arg-type]
]
router = URLRouter(routes)


class SocketSite:
    """Handles web sockets of a workspace.

    They are accepted from pages of all origins, and from apps, which send no origin: a socket has no rights before its
    client sends a token or a password, and cookies are ignored, so another site's page cannot use those of its visitor.
    """

    def __init__(self, site: Application) -> None:
        self._site = site

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._site(scope, receive, send)
        elif not is_workspace():
            await unknown_path(scope, receive, send)
        elif sentence := objection(scope):
            await refuse(scope, send, 400, sentence)
        else:
            await router(scope, receive, send)


def objection(scope: Any) -> str:
    """Return the reason to reject the request for a socket, for the same reasons as other requests; empty if none."""
    request = request_of(scope)
    try:
        request.get_host()
    except DisallowedHost:
        return "The host of the request is not allowed"
    if getattr(settings, "SECURE_SSL_REDIRECT", False) and not request.is_secure():
        return "Connect with TLS (wss://)"
    return ""
