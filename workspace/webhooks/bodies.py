"""Reading the body of a call: JSON, or a form with the JSON in one field, or with plain fields."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from workspace.errors import ApplicationError

# Fields of a form that contain the payload as JSON: Slack's, and Uptime Kuma's.
JSON_FIELDS = ("payload", "data")
INVALID = "The body is not valid JSON"


def payload_of(request: HttpRequest) -> dict[str, Any]:
    """Return the payload of a call; empty if it has none. Raises `invalid-payload` if the body cannot be read."""
    if request.method == "GET":
        return form_payload(request.GET.dict())
    kind = request.content_type
    if kind == "multipart/form-data":
        return form_payload(request.POST.dict())
    text = request.body.decode(errors="replace").strip()
    # Some programs send JSON with the default type of their HTTP library, which is that of a form.
    if kind == "application/x-www-form-urlencoded" and not text.startswith("{"):
        return form_payload(request.POST.dict())
    return json_payload(text) if text else {}


def form_payload(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the payload in the fields of a form."""
    for name in JSON_FIELDS:
        if isinstance(text := fields.get(name), str) and text.lstrip().startswith("{"):
            return json_payload(text)
    return {name: storable(value) for name, value in fields.items()}


def json_payload(text: str) -> dict[str, Any]:
    """Return the JSON object in the text."""
    try:
        payload = storable(json.loads(text, parse_constant=lambda _name: None))
    except (ValueError, RecursionError):
        raise ApplicationError("invalid-payload", INVALID) from None
    if not isinstance(payload, dict):
        raise ApplicationError("invalid-payload", INVALID)
    return payload


def storable(value: Any) -> Any:
    """Return the value without what PostgreSQL cannot store: U+0000, halves of characters, and infinite numbers."""
    if isinstance(value, str):
        return value.replace("\0", "").encode(errors="replace").decode()
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
