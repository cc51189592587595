"""The gateway's endpoints as a Django view, for WSGI servers and for tests."""

from __future__ import annotations

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from push.gateway.endpoints import answer, body_limit
from push.gateway.messages import GatewayRequest
from push.gateway.runtime import DirectRuntime


@csrf_exempt
def gateway_view(request: HttpRequest, what: str = "", keyed: str = "", key: str = "") -> HttpResponse:
    """Handle a request. Reads one byte more than allowed, to detect a body that is too large."""
    what = keyed or what
    gateway_request = GatewayRequest(
        method=request.method or "",
        what=what,
        key=key,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.read(body_limit(what) + 1),
        query=request.META.get("QUERY_STRING", ""),
    )
    response = async_to_sync(answer)(gateway_request, DirectRuntime())
    return JsonResponse(dict(response.document), status=response.status, headers=dict(response.headers))
