"""The OpenAPI description of the protocol, which `GET /push/v1/openapi.json` returns."""

from __future__ import annotations

from typing import Any

from push.gateway.requests import BATCH_MAX_DEVICES, IDEMPOTENCY_KEY_MAX_LENGTH, IDENTITY_MAX_LENGTH
from push.models.settings import LIFETIME_MAX

STATUSES = {
    "accepted": "The provider has accepted the push, now or in an earlier request with the same idempotency key.",
    "invalid_token": "The provider no longer knows the device: delete the token.",
    "refused": "The push can never be delivered, for example because it is too large. Do not repeat it.",
    "retry": "The provider did not answer, or asked to wait: repeat the request with the same idempotency key.",
    "quota_exhausted": "The month's quota is used up.",
    "unknown_app": "This gateway does not serve the app.",
    "invalid": "A field of the device or of its notification is invalid; the message names it.",
}


def text(description: str, **more: Any) -> dict[str, Any]:
    """Return the schema of a string."""
    return {"type": "string", "description": description, **more}


NOTIFICATION: dict[str, Any] = {
    "type": "object",
    "description": "What is shown. Without a title and a body it is silent: only the app processes it, and it is free.",
    "properties": {
        "title": text("The first line."),
        "body": text("The text. It is shortened if the provider's limit requires it."),
        "badge": {"type": "integer", "minimum": 0, "description": "The number on the app's icon."},
        "sound": text("The name of a sound in the app, or `default`."),
        "category": text("The app's category of notifications, which has its buttons."),
        "thread": text("Notifications with the same thread are grouped."),
        "image": text("The address of a picture, for the app."),
        "collapse": text("A notification replaces an earlier one of this name.", maxLength=IDENTITY_MAX_LENGTH),
        "priority": text("`normal` spares the battery.", enum=["high", "normal"], default="high"),
        "ttl": {
            "type": "integer",
            "minimum": 0,
            "maximum": LIFETIME_MAX,
            "description": "For how many seconds the provider stores the push while the device is off.",
        },
        "data": {"type": "object", "description": "What the app reads, unchanged."},
    },
}
DEVICE: dict[str, Any] = {
    "type": "object",
    "required": ["app", "service", "token"],
    "properties": {
        "id": text("Your own id, which the answer repeats."),
        "app": text("The app's bundle id (Apple) or package id (Google)."),
        "service": text("Whose token it is.", enum=["apple", "google"]),
        "token": text("The device token."),
        "production": {"type": "boolean", "description": "Which of Apple's services knows the token; by default both."},
        "notification": {"$ref": "#/components/schemas/Notification"},
    },
}
RESULT: dict[str, Any] = {
    "type": "object",
    "required": ["status"],
    "properties": {
        "id": text("Your own id of the device."),
        "status": text("\n".join(f"* `{name}`: {meaning}" for name, meaning in STATUSES.items()), enum=list(STATUSES)),
        "reason": text("The provider's or the gateway's code."),
        "message": text("What is wrong, for people."),
        "retry_after": {"type": "integer", "description": "Seconds to wait before the next try."},
    },
}


def failure(description: str) -> dict[str, Any]:
    """Return the description of a response to a request that was refused as a whole."""
    return {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Callboard push gateway",
        "version": "1",
        "description": "Sends a notification to many devices of Apple and Google, with the gateway's keys.",
    },
    "paths": {
        "/push/v1/send": {
            "post": {
                "operationId": "send",
                "summary": "Send a notification to devices",
                "security": [{"key": []}],
                "parameters": [
                    {
                        "name": "Idempotency-Key",
                        "in": "header",
                        "description": "A repeated request with the same key and content sends nothing twice.",
                        "schema": {"type": "string", "maxLength": IDEMPOTENCY_KEY_MAX_LENGTH},
                    }
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Request"}}},
                },
                "responses": {
                    "200": {
                        "description": "An answer for each device, in the same order.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Response"}}},
                    },
                    "400": failure("The body is invalid; nothing was sent."),
                    "401": failure("The key is unknown."),
                    "403": failure("The workspace speaks another protocol."),
                    "413": failure("The body is too large."),
                    "429": failure("Too many pushes per minute: see `Retry-After`."),
                    "503": failure("The gateway's database cannot be used: try again."),
                },
            }
        }
    },
    "components": {
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "The workspace's gateway key."}},
        "schemas": {
            "Notification": NOTIFICATION,
            "Device": DEVICE,
            "Request": {
                "type": "object",
                "required": ["devices"],
                "properties": {
                    "notification": {"$ref": "#/components/schemas/Notification"},
                    "devices": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": BATCH_MAX_DEVICES,
                        "items": {"$ref": "#/components/schemas/Device"},
                    },
                },
            },
            "Result": RESULT,
            "Response": {
                "type": "object",
                "required": ["devices"],
                "properties": {"devices": {"type": "array", "items": {"$ref": "#/components/schemas/Result"}}},
            },
            "Error": {
                "type": "object",
                "required": ["error"],
                "properties": {
                    "error": {
                        "type": "object",
                        "required": ["code", "message"],
                        "properties": {"code": text("A code for programs."), "message": text("A sentence for people.")},
                    }
                },
            },
        },
    },
}
