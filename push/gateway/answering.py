"""The gateway's addresses, whatever server they stand behind: from a request's parts to the answer's.

Protocol G of the interface contract, with a batch form beside it. Nothing that a request brings is logged: not its
token, not its text.
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
    Order,
    batch_parse,
    order_parse,
)
from push.gateway.runtime import Runtime
from push.gateway.services import Fate, HandedOn, Proof, caller_check, caller_of, orders_hand_on
from push.models import Answer
from push.providers.answers import SendAnswer
from push.providers.protocol import QUOTA_HEADER
from workspace.database.troubles import trouble_of
from workspace.errors import ApplicationError

log = logging.getLogger(__name__)

# A key before it stands in for an access token, for servers that cannot fetch one. Servers put their path behind what
# was entered as the gateway's address, even where that ends with a slash.
PATH = r"(?:gateway/(?P<key>[A-Za-z0-9_-]{20,100})/)?/?push/(?P<what>apn/send|gcm/send|batch|info|health)/?\Z"
ADDRESS = re.compile(rf"\A/{PATH}")
# What a workspace makes of each: 406 forgets the token, 422 gives up, anything else it retries. The provider refusing
# the gateway's own credentials is the gateway's trouble: a workspace that waits may find it mended.
STATUS = {
    Answer.ACCEPTED: 200,
    Answer.DEAD: 406,
    Answer.REFUSED: 422,
    Answer.UNAUTHORIZED: 502,
    Answer.RETRY: 502,
}
STATUS_BY_REASON = {"in-progress": 503, "busy": 503}
IDEMPOTENCY_KEY_MAX_LENGTH = 255
# A batch is answered after this time (seconds): a slow device must not delay what comes next for the others.
BATCH_SECONDS = 1.0
INFO = {
    "success": True,
    "service": "callboard-gateway",
    "replaces": True,
    "batch": {"path": "/push/batch", "maxDevices": BATCH_MAX_DEVICES, "maxBytes": BATCH_MAX_BYTES},
}


@dataclass(frozen=True, slots=True)
class GatewayRequest:
    """A request to one of the gateway's addresses. Headers are by their names in lower case."""

    method: str
    what: str
    key: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """What is answered, as JSON."""

    status: int
    document: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


def body_limit(what: str) -> int:
    """Return how many bytes of a body are read at most."""
    return BATCH_MAX_BYTES if what == "batch" else BODY_MAX_BYTES


async def answer(request: GatewayRequest, runtime: Runtime) -> GatewayAnswer:
    """Return the answer to a request; raises nothing."""
    try:
        return await _answer(request, runtime)
    except ApplicationError as error:
        return refusal(error)
    except Error as error:
        log.exception("The gateway's database cannot be used.")
        trouble = trouble_of(error)
        details = {"retryAfter": trouble.retry_after} if trouble else {}
        sentence = "The gateway's database cannot be used"
        return refusal(ApplicationError("error-unavailable", sentence, status=503, details=details))


async def _answer(request: GatewayRequest, runtime: Runtime) -> GatewayAnswer:
    wanted = "GET" if request.what in ("info", "health") else "POST"
    if request.method != wanted and not (wanted == "GET" and request.method == "HEAD"):
        refused = refusal(ApplicationError("error-method-not-allowed", f"Use {wanted}", status=405))
        return GatewayAnswer(405, refused.document, {"Allow": wanted})
    if request.what == "info":
        return GatewayAnswer(200, INFO)
    if request.what == "health":
        await runtime.run(database_ask)
        return GatewayAnswer(200, {"success": True, "status": "ok"})
    if request.what == "batch":
        return await batch_answer(request, runtime)
    return await push_answer(request, runtime)


def database_ask() -> None:
    """Raise django.db.Error when the database does not answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


async def push_answer(request: GatewayRequest, runtime: Runtime) -> GatewayAnswer:
    """Take one push, and answer what its provider said."""
    proof = proof_of(request)
    caller = await caller_known(proof, runtime)
    order = order_parse(request.what.partition("/")[0], request.body)
    if caller is None:
        caller = await caller_of(proof, order.unique_id, runtime)
    caller_check(caller, [order])
    handed = await orders_hand_on(caller, [order], runtime)
    given = fate_answer(handed.fates[0])
    return GatewayAnswer(given.status, given.document, {**given.headers, **quota_headers(handed)})


async def batch_answer(request: GatewayRequest, runtime: Runtime) -> GatewayAnswer:
    """Take pushes to many devices, and answer for each of them, in the same order, as if it had come alone.

    What has not been answered after :data:`BATCH_SECONDS` is reported as in progress, unless it has no identity by
    which it could be repeated.
    """
    key = request.headers.get("idempotency-key", "")
    if len(key) > IDEMPOTENCY_KEY_MAX_LENGTH:
        raise InvalidRequestError(f"Idempotency-Key must not be longer than {IDEMPOTENCY_KEY_MAX_LENGTH} characters")
    proof = proof_of(request)
    caller = await caller_known(proof, runtime)
    parsed = batch_parse(request.body, key)
    orders = [order for order in parsed if isinstance(order, Order)]
    if caller is None:
        caller = await caller_of(proof, orders[0].unique_id if orders else "", runtime)
    caller_check(caller, orders)
    may_be_late = runtime.outlives_requests and all(order.push.identity for order in orders)
    handed = await orders_hand_on(caller, orders, runtime, patience=BATCH_SECONDS if may_be_late else None)
    fates = iter(handed.fates)
    answers = [fate_answer(next(fates) if isinstance(found, Order) else found) for found in parsed]
    document = {"success": True, "answers": [device_answer(found) for found in answers]}
    return GatewayAnswer(200, document, quota_headers(handed))


def quota_headers(handed: HandedOn) -> dict[str, str]:
    """Return how much of its month's quota the workspace is told that it has used."""
    return {} if handed.percent_used is None else {QUOTA_HEADER: str(handed.percent_used)}


def proof_of(request: GatewayRequest) -> Proof:
    """Return what the request brings to show who asks."""
    return Proof(request.headers.get("authorization", ""), request.key)


async def caller_known(proof: Proof, runtime: Runtime) -> Caller | None:
    """Return who asks if that can be told without the body; None where only a unique id in it may tell."""
    try:
        return await caller_of(proof, "", runtime)
    except ApplicationError as error:
        if proof.gateway_key or error.status != 401 or not await runtime.run(registration_is_open):
            raise
        return None


def registration_is_open() -> bool:
    """Return whether servers are let in for their unique id alone."""
    return CloudServiceSettings.current().open_registration


def fate_answer(fate: Fate) -> GatewayAnswer:
    """Return the answer that tells what became of a push."""
    if isinstance(fate, ApplicationError):
        return refusal(fate)
    if fate.answer == Answer.ACCEPTED:
        return GatewayAnswer(200, {"success": True})
    return refusal(error_of(fate))


def error_of(fate: SendAnswer) -> ApplicationError:
    """Return what a provider said as the gateway tells it."""
    code = f"error-push-{fate.reason}" if fate.reason in STATUS_BY_REASON else f"error-push-{fate.answer}"
    status = STATUS_BY_REASON.get(fate.reason) or STATUS.get(fate.answer, 502)
    details = {"retryAfter": int(fate.retry_after.total_seconds()) + 1} if fate.retry_after else {}
    told = ": ".join(filter(None, (fate.reason, fate.detail))) or str(fate.answer.label)
    return ApplicationError(code, told, status=status, details=details)


def device_answer(answer: GatewayAnswer) -> dict[str, Any]:
    """Return one device's answer within a batch's."""
    retry_after = answer.headers.get("Retry-After")
    return {"status": answer.status, **answer.document, **({"retryAfter": int(retry_after)} if retry_after else {})}


def refusal(error: ApplicationError) -> GatewayAnswer:
    """Return the error as the JSON that clients of the API know."""
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    if "retryAfter" in error.details:
        headers["Retry-After"] = str(error.details["retryAfter"])
    document = {"success": False, "error": f"{error.message} [{error.code}]", "errorType": error.code}
    return GatewayAnswer(error.status, document, headers)
