"""Reading the body of a gateway request: from bytes that anyone may have sent to a typed push."""

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

# Sixteen times what a provider takes: room for the texts and encrypted content that are shortened on the way.
BODY_MAX_BYTES = 64 * 1024
BATCH_MAX_DEVICES = 500
BATCH_MAX_BYTES = 1024 * 1024
IDENTITY_MAX_LENGTH = 64
KEPT_PERCENT_MAX = 50
TEXT_MAX_LENGTH = 1024
INTEGER_MAX = 2**31 - 1


class InvalidRequestError(ApplicationError):
    """The request makes no sense and never will: 422, which tells a workspace not to retry."""

    def __init__(self, message: str) -> None:
        super().__init__("error-invalid-push", message, status=422)


@dataclass(frozen=True, slots=True)
class Order:
    """A push that is asked for, with what only the gateway reads of its options.

    `unique_id` is the workspace's, where it tells it. `kept_percent` of the month's quota are not for this push.
    `is_silent` marks an update that nobody sees, which is not counted. `production` chooses Apple's service; None: as
    the app's keys and the token have it.
    """

    push: Push
    unique_id: str = ""
    kept_percent: int = 0
    is_silent: bool = False
    production: bool | None = None


def order_parse(type: str, body: bytes) -> Order:
    """Return the push that the body asks for; fields that the protocol does not name are ignored.

    Raises InvalidRequestError with a sentence that names the field.
    """
    document = json_parse(body)
    return order_of(type, document.get("token"), object_of(document, "options", required=True))


def order_of(type: str, token: Any, options: dict[str, Any]) -> Order:
    """Return the push to the device that `options` ask for; raises InvalidRequestError."""
    title = text_of(options, "title", longest=BODY_MAX_BYTES)
    text = text_of(options, "text", longest=BODY_MAX_BYTES)
    # What shows a text is no silent update, whatever it says of itself.
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
    return Order(
        push,
        unique_id=text_of(options, "uniqueId", longest=IDENTITY_MAX_LENGTH),
        kept_percent=min(KEPT_PERCENT_MAX, integer_of(options, "quotaKept", smallest=0) or 0),
        is_silent=is_silent,
        production=production if isinstance(production, bool) else None,
    )


def batch_parse(body: bytes, idempotency_key: str) -> list[Order | InvalidRequestError]:
    """Return the pushes that a batch asks for, in order; one that makes no sense does not spoil the others.

    The batch's `options` hold for every device, and each device's own beside them. With an `idempotency_key`, each
    push is told from others by that key, its device and its options, so that the whole batch may be repeated, and a
    key that is used again for something else swallows nothing. Raises InvalidRequestError for what is no batch.
    """
    document = json_parse(body, longest=BATCH_MAX_BYTES)
    shared = object_of(document, "options")
    devices = document.get("devices")
    if not isinstance(devices, list) or not devices:
        raise InvalidRequestError("devices must be a list that is not empty")
    if len(devices) > BATCH_MAX_DEVICES:
        raise InvalidRequestError(f"devices must not be more than {BATCH_MAX_DEVICES}")
    return [device_parse(device, shared, idempotency_key) for device in devices]


def device_parse(device: Any, shared: dict[str, Any], idempotency_key: str) -> Order | InvalidRequestError:
    """Return the push to one of a batch's devices, or what is wrong with it."""
    try:
        if not isinstance(device, dict):
            raise InvalidRequestError("Each of the devices must be an object")
        if device.get("type") not in {APN, GCM}:
            raise InvalidRequestError("type must be apn or gcm")
        options = {**shared, **object_of(device, "options")}
        if idempotency_key and not options.get("identity"):
            named = json.dumps([idempotency_key, device["type"], device.get("token"), options], sort_keys=True)
            options["identity"] = str(uuid.uuid5(uuid.NAMESPACE_OID, named))
        return order_of(device["type"], device.get("token"), options)
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
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(name)


def text_check(value: Any) -> None:
    """Raise ValueError for text that cannot be passed on: half a surrogate pair, or the character zero."""
    if isinstance(value, str):
        value.encode()
        if "\0" in value:
            raise ValueError("character zero")
    elif isinstance(value, list):
        for item in value:
            text_check(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            text_check(key)
            text_check(item)


def text_of(fields: dict[str, Any], name: str, *, required: bool = False, longest: int = TEXT_MAX_LENGTH) -> str:
    """Return the text in the field; empty where it is missing."""
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
    """Return the whole number in the field, also one written as a text; None where it is missing."""
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
    """Return the object in the field; empty where it is missing."""
    value = fields.get(name)
    if value is None and not required:
        return {}
    if not isinstance(value, dict):
        raise InvalidRequestError(f"{name} must be an object")
    return value
