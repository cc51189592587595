"""The gateway's endpoints, independent of the server interface (ASGI or WSGI).

Protocol G of the interface contract, and a batch endpoint in addition. No content of requests is logged, neither tokens
nor texts.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import Error, connection

from cloud.models import CloudServiceSettings
from push.gateway.admission import Caller
from push.gateway.requests import (
    BATCH_MAX_BYTES,
    BATCH_MAX_DEVICES,
    BODY_MAX_BYTES,
    InvalidRequestError,
    PushRequest,
    batch_parse,
    parse_push,
)
from push.gateway.runtime import Runtime
from push.gateway.services import Credentials, ForwardResult, PushResult, caller_check, caller_of, forward_pushes
from push.models import Answer
from push.providers.answers import SendAnswer
from push.providers.protocol import QUOTA_HEADER
from workspace.database.troubles import trouble_of
from workspace.errors import ApplicationError

log = logging.getLogger(__name__)

# A key in the path replaces the access token, for servers that cannot fetch one. Servers append their path to the
# configured gateway URL, even if it ends with a slash.
PATH = r"(?:gateway/(?P<key>[A-Za-z0-9_-]{20,100})/)?/?push/(?P<what>apn/send|gcm/send|batch|info|health)/?\Z"
ADDRESS = re.compile(rf"\A/{PATH}")
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
IDEMPOTENCY_KEY_MAX_LENGTH = 255
# The response to a batch is sent after this time (seconds), so that a slow device does not delay the others.
BATCH_SECONDS = 1.0
INFO = {
    "success": True,
    "service": "callboard-gateway",
    "replaces": True,
    "batch": {"path": "/push/batch", "maxDevices": BATCH_MAX_DEVICES, "maxBytes": BATCH_MAX_BYTES},
}


@dataclass(frozen=True, slots=True)
class GatewayRequest:
    """A request to one of the gateway's endpoints. Header names are in lower case."""

    method: str
    what: str
    key: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class GatewayResponse:
    """A response in JSON."""

    status: int
    document: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


def body_limit(what: str) -> int:
    """Return the maximum size of a body in bytes."""
    return BATCH_MAX_BYTES if what == "batch" else BODY_MAX_BYTES


async def answer(request: GatewayRequest, runtime: Runtime) -> GatewayResponse:
    """Return the response to a request; raises nothing."""
    try:
        return await _answer(request, runtime)
    except ApplicationError as error:
        return error_response(error)
    except Error as error:
        log.exception("The gateway's database cannot be used.")
        trouble = trouble_of(error)
        details = {"retryAfter": trouble.retry_after} if trouble else {}
        sentence = "The gateway's database cannot be used"
        return error_response(ApplicationError("error-unavailable", sentence, status=503, details=details))


async def _answer(request: GatewayRequest, runtime: Runtime) -> GatewayResponse:
    wanted = "GET" if request.what in ("info", "health") else "POST"
    if request.method != wanted and not (wanted == "GET" and request.method == "HEAD"):
        refused = error_response(ApplicationError("error-method-not-allowed", f"Use {wanted}", status=405))
        return GatewayResponse(405, refused.document, {"Allow": wanted})
    if request.what == "info":
        return GatewayResponse(200, INFO)
    if request.what == "health":
        await runtime.run(database_check)
        return GatewayResponse(200, {"success": True, "status": "ok"})
    if request.what == "batch":
        return await handle_batch(request, runtime)
    return await handle_push(request, runtime)


def database_check() -> None:
    """Raise django.db.Error if the database is unavailable."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


async def handle_push(request: GatewayRequest, runtime: Runtime) -> GatewayResponse:
    """Forward one push and return the provider's response."""
    proof = credentials_of(request)
    caller = await caller_from_headers(proof, runtime)
    order = parse_push(request.what.partition("/")[0], request.body)
    if caller is None:
        caller = await caller_of(proof, order.unique_id, runtime)
    caller_check(caller, [order])
    handed = await forward_pushes(caller, [order], runtime)
    given = push_response(handed.push_results[0])
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
    caller_check(caller, orders)
    may_be_late = runtime.outlives_requests and all(order.push.identity for order in orders)
    handed = await forward_pushes(caller, orders, runtime, timeout=BATCH_SECONDS if may_be_late else None)
    push_results = iter(handed.push_results)
    answers = [push_response(next(push_results) if isinstance(found, PushRequest) else found) for found in parsed]
    document = {"success": True, "answers": [device_response(found) for found in answers]}
    return GatewayResponse(200, document, quota_headers(handed))


def quota_headers(handed: ForwardResult) -> dict[str, str]:
    """Return the header with the used percentage of the month's quota, if it is reported."""
    return {} if handed.percent_used is None else {QUOTA_HEADER: str(handed.percent_used)}


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


def push_response(push_result: PushResult) -> GatewayResponse:
    """Return the response for the result of a push."""
    if isinstance(push_result, ApplicationError):
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
