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
# The errors that any endpoint may return: the name of the shared response, its schema, description and example.
UNAUTHORIZED = "User does not have the permissions required for this action [error-unauthorized]"
TOO_MANY = "Error, too many requests. Please slow down. You must wait 12 seconds before trying this again."
FAILURES: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "400": (
        "InvalidRequest",
        "Failure",
        "A parameter is missing or invalid, or the action is not possible.",
        {
            "success": False,
            "error": "must have required property 'roomId' [invalid-params]",
            "errorType": "invalid-params",
        },
    ),
    "401": (
        "SignInRequired",
        "NotSignedIn",
        "Not signed in.",
        {"status": "error", "message": "You must be logged in to do this."},
    ),
    "403": (
        "PermissionMissing",
        "Failure",
        "The caller's roles lack a permission.",
        {"success": False, "error": UNAUTHORIZED, "errorType": "error-unauthorized"},
    ),
    "404": (
        "NotFound",
        "Failure",
        "Not found.",
        {
            "success": False,
            "error": "The API has no such endpoint [error-endpoint-not-found]",
            "errorType": "error-endpoint-not-found",
        },
    ),
    "405": (
        "MethodNotSupported",
        "Failure",
        "The endpoint does not support this method.",
        {
            "success": False,
            "error": 'Method "PUT" not allowed. [error-method-not-allowed]',
            "errorType": "error-method-not-allowed",
        },
    ),
    "413": (
        "BodyTooLarge",
        "Failure",
        "The body is too large.",
        {
            "success": False,
            "error": "The request's body is too large [error-request-too-large]",
            "errorType": "error-request-too-large",
        },
    ),
    "415": (
        "BodyNotJson",
        "Failure",
        "The body is not JSON.",
        {
            "success": False,
            "error": 'Unsupported media type "text/csv" in request. [error-unsupported-media-type]',
            "errorType": "error-unsupported-media-type",
        },
    ),
    "429": (
        "TooManyCalls",
        "Failure",
        "Too many calls. The text contains the number of seconds to wait.",
        {
            "success": False,
            "error": f"{TOO_MANY} [error-too-many-requests]",
            "errorType": "error-too-many-requests",
        },
    ),
}

# The groups of operations, in the order of the page. An operation belongs to the group of the first part of its name.
TAGS = {
    "sign-in": "Signing in and out, and the caller's own account.",
    "server": "What clients ask before a sign-in.",
    "push": "Devices, the content of notifications, receipts and test pushes.",
    "notifications": "Why somebody was or was not notified.",
    "chat": "Messages, threads, reactions and search.",
    "channels": "Public rooms.",
    "groups": "Private rooms.",
    "im": "Direct messages. Each operation also exists under `dm`.",
    "rooms": "Rooms of any type, and notification preferences per room.",
    "subscriptions": "The caller's relation to their rooms: unread messages, reading.",
    "users": "Accounts, preferences, presence and access tokens.",
    "finding": "Finding people and rooms.",
    "settings": "The workspace's settings.",
    "roles": "Roles, permissions and their holders.",
    "integrations": "Incoming webhooks.",
    "events": "For applications that have their notifications sent: what happens in them. The caller is a source.",
    "moderation": "Reported messages.",
    "statistics": "Figures about the workspace.",
    "cloud": "The connection with the cloud, and the licence.",
    "method": "Methods of the web socket, over HTTP.",
    "absent": "Features that clients ask for and this server does not have: their lists are empty.",
}
TAG_OF = {
    "login": "sign-in",
    "logout": "sign-in",
    "me": "sign-in",
    "info": "server",
    "service": "server",
    "dm": "im",
    "presence": "users",
    "pw": "users",
    "custom-user-status": "users",
    "directory": "finding",
    "spotlight": "finding",
    "permissions": "roles",
    "instances": "statistics",
    "licenses": "cloud",
    **dict.fromkeys(
        ("autotranslate", "banners", "commands", "custom-sounds", "e2e", "emoji-custom", "video-conference"), "absent"
    ),
}

# Path parameters are in braces, which names cannot contain.
BRACES = str.maketrans("", "", "{}")


class ApiSchema(AutoSchema):
    """Describes an endpoint. DELETE has a body here, because clients send one."""

    def get_operation_id(self) -> str:
        endpoint = self.path.removeprefix("/api/").removeprefix("v1/")
        return f"{self.method.lower()}.{endpoint}".replace("/", ".").translate(BRACES)

    def get_tags(self) -> list[str]:
        first = self.path.removeprefix("/api/").removeprefix("v1/").split(".")[0].split("/")[0]
        return [TAG_OF.get(first, first)]

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
    """Add the possible errors to every operation, and the groups of operations."""
    components = result["components"]
    components["schemas"] |= {"Failure": FAILURE, "NotSignedIn": NOT_SIGNED_IN}
    components["responses"] = {
        name: {
            "description": description,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": example}},
        }
        for name, schema, description, example in FAILURES.values()
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            for status, (name, *_rest) in FAILURES.items():
                operation["responses"].setdefault(status, {"$ref": f"#/components/responses/{name}"})
    result["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    return result
