"""The OpenAPI schema of the API."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

Schema = dict[str, Any]

# The media type of OpenAPI documents in JSON, as client generators expect it.
CONTENT_TYPE = "application/vnd.oai.openapi+json"


@cache
def api_schema() -> Schema:
    """Return the schema. It is cached, because generating it is slow and anyone may request it."""
    schema: Schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return schema


@require_safe
def schema_view(_request: HttpRequest) -> HttpResponse:
    """Respond with the schema."""
    return JsonResponse(api_schema(), content_type=CONTENT_TYPE)
