"""The endpoints of Rocket.Chat's gateway protocol.

Protocol G of the interface contract, and a batch endpoint in addition. No content of requests is logged, neither tokens
nor texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from cloud.gateway_protocols import ROCKETCHAT, ProtocolDescription, Text
from cloud.models import CloudServiceSettings
from push.gateway.admission import Caller, protocol_check
from push.gateway.messages import GatewayRequest, GatewayResponse
from push.gateway.protocols.protocol import READING, Endpoint, GatewayProtocol
from push.gateway.protocols.rocketchat.requests import batch_parse, parse_push
from push.gateway.requests import (
    BATCH_MAX_BYTES,
    BATCH_MAX_DEVICES,
    BODY_MAX_BYTES,
    IDEMPOTENCY_KEY_MAX_LENGTH,
    InvalidRequestError,
    PushRequest,
)
from push.gateway.runtime import Runtime
from push.gateway.services import (
    QUOTA_CODES,
    Credentials,
    PushResult,
    caller_check,
    caller_of,
    forward_pushes,
    quota_headers,
)
from push.models import Answer
from push.providers.answers import SendAnswer
from workspace.errors import ApplicationError

# Workspaces remove the token on 406, give up on 422, and retry on anything else. If the provider rejects the gateway's
# own credentials, the workspace retries, because the gateway's operator may fix them.
STATUS = {
    Answer.ACCEPTED: 200,
    Answer.DEAD: 406,
    Answer.REFUSED: 422,
    Answer.UNAUTHORIZED: 502,
    Answer.RETRY: 502,
}
STATUS_BY_REASON = {"in-progress": 503, "busy": 503}
# The response to a batch is sent after this time (seconds), so that a slow device does not delay the others.
BATCH_SECONDS = 1.0
INFO = {
    "success": True,
    "service": "callboard-gateway",
    "replaces": True,
    "batch": {"path": "/push/batch", "maxDevices": BATCH_MAX_DEVICES, "maxBytes": BATCH_MAX_BYTES},
}


async def handle_info(_request: GatewayRequest, _runtime: Runtime) -> GatewayResponse:
    """Return what this gateway announces to workspaces."""
    return GatewayResponse(200, INFO)


async def handle_health(_request: GatewayRequest, runtime: Runtime) -> GatewayResponse:
    """Return whether the gateway and its database work."""
    await runtime.run(database_check)
    return GatewayResponse(200, {"success": True, "status": "ok"})


def database_check() -> None:
    """Raise django.db.Error if the database is unavailable."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


async def handle_push(request: GatewayRequest, runtime: Runtime) -> GatewayResponse:
    """Forward one push and return the provider's response."""
    proof = credentials_of(request)
    caller = await caller_from_headers(proof, runtime)
    order = parse_push(request.what.split("/")[1], request.body)
    if caller is None:
        caller = await caller_of(proof, order.unique_id, runtime)
    protocol_check(caller, ROCKETCHAT)
    caller_check(caller, [order])
    handed = await forward_pushes(caller, [order], runtime)
    given = push_response(handed.push_results[0], caller)
    return GatewayResponse(given.status, given.document, {**given.headers, **quota_headers(handed)})


async def handle_batch(request: GatewayRequest, runtime: Runtime) -> GatewayResponse:
    """Forward pushes to many devices and return a response for each, in the same order, as for single pushes.

    Pushes without a response after :data:`BATCH_SECONDS` are reported as in progress, if all pushes have an identity
    with which they can be repeated.
    """
    key = request.headers.get("idempotency-key", "")
    if len(key) > IDEMPOTENCY_KEY_MAX_LENGTH:
        raise InvalidRequestError(f"Idempotency-Key must not be longer than {IDEMPOTENCY_KEY_MAX_LENGTH} characters")
    proof = credentials_of(request)
    caller = await caller_from_headers(proof, runtime)
    parsed = batch_parse(request.body, key)
    orders = [order for order in parsed if isinstance(order, PushRequest)]
    if caller is None:
        caller = await caller_of(proof, orders[0].unique_id if orders else "", runtime)
    protocol_check(caller, ROCKETCHAT)
    caller_check(caller, orders)
    may_be_late = runtime.outlives_requests and all(order.push.identity for order in orders)
    handed = await forward_pushes(caller, orders, runtime, timeout=BATCH_SECONDS if may_be_late else None)
    push_results = iter(handed.push_results)
    answers = [
        push_response(next(push_results) if isinstance(found, PushRequest) else found, caller) for found in parsed
    ]
    document = {"success": True, "answers": [device_response(found) for found in answers]}
    return GatewayResponse(200, document, quota_headers(handed))


def credentials_of(request: GatewayRequest) -> Credentials:
    """Return the request's credentials."""
    return Credentials(request.headers.get("authorization", ""), request.key)


async def caller_from_headers(proof: Credentials, runtime: Runtime) -> Caller | None:
    """Return the caller by the headers; None if only the unique id in the body can identify it (open registration)."""
    try:
        return await caller_of(proof, "", runtime)
    except ApplicationError as error:
        if proof.gateway_key or error.status != 401 or not await runtime.run(registration_is_open):
            raise
        return None


def registration_is_open() -> bool:
    """Return True if servers are admitted by their unique id alone."""
    return CloudServiceSettings.current().open_registration


def push_response(push_result: PushResult, caller: Caller) -> GatewayResponse:
    """Return the response for the result of a push.

    Workspaces get 429 for an exhausted quota, with the time until the next month. Other chat servers would retry five
    times within the hour regardless of that time, so they get 422, which they do not retry.
    """
    if isinstance(push_result, ApplicationError):
        if push_result.code in QUOTA_CODES and not caller.fetches_tokens:
            return error_response(ApplicationError(push_result.code, push_result.message, status=422))
        return error_response(push_result)
    if push_result.answer == Answer.ACCEPTED:
        return GatewayResponse(200, {"success": True})
    return error_response(error_of(push_result))


def error_of(push_result: SendAnswer) -> ApplicationError:
    """Return a provider's response as an error of the gateway."""
    code = (
        f"error-push-{push_result.reason}"
        if push_result.reason in STATUS_BY_REASON
        else f"error-push-{push_result.answer}"
    )
    status = STATUS_BY_REASON.get(push_result.reason) or STATUS.get(push_result.answer, 502)
    details = {"retryAfter": int(push_result.retry_after.total_seconds()) + 1} if push_result.retry_after else {}
    message = ": ".join(filter(None, (push_result.reason, push_result.detail))) or str(push_result.answer.label)
    return ApplicationError(code, message, status=status, details=details)


def device_response(answer: GatewayResponse) -> dict[str, Any]:
    """Return one device's entry in a batch response."""
    retry_after = answer.headers.get("Retry-After")
    return {"status": answer.status, **answer.document, **({"retryAfter": int(retry_after)} if retry_after else {})}


def error_response(error: ApplicationError) -> GatewayResponse:
    """Return the error in the JSON format of the API."""
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    if "retryAfter" in error.details:
        headers["Retry-After"] = str(error.details["retryAfter"])
    document = {"success": False, "error": f"{error.message} [{error.code}]", "errorType": error.code}
    return GatewayResponse(error.status, document, headers)


def credentials_shown(site_url: str, key: str) -> Mapping[Text, str]:
    """Return the address that a Rocket.Chat server needs."""
    return {_("Gateway address"): f"{site_url}/gateway/{key}"}


PROTOCOL = GatewayProtocol(
    description=ProtocolDescription(
        name=ROCKETCHAT,
        label="Rocket.Chat",
        used_by=_("Callboard workspaces and Rocket.Chat servers"),
        docs="cloud.md",
        explanation=_(
            "Enter it as the push gateway in a server that cannot fetch access tokens, such as a Rocket.Chat server."
        ),
        credentials=credentials_shown,
    ),
    endpoints=(
        Endpoint(path="push/apn/send", handle=handle_push, max_bytes=BODY_MAX_BYTES),
        Endpoint(path="push/gcm/send", handle=handle_push, max_bytes=BODY_MAX_BYTES),
        Endpoint(path="push/batch", handle=handle_batch, max_bytes=BATCH_MAX_BYTES),
        Endpoint(path="push/info", handle=handle_info, methods=READING),
        Endpoint(path="push/health", handle=handle_health, methods=READING),
    ),
    error_response=error_response,
)
