"""The endpoint of the Matrix Push Gateway API.

The specification has no authentication, and homeservers refuse addresses of pushers with another path than this one.
So the key of the workspace is in the query string of the address, which apps register as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from urllib.parse import parse_qs

from django.utils.translation import gettext_lazy as _

from cloud.gateway_protocols import ProtocolDescription, Text
from push.gateway.apps import apps_current
from push.gateway.messages import GatewayRequest, GatewayResponse
from push.gateway.protocols.matrix.payload import apple_payload, apple_shows, google_data
from push.gateway.protocols.matrix.requests import (
    BODY_MAX_BYTES,
    MatrixDevice,
    Notification,
    apple_token,
    notification_parse,
)
from push.gateway.protocols.protocol import Endpoint, GatewayProtocol
from push.gateway.requests import InvalidRequestError, PushRequest, identity_of, token_of
from push.gateway.runtime import Runtime
from push.gateway.services import PushResult, apps_ready, caller_by_key, caller_check, forward_pushes
from push.models import Answer
from push.providers.protocol import APN
from push.providers.pushes import Push
from workspace.errors import ApplicationError

NAME = "matrix"
PATH = "_matrix/push/v1/notify"
# Matrix's codes of errors, by HTTP status.
CODES = {
    400: "M_BAD_JSON",
    401: "M_UNKNOWN_TOKEN",
    403: "M_FORBIDDEN",
    404: "M_NOT_FOUND",
    405: "M_UNRECOGNIZED",
    413: "M_TOO_LARGE",
    429: "M_LIMIT_EXCEEDED",
}
# Results after which the homeserver must not repeat the notification. Of the others, it repeats the notification for
# all devices; those that have it already are recognized and not sent it again.
FINAL = {Answer.ACCEPTED, Answer.DEAD, Answer.REFUSED}


async def handle_notify(request: GatewayRequest, runtime: Runtime) -> GatewayResponse:
    """Forward a notification to its devices.

    Only pushkeys that the provider knows to be invalid are rejected, because the homeserver deletes their pushers. A
    push that can never succeed for another reason is dropped. Everything else is an error, after which the homeserver
    tries again.
    """
    caller = await caller_by_key(request.key or key_in_query(request.query), NAME, runtime)
    if len(request.body) > BODY_MAX_BYTES:
        raise ApplicationError("error-too-large", f"A body has at most {BODY_MAX_BYTES} bytes", status=413)
    notification = notification_parse(request.body)
    await apps_ready(runtime)
    requested = [(device, order_of(notification, device)) for device in notification.devices]
    sent = [(device, order) for device, order in requested if order]
    caller_check(caller, [order for _device, order in sent])
    handed = await forward_pushes(caller, [order for _device, order in sent], runtime)
    failed = [failure for push_result in handed.push_results if (failure := failure_of(push_result))]
    if failed:
        # The longest wait: an earlier request would only fail again.
        raise max(failed, key=lambda error: error.details.get("retryAfter", 0))
    rejected = [
        device.pushkey
        for (device, _order), push_result in zip(sent, handed.push_results, strict=True)
        if not isinstance(push_result, ApplicationError) and push_result.answer == Answer.DEAD
    ]
    return GatewayResponse(200, {"rejected": rejected})


def key_in_query(query: str) -> str:
    """Return the key in the address's query string; empty if it has none."""
    return parse_qs(query).get("key", [""])[0]


def order_of(notification: Notification, device: MatrixDevice) -> PushRequest | None:
    """Return the push for a device; None if the app shows nothing of such events.

    Raises `error-app-unknown` (422) and InvalidRequestError.
    """
    if device.default_payload is None:
        raise InvalidRequestError("default_payload must be an object")
    app = apps_current.named(device.app_id, type=device.service)
    is_apple = app.type == APN
    push = Push(
        type=app.type,
        token=token_of(app.type, (is_apple and apple_token(device.pushkey)) or device.pushkey, name="pushkey"),
        title=notification.room_name or notification.room_alias,
        text=notification.body,
        badge=notification.badge,
        topic=app.topic,
        payload={"content": notification.content},
        is_passive=notification.is_low_priority,
        is_silent=not notification.has_event and not is_apple,
        identity=identity(notification, device),
        native=partial(apple_payload if is_apple else google_data, notification, device),
    )
    if is_apple and not apple_shows(notification, device):
        if not notification.is_id_only:
            return None
        push = replace(push, is_silent=True)
    return PushRequest(push, is_silent=not notification.has_event, production=app.production)


def identity(notification: Notification, device: MatrixDevice) -> str:
    """Return the identity of a push, which is the same if the homeserver repeats it; empty for new counts.

    The time of the pusher tells two accounts in one app apart.
    """
    if not notification.event_id:
        return ""
    return identity_of(notification.event_id, device.app_id, device.pushkey_ts, device.data)


def failure_of(push_result: PushResult) -> ApplicationError | None:
    """Return the error for the homeserver; None if it must not repeat the push."""
    if isinstance(push_result, ApplicationError):
        return push_result
    if push_result.answer in FINAL:
        return None
    details = {"retryAfter": int(push_result.retry_after.total_seconds()) + 1} if push_result.retry_after else {}
    message = push_result.detail or push_result.reason or str(push_result.answer.label)
    return ApplicationError("error-push-failed", message, status=502, details=details)


def error_response(error: ApplicationError) -> GatewayResponse:
    """Return the error in Matrix's format. Homeservers repeat the notification, whatever the error."""
    status = 400 if isinstance(error, InvalidRequestError) else 404 if error.status == 422 else error.status
    document = {"errcode": CODES.get(status, "M_UNKNOWN"), "error": f"{error.message} [{error.code}]"}
    wait = error.details.get("retryAfter")
    if wait is None:
        return GatewayResponse(status, document)
    return GatewayResponse(status, {**document, "retry_after_ms": wait * 1000}, {"Retry-After": str(wait)})


def credentials_shown(site_url: str, key: str) -> Mapping[Text, str]:
    """Return the address that an app registers with its pushers."""
    return {_("Address of pushers"): f"{site_url}/{PATH}?key={key}"}


PROTOCOL = GatewayProtocol(
    description=ProtocolDescription(
        name=NAME,
        label="Matrix",
        used_by=_("Synapse, Dendrite, Conduit and other homeservers"),
        docs="integrate/matrix.md",
        explanation=_("Your app registers it as the “url” of its pushers, in place of the address of Sygnal."),
        credentials=credentials_shown,
    ),
    endpoints=(Endpoint(path=PATH, handle=handle_notify, max_bytes=BODY_MAX_BYTES),),
    error_response=error_response,
)
