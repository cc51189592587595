"""The HTTP side of SockJS, and requests that should have been web sockets."""

from __future__ import annotations

import secrets

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

# The words of the SockJS server that Meteor uses.
NO_UPGRADE = 'Can "Upgrade" only to "WebSocket".'
GREETING = "Welcome to SockJS!\n"


@require_safe
def socket_expected(request: HttpRequest, **_path: str) -> HttpResponse:
    """Respond to a plain request for the address of a web socket."""
    return HttpResponse(NO_UPGRADE, status=400, content_type="text/plain; charset=UTF-8")


@require_safe
def sockjs_greeting(request: HttpRequest) -> HttpResponse:
    """Respond as SockJS servers do at their base address."""
    return HttpResponse(GREETING, content_type="text/plain; charset=UTF-8")


@require_safe
def sockjs_info(request: HttpRequest) -> JsonResponse:
    """Return what SockJS clients ask first: web sockets are available, and cookies are not needed."""
    response = JsonResponse(
        {"websocket": True, "origins": ["*:*"], "cookie_needed": False, "entropy": secrets.randbits(32)}
    )
    response.headers["Cache-Control"] = "no-store, no-cache, no-transform, must-revalidate, max-age=0"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
