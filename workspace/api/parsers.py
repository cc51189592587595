"""Reading request bodies: whatever stands in them is never an error of the server's own.

Their size is bounded by Django's `DATA_UPLOAD_MAX_MEMORY_SIZE`, through `HttpRequest.body`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from rest_framework import parsers
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


def join_chunks(request: HttpRequest) -> None:
    """Give a body that came in chunks, of which nobody said how long they are together, the length that it has.

    Without a length the body counts as empty, and its size is not checked. Raises RequestDataTooBig as Django does.
    """
    if request.headers.get("Transfer-Encoding", "").lower() != "chunked" or "CONTENT_LENGTH" in request.META:
        return
    body = request.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise RequestDataTooBig
    request._body = body
    request._stream = BytesIO(body)
    request.META["CONTENT_LENGTH"] = str(len(body))


def reject_constant(name: str) -> None:
    """Refuse `NaN` and `Infinity`, which Python reads but JSON does not know."""
    raise ValueError(name)


class JsonParser(parsers.JSONParser):
    """JSON in UTF-8 (RFC 8259), whatever encoding the request claims."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return json.loads(stream.read().decode("utf-8-sig"), parse_constant=reject_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError from error


class FormParser(parsers.FormParser):
    """A submitted form in UTF-8, which `login` accepts as well."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return super().parse(stream, media_type, {"encoding": "utf-8"})


class JsonAlways(DefaultContentNegotiation):
    """Responds with JSON, whatever the request accepts: clients parse every response, with any status."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)
