"""An example request and response for every operation of the OpenAPI schema, derived from its fields.

A field's example depends on its name, so the same user, room and message appear in all operations. Fields without an
entry get an example of their type.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

USER_ID, USERNAME, NAME = "rbAXPnMktTFbNpwtJ", "ana", "Ana Vidal"
OTHER_ID, OTHER_USERNAME = "Gc7xKpQ2mVn4sTz9L", "bob"
MESSAGE_ID, ROOM_ID = "7aDSXtjMA3KPLxLjt", "GENERAL"
TIMESTAMP = "2026-11-30T09:15:02.123Z"
AUTH_KEY = "RScctEHSmLGZGywfIhWyRpyofhKOiMoUIpimhvheU3f"

# Examples by field name. A name with the name of its object before it is preferred: "room.name".
BY_NAME: dict[str, Any] = {
    "success": True,
    "_id": MESSAGE_ID,
    "room._id": ROOM_ID,
    "id": MESSAGE_ID,
    "rid": ROOM_ID,
    "roomId": ROOM_ID,
    "roomName": "general",
    "room": "ticket-4711",
    "room.name": "general",
    "channel": "#general",
    "channel.name": "general",
    "group.name": "planning",
    "subscription.name": "general",
    "fname": "General",
    "topic": "Releases",
    "description": "News about releases",
    "announcement": "Release on Monday",
    "purpose": "News about releases",
    "messageId": MESSAGE_ID,
    "msgId": MESSAGE_ID,
    "mid": MESSAGE_ID,
    "tmid": "q3vBPmXw8TnYc5RkD",
    "msg": "@ana The release is ready.",
    "text": "@ana The release is ready.",
    "searchText": "release",
    "query": '{"text": "gen", "type": "channels"}',
    "selector": '{"term": "an"}',
    "sort": '{"name": 1}',
    "count": 1,
    "total": 1,
    "offset": 0,
    "t": "c",
    "user": "ana",
    "username": USERNAME,
    "usernames": [USERNAME, OTHER_USERNAME],
    "userId": USER_ID,
    "uid": OTHER_ID,
    "uids": [USER_ID, OTHER_ID],
    "name": NAME,
    "nickname": "Ana",
    "email": "ana@example.org",
    "address": "ana@example.org",
    "password": "correct horse battery staple",
    "newPassword": "correct horse battery staple",
    "authToken": AUTH_KEY,
    "resume": AUTH_KEY,
    "type": "gcm",
    "value": "dGhpc0lzQVRva2VuT2ZHb29nbGU:APA91bF1c",
    "token": "dGhpc0lzQVRva2VuT2ZHb29nbGU:APA91bF1c",
    "tokenValue": "dGhpc0lzQVRva2VuT2ZHb29nbGU:APA91bF1c",
    "tokenType": "gcm",
    "appName": "chat.rocket.android",
    "voipToken": "a3" * 32,
    "tokenName": "Build server",
    "code": "123456",
    "status": "online",
    "statusText": "At my desk",
    "statusConnection": "online",
    "connectionStatus": "online",
    "roles": ["user"],
    "role": "moderator",
    "roleName": "moderator",
    "emoji": ":tada:",
    "alias": "Build server",
    "avatar": "https://chat.example.org/avatar/ana",
    "avatarUrl": "https://chat.example.org/avatar/ana",
    "url": "https://chat.example.org/channel/general?msg=7aDSXtjMA3KPLxLjt",
    "host": "https://chat.example.org",
    "language": "en",
    "utcOffset": 1,
    "version": "8.7.0",
    "highlights": ["release"],
    "members": [USERNAME, OTHER_USERNAME],
    "ids": [USER_ID],
    "permissions": [],
    "message": "@ana The release is ready.",
    "title": "#general",
    "senderName": "Bob Ek",
    "sender": "anna",
    "reason": "mentioned",
    "notificationType": "message",
    "mention.type": "user",
    "user.type": "user",
    "me.type": "user",
    "payload.name": "general",
    "from": "push",
    "sound": "default",
    "style": "inbox",
    "image": "https://chat.example.org/avatar/bob",
    "category": "MESSAGE",
    "priority": 10,
    "ts": 1796030102123,
    "enabled": True,
    "active": True,
    "activeStatus": True,
    "verified": True,
    "shouldReact": True,
    "joined": True,
    "result": True,
}
# Objects whose `_id` is that of a user.
PEOPLE = {"user", "u", "me", "mention", "editedBy", "pinnedBy", "sender", "reportedBy", "member", "owner", "moderator"}
# Optional parameters and fields that examples show as well.
USUAL_PARAMETERS = {"text", "value", "user", "password", "emoji"}
USUAL_FIELDS = {"name", "fname", "topic", "statusText", "emails", "mentions", "lm", "errorType", "payload", "message"}
BY_FORMAT: dict[str, Any] = {
    "date-time": TIMESTAMP,
    "date": "2026-11-30",
    "uri": "https://chat.example.org/",
    "email": "ana@example.org",
    "binary": "…",
    "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
}
# Objects within objects, such as the last message of a room, are shown to this depth.
MAX_DEPTH = 5
UNKNOWN = "…"


class Examples:
    """Derives the examples of one schema."""

    def __init__(self, schema: Schema) -> None:
        self._components = schema["components"]["schemas"]

    def request_example(self, described: Schema) -> Any:
        """Return an example with the required parameters; if one of several is required, with the first of them."""
        field = self._resolve(described)
        alternatives = {name for choice in field.get("oneOf", []) for name in choice.get("required", [])}
        chosen = {*required_fields(field), *(USUAL_PARAMETERS - alternatives)}
        return self._object_example(field, name="", depth=0, chosen=chosen)

    def response_example(self, described: Schema) -> Any:
        """Return an example with the fields that are always present, and the usual ones of the others."""
        return self._value_example(described, name="", parent="", depth=0)

    def parameter_example(self, described: Schema, name: str) -> Any:
        """Return an example of a query or path parameter."""
        return self._value_example(described, name=name, parent="", depth=0)

    def _value_example(self, described: Schema, *, name: str, parent: str, depth: int) -> Any:
        field = self._resolve(described)
        kind = type_of(field)
        fixed = [choice for choice in field.get("enum", []) if choice not in {"", None}]
        if fixed:
            known = BY_NAME.get(name)
            return known if known in fixed else fixed[0]
        if "example" in field:
            return field["example"]
        if kind == "object" or "properties" in field:
            return self._object_example(field, name=name, depth=depth)
        if name == "_id" and parent in PEOPLE:
            return USER_ID
        if "default" in field and field["default"] is not None:
            return field["default"]
        for key in (f"{parent}.{name}", name):
            if key in BY_NAME and has_type(BY_NAME[key], kind) and self._accepts_items(field, BY_NAME[key]):
                return self._shortened(BY_NAME[key], field)
        if kind == "array":
            item = self._value_example(field["items"], name=singular_of(name), parent="", depth=depth + 1)
            return [] if item in ({}, UNKNOWN) else [item]
        return self._typed_example(field, kind)

    def _accepts_items(self, field: Schema, value: Any) -> bool:
        """Return True unless the value is a list of texts, and the field is a list of other values."""
        if not isinstance(value, list):
            return True
        item = self._resolve(field["items"])
        return type_of(item) == "string" and set(value) <= set(item.get("enum", value))

    def _typed_example(self, field: Schema, kind: str) -> Any:
        if kind == "string":
            return self._shortened(BY_FORMAT.get(field.get("format", ""), UNKNOWN), field)
        if kind in {"integer", "number"}:
            return field.get("minimum", 1)
        return False if kind == "boolean" else UNKNOWN

    def _object_example(self, field: Schema, *, name: str, depth: int, chosen: set[str] | None = None) -> Schema:
        if depth > MAX_DEPTH:
            return {}
        if chosen is None:
            chosen = {*field.get("required", []), *USUAL_FIELDS}
        return {
            inner: self._value_example(declared, name=inner, parent=singular_of(name), depth=depth + 1)
            for inner, declared in field.get("properties", {}).items()
            if inner in chosen
        }

    def _resolve(self, described: Schema) -> Schema:
        """Return the schema behind references; of alternatives, the first."""
        references = [described, *described.get("allOf", [])]
        for reference in (part["$ref"] for part in references if "$ref" in part):
            siblings = {key: value for key, value in described.items() if key not in {"$ref", "allOf"}}
            return self._resolve({**self._components[reference.rsplit("/", 1)[1]], **siblings})
        if "type" not in described and "properties" not in described:
            for part in [*described.get("oneOf", []), *described.get("anyOf", [])]:
                if "required" not in part or "properties" in part:
                    return self._resolve(part)
        return described

    @staticmethod
    def _shortened(value: Any, field: Schema) -> Any:
        return value[: field["maxLength"]] if isinstance(value, str) and "maxLength" in field else value


def required_fields(field: Schema) -> Iterator[str]:
    """Yield the names of the fields that a request needs."""
    yield from field.get("required", [])
    for alternatives in (field.get("anyOf", []), field.get("oneOf", [])):
        yield from next((part["required"] for part in alternatives if "required" in part), [])


def type_of(field: Schema) -> str:
    """Return the field's type, which OpenAPI 3.1 may give as a list with "null"."""
    kind = field.get("type", "")
    return next((part for part in kind if part != "null"), "") if isinstance(kind, list) else str(kind)


def has_type(value: Any, kind: str) -> bool:
    """Return True if the value is of the JSON type; a field without a type accepts any."""
    types: dict[str, type | tuple[type, ...]] = {
        "string": str,
        "boolean": bool,
        "integer": int,
        "number": (int, float),
        "array": list,
    }
    return kind in types and isinstance(value, types[kind]) and (kind == "boolean") == isinstance(value, bool)


def singular_of(name: str) -> str:
    """Return the name of one object in a list of this name."""
    return {"ims": "im", "update": "room"}.get(name, name.removesuffix("s"))


def add_examples(result: Schema, **_kwargs: Any) -> Schema:
    """Add an example to the parameters, the request and the response of every operation."""
    examples = Examples(result)
    for operations in result["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                parameter["example"] = examples.parameter_example(parameter["schema"], parameter["name"])
            for content in operation.get("requestBody", {}).get("content", {}).values():
                content["example"] = examples.request_example(content["schema"])
            for content in operation["responses"]["200"].get("content", {}).values():
                content["example"] = examples.response_example(content["schema"])
    return result
