"""The endpoints of mattermost-push-proxy.

The proxy has no authentication, and servers are configured with its address: the key of the workspace is in its path.
Servers read the answer's `status`, and not the HTTP status, with which the proxy always reports success. This gateway
uses other HTTP statuses where a provider was not asked, so that monitoring sees these failures.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from django.utils.translation import gettext_lazy as _

from cloud.gateway_protocols import ProtocolDescription, Text
from push.gateway.apps import apps_current
from push.gateway.messages import GatewayRequest, GatewayResponse
from push.gateway.protocols.mattermost.payload import apple_payload, google_data
from push.gateway.protocols.mattermost.requests import MattermostPush, ack_parse, push_parse
from push.gateway.protocols.protocol import READING, Endpoint, GatewayProtocol
from push.gateway.receipts import receipt_count
from push.gateway.requests import BODY_MAX_BYTES, InvalidRequestError, PushRequest, identity_of, token_of
from push.gateway.runtime import Runtime
from push.gateway.services import PushResult, apps_ready, caller_by_key, caller_check, forward_pushes
from push.models import Answer
from push.providers.protocol import APN
from push.providers.pushes import Push
from workspace.errors import ApplicationError

NAME = "mattermost"
OK = {"status": "OK"}
REMOVE = {"status": "REMOVE"}


async def handle_send(request: GatewayRequest, runtime: Runtime) -> GatewayResponse:
    """Forward one push. The server removes the device on `REMOVE`; on `FAIL`, it logs the error and gives up."""
    caller = await caller_by_key(request.key, NAME, runtime)
    sent = push_parse(request.body)
    await apps_ready(runtime)
    order = order_of(sent)
    caller_check(caller, [order])
    handed = await forward_pushes(caller, [order], runtime)
    return push_response(handed.push_results[0])


async def handle_ack(request: GatewayRequest, runtime: Runtime) -> GatewayResponse:
    """Count a device's receipt, which the server has already recorded."""
    caller = await caller_by_key(request.key, NAME, runtime)
    ack_id = ack_parse(request.body)
    await runtime.run(receipt_count, caller.key, identity_of(ack_id))
    return GatewayResponse(200, OK)


async def handle_version(_request: GatewayRequest, _runtime: Runtime) -> GatewayResponse:
    """Return the form in which the proxy reports its version."""
    return GatewayResponse(200, {"version": "callboard", "hash": "unknown"})


def order_of(sent: MattermostPush) -> PushRequest:
    """Return the push; raises `error-app-unknown` (422) and InvalidRequestError."""
    app = apps_current.named(sent.platform, type=sent.service)
    is_apple = app.type == APN
    ack_id = sent.texts.get("ack_id")
    push = Push(
        type=app.type,
        token=token_of(app.type, sent.device_id, name="device_id"),
        title=sent.channel_name,
        text=sent.message,
        badge=sent.badge,
        topic=app.topic,
        # A new number is shown, so it is not a background push for Apple.
        is_silent=sent.is_update and (not is_apple or sent.badge is None),
        identity=identity_of(ack_id) if ack_id else "",
        native=partial(apple_payload if is_apple else google_data, sent),
    )
    return PushRequest(push, is_silent=sent.is_update, production=app.production)


def push_response(push_result: PushResult) -> GatewayResponse:
    """Return the response for the result of a push."""
    if isinstance(push_result, ApplicationError):
        return error_response(push_result)
    if push_result.answer == Answer.ACCEPTED:
        return GatewayResponse(200, OK)
    if push_result.answer == Answer.DEAD:
        return GatewayResponse(200, REMOVE)
    words = ": ".join(filter(None, (push_result.reason, push_result.detail))) or "unknown send response error"
    return GatewayResponse(200, {"status": "FAIL", "error": words})


def error_response(error: ApplicationError) -> GatewayResponse:
    """Return the error in the proxy's format."""
    # As the proxy does: the request itself is at fault.
    status = 200 if isinstance(error, InvalidRequestError) else error.status
    wait = error.details.get("retryAfter")
    headers = {} if wait is None else {"Retry-After": str(wait)}
    return GatewayResponse(status, {"status": "FAIL", "error": f"{error.message} [{error.code}]"}, headers)


def credentials_shown(site_url: str, key: str) -> Mapping[Text, str]:
    """Return the address that the server is configured with."""
    return {_("Push notification server"): f"{site_url}/gateway/{key}"}


PROTOCOL = GatewayProtocol(
    description=ProtocolDescription(
        name=NAME,
        label="Mattermost",
        used_by=_("Mattermost servers, in place of mattermost-push-proxy"),
        docs="integrate/mattermost.md",
        explanation=_("Enter it in Mattermost's System Console, under Environment > Push Notification Server."),
        credentials=credentials_shown,
    ),
    endpoints=(
        Endpoint(path="api/v1/send_push", handle=handle_send, max_bytes=BODY_MAX_BYTES, needs_key=True),
        Endpoint(path="api/v1/ack", handle=handle_ack, max_bytes=BODY_MAX_BYTES, needs_key=True),
        Endpoint(path="version", handle=handle_version, methods=READING, needs_key=True),
    ),
    error_response=error_response,
)
