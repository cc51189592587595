"""The gateway's addresses within Django: for servers without an event loop, and for tests."""

from __future__ import annotations

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from push.gateway.answering import GatewayRequest, answer, body_limit
from push.gateway.runtime import InLine


@csrf_exempt
def gateway_view(request: HttpRequest, what: str, key: str = "") -> HttpResponse:
    """Answer a request; of its body, a byte more is read than is allowed: enough to tell that it is too large."""
    asked = GatewayRequest(
        method=request.method or "",
        what=what,
        key=key,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.read(body_limit(what) + 1),
    )
    given = async_to_sync(answer)(asked, InLine())
    return JsonResponse(dict(given.document), status=given.status, headers=dict(given.headers))
