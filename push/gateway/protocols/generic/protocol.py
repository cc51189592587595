"""The endpoints of the generic protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cloud.gateway_protocols import ProtocolDescription, Text
from push.gateway.apps import apps_current
from push.gateway.messages import GatewayRequest, GatewayResponse
from push.gateway.protocols.generic.openapi import DOCUMENT
from push.gateway.protocols.generic.requests import send_parse
from push.gateway.protocols.protocol import READING, Endpoint, GatewayProtocol
from push.gateway.requests import (
    BATCH_MAX_BYTES,
    IDEMPOTENCY_KEY_MAX_LENGTH,
    InvalidRequestError,
    PushRequest,
)
from push.gateway.runtime import Runtime
from push.gateway.services import (
    QUOTA_CODES,
    PushResult,
    apps_ready,
    caller_by_key,
    caller_check,
    forward_pushes,
    quota_headers,
)
from push.models import Answer
from workspace.errors import ApplicationError

NAME = "generic"
PATH = "push/v1/send"
STATUSES = {Answer.ACCEPTED: "accepted", Answer.DEAD: "invalid_token", Answer.REFUSED: "refused"}
STATUSES_BY_CODE = {**dict.fromkeys(QUOTA_CODES, "quota_exhausted"), "error-app-unknown": "unknown_app"}
# The response is sent after this time (seconds), so that a slow device does not delay the others.
BATCH_SECONDS = 1.0


async def handle_send(request: GatewayRequest, runtime: Runtime) -> GatewayResponse:
    """Forward a notification to devices and return an answer for each, in the same order.

    With an idempotency key, devices without an answer after :data:`BATCH_SECONDS` are to be tried again.
    """
    caller = await caller_by_key(request.key or bearer_key(request), NAME, runtime)
    key = request.headers.get("idempotency-key", "")
    if len(key) > IDEMPOTENCY_KEY_MAX_LENGTH:
        raise InvalidRequestError(f"Idempotency-Key must not be longer than {IDEMPOTENCY_KEY_MAX_LENGTH} characters")
    if len(request.body) > BATCH_MAX_BYTES:
        raise ApplicationError("error-too-large", f"A body has at most {BATCH_MAX_BYTES} bytes", status=413)
    await apps_ready(runtime)
    entries = send_parse(request.body, idempotency_key=key, apps=apps_current)
    orders = [entry.requested for entry in entries if isinstance(entry.requested, PushRequest)]
    caller_check(caller, orders)
    timeout = BATCH_SECONDS if key and runtime.outlives_requests else None
    handed = await forward_pushes(caller, orders, runtime, timeout=timeout)
    push_results = iter(handed.push_results)
    results = [
        result_of(entry.id, next(push_results) if isinstance(entry.requested, PushRequest) else entry.requested)
        for entry in entries
    ]
    return GatewayResponse(200, {"devices": results}, quota_headers(handed))


async def handle_openapi(_request: GatewayRequest, _runtime: Runtime) -> GatewayResponse:
    """Return the description of the protocol."""
    return GatewayResponse(200, DOCUMENT)


def bearer_key(request: GatewayRequest) -> str:
    """Return the key in the `Authorization` header; empty if it has none."""
    scheme, _space, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def result_of(id: str, push_result: PushResult) -> dict[str, Any]:
    """Return one device's answer."""
    if isinstance(push_result, ApplicationError):
        status = "invalid" if isinstance(push_result, InvalidRequestError) else STATUSES_BY_CODE.get(push_result.code)
        wait = push_result.details.get("retryAfter")
        reason, message = push_result.code, push_result.message
    else:
        status = STATUSES.get(push_result.answer)
        wait = int(push_result.retry_after.total_seconds()) + 1 if push_result.retry_after else None
        reason, message = push_result.reason, push_result.detail
    result = {"id": id, "status": status or "retry", "reason": reason, "message": message, "retry_after": wait}
    return {name: value for name, value in result.items() if value not in ("", None)}


def error_response(error: ApplicationError) -> GatewayResponse:
    """Return the error of a request that was refused as a whole."""
    status = 400 if isinstance(error, InvalidRequestError) else error.status
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if "retryAfter" in error.details:
        headers["Retry-After"] = str(error.details["retryAfter"])
    return GatewayResponse(status, {"error": {"code": error.code, "message": error.message}}, headers)


def credentials_shown(site_url: str, key: str) -> Mapping[Text, str]:
    """Return the address and the key that a program needs."""
    return {_("Address"): f"{site_url}/{PATH}", _("Key"): key}


PROTOCOL = GatewayProtocol(
    description=ProtocolDescription(
        name=NAME,
        label=_("Push API"),
        used_by=_("Programs of your own"),
        docs="integrate/push-api.md",
        explanation=_(
            "Your program sends POST requests to the address, with the header “Authorization: Bearer” and the key."
        ),
        credentials=credentials_shown,
    ),
    endpoints=(
        Endpoint(path=PATH, handle=handle_send, max_bytes=BATCH_MAX_BYTES),
        Endpoint(path="push/v1/openapi.json", handle=handle_openapi, methods=READING),
    ),
    error_response=error_response,
)
