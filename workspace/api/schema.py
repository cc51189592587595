"""Additions to the OpenAPI schema that drf-spectacular cannot derive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.serializers import Serializer

Endpoint = tuple[str, str, str, Callable[..., Any]]

FAILURE = {
    "type": "object",
    "description": "The error: a text followed by the code in brackets, or only the code.",
    "properties": {
        "success": {"type": "boolean", "enum": [False]},
        "error": {"type": "string"},
        "errorType": {"type": "string"},
        "details": {"type": "object", "additionalProperties": {}},
    },
    "required": ["success", "error"],
}
NOT_SIGNED_IN = {
    "type": "object",
    "description": "The sign-in is missing, invalid or expired.",
    "properties": {
        "status": {"type": "string", "enum": ["error"]},
        "error": {"type": "string"},
        "message": {"type": "string"},
    },
    "required": ["status", "message"],
}
# The errors that any endpoint may return.
FAILURES = {
    "400": ("Failure", "A parameter is missing or invalid, or the action is not possible."),
    "401": ("NotSignedIn", "Not signed in."),
    "403": ("Failure", "The caller's roles lack a permission."),
    "404": ("Failure", "Not found."),
    "405": ("Failure", "The endpoint does not support this method."),
    "413": ("Failure", "The body is too large."),
    "415": ("Failure", "The body is not JSON."),
    "429": ("Failure", "Too many calls. The text contains the number of seconds to wait."),
}


# Path parameters are in braces, which names cannot contain.
BRACES = str.maketrans("", "", "{}")


class ApiSchema(AutoSchema):
    """Describes an endpoint. DELETE has a body here, because clients send one."""

    def get_operation_id(self) -> str:
        endpoint = self.path.removeprefix("/api/").removeprefix("v1/")
        return f"{self.method.lower()}.{endpoint}".replace("/", ".").translate(BRACES)

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/").removeprefix("v1/").split(".")[0].split("/")[0]]

    def get_description(self) -> str:  # type: ignore[override]
        return ""

    def get_serializer_name(self, serializer: Serializer[Any], direction: object) -> str:
        return type(serializer).__qualname__.replace(".", "")

    def _get_request_body(self, direction: str = "request") -> Any:
        method = self.method
        self.method = "POST" if method == "DELETE" else method
        try:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        finally:
            self.method = method


class ParamsSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Describes which parameters are required if that is one or several of a set."""

    target_class = "workspace.api.params.Params"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Literal["request", "response"]) -> dict[str, Any]:
        described: dict[str, Any] = auto_schema._map_serializer(  # type: ignore[no-untyped-call]
            self.target, direction, bypass_extensions=True
        )
        for word, names in (("anyOf", self.target.any_of), ("oneOf", self.target.one_of)):
            if names:
                described[word] = [{"required": [name]} for name in names]
        return described


def without_trailing_slashes(endpoints: list[Endpoint], **_kwargs: Any) -> list[Endpoint]:
    """Remove the URLs with a trailing slash, which are duplicates."""
    return [endpoint for endpoint in endpoints if not endpoint[0].endswith("/")]


def add_failure_responses(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Add the possible errors to every operation."""
    result["components"]["schemas"] |= {"Failure": FAILURE, "NotSignedIn": NOT_SIGNED_IN}
    for operations in result["paths"].values():
        for operation in operations.values():
            for status, (schema, description) in FAILURES.items():
                content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
                operation["responses"].setdefault(status, {"description": description, "content": content})
    return result
