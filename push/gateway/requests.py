"""Reading the body of a gateway request: from bytes that anyone may have sent to a typed push."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from push.models import DeviceType
from push.models.devices import TOKEN_MAX_LENGTH
from push.providers.base import Push
from workspace.errors import ApplicationError

# Sixteen times what a provider takes: room for the texts and encrypted content that are shortened on the way.
BODY_MAX_BYTES = 64 * 1024
IDENTITY_MAX_LENGTH = 64
TEXT_MAX_LENGTH = 1024
INTEGER_MAX = 2**31 - 1


class InvalidRequestError(ApplicationError):
    """The request makes no sense and never will: 422, which tells a workspace not to retry."""

    def __init__(self, message: str) -> None:
        super().__init__("error-invalid-push", message, status=422)


def push_parse(type: str, body: bytes) -> Push:
    """Return the push that the body asks for; fields that the protocol does not name are ignored.

    Raises InvalidRequestError with a sentence that names the field.
    """
    document = json_parse(body)
    token = text_of(document, "token", required=True, longest=TOKEN_MAX_LENGTH)
    options = object_of(document, "options", required=True)
    return Push(
        type=type,
        token=token,
        title=text_of(options, "title", longest=BODY_MAX_BYTES),
        text=text_of(options, "text", longest=BODY_MAX_BYTES),
        badge=integer_of(options, "badge", smallest=0),
        sound=text_of(options, "sound"),
        not_id=integer_of(options, "notId", smallest=-INTEGER_MAX - 1),
        topic=text_of(options, "topic", required=type == DeviceType.APN),
        payload=object_of(options, "payload"),
        category=text_of(object_of(options, "apn"), "category"),
        style=text_of(object_of(options, "gcm"), "style"),
        image=text_of(object_of(options, "gcm"), "image"),
        sender=text_of(options, "from"),
        content_available=options.get("contentAvailable") in (True, 1),
        identity=text_of(options, "identity", longest=IDENTITY_MAX_LENGTH),
    )


def json_parse(body: bytes) -> dict[str, Any]:
    """Return the JSON object in the body."""
    if len(body) > BODY_MAX_BYTES:
        raise InvalidRequestError(f"The body must not be larger than {BODY_MAX_BYTES} bytes")
    try:
        document = json.loads(body.decode(), parse_constant=constant_refuse)
        text_check(document)
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError("The body must be JSON in UTF-8") from error
    if not isinstance(document, dict):
        raise InvalidRequestError("The body must be a JSON object")
    return document


def constant_refuse(name: str) -> NoReturn:
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
