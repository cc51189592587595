"""Reading request bodies: of bounded size, and whatever stands in them never an error of the server's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from rest_framework import parsers
from rest_framework.exceptions import APIException, ParseError


class BodyTooLargeError(APIException):
    """The body is larger than `DATA_UPLOAD_MAX_MEMORY_SIZE`, which Django checks only where it parses by itself."""

    status_code = 413
    default_code = "error-request-too-large"
    default_detail = "The request's body is too large"


def body_read(stream: IO[Any]) -> bytes:
    """Return the body; raises BodyTooLargeError without keeping more of it than is allowed."""
    body: bytes = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise BodyTooLargeError
    return body


def constant_refuse(name: str) -> None:
    """Refuse `NaN` and `Infinity`, which Python reads but JSON does not know."""
    raise ValueError(name)


class JsonParser(parsers.JSONParser):
    """JSON in UTF-8 (RFC 8259), whatever encoding the request claims."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = body_read(stream)
        try:
            return json.loads(body.decode("utf-8-sig"), parse_constant=constant_refuse)
        except (ValueError, RecursionError) as error:
            raise ParseError from error


class FormParser(parsers.FormParser):
    """A submitted form, which `login` accepts as well."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return super().parse(BytesIO(body_read(stream)), media_type, {"encoding": "utf-8"})
