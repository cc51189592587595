"""Parsers for request bodies. Invalid content never causes an internal error.

The size is limited by Django's `DATA_UPLOAD_MAX_MEMORY_SIZE`, through `HttpRequest.body`.
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
    """Set the content length of a chunked body, whose headers do not contain it.

    Without a length, Django treats the body as empty and does not check its size. Raises RequestDataTooBig like Django.
    """
    if request.headers.get("Transfer-Encoding", "").lower() == "chunked" and "CONTENT_LENGTH" not in request.META:
        body_read(request, limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def body_read(request: HttpRequest, *, limit: int) -> None:
    """Read a body of up to `limit` bytes, which may be more than Django accepts. Raises RequestDataTooBig."""
    body = request.read(limit + 1)
    if len(body) > limit:
        raise RequestDataTooBig
    request._body = body
    request._stream = BytesIO(body)
    request.META["CONTENT_LENGTH"] = str(len(body))


def reject_constant(name: str) -> None:
    """Reject `NaN` and `Infinity`, which Python accepts but JSON does not allow."""
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
    """A form in UTF-8, which `login` also accepts."""

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
