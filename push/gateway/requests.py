"""The pushes that are requested from the gateway, and what all protocols need to parse and validate them."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any, NoReturn

from push.models.devices import TOKEN_MAX_LENGTH
from push.providers.answers import UNWRITABLE
from push.providers.pushes import Push
from push.providers.tokens import token_normalize_leniently
from workspace.errors import ApplicationError
from workspace.tracing.contexts import TraceContext

# Sixteen times the providers' limit, because texts and encrypted content are shortened before sending.
BODY_MAX_BYTES = 64 * 1024
BATCH_MAX_DEVICES = 500
BATCH_MAX_BYTES = 1024 * 1024
IDENTITY_MAX_LENGTH = 64
IDEMPOTENCY_KEY_MAX_LENGTH = 255
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
    None: determined by the app's keys and the token. `trace` is the workspace's span of sending it, in a batch.
    """

    push: Push
    unique_id: str = ""
    reserved_percent: int = 0
    is_silent: bool = False
    production: bool | None = None
    trace: TraceContext | None = None


def identity_of(*parts: Any) -> str:
    """Return an identity for a push that is derived from these JSON values."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(parts, sort_keys=True)))


def token_of(type: str, token: Any, *, name: str = "token") -> str:
    """Return the device token of this type in its canonical form; raises InvalidRequestError."""
    text = text_of({name: token}, name, required=True, longest=TOKEN_MAX_LENGTH)
    return token_normalize_leniently(type=type, token=text)


def json_parse(body: bytes, *, longest: int = BODY_MAX_BYTES, repair: bool = False) -> dict[str, Any]:
    """Return the JSON object in the body.

    Strings that cannot be stored or sent are refused. With `repair`, their invalid characters are replaced instead, for
    protocols in which the texts are those of other people, and the server would repeat a refused request for a day.
    """
    if len(body) > longest:
        raise InvalidRequestError(f"The body must not be larger than {longest} bytes")
    try:
        document = json.loads(body.decode(), parse_constant=reject_constant)
        # UTF-8 cannot contain lone surrogates, and JSON no NUL characters, unless they are escaped. Checking each text
        # took 9 % of the time of a single push.
        if b"\\u" in body:
            try:
                text_check(document)
            except ValueError:
                if not repair:
                    raise
                document = text_repair(document)
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


def text_repair(value: Any) -> Any:
    """Return the value with a replacement character for each lone surrogate and NUL character in its strings."""
    if isinstance(value, str):
        return UNWRITABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [text_repair(item) for item in value]
    if isinstance(value, dict):
        return {text_repair(key): text_repair(item) for key, item in value.items()}
    return value


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
