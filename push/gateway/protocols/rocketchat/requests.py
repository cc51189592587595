"""Parses and validates the bodies of requests in Rocket.Chat's gateway protocol."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from push.gateway.requests import (
    BATCH_MAX_BYTES,
    BATCH_MAX_DEVICES,
    BODY_MAX_BYTES,
    IDENTITY_MAX_LENGTH,
    INTEGER_MAX,
    InvalidRequestError,
    PushRequest,
    identity_of,
    integer_of,
    json_parse,
    object_of,
    text_of,
    token_of,
)
from push.models.settings import LIFETIME, LIFETIME_MAX
from push.providers.protocol import APN, GCM, TRACEPARENT
from push.providers.pushes import Push
from workspace.tracing.contexts import context_parse

KEPT_PERCENT_MAX = 50


def parse_push(type: str, body: bytes) -> PushRequest:
    """Return the requested push. Unknown fields are ignored.

    Raises InvalidRequestError with a message that names the field.
    """
    document = json_parse(body)
    return request_of(type, document.get("token"), object_of(document, "options", required=True))


def request_of(type: str, token: Any, options: dict[str, Any]) -> PushRequest:
    """Return the push for a device with these options; raises InvalidRequestError."""
    title = text_of(options, "title", longest=BODY_MAX_BYTES)
    text = text_of(options, "text", longest=BODY_MAX_BYTES)
    # A push with a text is never treated as a silent update.
    is_silent = (options.get("silent") is True or options.get("clear") is True) and not title and not text
    lifetime = integer_of(options, "ttl", smallest=0)
    push = Push(
        type=type,
        token=token_of(type, token),
        title=title,
        text=text,
        badge=integer_of(options, "badge", smallest=0),
        sound=text_of(options, "sound"),
        not_id=integer_of(options, "notId", smallest=-INTEGER_MAX - 1),
        topic=text_of(options, "topic", required=type == APN),
        payload=object_of(options, "payload"),
        category=text_of(object_of(options, "apn"), "category"),
        style=text_of(object_of(options, "gcm"), "style"),
        image=text_of(object_of(options, "gcm"), "image"),
        sender=text_of(options, "from"),
        content_available=options.get("contentAvailable") in (True, 1),
        is_silent=is_silent,
        is_passive=options.get("passive") is True,
        identity=text_of(options, "identity", longest=IDENTITY_MAX_LENGTH),
        lifetime=LIFETIME if lifetime is None else min(lifetime, LIFETIME_MAX),
        collapse=text_of(options, "collapse", longest=IDENTITY_MAX_LENGTH),
    )
    production = options.get("production")
    return PushRequest(
        push,
        unique_id=text_of(options, "uniqueId", longest=IDENTITY_MAX_LENGTH),
        reserved_percent=min(KEPT_PERCENT_MAX, integer_of(options, "quotaKept", smallest=0) or 0),
        is_silent=is_silent,
        production=production if isinstance(production, bool) else None,
    )


def batch_parse(body: bytes, idempotency_key: str) -> list[PushRequest | InvalidRequestError]:
    """Return the pushes of a batch, in order, with an error in place of each invalid one.

    The batch's `options` apply to all devices and can be overridden for each device. With an `idempotency_key`, the
    identity of each push is derived from that key, its device and its options. So a batch can be repeated safely, and
    using the key again for other pushes does not suppress them. Raises InvalidRequestError for an invalid batch.
    """
    document = json_parse(body, longest=BATCH_MAX_BYTES)
    shared = object_of(document, "options")
    devices = document.get("devices")
    if not isinstance(devices, list) or not devices:
        raise InvalidRequestError("devices must be a list that is not empty")
    if len(devices) > BATCH_MAX_DEVICES:
        raise InvalidRequestError(f"devices must not be more than {BATCH_MAX_DEVICES}")
    return [device_parse(device, shared, idempotency_key) for device in devices]


def device_parse(device: Any, shared: dict[str, Any], idempotency_key: str) -> PushRequest | InvalidRequestError:
    """Return the push to one of a batch's devices, or the error."""
    try:
        if not isinstance(device, dict):
            raise InvalidRequestError("Each of the devices must be an object")
        if device.get("type") not in {APN, GCM}:
            raise InvalidRequestError("type must be apn or gcm")
        options = {**shared, **object_of(device, "options")}
        if idempotency_key and not options.get("identity"):
            options["identity"] = identity_of(idempotency_key, device["type"], device.get("token"), options)
        order = request_of(device["type"], device.get("token"), options)
        return replace(order, trace=context_parse(device[TRACEPARENT])) if TRACEPARENT in device else order
    except InvalidRequestError as error:
        return error
