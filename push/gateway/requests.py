"""Parses and validates the bodies of gateway requests."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any, NoReturn

from push.models.devices import TOKEN_MAX_LENGTH
from push.models.settings import LIFETIME, LIFETIME_MAX
from push.providers.protocol import APN, GCM
from push.providers.pushes import Push
from push.providers.tokens import token_normalize_leniently
from workspace.errors import ApplicationError

# Sixteen times the providers' limit, because texts and encrypted content are shortened before sending.
BODY_MAX_BYTES = 64 * 1024
BATCH_MAX_DEVICES = 500
BATCH_MAX_BYTES = 1024 * 1024
IDENTITY_MAX_LENGTH = 64
KEPT_PERCENT_MAX = 50
TEXT_MAX_LENGTH = 1024
INTEGER_MAX = 2**31 - 1


class InvalidRequestError(ApplicationError):
    """The request is permanently invalid: 422, so that the workspace does not retry."""

    def __init__(self, message: str) -> None:
        super().__init__("error-invalid-push", message, status=422)


@dataclass(frozen=True, slots=True)
class PushRequest:
    """A requested push, with the options that only the gateway uses.

    `unique_id` is the workspace's id, if it was sent. This push must not use the last `reserved_percent` of the month's
    quota. `is_silent` marks an update that shows nothing and is not counted. `production` selects Apple's service;
    None: determined by the app's keys and the token.
    """

    push: Push
    unique_id: str = ""
    reserved_percent: int = 0
    is_silent: bool = False
    production: bool | None = None


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
        token=token_normalize_leniently(
            type=type, token=text_of({"token": token}, "token", required=True, longest=TOKEN_MAX_LENGTH)
        ),
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
            named = json.dumps([idempotency_key, device["type"], device.get("token"), options], sort_keys=True)
            options["identity"] = str(uuid.uuid5(uuid.NAMESPACE_OID, named))
        return request_of(device["type"], device.get("token"), options)
    except InvalidRequestError as error:
        return error


def json_parse(body: bytes, *, longest: int = BODY_MAX_BYTES) -> dict[str, Any]:
    """Return the JSON object in the body."""
    if len(body) > longest:
        raise InvalidRequestError(f"The body must not be larger than {longest} bytes")
    try:
        document = json.loads(body.decode(), parse_constant=reject_constant)
        text_check(document)
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError("The body must be JSON in UTF-8") from error
    if not isinstance(document, dict):
        raise InvalidRequestError("The body must be a JSON object")
    return document


def reject_constant(name: str) -> NoReturn:
    """Reject NaN and Infinity, which Python's parser accepts but JSON does not allow."""
    raise ValueError(name)


def text_check(value: Any) -> None:
    """Raise ValueError for strings with a lone surrogate or a NUL character, which cannot be stored or sent."""
    if isinstance(value, str):
        value.encode()
        if "\0" in value:
            raise ValueError("NUL character")
    elif isinstance(value, list):
        for item in value:
            text_check(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            text_check(key)
            text_check(item)


def text_of(fields: dict[str, Any], name: str, *, required: bool = False, longest: int = TEXT_MAX_LENGTH) -> str:
    """Return the string in the field, or an empty string if it is missing."""
    value = fields.get(name)
    value = "" if value is None else value
    if not isinstance(value, str):
        raise InvalidRequestError(f"{name} must be a text")
    if required and not value:
        raise InvalidRequestError(f"{name} must not be empty")
    if len(value) > longest:
        raise InvalidRequestError(f"{name} must not be longer than {longest} characters")
    return value


def integer_of(fields: dict[str, Any], name: str, *, smallest: int) -> int | None:
    """Return the integer in the field, also if it is a numeric string; None if it is missing."""
    value = fields.get(name)
    if value is None:
        return None
    try:
        number = int(value) if isinstance(value, str) else value
    except ValueError:
        number = None
    if not isinstance(number, int) or isinstance(number, bool) or not smallest <= number <= INTEGER_MAX:
        raise InvalidRequestError(f"{name} must be a whole number from {smallest} to {INTEGER_MAX}")
    return number


def object_of(fields: dict[str, Any], name: str, *, required: bool = False) -> dict[str, Any]:
    """Return the object in the field, or an empty one if it is missing."""
    value = fields.get(name)
    if value is None and not required:
        return {}
    if not isinstance(value, dict):
        raise InvalidRequestError(f"{name} must be an object")
    return value
