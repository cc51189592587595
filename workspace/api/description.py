"""The API's description for programs: its OpenAPI schema."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

Schema = dict[str, Any]

# The media type of OpenAPI documents in JSON, as generators of clients ask for it.
CONTENT_TYPE = "application/vnd.oai.openapi+json"


@cache
def api_schema() -> Schema:
    """Return the schema, made once: that takes a good part of a second, and anybody may ask for it."""
    schema: Schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return schema


@require_safe
def schema_view(_request: HttpRequest) -> HttpResponse:
    """Answer with the schema."""
    return JsonResponse(api_schema(), content_type=CONTENT_TYPE)
